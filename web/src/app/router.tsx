import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { ApiError } from '../api/client.ts'
import { meQuery, preflightQuery } from '../api/session.ts'
import type { Me } from '../api/types.ts'
import { readActionsSearch, readNewActionSearch } from '../features/actions/search.ts'
import { readActivitySearch, readReceiptSearch } from '../features/activity/search.ts'
import { descriptionQuery, guidesQuery } from '../features/api-docs/description.ts'
import { readCohortSearch, readCohortsSearch, readNewCohortSearch } from '../features/cohorts/search.ts'
import { readDashboardSearch, readDashboardsSearch } from '../features/dashboards/search.ts'
import {
  readAnnotationsSearch,
  readDefinitionsSearch,
  readHistorySearch,
} from '../features/data-management/search.ts'
import { readPageSearch } from '../features/early-access/search.ts'
import { readExperimentsSearch } from '../features/experiments/search.ts'
import { readFlagSearch, readFlagsSearch, readNewFlagSearch } from '../features/feature-flags/search.ts'
import { readGroupSearch, readGroupsSearch } from '../features/groups/search.ts'
import { readEditorSearch, readInsightsSearch } from '../features/insights/search.ts'
import { personByDistinctIdQuery } from '../features/persons/queries.ts'
import { readPersonSearch, readPersonsSearch } from '../features/persons/search.ts'
import { readSharedSearch } from '../features/shared/search.ts'
import { readSqlSearch } from '../features/sql/search.ts'
import { readStartSearch } from '../features/start/search.ts'
import { readNewSurveySearch, readSurveySearch, readSurveysSearch } from '../features/surveys/search.ts'
import { Crashed, NotFound, Pending } from './fallbacks.tsx'
import { Frame } from './frame.tsx'

type Context = { queryClient: QueryClient }

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: Crashed,
})

/** Only a path on this server: an address that comes from outside must not lead elsewhere after the login. */
const readNext = (search: Record<string, unknown>): { next?: string } =>
  typeof search.next === 'string' && /^\/(?![/\\])/.test(search.next) ? { next: search.next } : {}

async function visitor(client: QueryClient): Promise<Me | null> {
  try {
    return await client.ensureQueryData(meQuery)
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null
    throw error
  }
}

/** The number by which a path names a thing. */
function idIn(text: string, what: string): number {
  const id = Number(text)
  if (!Number.isSafeInteger(id) || id < 1) throw new Error(`${what} is addressed by its number.`)
  return id
}

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: readNext,
  beforeLoad: async ({ context }) => {
    const { initiated } = await context.queryClient.fetchQuery(preflightQuery)
    if (!initiated) throw redirect({ to: '/signup' })
  },
  component: lazyRouteComponent(() => import('../features/auth/login-page.tsx'), 'LoginPage'),
})

const signup = createRoute({
  getParentRoute: () => root,
  path: '/signup',
  loader: ({ context }) => context.queryClient.fetchQuery(preflightQuery),
  component: lazyRouteComponent(() => import('../features/auth/signup-page.tsx'), 'SignupPage'),
})

const invite = createRoute({
  getParentRoute: () => root,
  path: '/signup/$inviteId',
  component: lazyRouteComponent(() => import('../features/auth/invite-page.tsx'), 'InvitePage'),
})

const requestReset = createRoute({
  getParentRoute: () => root,
  path: '/reset',
  loader: ({ context }) => context.queryClient.fetchQuery(preflightQuery),
  component: lazyRouteComponent(() => import('../features/auth/reset-pages.tsx'), 'RequestResetPage'),
})

const completeReset = createRoute({
  getParentRoute: () => root,
  path: '/reset/$userUuid/$token',
  component: lazyRouteComponent(() => import('../features/auth/reset-pages.tsx'), 'CompleteResetPage'),
})

/** What anybody sees who has a link. */
const shared = createRoute({
  getParentRoute: () => root,
  path: '/shared/$token',
  validateSearch: readSharedSearch,
  component: lazyRouteComponent(() => import('../features/shared/shared-page.tsx'), 'SharedPage'),
})

const sharedDashboard = createRoute({
  getParentRoute: () => root,
  path: '/shared_dashboard/$token',
  validateSearch: readSharedSearch,
  component: lazyRouteComponent(() => import('../features/shared/shared-page.tsx'), 'SharedDashboardPage'),
})

const embedded = createRoute({
  getParentRoute: () => root,
  path: '/embedded/$token',
  validateSearch: readSharedSearch,
  component: lazyRouteComponent(() => import('../features/shared/shared-page.tsx'), 'EmbeddedPage'),
})

