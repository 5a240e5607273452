import { isObject } from '../kit/is-object.ts'
import { asNumber, asText, shown } from '../kit/scalars.ts'
import { invalid } from '../model/errors.ts'
import { displays, type LifecycleQuery, type StickinessQuery, type TrendsQuery } from './insight-queries.ts'
import { intervals, type Properties, type SeriesNode } from './query-parts.ts'

/**
 * Legacy `filters` (query strings with JSON inside, or JSON bodies) as today's typed queries: done once, at the
 * door. As lenient as upstream: unknown keys, unknown values of display settings and
 * malformed parts are dropped rather than refused; only what is listed there is an error.
 */
export type LegacyFilters = Record<string, unknown>

/** Lists and objects may come as JSON text; anything else stays what it is. */
export function unpacked(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const text = value.trim()
  if (!text.startsWith('[') && !text.startsWith('{')) return value
  try {
    return JSON.parse(text)
  } catch {
    return value
  }
}

/** A text or number as text; undefined for anything else, and for an empty one. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined
/** Yes, as forms and addresses say it. */
export const truthy = (value: unknown): boolean =>
  value === true || (typeof value === 'string' && /^(true|1|t|y|yes|on)$/i.test(value))

/** One of the words, in any case; what is none means the default, as upstream's forms do. */
export const oneOf = <const T extends readonly string[]>(words: T, value: unknown): T[number] | undefined =>
  words.find((word) => word === asText(value).toLowerCase())

/** @throws HedgerowError `invalid` for what is no whole number in this range. */
export function whole(value: unknown, attr: string, low: number, high: number): number | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const number = asNumber(value)
  if (!Number.isInteger(number) || number < low || number > high) {
    throw invalid(`${attr} must be a whole number from ${low} to ${high}.`, { attr })
  }
  return number
}

/** Like `whole`, for settings that upstream ignores when they make no sense. */
export function wholeOrNothing(value: unknown, low: number, high: number): number | undefined {
  const number = asNumber(value)
  return value !== null && value !== '' && Number.isInteger(number) && number >= low && number <= high
    ? number
    : undefined
}

type Filter = Exclude<NonNullable<Properties>, unknown[]>['values'][number]

/**
 * `properties` in any of its four forms: a list, a group, JSON text of either, or the ancient
 * `{"$browser": "Chrome", "$os__is_not": "x"}`.
 * @throws HedgerowError "Properties are unparsable!"
 */
export function upgradeProperties(given: unknown): Properties {
  if (given === undefined || given === null || given === '') return undefined
  let value = given
  if (typeof value === 'string') {
    try {
      value = JSON.parse(value)
    } catch (cause) {
      throw invalid('Properties are unparsable!', { cause })
    }
  }
  if (Array.isArray(value)) return value.flatMap(upgradeFilter)
  if (!isObject(value)) throw invalid('Properties are unparsable!')
  if (typeof value.type === 'string' && Array.isArray(value.values)) {
    const [group] = upgradeFilter(value)
    return group as Properties
  }
  return Object.entries(value).map(([key, one]) => {
    const split = key.lastIndexOf('__')
    return split > 0
      ? { key: key.slice(0, split), operator: key.slice(split + 2), value: one, type: 'event' }
      : { key, value: one, type: 'event' }
  })
}

/** One item; shapes that mean nothing are dropped. */
function upgradeFilter(item: unknown): Filter[] {
  if (!isObject(item)) return []
  if (Array.isArray(item.values) && !('key' in item)) {
    return [{ type: item.type === 'OR' ? 'OR' : 'AND', values: item.values.flatMap(upgradeFilter) }]
  }
  if (typeof item.key !== 'string' && typeof item.key !== 'number') return []
  const { group_type_index: index, ...rest } = item
  return [
    {
      ...rest,
      key: item.key,
      value: item.value,
      operator: textOf(item.operator),
      type: textOf(item.type),
      ...(index !== undefined && { group_type_index: wholeOrNothing(index, 0, 4) }),
    },
  ]
}

