import { isObject } from '../kit/is-object.ts'
import { asNumber, asText } from '../kit/scalars.ts'

/** A condition's filter, as it was stored; its meaning is found out by `compile-flag.ts`. */
export type FlagProperty = {
  /** `person`, `person_metadata`, `group`, `cohort`, `flag`; anything else matches nothing. */
  type: string
  /** Of a cohort `id`, of a flag its id as text. */
  key: string
  value: unknown
  operator: string | null
  /** Of a cohort: whether those who are not in it are meant. */
  negation: boolean
  /** Of a group's property: which type of group, where it is not the condition's. */
  groupTypeIndex: number | null
}

/** Who is meant: everybody for whom all properties hold, or a part of them. */
export type FlagCondition = {
  properties: FlagProperty[]
  /** 0 to 100. */
  rolloutPercentage: number
  /** The variant that all of them get, where it is not drawn. */
  variant: string | null
  /** The type of groups that it is about; null for people. */
  groupTypeIndex: number | null
}

export type FlagVariant = { key: string; rolloutPercentage: number }

/** A flag's `filters`, whatever is in them that is understood. */
export type FlagFilters = {
  conditions: FlagCondition[]
  variants: FlagVariant[]
  /** By variant, or `true`: any JSON value, mostly text that holds JSON. */
  payloads: Record<string, unknown>
  groupTypeIndex: number | null
  /** Whoever has one of its properties gets what it says, before all conditions. */
  superCondition: FlagCondition | null
  /** Whether a person's `$feature_enrollment/<key>` decides, before all conditions. */
  featureEnrollment: boolean
  /** So many people are held out of it, and get this variant instead. */
  holdout: { variant: string; exclusionPercentage: number } | null
  /** Whether the first condition whose percentage leaves somebody out ends the matter. */
  earlyExit: boolean
}

/**
 * Reads stored filters, of any age, without ever failing: what is not understood is not there. Those without
 * `groups` mean everybody, with the properties of the oldest flags where there are any.
 */
export function readFilters(stored: unknown): FlagFilters {
  const filters = isObject(stored) ? stored : {}
  const { groups } = upgraded(filters)
  const groupTypeIndex = indexOrNull(filters.aggregation_group_type_index)
  const [superGroup] = listOf(filters.super_groups)
  return {
    conditions: listOf(groups)
      .filter(isObject)
      .map((group) => readCondition(group, groupTypeIndex)),
    variants: readVariants(filters.multivariate),
    payloads: isObject(filters.payloads) ? filters.payloads : {},
    groupTypeIndex,
    superCondition: isObject(superGroup) ? readCondition(superGroup, null) : null,
    featureEnrollment: filters.feature_enrollment === true,
    holdout: readHoldout(filters),
    earlyExit: filters.early_exit === true,
  }
}

/** Filters as they are shown: with `groups`, also those from before there were any. */
export function upgraded(filters: Record<string, unknown>): Record<string, unknown> & { groups: unknown } {
  if (filters.groups !== undefined && filters.groups !== null) return filters as { groups: unknown }
  const { properties = [], rollout_percentage: rollout = null, groups: _, ...rest } = filters
  return { groups: [{ properties, rollout_percentage: rollout }], ...rest }
}

function readCondition(group: Record<string, unknown>, flagLevel: number | null): FlagCondition {
  const own = group.aggregation_group_type_index
  const groupTypeIndex = own === undefined ? flagLevel : indexOrNull(own)
  const typeUnlessSaid = groupTypeIndex === null ? 'person' : 'group'
  const rollout = asNumber(group.rollout_percentage ?? 100)
  return {
    properties: listOf(group.properties)
      .filter(isObject)
      .map((property) => readProperty(property, typeUnlessSaid)),
    rolloutPercentage: Number.isNaN(rollout) ? 0 : rollout,
    variant: typeof group.variant === 'string' && group.variant ? group.variant : null,
    groupTypeIndex,
  }
}

const readProperty = (property: Record<string, unknown>, typeUnlessSaid: string): FlagProperty => ({
  type: typeof property.type === 'string' ? property.type : typeUnlessSaid,
  key: asText(property.key),
  value: property.value,
  operator: typeof property.operator === 'string' ? property.operator : null,
  negation: property.negation === true || property.negation === 'true',
  groupTypeIndex: indexOrNull(property.group_type_index),
})

function readVariants(multivariate: unknown): FlagVariant[] {
  if (!isObject(multivariate)) return []
  return listOf(multivariate.variants)
    .filter(isObject)
    .map((variant) => ({
      key: asText(variant.key),
      rolloutPercentage: asNumber(variant.rollout_percentage ?? 0) || 0,
    }))
}

/** Newer flags say `holdout`; those of a while ago a group of its own, whose variant names it. */
function readHoldout(filters: Record<string, unknown>): FlagFilters['holdout'] {
  if (isObject(filters.holdout) && filters.holdout.id !== undefined) {
    const { id, exclusion_percentage: percentage } = filters.holdout
    return { variant: holdoutVariant(id), exclusionPercentage: clamped(percentage) }
  }
  const [group] = listOf(filters.holdout_groups)
  if (!isObject(group) || typeof group.variant !== 'string') return null
  return { variant: group.variant, exclusionPercentage: clamped(group.rollout_percentage ?? 100) }
}

/** The variant of people whom a holdout keeps out. */
export const holdoutVariant = (id: unknown) => `holdout-${id}`

/** Filters that keep a holdout's share of people out, as SDKs know it that evaluate on their own; with null nobody. */
export function withHoldout(
  filters: Record<string, unknown>,
  holdout: { id: number; exclusionPercentage: number } | null,
): Record<string, unknown> {
  const { holdout_groups: _, ...rest } = filters
  return {
    ...rest,
    holdout: holdout && { id: holdout.id, exclusion_percentage: holdout.exclusionPercentage },
  }
}

const clamped = (percentage: unknown) => Math.min(100, Math.max(0, asNumber(percentage) || 0))
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const indexOrNull = (value: unknown) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null

/** The property of a person that says whether they joined an early access feature. */
export const enrollmentKey = (flagKey: string) => `$feature_enrollment/${flagKey}`

/** The `super_groups` of a flag that people have by joining its early access feature, as PostHog writes them. */
export const enrollmentGroups = (flagKey: string) => [
  {
    properties: [{ key: enrollmentKey(flagKey), type: 'person', operator: 'exact', value: ['true'] }],
    rollout_percentage: 100,
  },
]

/** The cohorts that a flag's conditions name. */
export const cohortsOf = ({ conditions, superCondition }: FlagFilters): number[] =>
  [...conditions, ...(superCondition ? [superCondition] : [])].flatMap(({ properties }) =>
    properties.filter(({ type }) => type === 'cohort').map(({ value }) => asNumber(value)),
  )

/** The flags, by id, whose value its conditions ask for. */
export const flagsOf = ({ conditions }: FlagFilters): number[] =>
  conditions.flatMap(({ properties }) =>
    properties.filter(({ type }) => type === 'flag').map(({ key }) => asNumber(key)),
  )
