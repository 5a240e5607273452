import { HedgerowError } from '../model/errors.ts'
import { createAnswerStore } from './answer-store.ts'
import type { QueryStatus } from './answers.ts'

/** How long the results of a question that was answered later can be fetched. */
export const keptMs = 20 * 60_000

export type QueryProgress = Omit<NonNullable<QueryStatus['query_progress']>, 'time_elapsed'>
/** The answer, or what was thrown. */
export type QueryOutcome = { results: unknown } | { error: unknown }

/** Where questions stand that are answered later, by project and id. */
export type QueryStatuses = {
  /** Begins a status, or finds the one of this id that runs (`isNew` false). */
  begin(projectId: number, id: string): Promise<{ status: QueryStatus; isNew: boolean }>
  /** To be called at least every ten seconds while it runs: a status that nobody speaks for has failed. */
  progress(projectId: number, id: string, progress: QueryProgress): Promise<void>
  end(projectId: number, id: string, outcome: QueryOutcome): Promise<void>
  find(projectId: number, id: string): Promise<QueryStatus | undefined>
}

/** In memory, for a server that is one process: its end is the end of all that runs. */
export function createQueryStatuses({ now }: { now: () => Date }): QueryStatuses {
  type Running = { status: QueryStatus; progress: QueryProgress | null }
  const running = new Map<string, Running>()
  const ended = createAnswerStore<QueryStatus>({ maxBytes: 128 * 1024 ** 2, most: 1000 })
  const keyOf = (projectId: number, id: string) => `${projectId}:${id}`
  const progressed = ({ status, progress }: Running) => withProgress(status, progress, now())

  return {
    async begin(projectId, id) {
      const key = keyOf(projectId, id)
      const known = running.get(key)
      if (known) return { status: progressed(known), isNew: false }
      const status = begun(projectId, id, now())
      ended.delete(key)
      running.set(key, { status, progress: null })
      return { status, isNew: true }
    },

    async progress(projectId, id, progress) {
      const known = running.get(keyOf(projectId, id))
      if (known) known.progress = progress
    },

    async end(projectId, id, outcome) {
      const key = keyOf(projectId, id)
      const known = running.get(key)
      if (!known) return
      running.delete(key)
      const status = endedWith(known.status, outcome, now())
      if (!ended.set(key, status)) ended.set(key, endedWith(known.status, tooLarge, now()))
    },

    async find(projectId, id) {
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

export const begun = (projectId: number, id: string, at: Date): QueryStatus => ({
  id,
  team_id: projectId,
  query_async: true,
  complete: false,
  error: false,
  error_message: null,
  start_time: at.toISOString(),
  end_time: null,
  expiration_time: null,
  query_progress: null,
  results: null,
})

export const withProgress = (status: QueryStatus, progress: QueryProgress | null, at: Date): QueryStatus => ({
  ...status,
  query_progress: {
    time_elapsed: Math.max(0, at.getTime() - Date.parse(status.start_time)),
    rows_read: progress?.rows_read ?? 0,
    bytes_read: progress?.bytes_read ?? 0,
    estimated_rows_total: progress?.estimated_rows_total ?? null,
  },
})

export function endedWith(status: QueryStatus, outcome: QueryOutcome, at: Date): QueryStatus {
  const over = {
    ...status,
    complete: true,
    end_time: at.toISOString(),
    expiration_time: new Date(at.getTime() + keptMs).toISOString(),
  }
  if ('results' in outcome) return { ...over, results: outcome.results }
  // what is not theirs to mend is reported, not shown
  const error_message = outcome.error instanceof HedgerowError ? outcome.error.message : null
  return { ...over, error: true, error_message }
}

export const tooLarge: QueryOutcome = {
  error: new HedgerowError(
    'invalid',
    'The answer is too large to be kept. Ask for it with `refresh: blocking`, or for less of it.',
  ),
}
