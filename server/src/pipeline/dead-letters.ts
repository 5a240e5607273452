import { z } from 'zod'
import type { LogWriter } from '../event-log/event-log.ts'
import { type CaptureEnvelope, partitionOf, type RawEvent } from '../model/captured.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import { type DeadLetterReason, deadLetterReasons } from './pipeline-event.ts'

/** An event that could not be processed, as people see it. */
export type KeptDeadLetter = {
  id: string
  /** Of the event; all zeros where it is no event's. */
  eventUuid: string
  reason: DeadLetterReason
  /** The step of the pipeline at which it failed; empty for those of earlier versions. */
  step: string
  detail: string
  /** JSON text of the event as captured, or of the row that was refused. */
  raw: string
  /** ISO 8601, UTC; likewise the others. */
  receivedAt: string
  diedAt: string
  /** Null while it waits. */
  replayedAt: string | null
  /** Whether it is an event that can be sent again. */
  replayable: boolean
}

export type DeadLetterFilter = {
  reason?: DeadLetterReason
  step?: string
  /** True: those that were not sent again yet; false: the others. */
  waiting?: boolean
}

export type Replayed = {
  /** Sent again. */
  replayed: number
  /** Left alone, as the event is stored already. */
  alreadyStored: number
  /** Those of the selection that still wait. */
  left: number
}

/** Most that are sent again in one go: the caller asks again while some are left. */
export const mostAtOnce = 500

const noEvent = '00000000-0000-0000-0000-000000000000'

const row = z.tuple([
  z.string(),
  z.string(),
  z.enum(deadLetterReasons),
  z.string(),
  z.string(),
  z.string(),
  z.string(),
  z.string(),
  z.string().nullable(),
])

