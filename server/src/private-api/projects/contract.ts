import { z } from 'zod'
import { Instant, Level, TeamBasic } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'
import { botFilters } from '../../model/project.ts'

/** An IANA name that this Node knows. */
const timezone = z
  .string()
  .check((context) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: context.value })
    } catch {
      context.issues.push({
        code: 'custom',
        message: `"${context.value}" is not a valid choice.`,
        params: { code: 'invalid_choice' },
        input: context.value,
      })
    }
  })
  .describe('IANA name, such as `Europe/Berlin`: insights count days and weeks in it.')

const filters = z.array(z.looseObject({ key: z.string().describe('Name of the property.') }))
const lines = z.array(z.string().nullable())
const json = z.record(z.string(), z.unknown())

/** What a client may set, with PostHog's names. `settings.ts` says where each is kept and what it is at first. */
export const writable = {
  name: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .describe('Shown wherever projects are chosen; at most 200 characters.'),
  timezone,
  week_start_day: z
    .union([z.literal(0), z.literal(1)])
    .nullable()
    .describe('The day with which weeks of insights begin: 0 Sunday, 1 Monday; null is Sunday.'),
  anonymize_ips: z.boolean().describe('Events lose their IP address when they arrive.'),
  test_account_filters: filters.describe('What `filter_test_accounts` in an insight means.'),
  app_urls: lines.describe('Where the toolbar may run.'),
  slack_incoming_webhook: z
    .string()
    .max(500)
    .nullable()
    .describe('Kept for clients: an address of Slack, or a like one.'),
  completed_snippet_onboarding: z
    .boolean()
    .describe('Whether somebody has gone through setting up an SDK; a client says so. At first false.'),
  test_account_filters_default_checked: z
    .boolean()
    .nullable()
    .describe('Whether new insights leave internal and test users out at first; null is no.'),
  path_cleaning_filters: z
    .union([z.array(z.unknown()), json])
    .nullable()
    .describe(
      'Rules that make one step of many addresses in paths: `[{"regex": "/user/\\\\d+", "alias": "/user/:id"}]`.',
    ),
  is_demo: z.boolean().describe('Whether its data are made up. At first false.'),
  data_attributes: z.array(z.string()).describe('Attributes that actions look for on elements.'),
  person_display_name_properties: z
    .array(z.string().max(400))
    .nullable()
    .describe(
      'Which properties of persons tell their name, the first that is there; null for `email`, `name` and `username`.',
    ),
  correlation_config: json
    .nullable()
    .describe('What correlations of funnels leave out, as the web app keeps it.'),
  session_recording_opt_in: z
    .boolean()
    .describe('Whether sessions are to be recorded. Kept: recordings are not taken here yet.'),
  capture_console_log_opt_in: z
    .boolean()
    .nullable()
    .describe("Whether recordings are to have the console's lines. Kept: recordings are not taken here yet."),
  capture_performance_opt_in: z
    .boolean()
    .nullable()
    .describe('Whether posthog-js measures how long requests of pages take.'),
  access_control: z.boolean().describe('Whether members need admin rights to see the project.'),
  primary_dashboard: z
    .int()
    .nullable()
    .describe("Id of the dashboard that the project's home shows; null for none."),
  live_events_columns: z
    .array(z.string())
    .nullable()
    .describe("Columns of the web app's list of events; null for its own."),
  recording_domains: lines
    .nullable()
    .describe(
      'Where sessions may be recorded; null for everywhere. Kept: recordings are not taken here yet.',
    ),
  inject_web_apps: z.boolean().nullable().describe('Kept for clients: no apps are put into pages.'),
  autocapture_opt_out: z
    .boolean()
    .nullable()
    .describe('True stops posthog-js from sending clicks and changes by itself; null is false.'),
  heatmaps_opt_in: z.boolean().nullable().describe('Whether posthog-js sends where people click and scroll.'),
  capture_dead_clicks: z
    .boolean()
    .nullable()
    .describe('Whether posthog-js tells of clicks that did nothing.'),
  autocapture_exceptions_opt_in: z.boolean().nullable().describe('Whether posthog-js sends errors of pages.'),
  autocapture_web_vitals_opt_in: z
    .boolean()
    .nullable()
    .describe('Whether posthog-js sends how fast pages are.'),
  autocapture_web_vitals_allowed_metrics: z
    .array(z.enum(['CLS', 'FCP', 'INP', 'LCP']))
    .nullable()
    .describe('Of these only; null for all.'),
  bot_filter: z
    .enum(botFilters)
    .describe(
      "What becomes of events whose user agent is a bot's: `off` stores them like all, `mark` stores them with `$is_bot`, `drop` does not store them.",
    ),
  drop_events_older_than: z
    .int()
    .min(3600)
    .max(100 * 366 * 86400)
    .nullable()
    .describe('Seconds: events that are older when they arrive are not stored. Null stores all.'),
}

