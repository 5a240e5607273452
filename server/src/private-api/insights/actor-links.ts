import { DateTime } from 'luxon'
import { nullValue } from '../../insights/breakdown.ts'
import type { LifecycleQuery } from '../../insights/insight-queries.ts'
import type { ActorsSource } from '../../insights/queries.ts'
import type { SeriesNode } from '../../insights/query-parts.ts'
import type { LinksTo, Point } from '../../insights/series.ts'
import {
  type LegacyFilters,
  upgradeLifecycle,
  upgradeStickiness,
  upgradeTrends,
} from '../../insights/upgrade-filters.ts'
import { asNumber, asText } from '../../kit/scalars.ts'
import { invalid } from '../../model/errors.ts'

/**
 * The people behind a number of a legacy insight: how an answer links to them, and how such a link is read. A link
 * repeats what the insight was asked, with the period made absolute, and pins the number.
 */

/** What of an insight's filters decides who is counted; also, what keeps credentials out of links. */
const repeated = [
  'events',
  'actions',
  'interval',
  'properties',
  'filter_test_accounts',
  'breakdown',
  'breakdowns',
  'breakdown_type',
  'breakdown_limit',
  'aggregation_group_type_index',
  'breakdown_group_type_index',
  'breakdown_histogram_bin_count',
  'breakdown_normalize_url',
  'breakdown_hide_other_aggregation',
  'display',
  'sampling_factor',
]

const resources = { TRENDS: 'trends', STICKINESS: 'stickiness', LIFECYCLE: 'lifecycle' } as const
export type Insight = keyof typeof resources

export function actorLinks(projectId: number, insight: Insight, filters: LegacyFilters): LinksTo {
  const base = new URLSearchParams()
  for (const name of repeated) append(base, name, filters[name])
  const path = `api/projects/${projectId}/persons/${resources[insight]}/`
  const asked = base.toString()
  const cumulative = filters.display === 'ActionsLineGraphCumulative'
  return (point) => {
    const entity = entityOf(point)
    const number = {
      ...(point.breakdown !== undefined && { breakdown_value: point.breakdown }),
      ...(point.intervals !== undefined && { stickiness_days: point.intervals }),
      ...(point.status !== undefined && {
        target_date: moment(point.bucket!.start),
        lifecycle_type: point.status,
      }),
    }
    const pins = {
      ...entity,
      ...range(point.period),
      explicit_date: 'true',
      ...(insight === 'TRENDS' && point.bucket && { day: moment(point.bucket.start) }),
      ...number,
    }
    const pinned = new URLSearchParams()
    for (const [name, value] of Object.entries(pins)) append(pinned, name, value)
    const counted =
      insight !== 'TRENDS' || !point.bucket
        ? point.period
        : { from: cumulative ? point.period.from : point.bucket.start, until: point.bucket.end }
    return {
      filter: { ...entity, ...range(counted), ...number },
      url: `${path}?${asked ? `${asked}&` : ''}${pinned}`,
    }
  }
}

/** Adds a parameter, lists and objects as JSON; without a value none, unless an empty one says something. */
export function append(to: URLSearchParams, name: string, value: unknown, emptyToo = false): void {
  if (value === undefined || value === null || (value === '' && !emptyToo)) return
  to.append(name, typeof value === 'string' ? value : JSON.stringify(value))
}

const moment = (time: DateTime) => time.toUTC().toISO()!
/** A period as filters say it: both bounds inclusive. */
export const range = ({ from, until }: { from: DateTime; until: DateTime }) => ({
  date_from: moment(from),
  date_to: moment(until.minus({ milliseconds: 1 })),
})

const entityOf = ({ series, node }: Point) => ({
  entity_id: node.kind === 'ActionsNode' ? node.id : (node.event ?? null),
  entity_type: node.kind === 'ActionsNode' ? ('actions' as const) : ('events' as const),
  entity_math: node.math ?? null,
  entity_order: series,
})

