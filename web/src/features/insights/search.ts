import { type Pin, readPin } from '../../api/pin.ts'
import { type Question, type QuestionKind, readQuestion } from '../../api/questions.ts'

/** The names of kinds in addresses, as PostHog's are. */
const kindsByName: Record<string, QuestionKind> = {
  TRENDS: 'TrendsQuery',
  FUNNELS: 'FunnelsQuery',
  RETENTION: 'RetentionQuery',
  PATHS: 'PathsQuery',
  STICKINESS: 'StickinessQuery',
  LIFECYCLE: 'LifecycleQuery',
}

export type EditorSearch = {
  q?: Question
  /** Of a question that is not asked yet. */
  kind?: string
  /** Series of a chart that are not drawn. */
  hidden?: string[]
  panel?: 'api' | 'people'
  /** Whose people the panel shows. */
  at?: Pin
  /** The dashboard that a new insight is for. */
  dashboard?: number
}

/**
 * What the address of an editor says: the typed query itself, the series that are hidden, the open panel. A part that
 * makes no sense falls back to its default.
 */
export function readEditorSearch(search: Record<string, unknown>): EditorSearch {
  const q = readQuestion(search.q)
  const kind = String(search.kind ?? search.insight ?? '').toUpperCase()
  const hidden = Array.isArray(search.hidden) ? search.hidden.filter((key) => typeof key === 'string') : []
  const at = readPin(search.at)
  const dashboard = Number(search.dashboard)
  return {
    ...(q ? { q } : {}),
    ...(!q && Object.hasOwn(kindsByName, kind) ? { kind } : {}),
    ...(hidden.length ? { hidden } : {}),
    ...(search.panel === 'api' ? { panel: 'api' as const } : {}),
    ...(search.panel === 'people' && at ? { panel: 'people' as const, at } : {}),
    ...(Number.isSafeInteger(dashboard) && dashboard > 0 ? { dashboard } : {}),
  }
}

/** The kind that an address asks for, trends where it names none. */
export const kindIn = ({ kind = '' }: EditorSearch): QuestionKind => kindsByName[kind] ?? 'TrendsQuery'

export type InsightsSearch = { search?: string; tag?: string; tab?: 'yours' | 'favorites'; page?: number }

/** What the address of the list says. */
export function readInsightsSearch(search: Record<string, unknown>): InsightsSearch {
  const page = Number(search.page)
  return {
    ...(search.search !== undefined && search.search !== '' ? { search: String(search.search) } : {}),
    ...(search.tag !== undefined && search.tag !== '' ? { tag: String(search.tag) } : {}),
    ...(search.tab === 'yours' || search.tab === 'favorites' ? { tab: search.tab } : {}),
    ...(Number.isSafeInteger(page) && page > 1 ? { page } : {}),
  }
}

/** Whether two questions are one, whatever the order of their fields, and with what is not there as good as null. */
export function sameQuery(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return (a ?? undefined) === (b ?? undefined)
  }
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  const of = (value: object, name: string) => (value as Record<string, unknown>)[name]
  return [...names].every((name) => sameQuery(of(a, name), of(b, name)))
}

/** What the server takes where a question does not say it; retention goes by its own intervals. */
const unsaid = { filterTestAccounts: false }
const unsaidOfSeries = { ...unsaid, interval: 'day', dateRange: { date_from: '-7d' } }

/**
 * The question of a saved insight, where an editor can show all of it; undefined where it would lose a part of it, or
 * of what is not asked by these kinds.
 */
export function wholeQuestion(saved: Record<string, unknown> | null): Question | undefined {
  if (!saved) return undefined
  const given = dated(saved)
  const q = readQuestion(given)
  if (!q) return undefined
  const usual = q.kind === 'RetentionQuery' ? unsaid : unsaidOfSeries
  return sameQuery({ ...usual, ...said(q) }, { ...usual, ...said(given) }) ? q : undefined
}

/** Without fields that say nothing: null, or objects of nothing but that. */
function said(of: object): Record<string, unknown> {
  const entries = Object.entries(of).map(([name, value]) => [name, isObject(value) ? said(value) : value])
  return Object.fromEntries(
    entries.filter(([, value]) => value !== null && !(isObject(value) && Object.keys(value).length === 0)),
  )
}
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const units: Record<string, string> = { Hour: 'h', Day: 'd', Week: 'w', Month: 'm' }
/** As many intervals as the server follows where nobody says it. */
const USUAL_INTERVALS = 7

/** A retention without dates has as many cohorts as it follows: the same, said by dates. */
function dated(saved: Record<string, unknown>): Record<string, unknown> {
  if (saved.kind !== 'RetentionQuery') return saved
  const of = (value: unknown) => (isObject(value) ? (value as Record<string, unknown>) : {})
  const { date_from: from, date_to: to } = of(saved.dateRange)
  if (from || to) return saved
  const { period, totalIntervals } = of(saved.retentionFilter)
  const before = Number(totalIntervals ?? USUAL_INTERVALS) - 1
  return { ...saved, dateRange: { date_from: `-${before}${units[String(period ?? 'Day')] ?? 'd'}` } }
}
