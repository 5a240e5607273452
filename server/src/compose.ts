import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eq } from 'drizzle-orm'
import { z } from 'zod'
import { createFirstUser } from './accounts/first-user.ts'
import { createInviteStore } from './accounts/invites.ts'
import { createMembershipStore } from './accounts/memberships.ts'
import { createPasswordResetStore } from './accounts/password-resets.ts'
import { createPersonalApiKeyStore } from './accounts/personal-api-keys.ts'
import { createProjectStore } from './accounts/projects.ts'
import { createUserStore } from './accounts/users.ts'
import { createActivityLog } from './activity/activity-log.ts'
import { createFolderBlobs } from './blobs/folder.ts'
import { createDatabaseBlobs } from './blobs/in-database.ts'
import { bootstrap } from './bootstrap.ts'
import { accountVerbs } from './command-line/account-verbs.ts'
import { demoVerbs } from './command-line/demo-verbs.ts'
import type { Config } from './config.ts'
import { createDatabase } from './database/create-database.ts'
import type { Database } from './database/database.ts'
import { projects } from './database/schema.ts'
import { createDeliveries } from './deliveries/deliveries.ts'
import { createDirectory } from './directory/create-directory.ts'
import type { Directory } from './directory/directory.ts'
import { createFlagDefinitions } from './directory/flag-definitions.ts'
import { type EventLogs, wholeLog } from './event-log/event-log.ts'
import { createLmdbEventLog } from './event-log/lmdb.ts'
import { checkLmdbEventLog } from './event-log/lmdb-check.ts'
import { createNatsEventLogs } from './event-log/nats.ts'
import { createEvaluator } from './flags/evaluator.ts'
import { createActingFor } from './http/acting-for.ts'
import { createApp } from './http/app.ts'
import type { AskAs } from './http/ask-as.ts'
import { createLogger } from './http/logging.ts'
import { tellMismatches } from './http/response-check.ts'
import { createSentry } from './http/sentry.ts'
import { webApp } from './http/web-app.ts'
import { createAnswers } from './insights/answer-life.ts'
import { parseDefinition, shownFilters } from './insights/cohort-definition.ts'
import { createPropertyNames, createPropertyTypes } from './insights/property-types.ts'
import { createQueryStatuses } from './insights/query-statuses.ts'
import { createSharedQueryStatuses, queryStatusesTask } from './insights/query-statuses-shared.ts'
import { createQuestions } from './insights/questions.ts'
import { createInsights } from './insights/run.ts'
import { createJobs, type Jobs } from './jobs/jobs.ts'
import { lockDataDir } from './kit/data-dir-lock.ts'
import { createLocalControl, localControlPath } from './local-control.ts'
import { createMailer, type Mailer } from './mail/mailer.ts'
import { createOutgoing } from './outgoing/outgoing.ts'
import { createFlagLookUps } from './persons/flag-look-ups.ts'
import { createPersonReader } from './persons/read-persons.ts'
import { createDeadLetters } from './pipeline/dead-letters.ts'
import { deleteEvents, eventDeletionTasks } from './pipeline/delete-events.ts'
import { createFolding, foldingTask } from './pipeline/fold-overrides.ts'
import { createGeoIp, type GeoIp } from './pipeline/geoip.ts'
import { readWarnings } from './pipeline/ingestion-warnings.ts'
import { createLogState } from './pipeline/log-state.ts'
import { createPersonWriter } from './pipeline/person-writer.ts'
import { createPipelines } from './pipeline/pipelines.ts'
import { createReceiptReader } from './pipeline/receipt-reader.ts'
import { createActionStore } from './private-api/actions/store.ts'
import { createCalculation } from './private-api/cohorts/calculate.ts'
import { createFlagCopies } from './private-api/cohorts/flag-copies.ts'
import { createCohortStore } from './private-api/cohorts/store.ts'
import { cohortTasks, copyCohort } from './private-api/cohorts/tasks.ts'
import { createDemoStore } from './private-api/demo-projects/store.ts'
import { demoTasks } from './private-api/demo-projects/tasks.ts'
import { createTxtLookUp } from './private-api/domains/txt-records.ts'
import { createExportStore } from './private-api/exports/store.ts'
import { exportTasks } from './private-api/exports/tasks.ts'
import { createFlagStore } from './private-api/feature-flags/store.ts'
import { createFindMatches } from './private-api/hooks/matches.ts'
import { createHookStore } from './private-api/hooks/store.ts'
import { createHookWaker, hookTasks } from './private-api/hooks/tasks.ts'
import { probeRoutes } from './private-api/instance/routes.ts'
import { sendInviteTask } from './private-api/invites/tasks.ts'
import { sendPasswordResetTask } from './private-api/password-reset/tasks.ts'
import { privateApi } from './private-api/private-api.ts'
import { createScheduledChangeStore } from './private-api/scheduled-changes/store.ts'
import { scheduledChangesTask } from './private-api/scheduled-changes/tasks.ts'
import { sharedPages } from './private-api/sharing/public-pages.ts'
import { memberJoinedTasks } from './private-api/signup/tasks.ts'
import { createSubscriptionStore } from './private-api/subscriptions/store.ts'
import { subscriptionTask } from './private-api/subscriptions/tasks.ts'
import { createSurveyStore } from './private-api/surveys/store.ts'
import { surveyTask } from './private-api/surveys/tasks.ts'
import { publicApi } from './public-api/public-api.ts'
import { createRateLimits } from './rate-limits/in-memory.ts'
import { createSharedRateLimits, rateLimitsTask } from './rate-limits/shared.ts'
import { createSharingLinkStore } from './saved/sharing-links.ts'
import { createWarehouse } from './warehouse/create-warehouse.ts'

