import { createHash } from 'node:crypto'
import type { Database } from '../database/database.ts'
import type { EventLog, LogRange } from '../event-log/event-log.ts'
import { LeaseLost } from '../event-log/lease.ts'
import { unavailable } from '../model/errors.ts'
import type { ProjectFacts } from '../model/project.ts'
import { createGroupStore } from '../persons/group-store.ts'
import { createPersonStore, PeopleChanged } from '../persons/person-store.ts'
import type { Warehouse, WarehouseTable } from '../warehouse/warehouse.ts'
import { type Batch, newBatch, type Refused, tableRows, tablesBeforeEvents } from './batch.ts'
import { createCounters, type PipelineCounters } from './counters.ts'
import { createDefinitionStore } from './definition-store.ts'
import type { GeoIp } from './geoip.ts'
import { insertRows } from './insert-rows.ts'
import { type PipelineFacts, pipelineSteps, runSteps, stepsToEvents } from './pipeline.ts'
import { findWritten, type Written } from './progress-store.ts'
import { receiptsOf } from './receipts.ts'
import { deadLetterLine, warningLine } from './steps/to-rows.ts'
import { createUserAgents } from './user-agent.ts'
import { createWarningLimit } from './warning-limit.ts'
import { findRefused, isContentRefusal, isStepFault, writeBatch } from './write-batch.ts'

export type PipelineDeps = {
  log: EventLog
  database: Database
  warehouse: Pick<Warehouse, 'insert'>
  /** From memory: it is asked for every event. */
  findProject: (id: number) => (PipelineFacts & Pick<ProjectFacts, 'ingestedEvent'>) | undefined
  /** Called once for a project whose `ingestedEvent` is false when an event of it can be queried. */
  noteIngested: (projectId: number) => Promise<void>
  /** Called for each batch when its events can be queried, with their projects. It must not throw, and is not waited for. */
  noteArrived?: (projectIds: Set<number>) => void
  /** Null: events get no place. */
  geoip: GeoIp | null
  logger: { warn(fields: object, message: string): void; error(fields: object, message: string): void }
  /** Milliseconds since 1970. Default: the clock. */
  now?: () => number
  options?: Partial<PipelineOptions>
}

export type PipelineOptions = {
  /** About the most bytes of the log in one batch. */
  maxBatchBytes: number
  /** Batches begin at least this far apart, so that a trickle of events does not make a part for each. */
  minIntervalMs: number
  /** Waits between tries, doubled each time up to `most`. */
  backoffMs: { first: number; most: number }
  /** How long `between` waits for its turn. */
  turnMs: number
  /** How long `stop` waits for stores that are away before it leaves the batch to the next start. */
  stopMs: number
}

export type Pipeline = {
  start(): void
  /** Finishes the batch in hand. What stays in the log is processed at the next start. */
  stop(): Promise<void>
  /** Resolves when everything that is in the log now can be queried. */
  idle(): Promise<void>
  /**
   * Runs `work` while no batch is in hand, after what a crash left is finished: it may change what the pipeline
   * writes. It must be short.
   * @throws HedgerowError `unavailable` when no turn came within `turnMs`; the work is then not done.
   */
  between<T>(work: () => Promise<T>): Promise<T>
  stats(): PipelineCounters & {
    backlog: ReturnType<EventLog['backlog']>
    /** Why the batch in hand is being tried again; null when all is well. */
    trouble: string | null
  }
}

/** A fault of our own is looked for in the events when it has come this often. */
const faultTries = 3

const defaults: PipelineOptions = {
  maxBatchBytes: 4 * 1024 ** 2,
  minIntervalMs: 100,
  backoffMs: { first: 50, most: 5000 },
  turnMs: 5000,
  stopMs: 10_000,
}

class Stopped extends Error {}

const nothingRefused: Refused = { events: new Map(), projects: new Set() }

/** `turns`: those of others that were over when it was computed. */
type Ahead = { range: LogRange; batch: Batch | null; turns: number }

/**
 * Takes ranges from the log, runs the steps, writes the database, then the warehouse, then commits the range: each
 * store can die between any two of these and nothing is lost or counted twice (docs/adr/0005-exactly-once.md).
 */
