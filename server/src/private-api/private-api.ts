import type { FastifyInstance } from 'fastify'
import { createDomainStore } from '../accounts/domains.ts'
import { createFirstUser } from '../accounts/first-user.ts'
import { createInviteStore } from '../accounts/invites.ts'
import { createMembershipStore } from '../accounts/memberships.ts'
import { createOrganizationStore } from '../accounts/organizations.ts'
import { createPasswordResetStore } from '../accounts/password-resets.ts'
import { createPersonalApiKeyStore } from '../accounts/personal-api-keys.ts'
import { createProjectStore } from '../accounts/projects.ts'
import { createResourceAccessStore } from '../accounts/resource-access.ts'
import { createRoleStore } from '../accounts/roles.ts'
import { createSessionStore } from '../accounts/sessions.ts'
import { createTwoFactorStore } from '../accounts/two-factor.ts'
import { createUserStore } from '../accounts/users.ts'
import { createActivityLog } from '../activity/activity-log.ts'
import type { Blobs } from '../blobs/blobs.ts'
import type { Database } from '../database/database.ts'
import type { Directory } from '../directory/directory.ts'
import type { Evaluator } from '../flags/evaluator.ts'
import { doneBy } from '../http/activity-shapes.ts'
import type { Answers } from '../insights/answer-life.ts'
import type { Questions } from '../insights/questions.ts'
import type { Insights } from '../insights/run.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Outgoing } from '../outgoing/outgoing.ts'
import { createGroupStore } from '../persons/group-store.ts'
import { createPersonReader } from '../persons/read-persons.ts'
import type { DeadLetters } from '../pipeline/dead-letters.ts'
import type { ReadWarnings } from '../pipeline/ingestion-warnings.ts'
import type { PersonWriter } from '../pipeline/person-writer.ts'
import type { ReceiptReader } from '../pipeline/receipt-reader.ts'
import { createRateLimits } from '../rate-limits/in-memory.ts'
import type { RateLimits } from '../rate-limits/rate-limits.ts'
import { createDashboardStore } from '../saved/dashboards.ts'
import { actionRoutes } from './actions/routes.ts'
import type { ActionStore } from './actions/store.ts'
import { activityLogRoutes } from './activity-log/routes.ts'
import { annotationRoutes } from './annotations/routes.ts'
import { createAnnotationStore } from './annotations/store.ts'
import type { Calculation } from './cohorts/calculate.ts'
import { cohortRoutes } from './cohorts/routes.ts'
import type { CohortStore } from './cohorts/store.ts'
import { calculateCohort } from './cohorts/tasks.ts'
import { demoProjectRoutes } from './demo-projects/routes.ts'
import type { DemoStore } from './demo-projects/store.ts'
import { domainRoutes } from './domains/routes.ts'
import type { LookUpTxt } from './domains/txt-records.ts'
import { earlyAccessRoutes } from './early-access-features/routes.ts'
import { createEarlyAccessStore } from './early-access-features/store.ts'
import { elementRoutes } from './elements/routes.ts'
import { eventDefinitionRoutes } from './event-definitions/routes.ts'
import { createEventDefinitionStore } from './event-definitions/store.ts'
import { eventRoutes } from './events/routes.ts'
import { holdoutRoutes } from './experiments/holdout-routes.ts'
import { createHoldoutStore } from './experiments/holdout-store.ts'
import { experimentRoutes } from './experiments/routes.ts'
import { createExperimentStore } from './experiments/store.ts'
import { exportRoutes } from './exports/routes.ts'
import { createExportStore } from './exports/store.ts'
import { flagEvaluationRoutes } from './feature-flags/evaluation-routes.ts'
import { organizationFlagRoutes } from './feature-flags/organization-routes.ts'
import { roleAccessRoutes } from './feature-flags/role-access-routes.ts'
import { createRoleAccessStore } from './feature-flags/role-access-store.ts'
import { featureFlagRoutes } from './feature-flags/routes.ts'
import type { FlagStore } from './feature-flags/store.ts'
import { groupRoutes } from './groups/routes.ts'
import { groupTypeRoutes } from './groups-types/routes.ts'
import { hookRoutes } from './hooks/routes.ts'
import type { HookStore } from './hooks/store.ts'
import { ingestionWarningRoutes } from './ingestion-warnings/routes.ts'
import { insightActorRoutes } from './insights/actor-routes.ts'
import { actorsOf } from './insights/actors-of.ts'
import { funnelRoutes } from './insights/funnel-routes.ts'
import { insightRoutes } from './insights/routes.ts'
import { timelineRoutes } from './insights/timeline-routes.ts'
import { instanceRoutes } from './instance/routes.ts'
import { integrationRoutes } from './integrations/routes.ts'
import { inviteRoutes } from './invites/routes.ts'
import { loginRoutes } from './login/routes.ts'
import { memberRoutes } from './members/routes.ts'
import { organizationRoutes } from './organizations/routes.ts'
import { passwordResetRoutes } from './password-reset/routes.ts'
import { performanceEventRoutes } from './performance-events/routes.ts'
import { personalApiKeyRoutes } from './personal-api-keys/routes.ts'
import { personRoutes } from './persons/routes.ts'
import { appMetricRoutes } from './plugins/app-metrics-routes.ts'
import { pluginConfigRoutes } from './plugins/config-routes.ts'
import { createPluginConfigStore } from './plugins/config-store.ts'
import { pluginRoutes } from './plugins/routes.ts'
import { createPluginStore } from './plugins/store.ts'
import { projectRoutes } from './projects/routes.ts'
import { promptRoutes } from './prompts/routes.ts'
import { propertyDefinitionRoutes } from './property-definitions/routes.ts'
import { createPropertyDefinitionStore } from './property-definitions/store.ts'
import { queryRoutes } from './query/routes.ts'
import { rateLimitRoutes } from './rate-limits/routes.ts'
import { resourceAccessRoutes } from './resource-access/routes.ts'
import { roleRoutes } from './roles/routes.ts'
import { savedApi } from './saved-api.ts'
import { scheduledChangeRoutes } from './scheduled-changes/routes.ts'
import type { ScheduledChangeStore } from './scheduled-changes/store.ts'
import { playlistRoutes } from './session-recording-playlists/routes.ts'
import { createPlaylistStore } from './session-recording-playlists/store.ts'
import { sessionRecordingRoutes } from './session-recordings/routes.ts'
import { signupRoutes } from './signup/routes.ts'
import { subscriptionRoutes } from './subscriptions/routes.ts'
import type { SubscriptionStore } from './subscriptions/store.ts'
import { surveyRoutes } from './surveys/routes.ts'
import type { SurveyStore } from './surveys/store.ts'
import { tagRoutes } from './tags/routes.ts'
import { twoFactorRoutes } from './two-factor/routes.ts'
import { uploadedMediaRoutes } from './uploaded-media/routes.ts'
import { userRoutes } from './users/routes.ts'

