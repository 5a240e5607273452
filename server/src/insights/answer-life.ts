import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { HedgerowError } from '../model/errors.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import { limitOf } from './answer-limits.ts'
import { createAnswerStore } from './answer-store.ts'
import type { Envelope, QueryStatus } from './answers.ts'
import type { AskOptions, Cost } from './ask.ts'
import { createFlights } from './flights.ts'
import { freshnessOf, isFresh } from './freshness.ts'
import type { Prepared } from './prepare.ts'
import type { RunnableQuery } from './queries.ts'
import type { QueryOutcome, QueryProgress, QueryStatuses } from './query-statuses.ts'
import type { Answer, Insights } from './run.ts'

/** PostHog's ways to ask; docs/answers.md has them in a table. */
export const refreshModes = [
  'blocking',
  'force_blocking',
  'async',
  'force_async',
  'async_except_on_cache_miss',
  'lazy_async',
  'force_cache',
] as const
export type RefreshMode = (typeof refreshModes)[number]

export type LivingAnswer = Answer & Envelope

export type Ask = Omit<AskOptions, 'prepared' | 'onCost' | 'signal' | 'name'> & {
  /** Without one, what is fresh is served again where the kind of question allows it, else calculated. */
  refresh?: RefreshMode
  /** A name for the question, by which it can be cancelled. */
  clientQueryId?: string | null
  /** Aborts when the caller has gone away. */
  signal?: AbortSignal
  /** Only what is read from now on will do: the caller waited for its events (`?after=`). */
  mustBeNew?: boolean
  /** What else the shape of the answer depends on, as plain data: that for which links are made, who is shown how. */
  shape?: unknown
}

/** `answer`: also an older one while a newer is calculated. `status`: of that one. Neither: `force_cache` found nothing. */
export type Outcome = { cacheKey: string; answer?: LivingAnswer; status?: QueryStatus }

type Deps = {
  insights: Pick<Insights, 'prepare' | 'run'>
  statuses: QueryStatuses
  /** How far a question has come, by its name in the warehouse. */
  progress: Warehouse['progress']
  /** Passes the name of a question that was cancelled on to the other processes, which call `cancelHere`. */
  tellOthers?(projectId: number, clientQueryId: string): Promise<void>
  /** Told of faults of ours that no caller waits for. */
  reportFault(error: unknown): void
  now?: () => Date
}

type Kept = { answer: LivingAnswer; calculatedAt: number; order: number }

const cacheBounds = { maxBytes: 128 * 1024 ** 2, most: 10_000 }

/** How often a status learns how far its question is. */
const progressMs = 500

const nameOf = (projectId: number, id: string) => `${projectId}:${id}`

const cancelled = () => new HedgerowError('invalid', 'The query was cancelled.', { code: 'query_cancelled' })