/** The API's documentation; for everybody. */
const docs = createRoute({
  getParentRoute: () => root,
  path: '/api/docs',
  component: Outlet,
  loader: ({ context }) =>
    Promise.all([
      context.queryClient.ensureQueryData(descriptionQuery),
      context.queryClient.ensureQueryData(guidesQuery),
    ]),
})
const docsStart = createRoute({
  getParentRoute: () => docs,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/api/docs/guides/$slug', params: { slug: 'overview' }, replace: true })
  },
})
const docsGuide = createRoute({
  getParentRoute: () => docs,
  path: 'guides/$slug',
  component: lazyRouteComponent(() => import('../features/api-docs/docs-page.tsx'), 'GuidePage'),
})
const docsReference = createRoute({
  getParentRoute: () => docs,
  path: 'reference/$tag',
  component: lazyRouteComponent(() => import('../features/api-docs/docs-page.tsx'), 'ReferencePage'),
})

/**
 * Everything below needs a session; without one the way leads to the login, or to the sign-up on a new instance. Whose
 * organization asks for a second factor sets it up first.
 */
const session = createRoute({
  getParentRoute: () => root,
  id: 'session',
  beforeLoad: async ({ context, location }) => {
    const me = await visitor(context.queryClient)
    if (me) {
      const isHeldUp = me.organization?.enforce_2fa === true && !me.is_2fa_enabled
      if (isHeldUp && location.pathname !== '/me/settings') throw redirect({ to: '/me/settings' })
      return { me }
    }
    const { initiated } = await context.queryClient.fetchQuery(preflightQuery)
    if (!initiated) throw redirect({ to: '/signup' })
    throw redirect({ to: '/login', search: location.href === '/' ? {} : { next: location.href } })
  },
  component: Frame,
})

const home = createRoute({
  getParentRoute: () => session,
  path: '/',
  beforeLoad: ({ context }) => {
    if (!context.me.team) throw redirect({ to: '/me/settings' })
    throw redirect({ to: '/project/$projectId/home', params: { projectId: context.me.team.id } })
  },
})

const account = createRoute({
  getParentRoute: () => session,
  path: '/me/settings',
  component: lazyRouteComponent(() => import('../features/settings/account-page.tsx'), 'AccountPage'),
})

const organization = createRoute({
  getParentRoute: () => session,
  path: '/organization/settings',
  component: lazyRouteComponent(
    () => import('../features/settings/organization-page.tsx'),
    'OrganizationPage',
  ),
})

const project = createRoute({
  getParentRoute: () => session,
  path: '/project/$projectId',
  params: {
    parse: ({ projectId }) => ({ projectId: idIn(projectId, 'A project') }),
    stringify: ({ projectId }) => ({ projectId: String(projectId) }),
  },
})

const projectHome = createRoute({
  getParentRoute: () => project,
  path: '/home',
  component: lazyRouteComponent(() => import('./home.tsx'), 'Home'),
})

const onboarding = createRoute({
  getParentRoute: () => project,
  path: '/onboarding',
  validateSearch: readStartSearch,
  component: lazyRouteComponent(() => import('../features/start/start-page.tsx'), 'StartPage'),
})

const activity = createRoute({
  getParentRoute: () => project,
  path: '/activity',
  validateSearch: readActivitySearch,
  component: lazyRouteComponent(() => import('../features/activity/activity-page.tsx'), 'ActivityPage'),
})

const event = createRoute({
  getParentRoute: () => project,
  path: '/events/$uuid',
  component: lazyRouteComponent(() => import('../features/activity/event-page.tsx'), 'EventPage'),
})

const receipt = createRoute({
  getParentRoute: () => project,
  path: '/where-is-my-event',
  validateSearch: readReceiptSearch,
  component: lazyRouteComponent(() => import('../features/activity/receipt-page.tsx'), 'ReceiptPage'),
})

const persons = createRoute({
  getParentRoute: () => project,
  path: '/persons',
  validateSearch: readPersonsSearch,
  component: lazyRouteComponent(() => import('../features/persons/persons-page.tsx'), 'PersonsPage'),
})

const person = createRoute({
  getParentRoute: () => project,
  path: '/persons/$uuid',
  validateSearch: readPersonSearch,
  component: lazyRouteComponent(() => import('../features/persons/person-page.tsx'), 'PersonPage'),
})

