import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPersonalApiKeyStore } from '../src/accounts/personal-api-keys.ts'
import { createProjectStore } from '../src/accounts/projects.ts'
import { createUserStore } from '../src/accounts/users.ts'
import { createFolderBlobs } from '../src/blobs/folder.ts'
import { createDeliveries } from '../src/deliveries/deliveries.ts'
import { createDirectory } from '../src/directory/create-directory.ts'
import { createFlagDefinitions } from '../src/directory/flag-definitions.ts'
import { createEvaluator } from '../src/flags/evaluator.ts'
import { createActingFor } from '../src/http/acting-for.ts'
import type { AskAs } from '../src/http/ask-as.ts'
import { parseDefinition, shownFilters } from '../src/insights/cohort-definition.ts'
import { createPropertyNames, createPropertyTypes } from '../src/insights/property-types.ts'
import { createInsights } from '../src/insights/run.ts'
import { createJobs, type Jobs } from '../src/jobs/jobs.ts'
import { createOutgoing } from '../src/outgoing/outgoing.ts'
import { createFlagLookUps } from '../src/persons/flag-look-ups.ts'
import { createDeadLetters } from '../src/pipeline/dead-letters.ts'
import { readWarnings } from '../src/pipeline/ingestion-warnings.ts'
import { createActionStore } from '../src/private-api/actions/store.ts'
import { createCalculation } from '../src/private-api/cohorts/calculate.ts'
import { createFlagCopies } from '../src/private-api/cohorts/flag-copies.ts'
import { cohortTasks, copyCohort } from '../src/private-api/cohorts/tasks.ts'
import { createDemoStore } from '../src/private-api/demo-projects/store.ts'
import { demoTasks } from '../src/private-api/demo-projects/tasks.ts'
import { createExportStore } from '../src/private-api/exports/store.ts'
import { exportTasks } from '../src/private-api/exports/tasks.ts'
import { createFlagStore } from '../src/private-api/feature-flags/store.ts'
import { createHookStore } from '../src/private-api/hooks/store.ts'
import { privateApi } from '../src/private-api/private-api.ts'
import { createScheduledChangeStore } from '../src/private-api/scheduled-changes/store.ts'
import { createSubscriptionStore } from '../src/private-api/subscriptions/store.ts'
import { createSurveyStore } from '../src/private-api/surveys/store.ts'
import { publicApi } from '../src/public-api/public-api.ts'
import { type Ingested, ingested } from './ingested.ts'
import { testAnswers } from './insights.ts'

/**
 * Every slice of the private API, put together as `compose.ts` does it, over a real pipeline, with the background jobs
 * running; answers that are not what their contract says fail. `hasPublicApi`: what SDKs call is there too.
 */
