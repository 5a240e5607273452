import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import type { Database, Queries } from '../database/database.ts'
import { createGroupStore, writeGroups } from '../persons/group-store.ts'
import { writePeople } from '../persons/person-store.ts'
import {
  type Batch,
  newBatch,
  type Step,
  type TableRows,
  tableRows,
  tablesBeforeEvents,
} from '../pipeline/batch.ts'
import { createDefinitionStore, writeDefinitions } from '../pipeline/definition-store.ts'
import type { PipelineEvent } from '../pipeline/pipeline-event.ts'
import { liftProperties } from '../pipeline/steps/lift-properties.ts'
import { putAt } from '../pipeline/steps/locate.ts'
import { noteDefinitions } from '../pipeline/steps/note-definitions.ts'
import { newEvent } from '../pipeline/steps/parse.ts'
import { resolveGroups } from '../pipeline/steps/resolve-groups.ts'
import { resolvePersons } from '../pipeline/steps/resolve-persons.ts'
import { toRows } from '../pipeline/steps/to-rows.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import { createRandom } from './random.ts'
import { createStory, type Happening } from './story.ts'

/** A demo project's data, as asked: the same again for the same. */
export type Demo = {
  projectId: number
  /** Names it: what is inserted again under it counts once. */
  name: string
  seed: number
  people: number
  /** The last moment of its three months, milliseconds since 1970. */
  end: number
}

/** People in one part: whole companies, so that parts know nothing of each other. */
export const peopleInPart = 250

type Deps = {
  database: Database
  warehouse: Pick<Warehouse, 'insert'>
  now: () => number
}

/**
 * Writes people, groups, definitions and events of a demo project as ingestion would have left them: by the pipeline's
 * own rules and its rows, one part of the people after the other.
 * @param from how many parts the database has already; the last two are inserted again, for that may not have been over
 * @param written called within the transaction that writes a part, with how many are there then; it may refuse
 * @throws what `written` throws, and the stores' own errors. Going on with `from` then is safe.
 */
export async function fillProject(
  { database, warehouse, now }: Deps,
  demo: Demo,
  from: number,
  written: (tx: Queries, parts: { parts: number; events: number }) => Promise<void>,
): Promise<void> {
  const parts = Math.ceil(demo.people / peopleInPart)
  const groups = createGroupStore(database)
  const steps = stepsOver(groups.loadTypes, now)
  let inserting: Promise<void> = Promise.resolve()
  try {
    for (let part = Math.max(0, from - 2); part < parts; part++) {
      const batch = await partOf(demo, part, steps)
      if (part >= from) {
        const events = batch.rows.events.count
        await database.transaction(async (tx) => {
          await written(tx, { parts: part + 1, events })
          await writePeople(tx, batch.people!)
          if (batch.groups) await writeGroups(tx, batch.groups)
          await writeDefinitions(tx, batch.definitions!)
        })
      }
      // The engine works on one part while the next is made here; not on more, which would only wait.
      await inserting
      inserting = insert(warehouse, batch, `${demo.name}:${part}`)
      // its failure is told by the next `await`
      inserting.catch(() => undefined)
    }
  } finally {
    await inserting
  }
}

/** The steps of the pipeline after an event is read and known to be good. Everybody is new. */
function stepsOver(
  loadTypes: ReturnType<typeof createGroupStore>['loadTypes'],
  now: () => number,
): Step['run'][] {
  return [
    resolvePersons({ load: async () => ({ persons: [], distinctIds: [], overrides: [] }) }),
    resolveGroups({ loadTypes, loadGroups: async () => [] }),
    noteDefinitions(createDefinitionStore()),
    toRows(now),
  ]
}

async function partOf(
  { projectId, seed, people, end }: Demo,
  part: number,
  steps: Step['run'][],
): Promise<Batch> {
  const story = createStory(createRandom(`${seed}:${part}`), end)
  let batch = newBatch({
    first: 0,
    last: 0,
    records: [],
    replaced: null,
    refused: { events: new Map(), projects: new Set() },
  })
  for (const unit of story.units(Math.min(peopleInPart, people - part * peopleInPart))) {
    for (const happening of unit) batch.events.push(toEvent(projectId, happening))
    // Whoever else needs this thread does not wait for a whole part.
    await nextTurn()
  }
  for (const run of steps) batch = await run(batch)
  if (batch.deadLetters.length) throw new Error(`a demo event failed: ${batch.deadLetters[0]!.detail}`)
  return batch
}

/** As it stands in the pipeline before its person is known. */
function toEvent(projectId: number, happening: Happening): PipelineEvent {
  // SDKs send within a second or two
  const receivedAt = Math.floor(happening.at) + 1_200
  const event = newEvent(happening.uuid, nothing, noSource, {
    projectId,
    receivedAt,
    sentAt: null,
    ip: null,
    userAgent: null,
    path: '/e',
    plainTexts: true,
    replayOf: null,
  })
  event.event = happening.event
  event.distinctId = happening.distinctId
  event.properties = happening.properties
  event.set = happening.set
  event.setOnce = happening.setOnce
  event.mergeFrom = happening.mergeFrom
  event.timestamp = Math.floor(happening.at) * 1000
  event.elementsChain = happening.elementsChain
  if (happening.place) putAt(happening.place, event)
  liftProperties(event)
  return event
}

const nothing = {}
/** There is no record of a log that it came from. */
const noSource: PipelineEvent['source'] = {
  record: { position: 0, bytes: new Uint8Array() },
  index: 0,
}

async function insert(warehouse: Deps['warehouse'], { rows }: Batch, token: string): Promise<void> {
  const insertTable = (table: (typeof tablesBeforeEvents)[number] | 'events', all: TableRows) =>
    all.count ? warehouse.insert({ table, rows: all.part(0, all.count), token: `demo:${token}` }) : undefined
  for (const table of tablesBeforeEvents) await insertTable(table, tableRows(rows[table]))
  await insertTable('events', rows.events)
}

/** First and last sight of each event, as they are in the data: parts were written by people, not by time. */
export async function settleDefinitions(
  { database, warehouse }: { database: Database; warehouse: Pick<Warehouse, 'query'> },
  projectId: number,
): Promise<void> {
  const { rows } = await warehouse.query({
    sql: `select event, toString(min(timestamp)), toString(max(timestamp)) from events
      where team_id = {projectId:UInt32} group by event`,
    params: { projectId },
  })
  const column = (at: number) => sql.param(rows.map((row) => String(row[at])))
  await database.db.execute(sql`
    update event_definitions d set created_at = (u.first || 'Z')::timestamptz, last_seen_at = (u.last || 'Z')::timestamptz
    from unnest(${column(0)}::text[], ${column(1)}::text[], ${column(2)}::text[]) as u(name, first, last)
    where d.project_id = ${projectId} and d.name = u.name`)
}

/** What a project that is gone has left in the warehouse. */
export async function eraseProject(warehouse: Pick<Warehouse, 'command'>, projectId: number): Promise<void> {
  for (const table of ['events', 'persons', 'person_distinct_ids', 'person_overrides', 'groups']) {
    await warehouse.command(`delete from ${table} where team_id = {projectId:UInt32}`, { projectId })
  }
}