/** PostHog's address of a person by one of their ids. */
const personById = createRoute({
  getParentRoute: () => project,
  path: '/person/$distinctId',
  beforeLoad: async ({ context, params }) => {
    const found = await context.queryClient.fetchQuery(
      personByDistinctIdQuery(params.projectId, params.distinctId),
    )
    if (!found) throw notFound()
    throw redirect({
      to: '/project/$projectId/persons/$uuid',
      params: { projectId: params.projectId, uuid: found.uuid },
      replace: true,
    })
  },
})

const newInsight = createRoute({
  getParentRoute: () => project,
  path: '/insights/new',
  validateSearch: readEditorSearch,
  component: lazyRouteComponent(() => import('../features/insights/new-page.tsx'), 'NewInsightPage'),
})

const insights = createRoute({
  getParentRoute: () => project,
  path: '/insights',
  validateSearch: readInsightsSearch,
  component: lazyRouteComponent(() => import('../features/insights/insights-page.tsx'), 'InsightsPage'),
})

const insight = createRoute({
  getParentRoute: () => project,
  path: '/insights/$shortId',
  validateSearch: readEditorSearch,
  component: lazyRouteComponent(() => import('../features/insights/insight-page.tsx'), 'InsightPage'),
})

/** PostHog's address of an insight that is being changed; here it is changed where it is shown. */
const insightEdit = createRoute({
  getParentRoute: () => project,
  path: '/insights/$shortId/edit',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/project/$projectId/insights/$shortId', params, replace: true })
  },
})

const dashboards = createRoute({
  getParentRoute: () => project,
  path: '/dashboard',
  validateSearch: readDashboardsSearch,
  component: lazyRouteComponent(() => import('../features/dashboards/dashboards-page.tsx'), 'DashboardsPage'),
})

const dashboard = createRoute({
  getParentRoute: () => project,
  path: '/dashboard/$dashboardId',
  params: {
    parse: ({ dashboardId }) => ({ dashboardId: idIn(dashboardId, 'A dashboard') }),
    stringify: ({ dashboardId }) => ({ dashboardId: String(dashboardId) }),
  },
  validateSearch: readDashboardSearch,
  component: lazyRouteComponent(() => import('../features/dashboards/dashboard-page.tsx'), 'DashboardPage'),
})

const experiments = createRoute({
  getParentRoute: () => project,
  path: '/experiments',
  validateSearch: readExperimentsSearch,
  component: lazyRouteComponent(
    () => import('../features/experiments/experiments-page.tsx'),
    'ExperimentsPage',
  ),
})

const experiment = createRoute({
  getParentRoute: () => project,
  path: '/experiments/$experimentId',
  params: {
    parse: ({ experimentId }) => ({ experimentId: idIn(experimentId, 'An experiment') }),
    stringify: ({ experimentId }) => ({ experimentId: String(experimentId) }),
  },
  component: lazyRouteComponent(
    () => import('../features/experiments/experiment-page.tsx'),
    'ExperimentPage',
  ),
})

const flags = createRoute({
  getParentRoute: () => project,
  path: '/feature_flags',
  validateSearch: readFlagsSearch,
  component: lazyRouteComponent(() => import('../features/feature-flags/flags-page.tsx'), 'FlagsPage'),
})

const newFlag = createRoute({
  getParentRoute: () => project,
  path: '/feature_flags/new',
  validateSearch: readNewFlagSearch,
  component: lazyRouteComponent(() => import('../features/feature-flags/editor-page.tsx'), 'NewFlagPage'),
})

const flagId = {
  parse: ({ flagId }: { flagId: string }) => ({ flagId: idIn(flagId, 'A feature flag') }),
  stringify: ({ flagId }: { flagId: number }) => ({ flagId: String(flagId) }),
}

const flag = createRoute({
  getParentRoute: () => project,
  path: '/feature_flags/$flagId',
  params: flagId,
  validateSearch: readFlagSearch,
  component: lazyRouteComponent(() => import('../features/feature-flags/flag-page.tsx'), 'FlagPage'),
})

const flagEdit = createRoute({
  getParentRoute: () => project,
  path: '/feature_flags/$flagId/edit',
  params: flagId,
  component: lazyRouteComponent(() => import('../features/feature-flags/editor-page.tsx'), 'EditFlagPage'),
})

const surveys = createRoute({
  getParentRoute: () => project,
  path: '/surveys',
  validateSearch: readSurveysSearch,
  component: lazyRouteComponent(() => import('../features/surveys/surveys-page.tsx'), 'SurveysPage'),
})

const newSurvey = createRoute({
  getParentRoute: () => project,
  path: '/surveys/new',
  validateSearch: readNewSurveySearch,
  component: lazyRouteComponent(() => import('../features/surveys/editor-page.tsx'), 'NewSurveyPage'),
})