export type PrivateApiDeps = {
  database: Database
  directory: Pick<Directory, 'changed'>
  actions: ActionStore
  cohorts: CohortStore
  calculation: Calculation
  demos: DemoStore
  evaluator: Evaluator
  flags: FlagStore
  scheduled: ScheduledChangeStore
  surveys: SurveyStore
  blobs: Blobs
  outgoing: Pick<Outgoing, 'check'>
  hooks: HookStore
  subscriptions: SubscriptionStore
  jobs: Pick<Jobs, 'send'>
  personWriter: PersonWriter
  receipts: ReceiptReader
  deadLetters: DeadLetters
  readWarnings: ReadWarnings
  insights: Insights
  answers: Answers
  questions: Questions
  /** Null: requests are not counted. */
  rateLimits: RateLimits | null
  /** Whether this server can send e-mails. */
  canMail: boolean
  /** How it is found out whose a domain is. */
  lookUpTxt: LookUpTxt
  /** Whether the public address is https: cookies are then sent over https only. */
  secureCookies: boolean
  /** Each resolves when the part answers. */
  checks: Record<'database' | 'warehouse' | 'event_log', () => Promise<unknown>>
}

/** Every slice of the private API. */
export const privateApi = (deps: PrivateApiDeps) => async (app: FastifyInstance) => {
  const {
    database,
    directory,
    actions,
    personWriter,
    insights,
    answers,
    questions,
    canMail,
    secureCookies,
    checks,
  } = deps
  const users = createUserStore(database)
  const organizations = createOrganizationStore(database)
  const projects = createProjectStore(database)
  const sessions = createSessionStore(database)
  const keys = createPersonalApiKeyStore(database)
  const twoFactor = createTwoFactorStore(database)
  const invites = createInviteStore(database)
  const persons = createPersonReader(database)
  const eventDefinitions = createEventDefinitionStore(database)
  const propertyDefinitions = createPropertyDefinitionStore(database)
  const groups = createGroupStore(database)
  const activity = createActivityLog(database)
  const { cohorts } = deps
  const { flags } = deps
  const now = () => new Date()

  await app.register(instanceRoutes({ checks, initiated: () => users.any(), canMail }))
  await app.register(
    signupRoutes({
      createFirstUser: (first) => createFirstUser(database, first),
      invites,
      sessions,
      activity,
      directory,
      jobs: deps.jobs,
      canMail,
      secureCookies,
      now,
    }),
  )
  await app.register(loginRoutes({ users, sessions, twoFactor, secureCookies, now }))
  await app.register(twoFactorRoutes({ twoFactor, sessions, activity, directory, now }))
  await app.register(
    passwordResetRoutes({
      resets: createPasswordResetStore(database),
      sessions,
      activity,
      directory,
      jobs: deps.jobs,
      rateLimits: deps.rateLimits ?? createRateLimits(),
      canMail,
      secureCookies,
      now,
    }),
  )
  await app.register(userRoutes({ users, organizations, projects, sessions, activity, directory }))
  await app.register(personalApiKeyRoutes({ keys, activity, directory }))
  await app.register(organizationRoutes({ organizations, projects, activity, directory }))
  await app.register(
    memberRoutes({ members: createMembershipStore(database), organizations, activity, directory }),
  )
  await app.register(inviteRoutes({ invites, organizations, activity, jobs: deps.jobs, canMail, now }))
  const roles = createRoleStore(database)
  await app.register(roleRoutes({ roles, organizations, projects, activity }))
  const access = createResourceAccessStore(database)
  await app.register(resourceAccessRoutes({ access, organizations, activity }))
  const domains = createDomainStore(database)
  await app.register(domainRoutes({ domains, organizations, lookUpTxt: deps.lookUpTxt, activity }))
  const { has: hasDashboard } = createDashboardStore(database, { activity })
  const { demos } = deps
  await app.register(
    projectRoutes({
      projects,
      organizations,
      activity,
      directory,
      hasDashboard,
      isFilling: demos.isFilling,
    }),
  )
  await app.register(
    demoProjectRoutes({ demos, organizations, projects, directory, activity, jobs: deps.jobs }),
  )
  await app.register(queryRoutes({ insights, answers, persons, groups }))
  await app.register(insightRoutes({ answers }))
  await app.register(insightActorRoutes({ answers, persons, groups }))
  await app.register(timelineRoutes({ insights, persons }))
  await app.register(funnelRoutes({ answers, persons, groups }))
  await app.register(savedApi({ database, answers, questions, activity, persons, groups, now }))
  await app.register(
    eventRoutes({
      questions,
      persons,
      receipts: deps.receipts,
      eventNames: eventDefinitions.names,
      findAction: actions.findForQuestions,
    }),
  )
  await app.register(elementRoutes({ questions }))
  await app.register(promptRoutes)
  await app.register(sessionRecordingRoutes({ questions }))
  await app.register(playlistRoutes({ playlists: createPlaylistStore(database, { activity }), now }))
  await app.register(performanceEventRoutes({ now }))
  await app.register(
    exportRoutes({ exports: createExportStore(database), blobs: deps.blobs, jobs: deps.jobs, activity }),
  )
  const plugins = createPluginStore(database, { activity, now })
  await app.register(pluginRoutes({ plugins, organizations, projects, activity }))
  const pluginConfigs = createPluginConfigStore(database, { activity, now })
  await app.register(pluginConfigRoutes({ configs: pluginConfigs }))
  await app.register(appMetricRoutes({ configs: pluginConfigs, now }))
  await app.register(hookRoutes({ hooks: deps.hooks, outgoing: deps.outgoing }))
  await app.register(
    subscriptionRoutes({
      subscriptions: deps.subscriptions,
      outgoing: deps.outgoing,
      jobs: deps.jobs,
      activity,
      canMail,
    }),
  )
  await app.register(integrationRoutes)
  await app.register(uploadedMediaRoutes({ database, blobs: deps.blobs }))
  await app.register(rateLimitRoutes({ rateLimits: deps.rateLimits, organizations, now }))
  await app.register(activityLogRoutes({ activity }))
  await app.register(tagRoutes({ database }))
  await app.register(annotationRoutes({ annotations: createAnnotationStore(database), activity, now }))
  await app.register(actionRoutes({ actions, questions, activity }))
  await app.register(
    cohortRoutes({
      cohorts,
      calculation: deps.calculation,
      jobs: deps.jobs,
      persons,
      questions,
      activity,
      actorsOf,
    }),
  )
  await app.register(featureFlagRoutes({ flags, activity }))
  const flagRoles = createRoleAccessStore({ database, roles, activity })
  await app.register(roleAccessRoutes({ access: flagRoles, flags, projects }))
  await app.register(scheduledChangeRoutes({ scheduled: deps.scheduled }))
  const holdouts = createHoldoutStore({ database, activity, flags })
  const experiments = createExperimentStore({ database, activity, holdouts, flags })
  await app.register(experimentRoutes({ experiments, answers, activity }))
  await app.register(holdoutRoutes({ holdouts }))
  await app.register(earlyAccessRoutes({ features: createEarlyAccessStore({ database, activity, flags }) }))
  await app.register(surveyRoutes({ surveys: deps.surveys, answers, projects, activity }))
  await app.register(flagEvaluationRoutes({ flags, evaluator: deps.evaluator, questions }))
  await app.register(
    organizationFlagRoutes({
      flags,
      organizations,
      projects,
      findCohorts: cohorts.load,
      findCohortByName: cohorts.byName,
      createCohort: async (project, userId, given) => {
        const projectId = project.id
        const { cohort } = await cohorts.create(projectId, userId, given)
        const { id, isStatic } = cohort
        await activity.record({
          ...doneBy(project, { id: userId }),
          scope: 'Cohort',
          itemId: id,
          name: cohort.name,
          createdBy: userId,
          activity: 'created',
        })
        if (!isStatic) await deps.jobs.send(calculateCohort, { projectId, cohortId: id })
        return cohort
      },
    }),
  )
  await app.register(personRoutes({ questions, persons, writer: personWriter, activity }))
  await app.register(groupRoutes({ groups, persons, questions }))
  await app.register(groupTypeRoutes({ groups, activity }))
  await app.register(eventDefinitionRoutes({ eventDefinitions, activity, now }))
  await app.register(propertyDefinitionRoutes({ propertyDefinitions, activity, now }))
  await app.register(
    ingestionWarningRoutes({ deadLetters: deps.deadLetters, readWarnings: deps.readWarnings, activity }),
  )
}
