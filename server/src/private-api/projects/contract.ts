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

const filters = z.array(z.looseObject({ key: z.string() }))
const lines = z.array(z.string().nullable())
const json = z.record(z.string(), z.unknown())

/** What a client may set, with PostHog's names. `settings.ts` says where each is kept and what it is at first. */
export const writable = {
  name: z.string().trim().min(1).max(200),
  timezone,
  anonymize_ips: z.boolean().describe('Events lose their IP address when they arrive.'),
  test_account_filters: filters.describe('What `filter_test_accounts` in an insight means.'),
  app_urls: lines.describe('Where the toolbar may run.'),
  slack_incoming_webhook: z.string().max(500).nullable(),
  completed_snippet_onboarding: z.boolean(),
  test_account_filters_default_checked: z.boolean().nullable(),
  path_cleaning_filters: z.union([z.array(z.unknown()), json]).nullable(),
  is_demo: z.boolean(),
  data_attributes: z.array(z.string()).describe('Attributes that actions look for on elements.'),
  person_display_name_properties: z.array(z.string().max(400)).nullable(),
  correlation_config: json.nullable(),
  session_recording_opt_in: z.boolean(),
  capture_console_log_opt_in: z.boolean().nullable(),
  capture_performance_opt_in: z.boolean().nullable(),
  access_control: z.boolean().describe('Whether members need admin rights to see the project.'),
  primary_dashboard: z.int().nullable(),
  live_events_columns: z.array(z.string()).nullable(),
  recording_domains: lines.nullable(),
  inject_web_apps: z.boolean().nullable(),
  autocapture_opt_out: z.boolean().nullable(),
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
    id: z.int(),
    uuid: z.uuid(),
    organization: z.uuid(),
    api_token: z.string().describe("The project's public key, `phc_…`: what SDKs send events with."),
    ...writable,
    timezone: z.string(),
    created_at: Instant,
    updated_at: Instant,
    ingested_event: z.boolean().describe('Whether an event has ever arrived.'),
    effective_membership_level: Level.nullable(),
    has_group_types: z.boolean(),
    person_on_events_querying_enabled: z.boolean(),
    groups_on_events_querying_enabled: z.boolean(),
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
  params,
  answer: z.object({ is_generating_demo_data: z.boolean() }),
  errors: [404],
})