const survey = createRoute({
  getParentRoute: () => project,
  path: '/surveys/$surveyId',
  validateSearch: readSurveySearch,
  component: lazyRouteComponent(() => import('../features/surveys/survey-page.tsx'), 'SurveyPage'),
})

const surveyEdit = createRoute({
  getParentRoute: () => project,
  path: '/surveys/$surveyId/edit',
  component: lazyRouteComponent(() => import('../features/surveys/editor-page.tsx'), 'EditSurveyPage'),
})

const earlyAccess = createRoute({
  getParentRoute: () => project,
  path: '/early_access_features',
  validateSearch: readPageSearch,
  component: lazyRouteComponent(
    () => import('../features/early-access/features-page.tsx'),
    'EarlyAccessPage',
  ),
})

const earlyAccessFeature = createRoute({
  getParentRoute: () => project,
  path: '/early_access_features/$featureId',
  validateSearch: readPageSearch,
  component: lazyRouteComponent(() => import('../features/early-access/feature-page.tsx'), 'FeaturePage'),
})

const groupTypeIndex = {
  parse: ({ groupTypeIndex: text }: { groupTypeIndex: string }) => {
    if (!/^[0-4]$/.test(text)) throw new Error('A type of groups is addressed by its number, 0 to 4.')
    return { groupTypeIndex: Number(text) }
  },
  stringify: ({ groupTypeIndex: index }: { groupTypeIndex: number }) => ({ groupTypeIndex: String(index) }),
}

const anyGroups = createRoute({
  getParentRoute: () => project,
  path: '/groups',
  beforeLoad: ({ params }) => {
    throw redirect({
      to: '/project/$projectId/groups/$groupTypeIndex',
      params: { ...params, groupTypeIndex: 0 },
      replace: true,
    })
  },
})

const groups = createRoute({
  getParentRoute: () => project,
  path: '/groups/$groupTypeIndex',
  params: groupTypeIndex,
  validateSearch: readGroupsSearch,
  component: lazyRouteComponent(() => import('../features/groups/groups-page.tsx'), 'GroupsPage'),
})

const group = createRoute({
  getParentRoute: () => project,
  path: '/groups/$groupTypeIndex/$groupKey',
  params: {
    parse: ({ groupTypeIndex: text, groupKey }) => ({
      ...groupTypeIndex.parse({ groupTypeIndex: text }),
      groupKey,
    }),
    stringify: ({ groupTypeIndex: index, groupKey }) => ({ groupTypeIndex: String(index), groupKey }),
  },
  validateSearch: readGroupSearch,
  component: lazyRouteComponent(() => import('../features/groups/group-page.tsx'), 'GroupPage'),
})

const cohorts = createRoute({
  getParentRoute: () => project,
  path: '/cohorts',
  validateSearch: readCohortsSearch,
  component: lazyRouteComponent(() => import('../features/cohorts/cohorts-page.tsx'), 'CohortsPage'),
})

const newCohort = createRoute({
  getParentRoute: () => project,
  path: '/cohorts/new',
  validateSearch: readNewCohortSearch,
  component: lazyRouteComponent(() => import('../features/cohorts/editor-page.tsx'), 'NewCohortPage'),
})

const cohortId = {
  parse: ({ cohortId }: { cohortId: string }) => ({ cohortId: idIn(cohortId, 'A cohort') }),
  stringify: ({ cohortId }: { cohortId: number }) => ({ cohortId: String(cohortId) }),
}

const cohort = createRoute({
  getParentRoute: () => project,
  path: '/cohorts/$cohortId',
  params: cohortId,
  validateSearch: readCohortSearch,
  component: lazyRouteComponent(() => import('../features/cohorts/cohort-page.tsx'), 'CohortPage'),
})

const cohortEdit = createRoute({
  getParentRoute: () => project,
  path: '/cohorts/$cohortId/edit',
  params: cohortId,
  component: lazyRouteComponent(() => import('../features/cohorts/editor-page.tsx'), 'EditCohortPage'),
})

const sql = createRoute({
  getParentRoute: () => project,
  path: '/sql',
  validateSearch: readSqlSearch,
  component: lazyRouteComponent(() => import('../features/sql/sql-page.tsx'), 'SqlPage'),
})

const eventDefinitions = createRoute({
  getParentRoute: () => project,
  path: '/data-management/events',
  validateSearch: readDefinitionsSearch,
  component: lazyRouteComponent(
    () => import('../features/data-management/event-definitions-page.tsx'),
    'EventDefinitionsPage',
  ),
})

