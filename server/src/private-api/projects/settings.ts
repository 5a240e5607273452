import type { z } from 'zod'
import type { Project, VisibleProject } from '../../accounts/projects.ts'
import type { Level } from '../../http/account-shapes.ts'
import type { PropertyFilter } from '../../model/project.ts'
import type { updateProject } from './contract.ts'

export type Changes = z.output<typeof updateProject.body>

/** What a project's settings are until somebody sets them; kept together in one column. */
const defaults = {
  week_start_day: null,
  app_urls: [],
  slack_incoming_webhook: null,
  completed_snippet_onboarding: false,
  test_account_filters_default_checked: null,
  path_cleaning_filters: [],
  is_demo: false,
  data_attributes: ['data-attr'],
  person_display_name_properties: null,
  correlation_config: {},
  session_recording_opt_in: false,
  capture_console_log_opt_in: null,
  capture_performance_opt_in: null,
  access_control: false,
  primary_dashboard: null,
  live_events_columns: null,
  recording_domains: null,
  inject_web_apps: null,
  autocapture_opt_out: null,
  heatmaps_opt_in: null,
  capture_dead_clicks: null,
  autocapture_exceptions_opt_in: null,
  autocapture_web_vitals_opt_in: null,
  autocapture_web_vitals_allowed_metrics: null,
  bot_filter: 'off',
  drop_events_older_than: null,
} satisfies Partial<Changes>

/** A project's columns after the changes: four have their own, the rest goes into `settings`. */
export function columns(changes: Changes, settings: Project['settings'] = {}) {
  const { name, timezone, anonymize_ips, test_account_filters, ...others } = changes
  return {
    ...(name !== undefined && { name }),
    ...(timezone !== undefined && { timezone }),
    ...(anonymize_ips !== undefined && { anonymizeIps: anonymize_ips }),
    ...(test_account_filters !== undefined && {
      testAccountFilters: test_account_filters as PropertyFilter[],
    }),
    ...(Object.keys(others).length > 0 && { settings: { ...settings, ...others } }),
  }
}

/** @param hasGroupTypes whether events have named group types */
export function present(project: VisibleProject, hasGroupTypes: boolean) {
  return {
    id: project.id,
    uuid: project.uuid,
    organization: project.organizationId,
    api_token: project.apiToken,
    ...defaults,
    ...(project.settings as Partial<typeof defaults>),
    name: project.name,
    timezone: project.timezone,
    anonymize_ips: project.anonymizeIps,
    test_account_filters: project.testAccountFilters,
    created_at: project.createdAt,
    updated_at: project.updatedAt,
    ingested_event: project.ingestedEvent,
    effective_membership_level: project.membershipLevel as z.input<typeof Level>,
    has_group_types: hasGroupTypes,
    person_on_events_querying_enabled: true,
    groups_on_events_querying_enabled: true,
  }
}
