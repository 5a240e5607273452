import * as z from 'zod/mini'
import type { TrendsQuery } from '../../api/types.ts'

/** What a new trend asks before anything is chosen. */
export const defaultQuery: TrendsQuery = {
  kind: 'TrendsQuery',
  series: [],
  interval: 'day',
  dateRange: { date_from: '-7d' },
  trendsFilter: { display: 'ActionsLineGraph' },
}

const filter = z.object({
  key: z.string(),
  type: z.catch(z.enum(['event', 'person']), 'event'),
  operator: z.catch(z.string(), 'exact'),
  value: z.optional(
    z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()])), z.null()]),
  ),
})

const query = z.object({
  kind: z.literal('TrendsQuery'),
  series: z.array(
    z.object({
      kind: z.literal('EventsNode'),
      event: z.nullable(z.string()),
      math: z.catch(z.enum(['total', 'dau', 'weekly_active', 'monthly_active', 'unique_session']), 'total'),
    }),
  ),
  interval: z.catch(z.enum(['hour', 'day', 'week', 'month']), 'day'),
  dateRange: z.catch(
    z.object({ date_from: z.string(), date_to: z.optional(z.nullable(z.string())) }),
    defaultQuery.dateRange,
  ),
  properties: z.optional(z.array(filter)),
  breakdownFilter: z.optional(
    z.object({ breakdown: z.string(), breakdown_type: z.catch(z.enum(['event', 'person']), 'event') }),
  ),
  trendsFilter: z.catch(
    z.optional(
      z.object({ display: z.enum(['ActionsLineGraph', 'ActionsBar', 'ActionsTable', 'BoldNumber']) }),
    ),
    undefined,
  ),
  compareFilter: z.optional(z.object({ compare: z.boolean() })),
})

export type TrendsSearch = { q?: TrendsQuery; hidden?: string[]; panel?: 'api' }

/**
 * What the address of a trend says: the typed query itself, the series that are hidden, the open panel. A part that
 * makes no sense falls back to its default.
 */
export function readTrendsSearch(search: Record<string, unknown>): TrendsSearch {
  const read = query.safeParse(search.q)
  const hidden = Array.isArray(search.hidden) ? search.hidden.filter((key) => typeof key === 'string') : []
  return {
    ...(read.success ? { q: read.data } : {}),
    ...(hidden.length ? { hidden } : {}),
    ...(search.panel === 'api' ? { panel: 'api' as const } : {}),
  }
}

export type InsightsSearch = { search?: string; tab?: 'yours' | 'favorites'; page?: number }

/** What the address of the list says. */
export function readInsightsSearch(search: Record<string, unknown>): InsightsSearch {
  const page = Number(search.page)
  return {
    ...(search.search !== undefined && search.search !== '' ? { search: String(search.search) } : {}),
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
