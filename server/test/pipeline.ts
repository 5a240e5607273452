import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '../src/database/database.ts'
import { organizations, projects } from '../src/database/schema.ts'
import type { EventLog } from '../src/event-log/event-log.ts'
import { createLmdbEventLog } from '../src/event-log/lmdb.ts'
import { type CaptureEnvelope, eventsOf } from '../src/model/captured.ts'
import type { BotFilter } from '../src/model/project.ts'
import { createPipeline, type Pipeline, type PipelineDeps } from '../src/pipeline/consumer.ts'
import { createPersonWriter, type PersonWriter } from '../src/pipeline/person-writer.ts'
import type { Warehouse } from '../src/warehouse/warehouse.ts'
import { testDatabase } from './database.ts'
import { testWarehouse } from './warehouse.ts'

export type TestPipeline = {
  projectId: number
  /** What `findProject` answers; tests change it. */
  project: {
    id: number
    anonymizeIps: boolean
    ingestedEvent: boolean
    botFilter: BotFilter
    dropEventsOlderThan: number | null
  }
  database: Database
  warehouse: Warehouse
  /** The one in use: a restart opens it again. */
  log: () => EventLog
  pipeline: () => Pipeline
  /** Puts a body into the log as capture would. */
  append(body: unknown, envelope?: Partial<CaptureEnvelope>): Promise<void>
  /** `append`, and waits until it can be queried. */
  send(body: unknown, envelope?: Partial<CaptureEnvelope>): Promise<void>
  /** Rows of a query, by column name. */
  rows(sql: string, params?: Record<string, unknown>): Promise<Record<string, unknown>[]>
  /** Events of the project, oldest first, their properties parsed. */
  events(): Promise<StoredEvent[]>
  /** Stops, closes the log and opens it again with a new pipeline on it, as a restart of the process does. */
  restart(changes?: (deps: PipelineDeps) => PipelineDeps): Promise<void>
  /** The same without stopping first: for a pipeline that will do nothing any more. */
  revive(changes?: (deps: PipelineDeps) => PipelineDeps): Promise<void>
}

export type StoredEvent = {
  uuid: string
  event: string
  distinct_id: string
  person_id: string
  person_mode: string
  timestamp: string
  elements_chain: string
  properties: Record<string, unknown>
  person_properties: Record<string, unknown>
  groups: string[]
}

/** The whole pipeline on real stores, fresh and empty, with one project. */
export async function testPipeline(
  whenDone: (close: () => Promise<void>) => void,
  options: { database?: Database; changes?: (deps: PipelineDeps) => PipelineDeps } = {},
): Promise<TestPipeline> {
  const database = options.database ?? (await testDatabase())
  const { warehouse, cleanup } = await testWarehouse()
  const folder = await mkdtemp(join(tmpdir(), 'hedgerow-pipeline-'))
  const projectId = await addProject(database)
  const project: TestPipeline['project'] = {
    id: projectId,
    anonymizeIps: false,
    ingestedEvent: false,
    botFilter: 'off',
    dropEventsOlderThan: null,
  }
  let log: EventLog
  let pipeline: Pipeline

  function open(changes = options.changes) {
    log = createLmdbEventLog({ folder, maxBytes: 1024 ** 3 })
    const deps: PipelineDeps = {
      log,
      database,
      warehouse,
      findProject: (id) => (id === projectId ? project : undefined),
      noteIngested: async () => {
        project.ingestedEvent = true
      },
      geoip: null,
      logger: { warn: () => {}, error: (fields, message) => console.error(message, fields) },
      options: { minIntervalMs: 0, backoffMs: { first: 10, most: 50 }, stopMs: 200 },
    }
    pipeline = createPipeline(changes ? changes(deps) : deps)
    pipeline.start()
  }
  open()
  whenDone(async () => {
    await pipeline.stop()
    await log.close()
    if (!options.database) await database.close()
    await cleanup()
    await rm(folder, { recursive: true, force: true })
  })

  const append: TestPipeline['append'] = (body, envelope = {}) =>
    log.append([captured(body, { projectId, ...envelope })])
  const rows: TestPipeline['rows'] = async (sql, params) => {
    const answer = await warehouse.query({ sql, params })
    return answer.rows.map((row) =>
      Object.fromEntries(answer.columns.map((column, index) => [column.name, row[index]])),
    )
  }
  return {
    projectId,
    project,
    database,
    warehouse,
    log: () => log,
    pipeline: () => pipeline,
    append,
    rows,
    async send(body, envelope) {
      await append(body, envelope)
      await pipeline.idle()
    },
    async events() {
      const found = await rows(
        `select uuid, event, distinct_id, person_id, person_mode, timestamp, elements_chain, properties,
          person_properties, [$group_0, $group_1, $group_2, $group_3, $group_4] as groups
        from events where team_id = {project:UInt32} order by timestamp, uuid`,
        { project: projectId },
      )
      return found.map((row) => ({
        ...(row as StoredEvent),
        properties: JSON.parse(row.properties as string),
        person_properties: JSON.parse(row.person_properties as string),
      }))
    },
    async restart(changes) {
      await pipeline.stop()
      await log.close()
      open(changes)
    },
    async revive(changes) {
      await log.close()
      open(changes)
    },
  }
}

/** A new organization with one project. */
export async function addProject(database: Database): Promise<number> {
  const slug = crypto.randomUUID()
  const [organization] = await database.db.insert(organizations).values({ name: 'Test', slug }).returning()
  const [project] = await database.db
    .insert(projects)
    .values({ organizationId: organization!.id, apiToken: `phc_${slug.replaceAll('-', '')}` })
    .returning()
  return project!.id
}

/** A request as capture writes it to the log. */
export function captured(body: unknown, envelope: Partial<CaptureEnvelope>): Uint8Array {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const uuids =
    envelope.uuids ?? eventsOf(JSON.parse(text)).map((event) => String(event?.uuid ?? crypto.randomUUID()))
  const full: CaptureEnvelope = {
    projectId: 1,
    receivedAt: new Date().toISOString(),
    sentAt: null,
    ip: null,
    userAgent: null,
    path: '/e',
    historicalMigration: false,
    ...envelope,
    uuids,
  }
  return Buffer.from(`${JSON.stringify(full)}\n${text}`)
}

/** Changes people by hand, beside the pipeline. Events that should go are only told of by `changes.deleteEvents`. */
export const testPersonWriter = (
  pipe: Pick<TestPipeline, 'database' | 'warehouse' | 'log' | 'pipeline'>,
  changes: Partial<Parameters<typeof createPersonWriter>[0]> = {},
): PersonWriter =>
  createPersonWriter({
    log: pipe.log(),
    pipeline: pipe.pipeline(),
    database: pipe.database,
    warehouse: pipe.warehouse,
    deleteEvents: async () => {},
    ...changes,
  })
