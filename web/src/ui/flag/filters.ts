import * as z from 'zod/mini'
import type { PropertyFilter } from '../../api/types.ts'
import type { Variant } from '../variants.ts'

/** Who is meant: those for whom all properties hold, or a part of them. */
export type ConditionSet = {
  properties: PropertyFilter[]
  /** 0 to 100; null for all. */
  rollout_percentage?: number | null
  /** The variant that all of them get, where it is not drawn. */
  variant?: string | null
  /** The type of groups that it is about, where that is not the flag's. */
  aggregation_group_type_index?: number | null
}

/** A flag's `filters` as far as the pages know them; the rest is kept. */
export type FlagFilters = {
  groups: ConditionSet[]
  multivariate?: { variants: Variant[] } | null
  /** By variant, or `true`: mostly text that holds JSON. */
  payloads?: Record<string, unknown> | null
  aggregation_group_type_index?: number | null
  /** Whether people have it who joined its early access feature: asked before the conditions; the older way first. */
  super_groups?: unknown[] | null
  feature_enrollment?: boolean | null
}

const index = z.catch(z.optional(z.nullable(z.int())), undefined)
const filter = z.looseObject({
  key: z.catch(z.coerce.string(), ''),
  type: z.catch(
    z.optional(z.enum(['event', 'person', 'person_metadata', 'group', 'cohort', 'flag'])),
    undefined,
  ),
  operator: z.catch(z.string(), 'exact'),
  value: z.catch(
    z.optional(
      z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()])), z.null()]),
    ),
    undefined,
  ),
})
const filters = z.looseObject({
  groups: z.catch(
    z.array(
      z.looseObject({
        properties: z.catch(z.array(filter), []),
        rollout_percentage: z.catch(z.optional(z.nullable(z.number())), undefined),
        variant: z.catch(z.optional(z.nullable(z.string())), undefined),
        aggregation_group_type_index: index,
      }),
    ),
    [],
  ),
  multivariate: z.catch(
    z.optional(
      z.nullable(
        z.looseObject({
          variants: z.array(
            z.looseObject({
              key: z.coerce.string(),
              name: z.catch(z.optional(z.nullable(z.string())), undefined),
              rollout_percentage: z.catch(z.number(), 0),
            }),
          ),
        }),
      ),
    ),
    undefined,
  ),
  payloads: z.catch(z.optional(z.nullable(z.record(z.string(), z.unknown()))), undefined),
  aggregation_group_type_index: index,
  super_groups: z.catch(z.optional(z.nullable(z.array(z.unknown()))), undefined),
  feature_enrollment: z.catch(z.optional(z.nullable(z.boolean())), undefined),
})

/** Filters as the API has them. A property without a type is one of whoever the set is about. */
export function readFilters(given: Record<string, unknown>): FlagFilters {
  const read = filters.parse(given)
  const groups = read.groups.map((set) => {
    const type = groupTypeOf(set, read) === null ? 'person' : 'group'
    return {
      ...set,
      properties: set.properties.map((one) => ({ ...one, type: one.type ?? type }) as PropertyFilter),
    }
  })
  return { ...read, groups }
}

export const variantsOf = ({ multivariate }: FlagFilters): Variant[] => multivariate?.variants ?? []

/** The type of groups that a set is about; null for people. */
export const groupTypeOf = (
  set: Pick<ConditionSet, 'aggregation_group_type_index'>,
  { aggregation_group_type_index: ofFlag }: Pick<FlagFilters, 'aggregation_group_type_index'>,
): number | null =>
  (set.aggregation_group_type_index === undefined ? ofFlag : set.aggregation_group_type_index) ?? null

/** Whether whoever joined its early access feature has the flag, and whoever left it does not. */
export const asksEnrolled = ({ super_groups: groups, feature_enrollment: asks }: FlagFilters): boolean =>
  asks === true || (groups?.length ?? 0) > 0

export const rolloutOf = ({ rollout_percentage: rollout }: ConditionSet): number => rollout ?? 100

/** A payload as text. */
export const payloadText = ({ payloads }: FlagFilters, key: string): string => {
  const payload = payloads?.[key]
  return payload === undefined || payload === null
    ? ''
    : typeof payload === 'string'
      ? payload
      : JSON.stringify(payload)
}