/** Dead letters: listed, and sent through the event log again. */
export function createDeadLetters({
  warehouse,
  log,
  now = Date.now,
}: {
  warehouse: Pick<Warehouse, 'query' | 'insert'>
  log: LogWriter
  /** Milliseconds since 1970. Default: the clock. */
  now?: () => number
}) {
  /** One line a letter, however often a retry has written it. */
  const from = `
    (select id, anyIf(uuid, isLetter) as uuid, anyIf(reason, isLetter) as reason, anyIf(step, isLetter) as step,
      anyIf(detail, isLetter) as detail, anyIf(raw, isLetter) as raw,
      minIf(received_at, isLetter) as received, minIf(inserted_at, isLetter) as died,
      maxIf(replayed_at, not isLetter) as replayed_last, countIf(not isLetter) > 0 as replayed
    from (
      select true as isLetter, id, uuid, reason, step, detail, raw, received_at, inserted_at,
        received_at as replayed_at
      from dead_letters where team_id = {project:UInt32}
      union all
      select false, id, toUUID('${noEvent}'), '', '', '', '', replayed_at, replayed_at, replayed_at
      from dead_letter_replays where team_id = {project:UInt32}
    ) group by id having countIf(isLetter) > 0)`

  const where = ({ reason, step, waiting }: DeadLetterFilter, ids?: string[]) =>
    [
      reason !== undefined && 'reason = {reason:String}',
      step !== undefined && 'step = {step:String}',
      waiting !== undefined && (waiting ? 'not replayed' : 'replayed'),
      ids && 'id in {ids:Array(UUID)}',
    ]
      .filter((condition) => condition !== false && condition !== undefined)
      .join(' and ') || '1'

  async function find(
    projectId: number,
    filter: DeadLetterFilter,
    { ids, order, limit, offset }: { ids?: string[]; order: 'asc' | 'desc'; limit: number; offset: number },
  ): Promise<KeptDeadLetter[]> {
    const time = (column: string) => `formatDateTime(${column}, '%Y-%m-%dT%H:%i:%S.%fZ')`
    const { rows } = await warehouse.query({
      sql: `select toString(id), toString(uuid), reason, step, detail, raw, ${time('received')}, ${time('died')},
        if(replayed, ${time('replayed_last')}, null)
        from ${from} where ${where(filter, ids)}
        order by died ${order}, id limit {limit:UInt32} offset {offset:UInt32}`,
      params: { project: projectId, ...filter, ...(ids && { ids }), limit, offset },
    })
    return rows.map((values) => {
      const [id, eventUuid, reason, step, detail, raw, receivedAt, diedAt, replayedAt] = row.parse(values)
      const replayable = eventUuid !== noEvent && isObject(raw)
      return { id, eventUuid, reason, step, detail, raw, receivedAt, diedAt, replayedAt, replayable }
    })
  }

  async function count(projectId: number, filter: DeadLetterFilter, ids?: string[]): Promise<number> {
    const { rows } = await warehouse.query({
      sql: `select count() from ${from} where ${where(filter, ids)}`,
      params: { project: projectId, ...filter, ...(ids && { ids }) },
    })
    return Number(rows[0]?.[0])
  }

  async function storedAlready(projectId: number, uuids: string[]): Promise<Set<string>> {
    const { rows } = await warehouse.query({
      sql: 'select distinct toString(uuid) from events where team_id = {project:UInt32} and uuid in {uuids:Array(UUID)}',
      params: { project: projectId, uuids },
    })
    return new Set(rows.map(([uuid]) => String(uuid)))
  }

  return {
    /** Newest first. */
    async list(projectId: number, filter: DeadLetterFilter, page: { limit: number; offset: number }) {
      const [results, total] = await Promise.all([
        find(projectId, filter, { ...page, order: 'desc' }),
        count(projectId, filter),
      ])
      return { count: total, results }
    },

    /**
     * Sends up to `mostAtOnce` of the selection through the log again, the oldest first. A letter is said to be
     * replayed when the log has it; should the process die between the two, another try of the same letter is known
     * as a repeat. What dies again is a new letter.
     * @throws HedgerowError `unavailable` when the log is full; what was not sent still waits.
     */
    async replay(
      projectId: number,
      selection: { ids: string[] } | Pick<DeadLetterFilter, 'reason' | 'step'>,
    ): Promise<Replayed> {
      const ids = 'ids' in selection ? selection.ids : undefined
      const filter: DeadLetterFilter = { ...('ids' in selection ? {} : selection), waiting: true }
      const found = await find(projectId, filter, { ids, order: 'asc', limit: mostAtOnce, offset: 0 })
      const letters = found.filter(({ replayable }) => replayable)
      const stored = await storedAlready(
        projectId,
        letters.map(({ eventUuid }) => eventUuid),
      )
      const sent = letters.filter(({ eventUuid }) => !stored.has(eventUuid))
      // Before they are sent: what dies again at once is a new letter.
      const waiting = letters.length ? await count(projectId, filter, ids) : 0
      await Promise.all(
        sent.map((letter) => {
          const event = JSON.parse(letter.raw) as RawEvent
          const partition = partitionOf(projectId, event, log.partitions ?? 1)
          return log.append([recordOf(projectId, letter)], partition)
        }),
      )
      if (letters.length) {
        const replayedAt = new Date(now()).toISOString().replace('T', ' ').replace('Z', '')
        await warehouse.insert({
          table: 'dead_letter_replays',
          rows: letters.map(({ id }) => JSON.stringify({ team_id: projectId, id, replayed_at: replayedAt })),
          token: `replay-${projectId}-${letters[0]!.id}-${letters.length}-${replayedAt}`,
        })
      }
      return {
        replayed: sent.length,
        alreadyStored: letters.length - sent.length,
        left: Math.max(0, waiting - letters.length),
      }
    },
  }
}

export type DeadLetters = ReturnType<typeof createDeadLetters>

/** As capture would have written it then: the time of receipt decides what a missing timestamp means. */
function recordOf(projectId: number, { id, eventUuid, raw, receivedAt }: KeptDeadLetter): Uint8Array {
  const envelope: CaptureEnvelope = {
    projectId,
    receivedAt,
    sentAt: null,
    ip: null,
    userAgent: null,
    path: '/batch',
    historicalMigration: false,
    uuids: [eventUuid],
    replayOf: id,
  }
  return Buffer.from(`${JSON.stringify(envelope)}\n[${raw}]`)
}

function isObject(raw: string): boolean {
  try {
    const value: unknown = JSON.parse(raw)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