export type RunningServer = {
  /** Where it listens, such as `http://127.0.0.1:8000`. */
  address: string
  /** Takes no more requests, finishes what is in hand, closes every store, gives the folder back. */
  close(): Promise<void>
}

/** Channel on which processes tell each other of questions that were cancelled: project, name. */
const cancelledQueries = 'cancelled-queries'
const cancelledQuery = z.tuple([z.int(), z.string()])

const webBuild = fileURLToPath(new URL('../../web/dist', import.meta.url))

/**
 * The whole of Hedgerow, put together and listening. The one place that knows all parts; read it as the table of
 * contents.
 * @throws DataDirError when the folder is in use or can't be written; DamagedEventLog; the system's `EADDRINUSE` when
 * the port is taken.
 */
export async function startServer(config: Config): Promise<RunningServer> {
  const opened = createClosers()
  try {
    const logger = createLogger(config.logLevel)
    const sentry = config.sentryDsn ? await createSentry(config.sentryDsn, 'hedgerow') : null
    if (sentry) opened.add(() => sentry.close())
    // What is not as its contract says is a fault of ours that nobody need suffer from: it is answered, and told of.
    const onMismatch = tellMismatches(logger, sentry?.report)

    // The stores. The lock comes first: two processes in one folder would corrupt it.
    const lock = await lockDataDir(config.dataDir, () => {
      logger.fatal('the data folder was taken by another process')
      process.exit(1)
    })
    opened.add(() => lock.release())
    const [database, warehouse, geoip] = await allOrFailure([
      opened.when(
        createDatabase(
          config.databaseUrl
            ? {
                url: config.databaseUrl,
                whenRefused: (error) => {
                  logger.fatal({ err: error }, 'the database does not fit')
                  process.exit(1)
                },
              }
            : { dataDir: join(config.dataDir, 'database') },
        ),
      ),
      opened.when(createWarehouse({ ...config, log: logger })),
      createGeoIp(config.geoipDb),
      config.natsUrls ? Promise.resolve() : checkLmdbEventLog(lmdbFolder(config)),
    ])
    const directory = await opened.when(
      createDirectory({ database, file: join(config.dataDir, 'directory.json'), logger }),
    )
    const flagDefinitions = await opened.when(
      createFlagDefinitions({ database, folder: join(config.dataDir, 'feature-flags'), logger }),
    )
    // Where the database is away, what it said when somebody was there before is known all the same.
    if (directory.ageMs() === 0) {
      await bootstrap({
        init: config.init,
        createFirstUser: (first) => createFirstUser(database, first),
        changed: () => directory.changed(),
        log: logger,
      })
    }
    const log = await opened.when(openEventLog(config, database, logger))
    // Where the database is shared, so are files.
    const blobs = config.databaseUrl
      ? createDatabaseBlobs({ database })
      : await createFolderBlobs({ folder: join(config.dataDir, 'blobs') })

    // The engines: what turns events into rows, and questions into answers.
    const pipeline = createPipelines({
      logs: log,
      database,
      warehouse,
      geoip,
      findProject: (id) => directory.projectById(id),
      noteIngested: noteIngested(database, directory),
      noteArrived: (projectIds) => hookWaker.arrived(projectIds),
      logger,
    })
    opened.add(() => pipeline.stop())
    const folding = createFolding({ database, warehouse, pipeline, logger })
    const propertyTypes = createPropertyTypes(database)
    const actions = createActionStore(database, async (projectId) => {
      if (flagDefinitions.of(projectId)?.surveys.length) await flagDefinitions.changed(projectId)
    })
    // Who evaluates flags has them in memory, with the cohorts that they name.
    const evaluator = createEvaluator({
      definitionsOf: flagDefinitions.of,
      definitionsAgeMs: flagDefinitions.ageMs,
      cohorts: { read: parseDefinition, show: shownFilters },
      lookUp: createFlagLookUps({ database, logger }).lookUp,
    })
    const flagsChanged = async (projectId: number) => {
      await flagDefinitions.changed(projectId)
      await copies.flagsChanged(projectId)
    }
    const cohorts = createCohortStore(database, async (projectId) => {
      if (flagDefinitions.of(projectId)) await flagsChanged(projectId)
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
    const insights = createInsights({
      warehouse,
      findProject: (id) => directory.projectById(id),
      propertyTypes,
      findProperties: createPropertyNames(database),
      findAction: actions.findForQuestions,
      pathCleaning: createProjectStore(database).pathCleaningFilters,
      cohorts: cohorts.finder,
      onMismatch,
    })
    const calculation = createCalculation({
      cohorts,
      warehouse,
      findProject: (id) => directory.projectById(id),
      findAction: actions.findForQuestions,
      propertyTypes,
      peopleChanged: copies.peopleChanged,
      logger,
    })
    const activity = createActivityLog(database)
    const flags = createFlagStore({ database, activity, findCohorts: cohorts.load, changed: flagsChanged })
    const scheduled = createScheduledChangeStore({ database, flags })
    const surveys = createSurveyStore({ database, activity, flags, now: () => new Date() })
    // What is made in the background for somebody asks the API, as they may.
    const askAs: AskAs = (...asked) => own.askAs(...asked)
    const actingFor = createActingFor({
      users: createUserStore(database),
      keys: createPersonalApiKeyStore(database),
    })
    const outgoing = createOutgoing({ privateHosts: config.privateHosts })
    const deliveries = createDeliveries(database)
    const hooks = createHookStore({ database, deliveries, now: () => new Date() })
    const subscriptions = createSubscriptionStore({ database, deliveries, now: () => new Date() })
    const mailer = config.mail && createMailer(config.mail)
    const questions = createQuestions({ warehouse, propertyTypes, cohorts: cohorts.finder })
    const demos = createDemoStore(database)
    // for tasks whose jobs make further ones
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
        surveyTask({ surveys, answers: { ask: (...asked) => answers.ask(...asked) } }),
        foldingTask(folding),
        ...demoTasks({
          demos,
          database,
          warehouse,
          projects: createProjectStore(database),
          directory,
          noteIngested: noteIngested(database, directory),
          actingFor,
          askAs,
          jobs: sender,
          now: Date.now,
        }),
        ...eventDeletionTasks({ log, warehouse }),
        scheduledChangesTask(scheduled),
        rateLimitsTask(database),
        queryStatusesTask(database),
        ...exportTasks({
          exports: createExportStore(database),
          blobs,
          actingFor,
          askAs,
          jobs: sender,
        }),
        ...hookTasks({
          hooks,
          deliveries,
          findMatches: createFindMatches({
            questions,
            persons: createPersonReader(database),
            findAction: actions.findForQuestions,
            actionIds: hooks.actionIds,
            findProject: (id) => directory.projectById(id),
          }),
          outgoing,
          logger,
        }),
        subscriptionTask({
          subscriptions,
          deliveries,
          actingFor,
          askAs,
          outgoing,
          mailer,
          siteUrl: config.siteUrl,
        }),
        ...mailTasks(config, mailer, database, sender),
      ],
      logger,
    })
    opened.add(() => jobs.stop())
    const hookWaker = createHookWaker({ database, hooks, jobs, logger })
    opened.add(() => hookWaker.stop())
    hookWaker.start()

    // Several processes are there only where they share the log of events.
    const isShared = config.databaseUrl !== null && config.natsUrls !== null
    const answers = createAnswers({
      insights,
      statuses: isShared
        ? createSharedQueryStatuses(database)
        : createQueryStatuses({ now: () => new Date() }),
      progress: warehouse.progress,
      tellOthers: isShared
        ? (...named) => database.notify(cancelledQueries, JSON.stringify(named))
        : undefined,
      reportFault: (error) => {
        logger.error({ err: error }, 'a question that is answered later failed')
        sentry?.report(error, { route: 'query' })
      },
    })

    if (isShared) {
      opened.add(
        await database.listen(cancelledQueries, (payload) => {
          if (payload) void answers.cancelHere(...cancelledQuery.parse(JSON.parse(payload)))
        }),
      )
    }

    const receipts = createReceiptReader({ log })

    // The doors.
    const rateLimits = !config.areRatesLimited
      ? null
      : isShared
        ? createSharedRateLimits(database)
        : createRateLimits()
    const newApp = () =>
      createApp({
        ...config,
        database,
        directory,
        logger,
        rateLimits,
        whenVisible: receipts.whenVisible,
        reportError: sentry?.report,
        onMismatch,
      })
    const app = await newApp()
    opened.add(() => app.close())
    const { roles } = config
    if (roles.has('capture')) {
      await app.register(
        publicApi({
          log,
          directory,
          evaluator,
          definitionsOf: flagDefinitions.of,
          rateLimits,
          locate: locateBy(geoip),
          maxBodyBytes: config.maxBodyBytes,
        }),
      )
    }
    const checks = {
      database: () => database.db.execute('select 1'),
      warehouse: () => warehouse.query({ sql: 'select 1' }),
      event_log: async () => log.backlog(),
    }
    await app.register(probeRoutes({ checks }))
    // A process that does jobs asks the API without serving it.
    const own = roles.has('api') ? app : await newApp()
    if (own !== app) opened.add(() => own.close())
    if (roles.has('api') || roles.has('jobs')) {
      await own.register(
        privateApi({
          database,
          directory,
          actions,
          cohorts,
          calculation,
          demos,
          evaluator,
          flags,
          scheduled,
          surveys,
          blobs,
          outgoing,
          hooks,
          subscriptions,
          jobs,
          personWriter: createPersonWriter({
            log,
            pipeline,
            database,
            warehouse,
            deleteEvents: (deletion) => jobs.send(deleteEvents, deletion),
          }),
          deadLetters: createDeadLetters({ warehouse, log }),
          readWarnings: readWarnings({ warehouse }),
          receipts,
          insights,
          answers,
          questions,
          rateLimits,
          canMail: config.mail !== null,
          lookUpTxt: createTxtLookUp(),
          secureCookies: config.siteUrl?.startsWith('https:') ?? false,
          checks,
        }),
      )
    }
    if (roles.has('api')) {
      await app.register(webApp(webBuild, sharedPages(createSharingLinkStore(database))))
    }

    let address = ''
    await opened.when(
      createLocalControl({
        path: localControlPath(config.dataDir),
        verbs: {
          ...accountVerbs({ database, changed: () => directory.changed() }),
          ...demoVerbs({
            database,
            demos,
            projects: createProjectStore(database),
            directory,
            activity,
            jobs,
            url: () => config.siteUrl ?? address,
          }),
        },
      }),
    )
    if (roles.has('pipeline')) pipeline.start()
    address = await app.listen({ port: config.port, host: config.host })
    if (roles.has('jobs')) jobs.start()
    return { address, close: opened.closeAll }
  } catch (error) {
    await opened.closeAll()
    throw error
  }
}