/** The life of an answer: kept and served again, calculated once for all who ask for it, later or now, cancelled. */
export function createAnswers(deps: Deps) {
  const { insights, statuses, reportFault, now = () => new Date() } = deps
  const cache = createAnswerStore<Kept>(cacheBounds)
  const flights = createFlights<LivingAnswer>()
  /** Questions that are named and wait, by project and name. */
  const waiting = new Map<string, Set<AbortController>>()
  let runs = 0
  /** When what is answered later has come to its end, by project and name. */
  const ends = new Map<string, Promise<void>>()
  /** What runs, by the key of its answer: its name in the warehouse, and what it has cost so far. */
  const underWay = new Map<string, { name: string; cost: Cost }>()

  type Question = { projectId: number; query: RunnableQuery; key: string; prepared: Prepared; asked: Ask }

  async function calculate(
    { projectId, query, key, prepared, asked }: Question,
    signal: AbortSignal,
  ): Promise<LivingAnswer> {
    const order = ++runs
    const run = { name: crypto.randomUUID(), cost: { rows_read: 0, bytes_read: 0, elapsed_ms: 0 } }
    underWay.set(key, run)
    const calculatedAt = now().getTime()
    const { limits, showActors, linksTo, poolCohorts, funnelLinksTo, correlationLinksTo } = asked
    const answer = await insights
      .run(projectId, query, {
        ...{ limits, showActors, linksTo, poolCohorts, funnelLinksTo, correlationLinksTo },
        ...{ prepared, signal, name: run.name },
        onCost: (cost) => Object.assign(run.cost, cost),
      })
      .finally(() => {
        if (underWay.get(key) === run) underWay.delete(key)
      })
    const living = withLifetime(query, answer, key)
    const before = cache.get(key)
    // one that began earlier and took longer knows less
    const isNewest = !before || before.order < order
    if (freshnessOf(query) && isNewest && !isEmpty(living))
      cache.set(key, { answer: living, calculatedAt, order })
    return living
  }

  function fly(question: Question, signal: AbortSignal): Promise<LivingAnswer> {
    const { key, asked } = question
    return flights.join(key, (stop) => calculate(question, stop), { signal, isOwn: asked.mustBeNew })
  }

  /** What it has cost so far: the parts that were answered, and the one that runs. */
  async function progressOf(key: string): Promise<QueryProgress> {
    const run = underWay.get(key)
    const live = run ? await deps.progress(run.name) : null
    const before = run?.cost.rows_read ?? 0
    return {
      rows_read: before + (live?.rowsRead ?? 0),
      bytes_read: (run?.cost.bytes_read ?? 0) + (live?.bytesRead ?? 0),
      estimated_rows_total:
        live && live.rowsTotal > 0 ? before + Math.max(live.rowsTotal, live.rowsRead) : null,
    }
  }

  /** Keeps the status up to date, one look after the other, until it is told to stop. */
  async function watch(question: Question, id: string, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await sleep(progressMs, undefined, { signal: over }).catch(() => undefined)
      if (over.aborted) return
      const progress = await progressOf(question.key)
      await statuses.progress(question.projectId, id, progress).catch(reportFault)
    }
  }

  /** Runs on for nobody but the status; what it came to is there until it expires. */
  async function flyLater(question: Question): Promise<QueryStatus> {
    const { projectId, asked } = question
    const id = asked.clientQueryId || crypto.randomUUID()
    const { status, isNew } = await statuses.begin(projectId, id)
    if (!isNew) return status
    const caller = named(projectId, id)
    const over = new AbortController()
    // nobody waits for what goes wrong from here on
    watch(question, id, over.signal).catch(reportFault)
    const end = fly(question, caller.signal)
      .then(
        (results): QueryOutcome => ({ results }),
        (error): QueryOutcome => {
          if (!(error instanceof HedgerowError)) reportFault(error)
          return { error }
        },
      )
      .finally(() => {
        over.abort()
        caller.leave()
      })
      .then((outcome) => statuses.end(projectId, id, outcome))
      .catch(reportFault)
      .finally(() => ends.delete(nameOf(projectId, id)))
    ends.set(nameOf(projectId, id), end)
    return status
  }

  async function cancelHere(projectId: number, clientQueryId: string): Promise<void> {
    const name = nameOf(projectId, clientQueryId)
    for (const stop of waiting.get(name) ?? []) stop.abort(cancelled())
    await ends.get(name)
  }

  /** One who waits, until `leave`; by its name it can be cancelled. */
  function named(projectId: number, id: string | null | undefined, gone?: AbortSignal) {
    const stop = new AbortController()
    const go = () => stop.abort(cancelled())
    if (gone?.aborted) go()
    gone?.addEventListener('abort', go, { once: true })
    const name = nameOf(projectId, id ?? '')
    if (id) waiting.set(name, (waiting.get(name) ?? new Set()).add(stop))
    const leave = () => {
      gone?.removeEventListener('abort', go)
      const others = waiting.get(name)
      others?.delete(stop)
      if (others?.size === 0) waiting.delete(name)
    }
    return { signal: stop.signal, leave }
  }

  async function decide(question: Question, signal: AbortSignal): Promise<Outcome> {
    const { key, query, prepared, asked } = question
    const { mustBeNew } = asked
    const freshness = freshnessOf(query)
    const mode = asked.refresh ?? (freshness?.byDefault ? 'blocking' : 'force_blocking')
    const isForced = mode === 'force_blocking' || mode === 'force_async' || mustBeNew
    const kept = isForced ? undefined : cache.get(key)
    const answer = kept && servedAgain(kept, now().getTime())
    if (mode === 'force_cache') return { cacheKey: key, answer }
    if (kept && freshness) {
      const { timezone } = prepared.project
      const lazy = mode === 'lazy_async'
      const { calculatedAt } = kept
      if (isFresh(freshness, { calculatedAt, now: now().getTime(), timezone, lazy })) {
        return { cacheKey: key, answer }
      }
    }
    const isLater =
      mode === 'async' ||
      mode === 'force_async' ||
      mode === 'lazy_async' ||
      (mode === 'async_except_on_cache_miss' && kept !== undefined)
    if (isLater) return { cacheKey: key, answer, status: await flyLater(question) }
    return { cacheKey: key, answer: await fly(question, signal) }
  }

  async function request(projectId: number, query: RunnableQuery, asked: Ask = {}): Promise<Outcome> {
    const caller = named(projectId, asked.clientQueryId, asked.signal)
    try {
      const prepared = await insights.prepare(projectId, query)
      caller.signal.throwIfAborted()
      const { limits, poolCohorts, shape } = asked
      const key = keyOf([projectId, query, prepared.facts, limits, poolCohorts, shape])
      return await decide({ projectId, query, key, prepared, asked }, caller.signal)
    } finally {
      caller.leave()
    }
  }

  return {
    /**
     * Answers in one of the ways of `refreshModes`.
     * @throws HedgerowError as `Insights.run`, and `query_cancelled`.
     */
    request,

    /** Answers now: what is fresh, or calculated. @throws HedgerowError as `request`. */
    async ask(
      projectId: number,
      query: RunnableQuery,
      asked: Ask & { refresh?: 'blocking' | 'force_blocking' } = {},
    ): Promise<LivingAnswer> {
      const { answer } = await request(projectId, query, asked)
      return answer!
    },

    /** Of a question that is answered later; undefined when none of this id was asked, or it has expired. */
    status: statuses.find,

    /**
     * Whoever waits under this name, in whatever process, is answered `query_cancelled` at once; the warehouse is told
     * to stop when nobody else waits for the same.
     */
    async cancel(projectId: number, clientQueryId: string): Promise<void> {
      await cancelHere(projectId, clientQueryId)
      await deps.tellOthers?.(projectId, clientQueryId)
    },

    /** As `cancel`, in this process only. */
    cancelHere,
  }
}