const propertyMaths = /^(sum|avg|min|max|median|p75|p90|p95|p99)$/

/** Series in their order across both lists. */
function upgradeSeries(filters: LegacyFilters): SeriesNode[] {
  const listed = (['events', 'actions'] as const).flatMap((type) => {
    const list = unpacked(filters[type])
    return (Array.isArray(list) ? list : []).map((entry: unknown) => ({
      type,
      entity: isObject(entry) ? entry : { id: entry },
    }))
  })
  return listed
    .map((one, index) => ({ ...one, order: asNumber(one.entity.order ?? index), index }))
    .sort(
      (a, b) => (Number.isNaN(a.order) || Number.isNaN(b.order) ? 0 : a.order - b.order) || a.index - b.index,
    )
    .map(({ type, entity }) => upgradeEntity(entity, type))
}

/** An event or action as a step or series. */
export function upgradeEntity(entity: Record<string, unknown>, list: 'events' | 'actions'): SeriesNode {
  const math = textOf(entity.math)
  const property = textOf(entity.math_property)
  if (math && propertyMaths.test(math) && !property) {
    throw invalid('This field is required.', { attr: 'math_property', code: 'required' })
  }
  const shared = {
    name: textOf(entity.name),
    custom_name: textOf(entity.custom_name),
    math,
    math_property: property,
    math_property_type: textOf(entity.math_property_type),
    math_hogql: textOf(entity.math_hogql),
    math_group_type_index: wholeOrNothing(entity.math_group_type_index ?? undefined, 0, 4),
    properties: upgradeProperties(entity.properties),
  }
  if ((entity.type ?? list) === 'actions') {
    const id = typeof entity.id === 'number' ? entity.id : (textOf(entity.id) ?? '')
    return { kind: 'ActionsNode', id, ...shared }
  }
  return {
    kind: 'EventsNode',
    event: entity.id === undefined ? null : (textOf(entity.id) ?? null),
    ...shared,
  }
}

/** @throws HedgerowError `invalid` for malformed `breakdowns`. */
export function upgradeBreakdown(filters: LegacyFilters): TrendsQuery['breakdownFilter'] {
  const limits = {
    breakdown_limit: wholeOrNothing(filters.breakdown_limit, 1, 10_000),
    breakdown_histogram_bin_count: wholeOrNothing(filters.breakdown_histogram_bin_count, 1, 1000),
    breakdown_normalize_url: truthy(filters.breakdown_normalize_url) || undefined,
    breakdown_hide_other_aggregation: truthy(filters.breakdown_hide_other_aggregation) || undefined,
    breakdown_group_type_index: wholeOrNothing(filters.breakdown_group_type_index, 0, 4),
  }
  const several = unpacked(filters.breakdowns)
  if (several !== undefined && several !== null && several !== '') {
    const wellFormed =
      Array.isArray(several) &&
      several.every((one) => isObject(one) && textOf(one.property) !== undefined && (one.type ?? 'event'))
    if (!wellFormed) throw invalid('breakdowns must be a list of items, each with property and type')
    const breakdowns = (several as Record<string, unknown>[]).map((one) => ({
      property: textOf(one.property)!,
      type: textOf(one.type),
      group_type_index: wholeOrNothing(one.group_type_index, 0, 4),
      histogram_bin_count: wholeOrNothing(one.histogram_bin_count, 1, 1000),
      normalize_url: truthy(one.normalize_url) || undefined,
    }))
    // the old API answers one breakdown with a scalar, however it was asked
    if (breakdowns.length === 1) {
      const [one] = breakdowns
      return {
        ...limits,
        breakdown: one!.property,
        breakdown_type: one!.type,
        breakdown_group_type_index: one!.group_type_index,
        breakdown_histogram_bin_count: one!.histogram_bin_count ?? limits.breakdown_histogram_bin_count,
        breakdown_normalize_url: one!.normalize_url ?? limits.breakdown_normalize_url,
      }
    }
    return breakdowns.length ? { ...limits, breakdowns: breakdowns.slice(0, 3) } : undefined
  }
  const breakdown = unpacked(filters.breakdown)
  if (breakdown === undefined || breakdown === null || breakdown === '' || isObject(breakdown))
    return undefined
  const scalar = (value: unknown) => (typeof value === 'number' ? value : asText(value))
  return {
    ...limits,
    breakdown: Array.isArray(breakdown) ? breakdown.map(scalar) : scalar(breakdown),
    breakdown_type: textOf(filters.breakdown_type),
  }
}

