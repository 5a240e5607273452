import { isObject } from '../kit/is-object.ts'
import { asText, shown } from '../kit/scalars.ts'
import { HedgerowError, invalid } from '../model/errors.ts'
import { type RunnableQuery, runnableQuery } from './queries.ts'
import { isTooDeep, mostQueryLevels, unwrapped } from './unwrap.ts'
import {
  insightOf,
  type LegacyFilters,
  textOf,
  unpacked,
  upgradeLifecycle,
  upgradeProperties,
  upgradeStickiness,
  upgradeTrends,
} from './upgrade-filters.ts'
import { upgradeFunnel } from './upgrade-funnel-filters.ts'
import { upgradePaths } from './upgrade-paths.ts'
import { upgradeRetention } from './upgrade-retention.ts'

/** What a saved insight asks, as it was sent: a typed query, or else legacy filters. */
export type SavedQuestion = { filters: LegacyFilters; query: Record<string, unknown> | null }

const upgrades: Record<string, (filters: LegacyFilters) => RunnableQuery> = {
  TRENDS: upgradeTrends,
  STICKINESS: upgradeStickiness,
  LIFECYCLE: upgradeLifecycle,
  FUNNELS: upgradeFunnel,
  RETENTION: upgradeRetention,
  PATHS: upgradePaths,
}

const kinds: Record<string, string> = {
  TrendsQuery: 'TRENDS',
  StickinessQuery: 'STICKINESS',
  LifecycleQuery: 'LIFECYCLE',
  FunnelsQuery: 'FUNNELS',
  RetentionQuery: 'RETENTION',
  PathsQuery: 'PATHS',
  HogQLQuery: 'SQL',
}

/** What kind of question it is, by PostHog's words for filtering insights: `TRENDS`, …, `SQL`, `JSON` for any other. */
export function kindOf({ filters, query }: SavedQuestion): string {
  if (!query) return insightOf(filters)
  const inner = unwrapped(query)
  const kind = isObject(inner) ? asText(inner.kind) : ''
  return Object.hasOwn(kinds, kind) ? kinds[kind]! : 'JSON'
}

/** @throws HedgerowError `parse_error` for a query that could never be asked. */
export function parseSavedQuery(query: Record<string, unknown>): RunnableQuery {
  const inner = unwrapped(query)
  const refuse = (message: string, cause?: unknown) =>
    invalid(message, { code: 'parse_error', attr: 'query', cause })
  if (!isObject(inner)) throw refuse('A query must say its kind, and what it is about.')
  if (isTooDeep(inner)) throw refuse(`A query may be nested ${mostQueryLevels} deep.`)
  if (!runnableKinds.has(inner.kind)) throw refuse(`Unsupported query kind: ${shown(inner.kind)}`)
  const parsed = runnableQuery.safeParse(inner)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const at = issue?.path.join('.')
  throw refuse(`${at ? `${at}: ` : ''}${issue?.message}`, parsed.error)
}

const runnableKinds = new Set<unknown>(runnableQuery.options.map((option) => option.shape.kind.value))

/** The question as the engine takes it. @throws HedgerowError `invalid` for what can't be asked. */
export function typedQuery({ filters, query }: SavedQuestion): RunnableQuery {
  if (query) return parseSavedQuery(query)
  const insight = insightOf(filters)
  const upgrade = Object.hasOwn(upgrades, insight) ? upgrades[insight] : undefined
  if (!upgrade)
    throw invalid(`Insights of type "${insight}" are not supported here.`, { attr: 'filters__insight' })
  return upgrade(filters)
}

/**
 * The question as a dashboard asks it: its dates replace the insight's own, both of them where it says where to begin,
 * and its `properties` must hold too.
 */
export function inDashboard(question: SavedQuestion, dashboard: Record<string, unknown>): SavedQuestion {
  const from = textOf(dashboard.date_from)
  const to = textOf(dashboard.date_to)
  const dates =
    from !== undefined
      ? { date_from: from, date_to: to ?? null }
      : to !== undefined
        ? { date_to: to }
        : undefined
  const properties = isEmpty(dashboard.properties) ? undefined : dashboard.properties
  if (!dates && !properties) return question
  const { filters, query } = question
  if (query) return { filters, query: queryWith(query, dates, properties) }
  return {
    query,
    filters: {
      ...filters,
      ...dates,
      ...(properties !== undefined && { properties: bothHold(filters.properties, properties) }),
    },
  }
}

type Dates = { date_from?: string; date_to: string | null }

function queryWith(
  node: Record<string, unknown>,
  dates: Dates | undefined,
  properties: unknown,
): Record<string, unknown> {
  if (isObject(node.source)) return { ...node, source: queryWith(node.source, dates, properties) }
  const kind = asText(node.kind)
  const filtered = properties !== undefined && { properties: bothHold(node.properties, properties) }
  if (kind === 'EventsQuery') {
    return {
      ...node,
      ...(dates?.date_from !== undefined && { after: dates.date_from }),
      ...(dates && { before: dates.date_to }),
      ...filtered,
    }
  }
  const ranged = (of: Record<string, unknown>) =>
    dates && { dateRange: { ...(isObject(of.dateRange) ? of.dateRange : {}), ...dates } }
  if (kind === 'HogQLQuery') {
    const own = isObject(node.filters) ? node.filters : {}
    const more = properties !== undefined && { properties: bothHold(own.properties, properties) }
    return { ...node, filters: { ...own, ...ranged(own), ...more } }
  }
  return Object.hasOwn(kinds, kind) ? { ...node, ...ranged(node), ...filtered } : node
}

const isEmpty = (properties: unknown): boolean => {
  const value = unpacked(properties)
  if (Array.isArray(value)) return value.length === 0
  return !isObject(value) || Object.keys(value).length === 0
}

/** Two `properties`, in whatever form each is, as one that says both. */
function bothHold(own: unknown, dashboard: unknown): unknown {
  if (isEmpty(own) && typeof own !== 'string') return dashboard
  try {
    return { type: 'AND', values: [groupOf(own), groupOf(dashboard)] }
  } catch (error) {
    // such an insight can't be asked, with the dashboard's properties or without
    if (error instanceof HedgerowError) return own
    throw error
  }
}

function groupOf(properties: unknown): unknown {
  const value = unpacked(properties)
  if (Array.isArray(value)) return { type: 'AND', values: value }
  if (isObject(value) && Array.isArray(value.values)) return value
  return { type: 'AND', values: upgradeProperties(properties) }
}