export type Answers = ReturnType<typeof createAnswers>

function withLifetime(query: RunnableQuery, answer: Answer, key: string): LivingAnswer {
  const calculatedAt = Date.parse(answer.last_refresh)
  const freshness = freshnessOf(query)
  const after = (ms: number) => new Date(calculatedAt + ms).toISOString()
  return {
    ...answer,
    cache_key: key,
    cache_target_age: freshness && after(freshness.freshMs),
    next_allowed_client_refresh: after(freshness?.clientRefreshMs ?? 0),
    statistics: { ...answer.statistics, cache_age_ms: 0, limited_by: limitOf(query, answer) },
  }
}

const servedAgain = ({ answer, calculatedAt }: Kept, now: number): LivingAnswer => ({
  ...answer,
  is_cached: true,
  statistics: { ...answer.statistics, cache_age_ms: Math.max(0, now - calculatedAt) },
})

/** As PostHog has it: an empty answer is asked for again, for it is what somebody waits to change. */
const isEmpty = ({ results }: LivingAnswer) => Array.isArray(results) && results.length === 0

/** The same for the same question, in whatever order its fields are. */
const keyOf = (parts: unknown[]) =>
  `cache_${createHash('sha256')
    .update(JSON.stringify(canonical(parts)))
    .digest('hex')
    .slice(0, 32)}`

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, canonical(one)]),
  )
}

/** What every answer says besides its results. */
export const envelopeOf = ({
  timezone,
  last_refresh,
  is_cached,
  cache_key,
  cache_target_age,
  next_allowed_client_refresh,
  statistics,
}: LivingAnswer): Envelope => ({
  timezone,
  last_refresh,
  is_cached,
  cache_key,
  cache_target_age,
  next_allowed_client_refresh,
  statistics,
})