const actions = createRoute({
  getParentRoute: () => project,
  path: '/data-management/actions',
  validateSearch: readActionsSearch,
  component: lazyRouteComponent(() => import('../features/actions/actions-page.tsx'), 'ActionsPage'),
})

const newAction = createRoute({
  getParentRoute: () => project,
  path: '/data-management/actions/new',
  validateSearch: readNewActionSearch,
  component: lazyRouteComponent(() => import('../features/actions/editor-page.tsx'), 'NewActionPage'),
})

const action = createRoute({
  getParentRoute: () => project,
  path: '/data-management/actions/$actionId',
  params: {
    parse: ({ actionId }) => ({ actionId: idIn(actionId, 'An action') }),
    stringify: ({ actionId }) => ({ actionId: String(actionId) }),
  },
  component: lazyRouteComponent(() => import('../features/actions/editor-page.tsx'), 'ActionPage'),
})

const propertyDefinitions = createRoute({
  getParentRoute: () => project,
  path: '/data-management/properties',
  validateSearch: readDefinitionsSearch,
  component: lazyRouteComponent(
    () => import('../features/data-management/property-definitions-page.tsx'),
    'PropertyDefinitionsPage',
  ),
})

const warnings = createRoute({
  getParentRoute: () => project,
  path: '/data-management/ingestion-warnings',
  validateSearch: readDefinitionsSearch,
  component: lazyRouteComponent(
    () => import('../features/data-management/warnings-page.tsx'),
    'WarningsPage',
  ),
})

const annotations = createRoute({
  getParentRoute: () => project,
  path: '/data-management/annotations',
  validateSearch: readAnnotationsSearch,
  component: lazyRouteComponent(
    () => import('../features/data-management/annotations-page.tsx'),
    'AnnotationsPage',
  ),
})

/** PostHog's other address of the annotations. */
const annotationsElsewhere = createRoute({
  getParentRoute: () => project,
  path: '/annotations',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/project/$projectId/data-management/annotations', params, replace: true })
  },
})

const history = createRoute({
  getParentRoute: () => project,
  path: '/data-management/history',
  validateSearch: readHistorySearch,
  component: lazyRouteComponent(() => import('../features/data-management/history-page.tsx'), 'HistoryPage'),
})

const settings = createRoute({
  getParentRoute: () => project,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/settings/project-page.tsx'), 'ProjectPage'),
})

/** PostHog's addresses and our own without their project: they go on in the project visited last. */
const elsewhere = createRoute({
  getParentRoute: () => session,
  path: '/$',
  beforeLoad: ({ context, params, location }) => {
    const path = params._splat ?? ''
    if (path === 'settings/user-api-keys') throw redirect({ to: '/me/settings', hash: 'personal-api-keys' })
    const known =
      /^(home|onboarding|activity|events|persons?|insights|dashboard|feature_flags|experiments|surveys|early_access_features|annotations|cohorts|groups|sql|data-management|settings|where-is-my-event)(\/|$)/
    if (known.test(path) && context.me.team) {
      throw redirect({
        href: `/project/${context.me.team.id}/${path}${location.searchStr}${location.hash && `#${location.hash}`}`,
      })
    }
  },
  component: NotFound,
})

const routeTree = root.addChildren([
  login,
  signup,
  invite,
  requestReset,
  completeReset,
  shared,
  sharedDashboard,
  embedded,
  docs.addChildren([docsStart, docsGuide, docsReference]),
  session.addChildren([
    home,
    account,
    organization,
    project.addChildren([
      projectHome,
      onboarding,
      activity,
      event,
      receipt,
      persons,
      person,
      personById,
      newInsight,
      insights,
      insight,
      insightEdit,
      dashboards,
      dashboard,
      flags,
      newFlag,
      flag,
      flagEdit,
      experiments,
      experiment,
      surveys,
      newSurvey,
      survey,
      surveyEdit,
      earlyAccess,
      earlyAccessFeature,
      anyGroups,
      groups,
      group,
      cohorts,
      newCohort,
      cohort,
      cohortEdit,
      sql,
      eventDefinitions,
      actions,
      newAction,
      action,
      propertyDefinitions,
      warnings,
      annotations,
      annotationsElsewhere,
      history,
      settings,
    ]),
    elsewhere,
  ]),
])

export const createAppRouter = (queryClient: QueryClient) =>
  createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: 'intent',
    defaultPreloadDelay: 80,
    defaultPendingComponent: Pending,
    defaultPendingMs: 300,
    defaultErrorComponent: Crashed,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
