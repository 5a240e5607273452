import { setTimeout as sleep } from 'node:timers/promises'
import { organizationMemberships } from '../src/database/schema.ts'
import type { Operation } from '../src/http/operation.ts'
import type { Account } from './app.ts'
import type { Ingested } from './ingested.ts'

/** A word that stands in everything the seeded project holds, so that it can be found wherever it should not be. */
export const canary = 'canary5e1f'

/** One of everything, by the segment of the path before `:id`. */
export type Seeded = {
  ids: Record<string, string | number>
  base: string
  /** A plain member of the organization. */
  member: Account
}

export type Sample = {
  /** Of path parameters that are not the seeded ones. */
  params?: Record<string, string | number>
  query?: Record<string, string>
  body?: unknown
  /** Of the answer, where it is not the operation's. */
  status?: number
}

/** Fills a project with one of everything. */
export async function seed(on: Ingested): Promise<Seeded> {
  const { api, base } = on
  const projectId = Number(base.split('/')[3])
  const { body: project } = await api.get(base)
  const organization: string = project.organization
  const member = await api.colleague()
  await api.database.db
    .insert(organizationMemberships)
    .values({ organizationId: organization, userId: member.user.id, level: 1 })
  await api.changed()
  const uuid = '0190c2f0-5a44-7cc0-9d6e-000000005e1f'
  await on.send(
    {
      event: '$groupidentify',
      distinct_id: 'ann',
      properties: { $group_type: 'company', $group_key: canary, $group_set: { name: canary } },
    },
    {
      event: `${canary} viewed`,
      uuid,
      distinct_id: 'ann',
      properties: { plan: canary, $groups: { company: canary }, $set: { email: `${canary}@example.com` } },
    },
    { event: `${canary} bought`, distinct_id: 'ann', properties: { plan: canary } },
    { event: `${canary} viewed`, distinct_id: 'bob', properties: { plan: canary, $set: { name: canary } } },
  )
  for (const variant of ['control', 'test']) {
    const properties = { [`$feature/${canary}-experiment`]: variant }
    await on.send(
      {
        event: '$feature_flag_called',
        distinct_id: variant,
        properties: { ...properties, $feature_flag: `${canary}-experiment`, $feature_flag_response: variant },
      },
      { event: `${canary} viewed`, distinct_id: variant, properties },
      { event: `${canary} bought`, distinct_id: variant, properties },
    )
  }
  const make = async (path: string, body: object) => {
    const { status, body: made } = await api.post(path.startsWith('/') ? path : base + path, body)
    if (status !== 201) throw new Error(`${path} answered ${status}: ${JSON.stringify(made)}`)
    return made
  }
  const first = async (path: string) => (await api.get(base + path)).body.results[0]
  const people = (await api.get(`${base}persons/?distinct_id=ann`)).body.results
  const action = await make('actions/', { name: canary, steps: [{ event: `${canary} viewed` }] })
  const annotation = await make('annotations/', {
    content: canary,
    date_marker: '2024-01-01T00:00:00Z',
    scope: 'project',
  })
  const cohort = await make('cohorts/', { name: canary, is_static: true })
  await api.patch(`${base}cohorts/${cohort.id}/add_persons_to_static_cohort/`, {
    person_ids: [people[0].uuid],
  })
  const dashboard = await make('dashboards/', { name: canary, tags: [canary], restriction_level: 37 })
  const insight = await make('insights/', { name: canary, query: trend, dashboards: [dashboard.id] })
  const other = await make('dashboards/', { name: `${canary} other` })
  const flag = await make('feature_flags/', flagBody(canary))
  const exported = await make('exports/', exportBody)
  await until(async () => (await api.get(`${base}exports/${exported.id}/`)).body.has_content)
  const subscription = await make('subscriptions/', subscriptionBody(insight.id))
  const hook = await make('hooks/', hookBody(action.id))
  const holdout = await make('experiment_holdouts/', holdoutBody)
  const experiment = await make('experiments/', {
    ...experimentBody(`${canary}-experiment`),
    holdout_id: holdout.id,
  })
  const feature = await make('early_access_feature/', { name: `${canary} early`, stage: 'beta' })
  const change = await make('scheduled_changes/', changeBody(flag.id))
  const plugin = await make(`/api/organizations/${organization}/plugins/`, {
    plugin_type: 'source',
    name: canary,
  })
  await api.patch(`/api/organizations/${organization}/plugins/${plugin.id}/update_source/`, {
    'plugin.json': JSON.stringify({ config: [{ key: canary, secret: true }] }),
  })
  const pluginConfig = await make('plugin_configs/', {
    plugin: plugin.id,
    order: 1,
    enabled: true,
    config: { [canary]: canary },
  })
  const playlist = await make('session_recording_playlists/', { name: canary, filters: { events: canary } })
  await api.post(`${base}session_recording_playlists/${playlist.short_id}/recordings/${canary}/`)
  const survey = await make('surveys/', {
    ...surveyBody(`${canary} survey`),
    start_date: '2024-01-01T00:00:00Z',
  })
  await on.send({
    event: 'survey sent',
    distinct_id: 'ann',
    properties: { $survey_id: survey.id, $survey_response_why: canary },
  })
  const invite = await make(`/api/organizations/${organization}/invites/`, {
    target_email: `${canary}@example.net`,
  })
  const ofOrganization = `/api/organizations/${organization}/`
  const role = await make(`${ofOrganization}roles/`, { name: canary })
  const otherRole = await make(`${ofOrganization}roles/`, { name: `${canary} other` })
  const roleMember = await make(`${ofOrganization}roles/${role.id}/role_memberships/`, {
    user_uuid: member.user.uuid,
  })
  const roleAccess = await make(`feature_flags/${flag.id}/role_access/`, { role_id: role.id })
  const access = await make(`${ofOrganization}resource_access/`, { resource: 'cohorts', access_level: 21 })
  const domain = await make(`${ofOrganization}domains/`, { domain: `${canary}.example.org` })
  const second = await make(`/api/organizations/${organization}/invites/`, {
    target_email: `${canary}.b@example.net`,
  })
  await api.patch(`${base}experiments/${experiment.id}/`, {
    start_date: new Date(Date.now() - 3_600_000).toISOString(),
    secondary_metrics: [{ name: canary, filters: funnel }],
  })
  const demo = await make(`${ofOrganization}demo_projects/`, { people: 20, name: canary })
  await until(async () => (await api.get(`${ofOrganization}demo_projects/${demo.id}/`)).body.finished_at)
  const key = await make('/api/personal_api_keys/', { label: canary })
  const withTile = (await api.get(`${base}dashboards/${dashboard.id}/`)).body
  await api.patch(`${base}dashboards/${dashboard.id}/sharing/`, { enabled: true })
  return {
    base,
    member,
    ids: {
      projects: projectId,
      organizations: organization,
      users: api.user.uuid,
      members: member.user.uuid,
      invites: invite.id,
      signup: invite.id,
      'second invite': second.id,
      collaborators: member.user.uuid,
      roles: role.id,
      'other role': otherRole.id,
      role_memberships: roleMember.id,
      role_access: roleAccess.id,
      resource_access: access.id,
      domains: domain.id,
      demo_projects: demo.id,
      personal_api_keys: key.id,
      actions: action.id,
      annotations: annotation.id,
      cohorts: cohort.id,
      dashboards: dashboard.id,
      'other dashboard': other.id,
      tile: withTile.tiles[0].id,
      'own project': (await make('/api/projects/', { name: `${canary} second` })).id,
      insights: insight.id,
      feature_flags: flag.id,
      'flag key': flag.key,
      experiments: experiment.id,
      experiment_holdouts: holdout.id,
      early_access_feature: feature.id,
      scheduled_changes: change.id,
      plugins: plugin.id,
      plugin_configs: pluginConfig.id,
      app_metrics: pluginConfig.id,
      historical_exports: canary,
      session_recording_playlists: playlist.short_id,
      session_recordings: canary,
      recordings: canary,
      surveys: survey.id,
      exports: exported.id,
      hooks: hook.id,
      subscriptions: subscription.id,
      integrations: 1,
      event_definitions: (await first('event_definitions/')).id,
      property_definitions: (await first('property_definitions/')).id,
      events: uuid,
      receipt: uuid,
      persons: people[0].uuid,
      query: canary,
    },
  }
}