/** More partitions than processes that will ever read; their number must not change while events wait. */
const partitions = 8

const lmdbFolder = ({ dataDir }: Config) => join(dataDir, 'event-log')

const openEventLog = async (
  config: Config,
  database: Database,
  logger: { warn(fields: object, message: string): void },
): Promise<EventLogs> =>
  config.natsUrls
    ? createNatsEventLogs({
        servers: config.natsUrls,
        monitorUrl: config.natsMonitorUrl,
        acceptLoss: config.natsAcceptLoss,
        partitions,
        maxBytes: config.eventLogMaxBytes,
        receiptDays: config.receiptDays,
        state: createLogState(database),
        logger,
      })
    : wholeLog(
        createLmdbEventLog({
          folder: lmdbFolder(config),
          maxBytes: config.eventLogMaxBytes,
          receiptDays: config.receiptDays,
        }),
      )

/** What is sent by e-mail; nothing where there is no mail server. */
const mailTasks = (
  { siteUrl }: Config,
  mailer: Mailer | null,
  database: Database,
  jobs: Pick<Jobs, 'send'>,
) => {
  if (!mailer || siteUrl === null) return []
  return [
    sendInviteTask({ invites: createInviteStore(database), mailer, siteUrl }),
    ...memberJoinedTasks({ members: createMembershipStore(database), jobs, mailer, siteUrl }),
    sendPasswordResetTask({ resets: createPasswordResetStore(database), mailer, siteUrl }),
  ]
}

