import { isDeepStrictEqual } from 'node:util'
import { controlKey, mostVariants } from '../../experiments/statistics.ts'
import { readFilters } from '../../flags/flag-filters.ts'
import { isObject } from '../../kit/is-object.ts'
import { invalid } from '../../model/errors.ts'

/** What an experiment demands of its feature flag. */

type Variant = { key: string; rolloutPercentage: number }
type Filters = Record<string, unknown>

const halves: Filters[] = [
  { key: controlKey, name: 'Control Group', rollout_percentage: 50 },
  { key: 'test', name: 'Test Variant', rollout_percentage: 50 },
]

/** The variants that parameters name; undefined where they name none. @throws HedgerowError, `attr` parameters. */
export function variantsIn(parameters: Filters | null | undefined): Filters[] | undefined {
  const given = parameters?.feature_flag_variants
  if (given === undefined || given === null || (Array.isArray(given) && !given.length)) return undefined
  const wrong = (detail: string) => invalid(detail, { attr: 'parameters' })
  if (!Array.isArray(given) || !given.every(isObject)) {
    throw wrong('Feature flag variants must be a list of dictionaries.')
  }
  if (given.length > mostVariants) throw wrong('Feature flag variants must be less than 11')
  if (!given.some(({ key }) => key === controlKey)) {
    throw wrong('Feature flag variants must contain a control variant')
  }
  return given
}

/** The filters of the flag that is made for an experiment. */
export const flagFiltersFor = (parameters: Filters | null | undefined, filters: Filters): Filters => ({
  groups: [{ properties: filters.properties ?? [], rollout_percentage: null }],
  multivariate: { variants: variantsIn(parameters) ?? halves },
  aggregation_group_type_index: parameters?.aggregation_group_type_index ?? null,
})

/** Whether a flag that is there can be an experiment's: it has a control and something to compare with it. */
export function isComparable(flagFilters: Filters): boolean {
  const { variants } = readFilters(flagFilters)
  return variants.length > 1 && variants.some(({ key }) => key === controlKey)
}

/** Whether the variants that parameters name are those of the flag; also where they name none. */
export function hasVariantsOf(parameters: Filters | null | undefined, flagFilters: Filters): boolean {
  const named = parameters?.feature_flag_variants
  if (named === undefined || named === null) return true
  const { variants } = readFilters(flagFilters)
  const given = readFilters({ multivariate: { variants: named } }).variants
  const byKey = (list: Variant[]) =>
    Object.fromEntries(list.map(({ key, rolloutPercentage }) => [key, rolloutPercentage]))
  return given.length === variants.length && isDeepStrictEqual(byKey(given), byKey(variants))
}

/**
 * The flag's filters after an experiment's have changed: one condition for all whom `properties` describe, with its
 * percentage lost, as PostHog has it. Undefined where nothing changes: the metric alone is nobody's percentage.
 */
export function changedFlagFilters(flagFilters: Filters, filters: Filters): Filters | undefined {
  if (!Object.keys(filters).length) return undefined
  const index = filters.aggregation_group_type_index ?? null
  const { properties } = filters
  const [group, ...others] = Array.isArray(flagFilters.groups) ? flagFilters.groups : []
  const present = isObject(group) && !others.length ? (group.properties ?? []) : undefined
  const isSameGroup =
    properties === undefined || properties === null || isDeepStrictEqual(properties, present)
  const isSameIndex = (flagFilters.aggregation_group_type_index ?? null) === index
  if (isSameGroup && isSameIndex) return undefined
  return {
    ...flagFilters,
    ...(!isSameGroup && { groups: [{ properties }] }),
    aggregation_group_type_index: index,
  }
}
