import { eq } from 'drizzle-orm'
import type { FastifyPluginAsync } from 'fastify'
import type { ActivityLog } from '../src/activity/activity-log.ts'
import type { Database } from '../src/database/database.ts'
import { organizationMemberships, projects } from '../src/database/schema.ts'
import type { Directory } from '../src/directory/directory.ts'
import { createPropertyTypes } from '../src/insights/property-types.ts'
import { createQuestions, type Questions } from '../src/insights/questions.ts'
import { createPersonReader, type PersonReader } from '../src/persons/read-persons.ts'
import { type EventDeletion, eventDeletionTasks } from '../src/pipeline/delete-events.ts'
import type { PersonWriter } from '../src/pipeline/person-writer.ts'
import { createReceiptReader, type ReceiptReader } from '../src/pipeline/receipt-reader.ts'
import { type CohortStore, createCohortStore } from '../src/private-api/cohorts/store.ts'
import type { Warehouse } from '../src/warehouse/warehouse.ts'
import { type TestApp, testApp } from './app.ts'
import { type TestPipeline, testPersonWriter, testPipeline } from './pipeline.ts'

export type Ingested = {
  api: TestApp
  pipeline: TestPipeline
  /** Sends events as an SDK would and waits until they can be read. */
  send(...events: unknown[]): Promise<void>
  /** The project that they go to, as a path: `/api/projects/7/`. */
  base: string
  /** Does what jobs do: the events of those who were deleted with them go. */
  deleteEvents(): Promise<void>
}

/** The API over a real pipeline: what is sent is what the slices read. The first user owns the project. */
export async function ingested(
  whenDone: (close: () => Promise<void>) => void,
  slices: (deps: {
    database: Database
    activity: ActivityLog
    questions: Questions
    cohorts: CohortStore
    persons: PersonReader
    warehouse: Warehouse
    writer: PersonWriter
    receipts: ReceiptReader
    directory: Pick<Directory, 'changed'>
    /** Where the events are taken from. */
    pipeline: TestPipeline
  }) => FastifyPluginAsync[],
  options: Parameters<typeof testApp>[2] = {},
): Promise<Ingested> {
  let pipeline: TestPipeline | undefined
  let receipts: ReceiptReader | undefined
  const deletions: EventDeletion[] = []
  const api = await testApp(
    whenDone,
    ({ database, activity, directory }) => [
      async (app) => {
        pipeline = await testPipeline(whenDone, { database })
        const cohorts = createCohortStore(database)
        const questions = createQuestions({
          warehouse: pipeline.warehouse,
          propertyTypes: createPropertyTypes(database),
          cohorts: cohorts.finder,
        })
        const persons = createPersonReader(database)
        const { warehouse, log } = pipeline
        const writer = testPersonWriter(pipeline, {
          deleteEvents: async (deletion) => {
            deletions.push(deletion)
          },
        })
        receipts = createReceiptReader({ log: log() })
        for (const slice of slices({
          database,
          activity,
          questions,
          cohorts,
          persons,
          warehouse,
          writer,
          receipts,
          directory,
          pipeline,
        }))
          await app.register(slice)
      },
    ],
    { whenVisible: (...asked) => receipts!.whenVisible(...asked), ...options },
  )
  const { projectId, send } = pipeline!
  const [project] = await api.database.db.select().from(projects).where(eq(projects.id, projectId))
  await api.database.db
    .insert(organizationMemberships)
    .values({ organizationId: project!.organizationId, userId: api.user.id, level: 15 })
  return {
    api,
    pipeline: pipeline!,
    send: (...events) => send({ batch: events }, { path: '/batch' }),
    base: `/api/projects/${projectId}/`,
    async deleteEvents() {
      const { warehouse, log } = pipeline!
      const [remove] = eventDeletionTasks({ log: log(), warehouse })
      for (const deletion of deletions.splice(0)) await remove.run(deletion, new AbortController().signal)
    },
  }
}