/** Where an address is; the files are opened when they are first needed. */
const locateBy = (geoip: GeoIp) => async (address: string) => {
  await geoip.prepare([address])
  return geoip.lookup(address)
}

/** "First event received": said once, when it can be queried. */
const noteIngested = (database: Database, directory: Directory) => async (projectId: number) => {
  await database.db.update(projects).set({ ingestedEvent: true }).where(eq(projects.id, projectId))
  await directory.changed()
}

/**
 * All results, or the first failure, but only when every one has ended: what is opened meanwhile must be closed too,
 * or the process would never end.
 */
async function allOrFailure<T extends readonly unknown[]>(
  waited: {
    [At in keyof T]: Promise<T[At]>
  },
): Promise<T> {
  await Promise.allSettled(waited)
  return (await Promise.all(waited)) as unknown as T
}

/** What was opened, closed in the opposite order; each is closed even if another fails to. */
function createClosers() {
  const closers: (() => Promise<unknown>)[] = []
  return {
    add: (close: () => Promise<unknown>) => closers.push(close),
    /** Waits for a store and closes it with the others. */
    async when<T extends { close(): Promise<void> }>(opening: T | Promise<T>): Promise<T> {
      const store = await opening
      closers.push(() => store.close())
      return store
    },
    async closeAll() {
      const failures: unknown[] = []
      for (const close of closers.splice(0).reverse()) {
        await close().catch((error) => failures.push(error))
      }
      if (failures.length) throw new AggregateError(failures, 'not every store could be closed')
    },
  }
}
