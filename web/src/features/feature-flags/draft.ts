import type { FeatureFlag } from '../../api/types.ts'
import { type FlagFilters, payloadText, readFilters, variantsOf } from '../../ui/flag/filters.ts'
import { isComplete } from '../../ui/operators.ts'
import { type Variant, variantsProblem } from '../../ui/variants.ts'

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