/** Resolves when it holds, which jobs in the background see to. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries === 200) throw new Error('it did not come about')
    await sleep(100)
  }
}

let made = 0
/** A name that nothing has yet. */
const fresh = () => `${canary}-${++made}`

const trend = {
  kind: 'InsightVizNode',
  source: { kind: 'TrendsQuery', series: [{ kind: 'EventsNode', event: `${canary} viewed` }] },
}
const subscriptionBody = (insightId: unknown) => ({
  insight: insightId,
  title: canary,
  target_type: 'webhook',
  target_value: `http://127.0.0.1:9/${canary}`,
  frequency: 'weekly',
  start_date: '2099-01-01T00:00:00Z',
})
/** Nobody listens there. */
const hookBody = (actionId: unknown) => ({
  event: 'action_performed',
  target: `http://127.0.0.1:9/${canary}`,
  resource_id: actionId,
})
const exportBody = {
  export_format: 'text/csv',
  export_context: { source: { kind: 'HogQLQuery', query: 'select event from events' }, filename: canary },
}
const changeBody = (flagId: string | number) => ({
  record_id: String(flagId),
  model_name: 'FeatureFlag',
  payload: { operation: 'update_variants', value: { variants: [], payloads: { [canary]: 1 } } },
  scheduled_at: '2099-01-01T00:00:00Z',
})

