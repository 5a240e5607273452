import * as z from 'zod/mini'
import type { FeatureFlag, PropertyFilter } from '../../api/types.ts'
import { isComplete } from '../../ui/operators.ts'
import { type Variant, variantsProblem } from '../../ui/variants.ts'

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

export const rolloutOf = ({ rollout_percentage: rollout }: ConditionSet): number => rollout ?? 100

/** Other variants: what hangs on a key goes with it to its new one, or goes. */
export function withVariants(old: FlagFilters, variants: Variant[]): FlagFilters {
  const before = variantsOf(old)
  const renamed = (key: string): string | undefined => {
    if (variants.some((one) => one.key === key)) return key
    // as many as before: the one in its place has another key
    return before.length === variants.length
      ? variants[before.findIndex((one) => one.key === key)]?.key
      : undefined
  }
  const payloads = Object.entries(old.payloads ?? {}).flatMap(([key, payload]) => {
    const now = renamed(key)
    return now === undefined ? [] : [[now, payload] as const]
  })
  return {
    ...old,
    multivariate: variants.length ? { ...old.multivariate, variants } : null,
    payloads: Object.fromEntries(payloads),
    groups: old.groups.map((set) => (set.variant ? { ...set, variant: renamed(set.variant) ?? null } : set)),
  }
}

/** A payload as text. */
export const payloadText = ({ payloads }: FlagFilters, key: string): string => {
  const payload = payloads?.[key]
  return payload === undefined || payload === null
    ? ''
    : typeof payload === 'string'
      ? payload
      : JSON.stringify(payload)
}

export function withPayload(old: FlagFilters, key: string, text: string): FlagFilters {
  const { [key]: _, ...others } = old.payloads ?? {}
  return { ...old, payloads: text.trim() ? { ...others, [key]: text } : others }
}

export function payloadProblem(text: string): string | null {
  if (!text.trim()) return null
  try {
    JSON.parse(text)
    return null
  } catch {
    return 'This is not JSON. A text needs quotes: "like this".'
  }
}

/** What of a flag the editor changes. */
const edited = [
  'key',
  'name',
  'active',
  'tags',
  'ensure_experience_continuity',
  'bucketing_identifier',
  'filters',
] as const
export type Draft = Omit<Pick<FeatureFlag, (typeof edited)[number]>, 'filters'> & { filters: FlagFilters }

export const newDraft: Draft = {
  key: '',
  name: '',
  active: true,
  tags: [],
  ensure_experience_continuity: false,
  bucketing_identifier: null,
  filters: { groups: [{ properties: [], rollout_percentage: 0 }] },
}

export const draftOf = (flag: FeatureFlag): Draft => ({
  ...newDraft,
  ...Object.fromEntries(edited.map((field) => [field, flag[field]])),
  filters: readFilters(flag.filters),
})

/** A new flag like another one: without that one's early access, to which people answered, and its experiment's holdout. */
export function copyOf(flag: FeatureFlag): Draft {
  const { super_groups: _, feature_enrollment: __, holdout: ___, ...filters } = flag.filters
  return draftOf({ ...flag, key: `${flag.key}-copy`, filters })
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** The fields of a draft that are other than they were. */
export const changesOf = (draft: Draft, before: Draft): Partial<Draft> =>
  Object.fromEntries(
    edited.filter((field) => !same(draft[field], before[field])).map((field) => [field, draft[field]]),
  )

/** A draft of what was there before, as one of what is there now: what it does not change is as now. */
export const rebased = (draft: Draft, before: Draft, now: Draft): Draft => ({
  ...now,
  ...changesOf(draft, before),
})

/** What keeps a draft from being saved, by the place that it belongs to. */
export type Problems = { key?: string; filters?: string; variants?: string; payloads?: string }

export const keyProblem = (key: string): string | undefined =>
  key === ''
    ? 'A flag needs a key.'
    : /^[a-zA-Z0-9_-]+$/.test(key)
      ? undefined
      : 'Letters, digits, - and _ only.'

export function problemsOf({ key, filters: { groups, ...rest } }: Draft): Problems {
  const variants = variantsOf({ groups, ...rest })
  const unfinished = groups.findIndex(({ properties }) => !properties.every(isComplete))
  const wrongPayload = Object.keys(rest.payloads ?? {}).find(
    (name) => payloadProblem(payloadText({ groups, ...rest }, name)) !== null,
  )
  const found: Problems = {
    key: keyProblem(key),
    variants: (variants.length > 0 && variantsProblem(variants)) || undefined,
    filters: unfinished < 0 ? undefined : `Set ${unfinished + 1} has a filter without a value.`,
    payloads: wrongPayload && `The payload of “${wrongPayload}” is not JSON.`,
  }
  return Object.fromEntries(Object.entries(found).filter(([, text]) => text !== undefined))
}
