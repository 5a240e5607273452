import { HedgerowError } from '../model/errors.ts'
import { createAnswerStore } from './answer-store.ts'
import type { QueryStatus } from './answers.ts'
import type { Cost } from './ask.ts'

/** How long the results of a question that was answered later can be fetched. */
const keptMs = 20 * 60_000

/**
 * Where questions stand that are answered later, by project and id. They are in memory: only the process that was
 * asked knows them, and not after its end.
 */
export function createQueryStatuses({ now }: { now: () => Date }) {
  type Running = { status: QueryStatus; cost: Cost }
  const running = new Map<string, Running>()
  const ended = createAnswerStore<QueryStatus>({ maxBytes: 128 * 1024 ** 2, most: 1000 })
  const keyOf = (projectId: number, id: string) => `${projectId}:${id}`

  function progressed({ status, cost }: Running): QueryStatus {
    const time_elapsed = now().getTime() - Date.parse(status.start_time)
    return {
      ...status,
      query_progress: { time_elapsed, rows_read: cost.rows_read, bytes_read: cost.bytes_read },
    }
  }

  return {
    /** Begins a status, or finds the one of this id that runs (`isNew` false). */
    begin(projectId: number, id: string): { status: QueryStatus; isNew: boolean } {
      const key = keyOf(projectId, id)
      const known = running.get(key)
      if (known) return { status: progressed(known), isNew: false }
      const status: QueryStatus = {
        id,
        team_id: projectId,
        query_async: true,
        complete: false,
        error: false,
        error_message: null,
        start_time: now().toISOString(),
        end_time: null,
        expiration_time: null,
        query_progress: null,
        results: null,
      }
      ended.delete(key)
      running.set(key, { status, cost: { rows_read: 0, bytes_read: 0, elapsed_ms: 0 } })
      return { status, isNew: true }
    },

    progress(projectId: number, id: string, cost: Cost): void {
      const known = running.get(keyOf(projectId, id))
      if (known) known.cost = cost
    },

    /** @param outcome the answer, or what was thrown */
    end(projectId: number, id: string, outcome: { results: unknown } | { error: unknown }): void {
      const key = keyOf(projectId, id)
      const known = running.get(key)
      if (!known) return
      running.delete(key)
      const endedAt = now().getTime()
      const status: QueryStatus = {
        ...known.status,
        complete: true,
        end_time: new Date(endedAt).toISOString(),
        expiration_time: new Date(endedAt + keptMs).toISOString(),
      }
      const fail = (error_message: string | null) => ended.set(key, { ...status, error: true, error_message })
      if ('error' in outcome) {
        fail(outcome.error instanceof HedgerowError ? outcome.error.message : null)
      } else if (!ended.set(key, { ...status, results: outcome.results })) {
        fail('The answer is too large to be kept. Ask for it with `refresh: blocking`, or for less of it.')
      }
    },

    find(projectId: number, id: string): QueryStatus | undefined {
      const key = keyOf(projectId, id)
      const known = running.get(key)
      if (known) return progressed(known)
      const status = ended.get(key)
      if (!status || Date.parse(status.expiration_time!) >= now().getTime()) return status
      ended.delete(key)
      return undefined
    },
  }
}