const flagBody = (key: string) => ({
  key,
  name: canary,
  filters: { groups: [{ properties: [], rollout_percentage: 100 }], payloads: { true: `"${canary}"` } },
})
const experimentBody = (key: string) => ({
  name: canary,
  feature_flag_key: key,
  filters: { insight: 'TRENDS', events: [{ id: `${canary} viewed`, type: 'events' }] },
  parameters: {
    feature_flag_variants: [
      { key: 'control', rollout_percentage: 50 },
      { key: 'test', rollout_percentage: 50 },
    ],
  },
})
const holdoutBody = { name: canary, filters: [{ properties: [], rollout_percentage: 1 }] }
const surveyBody = (name: string) => ({
  name,
  type: 'popover',
  questions: [{ id: 'why', type: 'open', question: canary }],
})
const events = JSON.stringify([{ id: `${canary} viewed` }, { id: `${canary} bought`, order: 1 }])
const funnel = {
  insight: 'FUNNELS',
  events: [{ id: `${canary} viewed` }, { id: `${canary} bought`, order: 1 }],
}
const entity = { entity_id: `${canary} viewed`, entity_type: 'events', date_from: '-7d' }

/** What to send where the path and `{}` do not suffice. */
const samples: Record<string, (seeded: Seeded) => Sample> = {
  login_create: () => ({ body: { email: 'owner@example.com', password: 'correct horse battery' } }),
  login_precheck_create: () => ({ body: { email: 'owner@example.com' } }),
  // there is somebody already
  signup_create: () => ({
    body: { email: 'x@example.com', password: 'correct horse battery', first_name: 'x' },
    status: 403,
  }),
  // used in its own way below
  signup_invite_create: () => ({ body: { first_name: canary, password: 'correct horse battery' } }),
  // nobody has given a password in this browser
  login_token_create: () => ({ body: { token: '123456' }, status: 400 }),
  // how one signs in is changed with a session only
  users_start_2fa_setup: () => ({ status: 403 }),
  users_validate_2fa_create: () => ({ body: { token: '123456' }, status: 403 }),
  users_two_factor_backup_codes_create: () => ({ status: 403 }),
  users_two_factor_disable_create: () => ({ status: 403 }),
  // no e-mails are sent here, and so nobody has such a link
  reset_create: () => ({ body: { email: 'owner@example.com' }, status: 400 }),
  reset_retrieve: ({ ids }) => ({ params: { user_uuid: ids.users! }, query: { token: 'x' }, status: 400 }),
  reset_complete: ({ ids }) => ({
    params: { user_uuid: ids.users! },
    body: { token: 'x', password: 'correct horse battery' },
    status: 400,
  }),
  invites_create: () => ({ body: { target_email: `${canary}.new@example.net` } }),
  invites_bulk_create: () => ({ body: [{ target_email: `${canary}.two@example.net` }] }),
  // an invite that was used is gone
  invites_destroy: ({ ids }) => ({ params: { invite_id: ids['second invite']! } }),
  roles_create: () => ({ body: { name: fresh() } }),
  roles_update: () => ({ body: { name: canary } }),
  // the other one is needed by what belongs to it
  roles_destroy: ({ ids }) => ({ params: { id: ids['other role']! } }),
  roles_role_memberships_create: ({ ids, member }) => ({
    params: { role_id: ids['other role']! },
    body: { user_uuid: member.user.uuid },
  }),
  resource_access_create: () => ({ body: { resource: 'dashboards', access_level: 21 } }),
  resource_access_update: () => ({ body: { resource: 'cohorts', access_level: 37 } }),
  demo_projects_create: () => ({ body: { people: 20, name: canary } }),
  // it is done
  demo_projects_stop_create: () => ({ status: 400 }),
  domains_create: () => ({ body: { domain: `${fresh()}.example.org` } }),
  domains_update: () => ({ body: { domain: `${canary}.example.org`, saml_entity_id: canary } }),
  organizations_create: () => ({ body: { name: `${canary} new` } }),
  organizations_update: () => ({ body: { name: canary } }),
  members_partial_update: () => ({ body: { level: 8 } }),
  members_update: () => ({ body: { level: 1 } }),
  organizations_feature_flags_copy_flags_create: ({ ids }) => ({
    body: {
      feature_flag_key: ids['flag key'],
      from_project: ids.projects,
      target_project_ids: [ids['own project']],
    },
  }),
  personal_api_keys_create: () => ({ body: { label: canary } }),
  destroy: ({ ids }) => ({ params: { id: ids['own project']! } }),
  create: () => ({ body: { name: canary } }),
  update: () => ({ body: { name: canary } }),
  actions_create: () => ({ body: { name: fresh(), steps: [{ event: 'x' }] } }),
  actions_people_retrieve: () => ({ query: { events, ...entity, interval: 'day' } }),
  actions_update: () => ({ body: { name: canary, steps: [{ event: `${canary} viewed` }] } }),
  activity_log_bookmark_activity_notification_create: () => ({ body: { bookmark: '2024-01-01T00:00:00Z' } }),
  annotations_create: () => ({ body: { content: canary, date_marker: '2024-01-01T00:00:00Z' } }),
  annotations_update: () => ({ body: { content: canary, date_marker: '2024-01-02T00:00:00Z' } }),
  cohorts_create: () => ({ body: { name: canary, is_static: true } }),
  cohorts_update: () => ({ body: { name: canary, is_static: true } }),
  cohorts_add_persons_to_static_cohort_partial_update: ({ ids }) => ({ body: { person_ids: [ids.persons] } }),
  cohorts_remove_person_from_static_cohort_partial_update: ({ ids }) => ({
    body: { person_id: ids.persons },
  }),
  dashboard_templates_create: () => ({ body: { name: canary, url: 'https://example.com' }, status: 400 }),
  dashboards_create: () => ({ body: { name: canary } }),
  dashboards_update: () => ({ body: { name: canary } }),
  dashboards_create_from_template_json_create: () => ({
    body: { template: { template_name: canary, tiles: [{ type: 'INSIGHT', name: canary, query: trend }] } },
  }),
  dashboards_collaborators_create: ({ member }) => ({ body: { user_uuid: member.user.uuid, level: 37 } }),
  dashboards_move_tile_partial_update: ({ ids }) => ({
    body: { tile: { id: ids.tile }, toDashboard: ids['other dashboard'] },
  }),
  dead_letters_replay_create: () => ({ body: { ids: ['0190c2f0-5a44-7cc0-9d6e-000000000000'] } }),
  early_access_feature_create: () => ({ body: { name: fresh(), stage: 'beta' } }),
  early_access_feature_update: () => ({ body: { name: `${canary} early`, stage: 'beta' } }),
  scheduled_changes_create: ({ ids }) => ({ body: changeBody(ids.feature_flags!) }),
  scheduled_changes_partial_update: () => ({ body: { scheduled_at: '2099-02-01T00:00:00Z' } }),
  elements_values_retrieve: () => ({ query: { key: 'text' } }),
  event_definitions_update: () => ({ body: { description: canary } }),
  events_values_retrieve: () => ({ query: { key: 'plan' } }),
  hooks_create: ({ ids }) => ({ body: hookBody(ids.actions) }),
  hooks_update: ({ ids }) => ({ body: hookBody(ids.actions) }),
  subscriptions_create: ({ ids }) => ({ body: subscriptionBody(ids.insights) }),
  subscriptions_update: ({ ids }) => ({ body: subscriptionBody(ids.insights) }),
  unsubscribe_retrieve: () => ({ query: { token: '1.x.y' }, status: 400 }),
  unsubscribe_create: () => ({ query: { token: '1.x.y' }, status: 400 }),
  integrations_create: () => ({ body: { kind: 'slack', config: {} }, status: 400 }),
  integrations_retrieve: () => ({ status: 404 }),
  integrations_destroy: () => ({ status: 404 }),
  integrations_channels_retrieve: () => ({ status: 404 }),
  uploaded_media_create: () => ({ body: {}, status: 400 }),
  exports_create: () => ({ body: exportBody }),
  experiment_holdouts_create: () => ({ body: holdoutBody }),
  experiment_holdouts_update: () => ({ body: holdoutBody }),
  experiments_create: () => ({ body: experimentBody(fresh()) }),
  experiments_secondary_results_retrieve: ({ ids }) => ({
    params: { id: ids.experiments! },
    query: { id: '0' },
  }),
  experiments_update: () => ({ body: experimentBody(`${canary}-experiment`) }),
  feature_flags_create: () => ({ body: flagBody(fresh()) }),
  feature_flags_update: ({ ids }) => ({ body: flagBody(String(ids['flag key'])) }),
  feature_flags_role_access_create: ({ ids }) => ({ body: { role_id: ids['other role'] } }),
  feature_flags_bulk_delete_create: () => ({ body: { ids: [2_000_000_000] } }),
  feature_flags_bulk_keys_create: ({ ids }) => ({ body: { ids: [ids.feature_flags] } }),
  feature_flags_evaluation_reasons_retrieve: () => ({ query: { distinct_id: 'ann' } }),
  feature_flags_user_blast_radius_create: () => ({
    body: { condition: { properties: [], rollout_percentage: 50 } },
  }),
  feature_flags_remote_config_retrieve: ({ ids }) => ({ params: { key: ids['flag key']! } }),
  groups_list: () => ({ query: { group_type_index: '0' } }),
  groups_find_retrieve: () => ({ query: { group_type_index: '0', group_key: canary } }),
  groups_property_values_retrieve: () => ({ query: { group_type_index: '0', key: 'name' } }),
  groups_related_retrieve: () => ({ query: { group_type_index: '0', id: canary } }),
  groups_types_update_metadata_partial_update: () => ({
    body: [{ group_type_index: 0, name_singular: canary, name_plural: canary }],
  }),
  insights_create: () => ({ body: { name: canary, query: trend } }),
  insights_update: () => ({ body: { name: canary, query: trend } }),
  insights_cancel_create: () => ({ body: { client_query_id: canary } }),
  insights_trend_retrieve: () => ({ query: { events } }),
  insights_trend_create: () => ({ body: { events: [{ id: `${canary} viewed` }] } }),
  insights_funnel_retrieve: () => ({ query: { insight: 'FUNNELS', events } }),
  insights_funnel_create: () => ({ body: funnel }),
  insights_funnel_correlation_retrieve: () => ({ query: { insight: 'FUNNELS', events } }),
  insights_funnel_correlation_create: () => ({ body: funnel }),
  insights_timing_create: () => ({ body: { query_id: canary, time_to_see_data_ms: 5, type: 'insight' } }),
  persons_funnel_retrieve: () => ({ query: { insight: 'FUNNELS', events, funnel_step: '1' } }),
  persons_funnel_create: () => ({ body: { ...funnel, funnel_step: 1 } }),
  persons_funnel_correlation_retrieve: () => ({
    query: {
      insight: 'FUNNELS',
      events,
      funnel_correlation_person_converted: 'true',
      funnel_correlation_person_entity: JSON.stringify({ id: `${canary} viewed`, type: 'events' }),
    },
  }),
  persons_funnel_correlation_create: () => ({
    body: {
      ...funnel,
      funnel_correlation_person_converted: 'true',
      funnel_correlation_person_entity: { id: `${canary} viewed`, type: 'events' },
    },
  }),
  persons_trends_retrieve: () => ({ query: { events, ...entity, interval: 'day' } }),
  persons_stickiness_retrieve: () => ({ query: { events, ...entity, stickiness_days: '1' } }),
  persons_lifecycle_retrieve: () => ({
    query: {
      events,
      ...entity,
      insight: 'LIFECYCLE',
      lifecycle_type: 'new',
      target_date: new Date().toISOString().slice(0, 10),
    },
  }),
  persons_retention_retrieve: () => ({ query: { selected_interval: '0' } }),
  persons_cohorts_retrieve: ({ ids }) => ({ query: { person_id: String(ids.persons) } }),
  persons_values_retrieve: () => ({ query: { key: 'email' } }),
  persons_update: () => ({ body: { properties: { email: `${canary}@example.com` } } }),
  persons_partial_update: () => ({ body: { properties: { name: canary } } }),
  persons_update_property_create: () => ({ body: { key: 'name', value: canary } }),
  persons_delete_property_create: () => ({ body: { $unset: 'name' } }),
  plugins_create: () => ({ body: { plugin_type: 'source', name: canary } }),
  plugins_update_source_partial_update: () => ({ body: { 'index.ts': canary } }),
  plugin_configs_create: ({ ids }) => ({ body: { plugin: ids.plugins, order: 1 } }),
  plugin_configs_update: () => ({ body: { order: 2 } }),
  plugin_configs_rearrange_partial_update: ({ ids }) => ({ body: { orders: { [ids.plugins!]: 3 } } }),
  plugin_configs_job_create: () => ({ body: { job: { type: canary } } }),
  app_metrics_retrieve: () => ({ query: { category: 'onEvent' } }),
  app_metrics_error_details_retrieve: () => ({ query: { category: 'onEvent', error_type: canary } }),
  // apps are not executed, and so export nothing
  app_metrics_historical_exports_retrieve_2: () => ({ status: 404 }),
  property_definitions_seen_together_retrieve: () => ({
    query: { event_names: JSON.stringify([`${canary} viewed`]), property_name: 'plan' },
  }),
  property_definitions_update: () => ({ body: { description: canary } }),
  performance_events_list: () => ({
    query: { session_id: canary, date_from: '2024-01-01', date_to: '2024-01-02' },
  }),
  performance_events_recent_pageviews_retrieve: () => ({ query: { date_from: '-1d' } }),
  session_recording_playlists_create: () => ({ body: { name: canary } }),
  session_recording_playlists_update: () => ({ body: { name: canary } }),
  session_recordings_properties_retrieve: () => ({ query: { session_ids: JSON.stringify([canary]) } }),
  // no recordings are kept
  session_recordings_retrieve_2: () => ({ status: 404 }),
  session_recordings_snapshots_retrieve: () => ({ status: 404 }),
  surveys_create: () => ({ body: surveyBody(fresh()) }),
  surveys_update: () => ({ body: surveyBody(`${canary} survey`) }),
  surveys_duplicate_to_projects_create: ({ ids }) => ({ body: { target_team_ids: [ids.projects] } }),
  query_retrieve: () => ({ query: { query: JSON.stringify(trend.source) } }),
  query_create: () => ({ body: { query: trend.source } }),
  // nobody waits under that name
  query_status_retrieve: () => ({ status: 404 }),
}

