import { sql } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { projects } from '../database/schema.ts'
import type { BotFilter, ProjectFacts } from '../model/project.ts'

/** All that the directory holds: every project, and for each personal key's hash the project that it sends to. */
export type DirectoryContent = {
  projects: ProjectFacts[]
  keys: { hash: string; projectId: number }[]
}

export async function readDirectory(database: Database): Promise<DirectoryContent> {
  return database.transaction(async (tx) => ({
    projects: await tx
      .select({
        id: projects.id,
        organizationId: projects.organizationId,
        apiToken: projects.apiToken,
        name: projects.name,
        timezone: projects.timezone,
        anonymizeIps: projects.anonymizeIps,
        ingestedEvent: projects.ingestedEvent,
        testAccountFilters: projects.testAccountFilters,
        botFilter: sql<BotFilter>`coalesce(${projects.settings} ->> 'bot_filter', 'off')`,
        dropEventsOlderThan: sql<number | null>`(${projects.settings} ->> 'drop_events_older_than')::float8`,
      })
      .from(projects)
      .orderBy(projects.id),
    keys: await tx.execute<DirectoryContent['keys'][number]>(projectOfEachKey),
  }))
}

/** The last project that the key's user visited if the key may see it, else the first that it may see. */
const projectOfEachKey = sql`
  select distinct on (k.secure_value) k.secure_value as hash, p.id as "projectId"
  from personal_api_keys k
  join users u on u.id = k.user_id and u.is_active
  join organization_memberships m on m.user_id = u.id
  join projects p on p.organization_id = m.organization_id
  where (coalesce(json_array_length(k.scoped_teams), 0) = 0
      or p.id::text in (select json_array_elements_text(k.scoped_teams)))
    and (coalesce(json_array_length(k.scoped_organizations), 0) = 0
      or p.organization_id::text in (select json_array_elements_text(k.scoped_organizations)))
    and (m.level >= 8 or coalesce(p.settings ->> 'access_control', 'false') <> 'true')
  order by k.secure_value, p.id is distinct from u.current_project_id, p.id`