/** @throws HedgerowError `invalid` for what can't be asked. */
export function actorsOfTrend(given: LegacyFilters): ActorsSource {
  const filters: LegacyFilters = { ...given, ...wholeBucket(given) }
  const { trendsFilter, compareFilter: _, ...query } = upgradeTrends(filters)
  const { nodes, index } = pinnedSeries(query.series, filters)
  const { breakdown, breakdowns, breakdown_type: type } = query.breakdownFilter ?? {}
  const several =
    (breakdowns?.length ?? 0) > 1 || (Array.isArray(breakdown) && breakdown.length > 1 && type !== 'cohort')
  return {
    kind: 'InsightActorsQuery',
    source: { ...query, series: nodes, trendsFilter: { display: trendsFilter?.display } },
    series: index,
    day: textOf(filters.day),
    breakdown: query.breakdownFilter ? pinnedBreakdown(filters.breakdown_value, several) : undefined,
  }
}

/** A point of weeks or months that is pinned by its first day alone, as older clients do, is all of the bucket. */
function wholeBucket({ interval, date_from: from, date_to: to, explicit_date, day }: LegacyFilters) {
  const unit = asText(interval).toLowerCase()
  const isPoint = typeof from === 'string' && from === to && explicit_date === undefined && day === undefined
  if (!isPoint || (unit !== 'week' && unit !== 'month')) return {}
  const first = DateTime.fromISO(from, { zone: 'utc' })
  return first.isValid ? { day: from, date_to: first.plus({ [`${unit}s`]: 1 }).toISODate() } : {}
}

/** @throws HedgerowError `invalid` for what can't be asked. */
export function actorsOfStickiness(filters: LegacyFilters): ActorsSource {
  const { compareFilter: _, ...query } = upgradeStickiness(filters)
  const { nodes, index } = pinnedSeries(query.series, filters)
  const day = textOf(filters.stickiness_days)
  if (!day) throw invalid('This field is required.', { attr: 'stickiness_days', code: 'required' })
  return { kind: 'InsightActorsQuery', source: { ...query, series: nodes }, series: index, day }
}

const statuses = ['new', 'returning', 'resurrecting', 'dormant'] as const

/** @throws HedgerowError `invalid` for what can't be asked. */
export function actorsOfLifecycle(filters: LegacyFilters): ActorsSource {
  const query: LifecycleQuery = upgradeLifecycle(filters)
  const { nodes, index } = pinnedSeries(query.series, filters)
  const day = textOf(filters.target_date)
  const status = statuses.find((one) => one === filters.lifecycle_type)
  if (!day) throw invalid('This field is required.', { attr: 'target_date', code: 'required' })
  if (!status) {
    throw invalid(`lifecycle_type must be one of ${statuses.join(', ')}.`, { attr: 'lifecycle_type' })
  }
  return { kind: 'InsightActorsQuery', source: { ...query, series: nodes }, series: index, day, status }
}

/** The series that `entity_*` names: by its place, else by what it is; one that is not there is made of these words. */
function pinnedSeries(nodes: SeriesNode[], filters: LegacyFilters): { nodes: SeriesNode[]; index: number } {
  const id = textOf(filters.entity_id)
  const isAction = filters.entity_type === 'actions'
  const math = textOf(filters.entity_math)
  const order = textOf(filters.entity_order)
  if (id === undefined && order === undefined) return { nodes, index: 0 }
  const isNamed = (node: SeriesNode) =>
    isAction
      ? node.kind === 'ActionsNode' && String(node.id) === id
      : node.kind === 'EventsNode' && (id === undefined || node.event === id)
  const place = order === undefined ? undefined : nodes[asNumber(order)]
  if (place && isNamed(place)) return { nodes, index: nodes.indexOf(place) }
  const found = nodes.find((node) => isNamed(node) && node.math === math) ?? nodes.find(isNamed)
  if (found) return { nodes, index: nodes.indexOf(found) }
  const made: SeriesNode = isAction
    ? { kind: 'ActionsNode', id: id ?? '', math }
    : { kind: 'EventsNode', event: id ?? null, math }
  return { nodes: [...nodes, made], index: nodes.length }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined

/** An empty text is how older clients say "no value". */
function pinnedBreakdown(value: unknown, several: boolean): string | string[] | undefined {
  if (value === undefined || value === null) return undefined
  if (value === '') return nullValue
  const text = asText(value)
  if (!several) return text
  try {
    return (JSON.parse(text) as unknown[]).map(String)
  } catch (cause) {
    throw invalid('breakdown_value must be a list, as JSON.', { attr: 'breakdown_value', cause })
  }
}