export function createPipeline(deps: PipelineDeps): Pipeline {
  const { log, database, warehouse, findProject, noteIngested, logger, now = Date.now } = deps
  const options = { ...defaults, ...deps.options }
  const counters = createCounters()
  const definitions = createDefinitionStore()
  const persons = createPersonStore(database)
  const groups = createGroupStore(database)
  const userAgents = createUserAgents()
  const worthKeeping = createWarningLimit()
  const steps = pipelineSteps({
    log,
    findProject,
    geoip: deps.geoip,
    userAgents,
    persons,
    groups,
    definitions,
    now,
  })

  const stopReading = new AbortController()
  const giveUp = new AbortController()
  const ingested = new Set<number>()
  let running: Promise<void> | null = null
  let trouble: string | null = null
  let committed = 0
  let begin = () => {}
  let turn = new Promise<void>((resolve) => {
    begin = resolve
  })
  /** What is computed of the range after the one in hand. */
  let ahead: Ahead | null = null
  /** Of others, who may have changed what was read for it. */
  let turns = 0
  let waiters: { until: number; resolve: () => void }[] = []

  async function backOff(tries: number, error: unknown): Promise<void> {
    // Whoever reads the partition now goes on with the batch.
    if (error instanceof LeaseLost) throw new Stopped()
    counters.retried()
    const why = error instanceof Error ? error.message : String(error)
    if (why !== trouble) logger.warn(reasonOf(error), 'the pipeline waits and tries again')
    trouble = why
    const { first, most } = options.backoffMs
    await pause(Math.min(first * 2 ** Math.min(tries - 1, 20), most), giveUp.signal)
    if (giveUp.signal.aborted) throw new Stopped()
  }

  /** `refused` may have grown since what is in `written`; a batch that is written keeps its own. */
  const rangeBatch = (range: LogRange, written: Written | null, refused: Refused) =>
    newBatch({
      first: range.first,
      last: range.last,
      records: range.records,
      replaced: written?.replaced ?? null,
      refused: written?.refused ?? refused,
    })

  const runRange = (range: LogRange, written: Written | null, refused: Refused) =>
    runSteps(steps, rangeBatch(range, written, refused), counters.timed)

  /** Computes the batch and sees that the database has it. */
  async function settle(range: LogRange, computed: Batch | null): Promise<Batch> {
    const fingerprint = fingerprintOf(range)
    let refused = nothingRefused
    let mayBeWritten = range.replayed
    for (let tries = 1; ; tries++) {
      try {
        const position = { first: range.first, last: range.last, fingerprint }
        const written = mayBeWritten ? await findWritten(database, log.name, position) : null
        const batch = (tries === 1 && computed) || (await runRange(range, written, refused))
        if (!written) {
          const start = performance.now()
          // From here on the outcome is unknown until it is read.
          mayBeWritten = true
          await writeBatch(database, log, batch, fingerprint)
          counters.timed('write database', performance.now() - start)
        }
        return batch
      } catch (error) {
        // What was noted as remembered is perhaps not written.
        definitions.forget()
        if (isContentRefusal(error) || (isStepFault(error) && tries >= faultTries)) {
          logger.error(reasonOf(error), 'something in a batch can not be processed: looking for it')
          refused = await searchRefused(range, refused, error)
        } else if (!(error instanceof PeopleChanged) || tries > 10) await backOff(tries, error)
      }
    }
  }

  async function searchRefused(range: LogRange, refused: Refused, cause: unknown): Promise<Refused> {
    try {
      const { events } = await runSteps(
        stepsToEvents(steps),
        rangeBatch(range, null, refused),
        counters.timed,
      )
      const found = await findRefused(database, events, refused, (others) => runRange(range, null, others))
      const grown = found.events.size > refused.events.size || found.projects.size > refused.projects.size
      if (!grown) await backOff(1, cause)
      return found
    } catch (error) {
      if (error instanceof Stopped) throw error
      await backOff(1, error)
      return refused
    } finally {
      definitions.forget()
    }
  }

  async function insert(batch: Batch): Promise<void> {
    const start = performance.now()
    const token = `${log.name}-${batch.first}-${batch.last}`
    const { rows, deadLetters } = batch
    const before = await Promise.all(
      tablesBeforeEvents.map((table) =>
        insertRows({ warehouse, backOff }, table, tableRows(rows[table]), token),
      ),
    )
    deadLetters.push(...before.flat())
    deadLetters.push(...(await insertRows({ warehouse, backOff }, 'events', rows.events, token)))
    await insertAside(
      'dead_letters',
      batch.deadLetters.map((letter) => deadLetterLine(letter, now())),
      token,
    )
    await insertAside('ingestion_warnings', batch.warned.filter(worthKeeping).map(warningLine), token)
    counters.timed('insert', performance.now() - start)
  }

  /** What is about events: it is never refused for its content. */
  async function insertAside(table: WarehouseTable, rows: string[], token: string): Promise<void> {
    if (!rows.length) return
    for (let tries = 1; ; tries++) {
      try {
        return await warehouse.insert({ table, rows, token })
      } catch (error) {
        await backOff(tries, error)
      }
    }
  }

  async function noteFirstEvents(batch: Batch): Promise<void> {
    const projects = new Set(batch.events.map((event) => event.projectId))
    for (const id of projects) {
      if (ingested.has(id) || findProject(id)?.ingestedEvent !== false) continue
      try {
        await noteIngested(id)
        ingested.add(id)
      } catch (error) {
        // The project's next batch says it again.
        logger.warn({ ...reasonOf(error), projectId: id }, 'could not note the first event of a project')
      }
    }
  }

  /** Computes the next range while this one is being inserted; writes nothing of it. Null where there is no hurry. */
  async function lookAhead(range: LogRange): Promise<Ahead | null> {
    const taken = range.records.reduce((sum, record) => sum + record.bytes.byteLength, 0)
    if (stopReading.signal.aborted || log.backlog().bytes - taken < options.maxBatchBytes / 2) return null
    try {
      const next = await log.read({ maxBytes: options.maxBatchBytes, waitMs: 0, after: range.last })
      if (!next) return null
      // What is written of it is not known yet.
      if (next.replayed) return { range: next, batch: null, turns }
      return { range: next, batch: await runRange(next, null, nothingRefused), turns }
    } catch {
      // The range in its turn is read again, and meets the same trouble with all that is done about it.
      definitions.forget()
      return null
    }
  }

  async function processRange(range: LogRange): Promise<void> {
    const computed = ahead?.range.first === range.first && ahead.turns === turns ? ahead.batch : null
    // Definitions that were noted for it are not written.
    if (ahead?.batch && !computed) definitions.forget()
    ahead = null
    const batch = await settle(range, computed)
    const looking = lookAhead(range)
    try {
      await insert(batch)
      await noteFirstEvents(batch)
    } finally {
      ahead = await looking
    }
    deps.noteArrived?.(new Set(batch.events.map((event) => event.projectId)))
    const receipts = receiptsOf(batch)
    for (let tries = 1; ; tries++) {
      try {
        await log.commit(range.last, receipts)
        break
      } catch (error) {
        await backOff(tries, error)
      }
    }
    trouble = null
    counters.done(batch)
    committed += range.records.length
    for (const waiter of waiters) if (waiter.until <= committed) waiter.resolve()
    waiters = waiters.filter((waiter) => waiter.until > committed)
  }

  /** One after the other, in the order of asking. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work)
    turn = mine.then(
      () => {},
      () => {},
    )
    return mine
  }

  async function run(): Promise<void> {
    const { signal } = stopReading
    let isFirst = true
    for (let tries = 1; !signal.aborted; ) {
      try {
        const begun = performance.now()
        const range =
          ahead?.range ?? (await log.read({ maxBytes: options.maxBatchBytes, waitMs: 1000, signal }))
        // What a crash left comes before everybody else's turn.
        if (range) await (isFirst ? processRange(range) : inTurn(() => processRange(range)))
        isFirst = false
        begin()
        if (!range) continue
        tries = 1
        await pause(options.minIntervalMs - (performance.now() - begun), signal)
      } catch (error) {
        ahead = null
        definitions.forget()
        if (error instanceof Stopped || signal.aborted) return
        logger.error(reasonOf(error), 'the pipeline failed and begins again')
        await backOff(tries++, error).catch(stopQuietly)
      }
    }
  }

  return {
    start() {
      running ??= run()
    },
    async stop() {
      stopReading.abort()
      const timer = setTimeout(() => giveUp.abort(), options.stopMs)
      await running
      clearTimeout(timer)
    },
    idle() {
      const until = committed + log.backlog().records
      if (until <= committed) return Promise.resolve()
      return new Promise((resolve) => waiters.push({ until, resolve }))
    },
    between(work) {
      return new Promise((resolve, reject) => {
        let isLate = false
        const later = () =>
          reject(unavailable('Events are being processed; this must wait. Try again.', { retryAfter: 5 }))
        const timer = setTimeout(() => {
          isLate = true
          later()
        }, options.turnMs)
        const inIts = async () => {
          clearTimeout(timer)
          // After a stop, a batch may have been left as it was.
          if (stopReading.signal.aborted) later()
          else if (!isLate) {
            turns++
            resolve(await work())
          }
        }
        inTurn(inIts).catch(reject)
      })
    },
    stats: () => ({ ...counters.snapshot(), backlog: log.backlog(), trouble }),
  }
}

/** Not the error itself: those of the database carry the statement's parameters, which are people's data. */
const reasonOf = (error: unknown) => ({
  reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
})

function stopQuietly(error: unknown) {
  if (!(error instanceof Stopped)) throw error
}

/** Tells a range from another of the same positions, in a log that was begun anew. */
function fingerprintOf(range: LogRange): string {
  const bytes = range.records[0]?.bytes ?? new Uint8Array()
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32)
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
