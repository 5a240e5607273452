import { z } from 'zod'
import type { Warehouse } from '../warehouse/warehouse.ts'
import { type Warning, warnings } from './pipeline-event.ts'

export type WarningSummary = {
  type: Warning
  /** ISO 8601, UTC. */
  lastSeen: string
  count: number
  /** Thirty days up to today, UTC: how many, and which day (`2026-03-01`). */
  sparkline: [count: number, day: string][]
  /** The latest. */
  warnings: { type: Warning; timestamp: string; details: Record<string, unknown> }[]
}

const days = 30
const mostExamples = 50

const summaryRow = z.tuple([
  z.enum(warnings),
  z.coerce.number(),
  z.string(),
  z.array(z.tuple([z.string(), z.string()])),
  z.array(z.tuple([z.string(), z.coerce.number()])),
])

/** What was odd about the events of the last thirty days, by type, the latest first. */
export const readWarnings =
  ({ warehouse, now = Date.now }: { warehouse: Pick<Warehouse, 'query'>; now?: () => number }) =>
  async (projectId: number, search?: string): Promise<WarningSummary[]> => {
    const since = new Date(now() - days * 86_400_000).toISOString().slice(0, 10)
    const { rows } = await warehouse.query({
      sql: `
        select type, sum(n), max(last), groupArrayArray(examples) as examples, groupArray((toString(day), n)) from (
          select type, toDate(timestamp) as day, count() as n,
            formatDateTime(max(timestamp), '%Y-%m-%dT%H:%i:%S.%fZ') as last,
            arraySlice(groupArraySorted(${mostExamples})((-toUnixTimestamp64Milli(timestamp),
              formatDateTime(timestamp, '%Y-%m-%dT%H:%i:%S.%fZ'), details)), 1) as sorted,
            arrayMap(one -> (one.2, one.3), sorted) as examples
          from ingestion_warnings
          where team_id = {project:UInt32} and timestamp > toDateTime64({since:String}, 3, 'UTC')
            and ({search:String} = '' or positionCaseInsensitiveUTF8(details, {search:String}) > 0)
          group by type, day order by day desc)
        group by type order by max(last) desc`,
      params: { project: projectId, since: `${since} 00:00:00`, search: search ?? '' },
    })
    const today = Math.floor(now() / 86_400_000)
    return rows.map((values) => {
      const [type, count, lastSeen, examples, byDay] = summaryRow.parse(values)
      const counts = new Map(byDay)
      return {
        type,
        lastSeen,
        count,
        sparkline: Array.from({ length: days }, (_, n) => {
          const day = new Date((today - days + 1 + n) * 86_400_000).toISOString().slice(0, 10)
          return [counts.get(day) ?? 0, day] as [number, string]
        }),
        warnings: examples.slice(0, mostExamples).map(([timestamp, details]) => ({
          type,
          timestamp,
          details: JSON.parse(details) as Record<string, unknown>,
        })),
      }
    })
  }

export type ReadWarnings = ReturnType<typeof readWarnings>
