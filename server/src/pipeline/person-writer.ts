import type { Database } from '../database/database.ts'
import type { EventLogs, LogWriter } from '../event-log/event-log.ts'
import { type CaptureEnvelope, partitionOf } from '../model/captured.ts'
import { notFound } from '../model/errors.ts'
import { removal, splitChanges } from '../persons/edit-people.ts'
import type { PeopleChanges } from '../persons/people.ts'
import { createPersonStore, PeopleChanged, writePeople } from '../persons/person-store.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import { newBatch } from './batch.ts'
import type { Pipeline } from './consumer.ts'
import type { EventDeletion } from './delete-events.ts'
import { toRows } from './steps/to-rows.ts'

const mostTries = 5

type Deps = {
  log: LogWriter & Pick<EventLogs, 'mark' | 'reached'>
  pipeline: Pick<Pipeline, 'between'>
  database: Database
  warehouse: Pick<Warehouse, 'insert'>
  /** Has events deleted soon; resolves when that is sure to happen. */
  deleteEvents(deletion: EventDeletion): Promise<void>
  /** Milliseconds since 1970. Default: the clock. */
  now?: () => number
  /** How long a change of properties is waited for before the caller is answered without it. */
  patienceMs?: number
}

/**
 * What users change about people by hand. Properties change as they do for everybody: by an event in the log, in
 * its turn. Splits and deletions are no events; they take their turn between two batches, so that the pipeline stays
 * the only writer.
 */
export function createPersonWriter(deps: Deps) {
  const { log, pipeline, database, warehouse, deleteEvents, now = Date.now, patienceMs = 5000 } = deps
  const persons = createPersonStore(database)
  const rowsOf = toRows(now)

  /** The event is on disk when this resolves, and applied too unless that takes longer than is bearable. */
  async function send(
    projectId: number,
    distinctId: string,
    event: string,
    properties: Record<string, unknown>,
  ) {
    const at = new Date(now()).toISOString()
    const envelope: CaptureEnvelope = {
      projectId,
      receivedAt: at,
      sentAt: null,
      ip: null,
      userAgent: null,
      path: '/api/persons',
      historicalMigration: false,
      uuids: [crypto.randomUUID()],
    }
    const body = { event, distinct_id: distinctId, properties, timestamp: at }
    const record = Buffer.from(`${JSON.stringify(envelope)}\n${JSON.stringify(body)}`)
    await log.append([record], partitionOf(projectId, body, log.partitions ?? 1))
    await log.reached(await log.mark(), { waitMs: patienceMs })
  }

  /** The person with all that decides about a split; in the pipeline's turn nothing of it changes. */
  async function load(projectId: number, uuid: string) {
    const person = await persons.findByUuid(projectId, uuid)
    if (!person) throw notFound()
    const ids = (await persons.distinctIdsOf(projectId, [person.id])).get(person.id)!
    const keys = ids.map((distinctId) => ({ projectId, distinctId }))
    const known = await persons.load({ all: keys, mayCreate: keys, mayMerge: keys, replay: true })
    const place = new Map(ids.map((id, n) => [id, n]))
    const distinctIds = known.distinctIds.toSorted(
      (a, b) => place.get(a.distinctId)! - place.get(b.distinctId)!,
    )
    return { ...known, distinctIds }
  }

  /**
   * The warehouse first: if the database then fails, the same call made again makes the same rows with higher
   * versions, and a person that only the warehouse believes gone comes back with their next change.
   */
  async function write(changes: PeopleChanges, token: string): Promise<void> {
    const { rows } = await rowsOf({ ...nothing(), people: changes })
    for (const table of ['persons', 'person_distinct_ids', 'person_overrides'] as const) {
      const lines = rows[table].map(({ line }) => line)
      if (lines.length) await warehouse.insert({ table, rows: lines, token })
    }
    await database.transaction((tx) => writePeople(tx, changes))
  }

  /** Pipelines of other processes take no turns with us: what they changed meanwhile is decided about again. */
  const inTurn = (work: () => Promise<void>) =>
    pipeline.between(async () => {
      for (let tries = 1; ; tries++) {
        try {
          return await work()
        } catch (error) {
          if (!(error instanceof PeopleChanged) || tries >= mostTries) throw error
        }
      }
    })

  return {
    set: (projectId: number, distinctId: string, properties: Record<string, unknown>) =>
      send(projectId, distinctId, '$set', { $set: properties }),

    unset: (projectId: number, distinctId: string, names: string[]) =>
      send(projectId, distinctId, '$delete_person_property', { $unset: names }),

    /**
     * @param main the distinct id that the person keeps, with their properties
     * @throws HedgerowError not found; `unavailable` when the pipeline is held up.
     */
    split: (projectId: number, uuid: string, main?: string) =>
      inTurn(async () => {
        const known = await load(projectId, uuid)
        const changes = splitChanges(known, uuid, main, now())
        await write(changes, `split-${uuid}-${changes.updated[0]!.person.version}`)
      }),

    /**
     * Events stay, unless they are to go with the person; a next one of the same distinct id makes a person again.
     * @throws HedgerowError not found; `unavailable` when the pipeline is held up.
     */
    remove: (projectId: number, uuid: string, { withEvents = false } = {}) =>
      inTurn(async () => {
        const at = now()
        const { changes, distinctIds, personIds } = removal(await load(projectId, uuid), uuid, at)
        // Before the person is gone: afterwards nobody could ask for it again.
        if (withEvents) {
          await deleteEvents({
            projectId,
            personIds,
            distinctIds: distinctIds.map(({ distinctId }) => distinctId),
            receivedUntil: at,
          })
        }
        const token = `remove-${uuid}-${changes.deleted[0]!.person.version}`
        const lines = distinctIds.map((one) =>
          JSON.stringify({
            team_id: projectId,
            distinct_id: one.distinctId,
            person_id: uuid,
            is_deleted: true,
            version: one.version,
          }),
        )
        if (lines.length) await warehouse.insert({ table: 'person_distinct_ids', rows: lines, token })
        await write(changes, token)
      }),
  }
}

export type PersonWriter = ReturnType<typeof createPersonWriter>

const nothing = () =>
  newBatch({
    first: 0,
    last: 0,
    records: [],
    replaced: null,
    refused: { events: new Map(), projects: new Set() },
  })
