import { dimensionsOf, rangesOf } from '../../api/breakdowns.ts'
import { readBreakdown, readQuestion } from '../../api/questions.ts'
import { type Interval, rangeLabel } from '../date-range.tsx'

/** What of an insight says how it is drawn; a member's and a visitor's both have it. */
export type ShownInsight = {
  name: string | null
  derived_name: string | null
  filters: Record<string, unknown>
  query: Record<string, unknown> | null
  result?: unknown
  columns: string[] | null
  last_refresh: string | null
}

export type InsightKind =
  | 'trends'
  | 'stickiness'
  | 'lifecycle'
  | 'funnel'
  | 'retention'
  | 'paths'
  | 'table'
  | 'unknown'

const byQuery: Record<string, InsightKind> = {
  TrendsQuery: 'trends',
  StickinessQuery: 'stickiness',
  LifecycleQuery: 'lifecycle',
  FunnelsQuery: 'funnel',
  RetentionQuery: 'retention',
  PathsQuery: 'paths',
  HogQLQuery: 'table',
  EventsQuery: 'table',
  ActorsQuery: 'table',
}
const byFilters: Record<string, InsightKind> = {
  TRENDS: 'trends',
  STICKINESS: 'stickiness',
  LIFECYCLE: 'lifecycle',
  FUNNELS: 'funnel',
  RETENTION: 'retention',
  PATHS: 'paths',
}
const kindNames: Record<InsightKind, string> = {
  trends: 'Trend',
  stickiness: 'Stickiness',
  lifecycle: 'Lifecycle',
  funnel: 'Funnel',
  retention: 'Retention',
  paths: 'Paths',
  table: 'SQL or list',
  unknown: 'Other',
}

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The question inside nodes that only say how it is shown. */
export function innerQuery(query: Json | null): Json | null {
  let inner: unknown = query
  while (isObject(inner) && /^(InsightViz|DataTable|DataVisualization)Node$/.test(String(inner.kind))) {
    inner = inner.source
  }
  return isObject(inner) ? inner : null
}

const named = (kinds: Record<string, InsightKind>, name: string): InsightKind =>
  Object.hasOwn(kinds, name) ? kinds[name]! : 'unknown'

export function kindOf({ query, filters }: Pick<ShownInsight, 'query' | 'filters'>): InsightKind {
  const inner = innerQuery(query)
  if (inner) return named(byQuery, String(inner.kind))
  if (filters.shown_as === 'Stickiness') return 'stickiness'
  if (filters.shown_as === 'Lifecycle') return 'lifecycle'
  return named(byFilters, String(filters.insight ?? 'TRENDS').toUpperCase())
}

/** "Trend", "Funnel", … */
export const kindName = (insight: Pick<ShownInsight, 'query' | 'filters'>): string =>
  kindNames[kindOf(insight)]

const intervals: Interval[] = ['hour', 'day', 'week', 'month']

export type InsightLook = {
  kind: InsightKind
  display: string
  interval: Interval
  /** Of retention: how long an interval is. */
  period: Interval
  /** Of funnels: of which step the bars are a share. */
  reference?: 'previous'
  /** By which dimensions of its breakdown numbers fall into ranges. */
  ranges: boolean[]
  /** Whether its breakdown is by cohorts. */
  ofCohorts: boolean
  /** Of lifecycles: which are drawn; all where it is not said. */
  statuses?: string[]
}

/** How it is drawn. */
export function lookOf(insight: Pick<ShownInsight, 'query' | 'filters'>): InsightLook {
  const kind = kindOf(insight)
  const inner = innerQuery(insight.query)
  const settings = [inner?.trendsFilter, inner?.stickinessFilter].find(isObject)
  const said = inner ? settings?.display : insight.filters.display
  const asInterval = (given: unknown): Interval => {
    const name = String(given ?? 'day').toLowerCase()
    return intervals.find((one) => one === name) ?? (name === 'minute' ? 'hour' : 'day')
  }
  const retention = isObject(inner?.retentionFilter) ? inner.retentionFilter : {}
  const lifecycle = isObject(inner?.lifecycleFilter) ? inner.lifecycleFilter : insight.filters
  const { toggledLifecycles: statuses } = lifecycle
  const funnel = isObject(inner?.funnelsFilter) ? inner.funnelsFilter : {}
  const reference = inner ? funnel.funnelStepReference : insight.filters.funnel_step_reference
  const breakdown = readBreakdown(inner ? inner.breakdownFilter : insight.filters)
  return {
    kind,
    display: typeof said === 'string' ? said : 'ActionsLineGraph',
    interval: asInterval((inner ?? insight.filters).interval),
    period: asInterval(inner ? retention.period : insight.filters.period),
    ranges: rangesOf(breakdown),
    ofCohorts: dimensionsOf(breakdown)[0]?.type === 'cohort',
    ...(reference === 'previous' && { reference: 'previous' as const }),
    ...(Array.isArray(statuses) && { statuses: statuses.map(String) }),
  }
}

/** What it is called, also where nobody named it. */
export const insightName = (
  insight: Pick<ShownInsight, 'name' | 'derived_name' | 'query' | 'filters'>,
): string => insight.name || insight.derived_name || `Untitled ${kindName(insight).toLowerCase()}`

/** Which days it is about, in which time zone: "Last 7 days · Europe/Berlin". */
export function aboutOf({
  typed_query: typed,
  timezone,
}: {
  typed_query: Record<string, unknown> | null
  timezone: string
}): string {
  const question = readQuestion(typed)
  return question ? `${rangeLabel(question.dateRange)} · ${timezone}` : timezone
}