export type Request = { path: string; body: unknown; status: number }

/** A request of this operation that is answered well, on what was seeded. */
export function requestOf(operation: Operation, seeded: Seeded, path = operation.path): Request {
  const sample = samples[operation.id]?.(seeded) ?? {}
  /** What each parameter is one of, as the documented path has it; aliases may call it otherwise (`insight/`). */
  const kinds = new Map(
    operation.path.split('/').map((segment, at, all): [string, string] => [segment, all[at - 1] ?? '']),
  )
  const segments = path.split('/').map((segment) => {
    if (!segment.startsWith(':')) return segment
    const name = segment.slice(1)
    if (name === 'project_id') return seeded.ids.projects
    if (name === 'organization_id') return seeded.ids.organizations
    const value =
      sample.params?.[name] ??
      (name === 'feature_flag_key' ? seeded.ids['flag key'] : seeded.ids[kinds.get(segment) ?? ''])
    if (value === undefined) throw new Error(`${operation.id}: there is no sample for ${segment} in ${path}`)
    return encodeURIComponent(value)
  })
  const query = new URLSearchParams(sample.query).toString()
  return {
    path: segments.join('/') + (query && `?${query}`),
    body: sample.body ?? (/GET|DELETE/.test(operation.method) ? undefined : {}),
    status: sample.status ?? operation.status ?? 200,
  }
}