const ProjectChanges = z.object(writable).partial().meta({ id: 'ProjectChanges' })

const Project = z
  .object({
    id: z.int().describe('What addresses name it by: `/api/projects/<id>/`.'),
    uuid: z.uuid().describe('The same project; addresses take the number.'),
    organization: z.uuid().describe('Id of the organization that it belongs to.'),
    api_token: z.string().describe("The project's public key, `phc_…`: what SDKs send events with."),
    ...writable,
    timezone: z
      .string()
      .describe('IANA name, such as `Europe/Berlin`: insights count days and weeks in it. At first `UTC`.'),
    created_at: Instant.describe('When it was made.'),
    updated_at: Instant.describe('When its settings last changed.'),
    ingested_event: z.boolean().describe('Whether an event has ever arrived.'),
    effective_membership_level: Level.nullable().describe(
      'What you are in it: 1 member, 8 admin, 15 owner. Null where you are no member.',
    ),
    has_group_types: z.boolean().describe('Whether events have named groups.'),
    person_on_events_querying_enabled: z
      .boolean()
      .describe('Always true: events carry what was known of their person.'),
    groups_on_events_querying_enabled: z
      .boolean()
      .describe('Always true: events carry what was known of their groups.'),
  })
  .meta({ id: 'Team', description: 'A project with all its settings.' })

const path = '/api/projects/'
const common = { access: 'user', limitsKeys: true, tags: ['projects'] } as const
const params = z.object({ id: z.string().describe('The project; `@current` is the one you last visited.') })

export const listProjects = operation({
  ...common,
  id: 'list',
  method: 'GET',
  path,
  scope: 'project:read',
  summary: 'List your projects',
  description: 'In short form, by id.',
  query: z.object(pageQuery),
  answer: pageOf(TeamBasic).meta({ id: 'PaginatedTeamBasicList' }),
})

export const createProject = operation({
  ...common,
  id: 'create',
  method: 'POST',
  path,
  scope: 'project:write',
  summary: 'Create a project',
  description:
    'In the organization you work in, as one of its admins. It gets a project key, and you are switched to it.',
  body: ProjectChanges,
  status: 201,
  answer: Project,
  errors: [403],
})

export const retrieveProject = operation({
  ...common,
  id: 'retrieve',
  method: 'GET',
  path: `${path}:id/`,
  scope: 'project:read',
  summary: 'Get a project',
  description: 'With all its settings, and the key that SDKs send events with.',
  params,
  answer: Project,
  errors: [404],
})

export const updateProject = operation({
  ...common,
  id: 'partial_update',
  method: 'PATCH',
  path: `${path}:id/`,
  scope: 'project:write',
  summary: 'Change a project',
  description: 'Only what is sent changes. `access_control` is for admins.',
  params,
  body: ProjectChanges,
  answer: Project,
  errors: [403, 404],
})

export const replaceProject = operation({
  ...updateProject,
  id: 'update',
  method: 'PUT',
  summary: 'Change a project, as PATCH does',
})

export const deleteProject = operation({
  ...common,
  id: 'destroy',
  method: 'DELETE',
  path: `${path}:id/`,
  scope: 'project:write',
  summary: 'Delete a project',
  description: 'For admins. Its key stops working at once.',
  params,
  status: 204,
  answer: null,
  errors: [403, 404],
})

export const resetToken = operation({
  ...common,
  id: 'reset_token_partial_update',
  method: 'PATCH',
  path: `${path}:id/reset_token/`,
  scope: 'project:write',
  tags: ['reset_token', 'projects'],
  summary: "Replace a project's key",
  description: 'For admins. The old one stops working at once.',
  params,
  answer: Project,
  errors: [403, 404],
})

export const isGeneratingDemoData = operation({
  ...common,
  id: 'is_generating_demo_data_retrieve',
  method: 'GET',
  path: `${path}:id/is_generating_demo_data/`,
  scope: 'project:read',
  tags: ['is_generating_demo_data', 'projects'],
  summary: 'Whether demo data is being made',
  description: 'While it is, the project is one of `demo_projects/`, which say how far it has come.',
  params,
  answer: z.object({ is_generating_demo_data: z.boolean().describe('Whether the project is being filled.') }),
  errors: [404],
})