function upgradeInterval(value: unknown): TrendsQuery['interval'] {
  if (value === undefined || value === null || value === '') return undefined
  const name = asText(value).toLowerCase()
  const found = intervals.find((one) => one === name)
  if (!found)
    throw invalid(`"${shown(value)}" is not an interval: use hour, day, week or month.`, {
      attr: 'interval',
    })
  return found
}

function upgradeSampling(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const factor = asNumber(value)
  if (!(factor > 0 && factor <= 1)) {
    throw invalid('sampling_factor must be a number from 0 to 1.', { attr: 'sampling_factor' })
  }
  return factor
}

const dated = (value: unknown) => textOf(value)

/** Which question legacy filters ask; `shown_as` is the older way of saying it. */
export function insightOf(filters: LegacyFilters): string {
  if (filters.shown_as === 'Stickiness') return 'STICKINESS'
  if (filters.shown_as === 'Lifecycle') return 'LIFECYCLE'
  return asText(filters.insight || 'TRENDS').toUpperCase()
}

/**
 * The letters, digits and signs of a formula; the rest is stripped. Old formulas may carry anything.
 */
const cleanFormula = (value: unknown): string | undefined =>
  textOf(value)?.replace(/[^A-Za-z0-9 \-*^+/().]/g, '') || undefined

/** What all insights over series take. */
export const upgradeShared = (filters: LegacyFilters) => ({
  series: upgradeSeries(filters),
  interval: upgradeInterval(filters.interval),
  ...upgradeScope(filters),
})

/** Which events all insights are about. */
export function upgradeScope(filters: LegacyFilters) {
  return {
    dateRange: {
      date_from: dated(filters.date_from),
      date_to: dated(filters.date_to),
      explicitDate: truthy(filters.explicit_date) || undefined,
    },
    properties: upgradeProperties(filters.properties),
    filterTestAccounts: filters.filter_test_accounts === true || filters.filter_test_accounts === 'true',
    samplingFactor: upgradeSampling(filters.sampling_factor),
  }
}

const upgradeCompare = (filters: LegacyFilters) => ({
  compare: truthy(filters.compare) || undefined,
  compare_to: textOf(filters.compare_to),
})

export const upgradeStickiness = (filters: LegacyFilters): StickinessQuery => ({
  kind: 'StickinessQuery',
  ...upgradeShared(filters),
  compareFilter: upgradeCompare(filters),
})

export const upgradeLifecycle = (filters: LegacyFilters): LifecycleQuery => ({
  kind: 'LifecycleQuery',
  ...upgradeShared(filters),
  aggregation_group_type_index: wholeOrNothing(filters.aggregation_group_type_index ?? undefined, 0, 4),
})

/** @throws HedgerowError `invalid` for what PostHog refuses too: unparsable properties, a missing `math_property`, … */
export function upgradeTrends(filters: LegacyFilters): TrendsQuery {
  const display = displays.find((one) => one === filters.display)
  return {
    kind: 'TrendsQuery',
    ...upgradeShared(filters),
    breakdownFilter: upgradeBreakdown(filters),
    trendsFilter: {
      display,
      formula: cleanFormula(filters.formula),
      smoothingIntervals: whole(filters.smoothing_intervals, 'smoothing_intervals', 1, 1000),
    },
    compareFilter: upgradeCompare(filters),
  }
}