export async function wholeApi(
  whenDone: (close: () => Promise<void>) => void,
  {
    canMail = false,
    mostDemoPeople = Number.POSITIVE_INFINITY,
    hasPublicApi = false,
    ...options
  }: {
    canMail?: boolean
    /** Demo projects get no more, however many were asked for: others measure how long answers take. */
    mostDemoPeople?: number
    hasPublicApi?: boolean
  } & Parameters<typeof ingested>[2] = {},
): Promise<Ingested> {
  const folder = await mkdtemp(join(tmpdir(), 'hedgerow-flags-'))
  whenDone(() => rm(folder, { recursive: true, force: true }))
  const logger = { info: () => {}, warn: () => {}, error: console.error, debug: () => {} }
  return ingested(
    whenDone,
    ({ database, activity, warehouse, cohorts, questions, writer, receipts, directory, pipeline }) => [
      async (app) => {
        const propertyTypes = createPropertyTypes(database)
        const actions = createActionStore(database)
        const flagDefinitions = await createFlagDefinitions({ database, folder, logger })
        whenDone(() => flagDefinitions.close())
        const evaluator = createEvaluator({
          definitionsOf: flagDefinitions.of,
          cohorts: { read: parseDefinition, show: shownFilters },
          lookUp: createFlagLookUps({ database, logger }).lookUp,
        })
        if (hasPublicApi) {
          const known = await createDirectory({ database, file: join(folder, 'directory.json'), logger })
          whenDone(() => known.close())
          await app.register(
            publicApi({
              log: pipeline.log(),
              directory: known,
              evaluator,
              definitionsOf: flagDefinitions.of,
              rateLimits: null,
              locate: async () => null,
              maxBodyBytes: 1024 * 1024,
            }),
          )
        }
        const findProject = () => ({
          timezone: 'UTC',
          testAccountFilters: [],
          botFilter: 'off' as const,
          dropEventsOlderThan: null,
        })
        const insights = createInsights({
          warehouse,
          findProject,
          propertyTypes,
          findProperties: createPropertyNames(database),
          findAction: actions.findForQuestions,
          cohorts: cohorts.finder,
        })
        const copies = createFlagCopies({
          database,
          warehouse,
          cohorts,
          neededBy: evaluator.membersNeededBy,
          changed: flagDefinitions.changed,
          copyLater: (projectId, cohortId) => jobs.send(copyCohort, { projectId, cohortId }),
          logger,
        })
        const calculation = createCalculation({
          cohorts,
          warehouse,
          findProject,
          findAction: actions.findForQuestions,
          propertyTypes,
          peopleChanged: copies.peopleChanged,
          logger,
        })
        const blobs = await createFolderBlobs({ folder: join(folder, 'blobs') })
        const demos = createDemoStore(database)
        const actingFor = createActingFor({
          users: createUserStore(database),
          keys: createPersonalApiKeyStore(database),
        })
        const askAs: AskAs = (...asked) => app.askAs(...asked)
        const sender: Pick<Jobs, 'send'> = { send: (...sent) => jobs.send(...sent) }
        const jobs: Jobs = createJobs({
          database,
          tasks: [
            ...cohortTasks({
              cohorts,
              calculation,
              copies,
              insights,
              projectsWithFlags: flagDefinitions.projectIds,
            }),
            ...exportTasks({
              exports: createExportStore(database),
              blobs,
              actingFor,
              askAs,
              jobs: sender,
            }),
            ...demoTasks({
              demos: {
                ...demos,
                async take(id) {
                  const row = await demos.take(id)
                  return row && { ...row, people: Math.min(row.people, mostDemoPeople) }
                },
              },
              database,
              warehouse,
              projects: createProjectStore(database),
              directory,
              noteIngested: async () => {},
              actingFor,
              askAs,
              jobs: sender,
              now: Date.now,
            }),
          ],
          logger,
        })
        whenDone(() => jobs.stop())
        jobs.start()
        const flags = createFlagStore({
          database,
          activity,
          findCohorts: cohorts.load,
          changed: async (projectId) => {
            await flagDefinitions.changed(projectId)
            await copies.flagsChanged(projectId)
          },
        })
        const answers = async () => {}
        await app.register(
          privateApi({
            database,
            directory,
            actions,
            cohorts,
            calculation,
            demos,
            evaluator,
            flags,
            scheduled: createScheduledChangeStore({ database, flags }),
            surveys: createSurveyStore({ database, activity, flags, now: () => new Date() }),
            blobs,
            outgoing: createOutgoing({ privateHosts: ['127.0.0.1'] }),
            hooks: createHookStore({
              database,
              deliveries: createDeliveries(database),
              now: () => new Date(),
            }),
            subscriptions: createSubscriptionStore({
              database,
              deliveries: createDeliveries(database),
              now: () => new Date(),
            }),
            jobs,
            personWriter: writer,
            deadLetters: createDeadLetters({ warehouse, log: pipeline.log() }),
            readWarnings: readWarnings({ warehouse }),
            receipts,
            insights,
            answers: testAnswers(insights),
            questions,
            rateLimits: null,
            // nobody outside is asked
            lookUpTxt: async () => [],
            secureCookies: false,
            canMail,
            checks: { database: answers, warehouse: answers, event_log: answers },
          }),
        )
      },
    ],
    options,
  )
}
