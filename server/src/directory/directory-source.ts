import { sql } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { projects } from '../database/schema.ts'
import type { BotFilter, ProjectFacts, WebCapture } from '../model/project.ts'

/**
 * All that the directory holds: every project, and for each personal key's hash the projects that it may see, that which
 * it sends to first, and what it is held to.
 */
export type DirectoryContent = {
  projects: ProjectFacts[]
  keys: { hash: string; projectIds: number[]; scopes: string[] | null }[]
}

export async function readDirectory(database: Database): Promise<DirectoryContent> {
  return database.transaction(async (tx) => ({
    projects: (
      await tx
        .select({
          id: projects.id,
          organizationId: projects.organizationId,
          apiToken: projects.apiToken,
          name: projects.name,
          timezone: projects.timezone,
          weekStartDay: sql<number>`coalesce((${projects.settings} ->> 'week_start_day')::int, 0)`,
          anonymizeIps: projects.anonymizeIps,
          ingestedEvent: projects.ingestedEvent,
          testAccountFilters: projects.testAccountFilters,
          botFilter: sql<BotFilter>`coalesce(${projects.settings} ->> 'bot_filter', 'off')`,
          dropEventsOlderThan: sql<
            number | null
          >`(${projects.settings} ->> 'drop_events_older_than')::float8`,
          settings: projects.settings,
        })
        .from(projects)
        .orderBy(projects.id)
    ).map(({ settings, ...project }) => ({ ...project, webCapture: webCaptureOf(settings) })),
    keys: await tx.execute<DirectoryContent['keys'][number]>(projectsOfEachKey),
  }))
}

/** The last project that the key's user visited if the key may see it, then the others that it may see. */
const projectsOfEachKey = sql`
  select k.secure_value as hash, k.scopes,
    array_agg(p.id order by p.id is distinct from u.current_project_id, p.id) as "projectIds"
  from personal_api_keys k
  join users u on u.id = k.user_id and u.is_active
  join organization_memberships m on m.user_id = u.id
  join projects p on p.organization_id = m.organization_id
  where (coalesce(json_array_length(k.scoped_teams), 0) = 0
      or p.id::text in (select json_array_elements_text(k.scoped_teams)))
    and (coalesce(json_array_length(k.scoped_organizations), 0) = 0
      or p.organization_id::text in (select json_array_elements_text(k.scoped_organizations)))
    and (m.level >= 8 or coalesce(p.settings ->> 'access_control', 'false') <> 'true')
  group by k.id
  order by k.id`

function webCaptureOf(settings: Record<string, unknown>): WebCapture {
  const metrics = settings.autocapture_web_vitals_allowed_metrics
  return {
    autocapture: settings.autocapture_opt_out !== true,
    heatmaps: settings.heatmaps_opt_in === true,
    deadClicks: settings.capture_dead_clicks === true,
    exceptions: settings.autocapture_exceptions_opt_in === true,
    networkTiming: settings.capture_performance_opt_in === true,
    webVitals: settings.autocapture_web_vitals_opt_in === true,
    webVitalsMetrics: Array.isArray(metrics) ? metrics.filter((one) => typeof one === 'string') : null,
  }
}
