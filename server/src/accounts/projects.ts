import { and, asc, eq, sql } from 'drizzle-orm'
import type { Database, Queries } from '../database/database.ts'
import {
  eventDefinitions,
  eventProperties,
  groups,
  groupTypes,
  organizationMemberships,
  organizations,
  personOverrides,
  persons,
  projects,
  propertyDefinitions,
  users,
} from '../database/schema.ts'
import { newProjectApiKey } from '../kit/api-keys.ts'
import type { PropertyFilter } from '../model/project.ts'
import { makeStarterDashboard } from '../saved/make-tiles.ts'
import { levels } from './levels.ts'
import type { User } from './users.ts'

export type Project = typeof projects.$inferSelect
/** A project as one user sees it. */
export type VisibleProject = Project & {
  membershipLevel: number
  /** Whether its organization asks those who sign in for a second factor. */
  enforces2fa: boolean
}

/**
 * Whether somebody of this level in the organization (null: not in it) may use the project. With `access_control`
 * plain members need a membership of the project itself.
 */
const visible = (project: Project, level: number | null): level is number =>
  level !== null && (project.settings.access_control !== true || level >= levels.admin)

/** Projects, and which of them a user may see. */
export function createProjectStore(database: Database) {
  const { db } = database

  const withLevel = (userId: number) =>
    db
      .select({
        project: projects,
        level: organizationMemberships.level,
        enforces2fa: organizations.enforce2fa,
      })
      .from(projects)
      .innerJoin(organizations, eq(organizations.id, projects.organizationId))
      .leftJoin(
        organizationMemberships,
        and(
          eq(organizationMemberships.organizationId, projects.organizationId),
          eq(organizationMemberships.userId, userId),
        ),
      )

  const seen = (row: { project: Project; enforces2fa: boolean | null }, level: number): VisibleProject => ({
    ...row.project,
    membershipLevel: level,
    enforces2fa: row.enforces2fa === true,
  })

  /** The project of the condition: undefined when there is none, `forbidden` when this user may not see it. */
  const seenBy = async (userId: number, where: ReturnType<typeof eq>) => {
    const [found] = await withLevel(userId).where(where)
    if (!found) return undefined
    return visible(found.project, found.level) ? seen(found, found.level) : ('forbidden' as const)
  }

  const listFor = async (userId: number, organizationId?: string): Promise<VisibleProject[]> => {
    const rows = await withLevel(userId)
      .where(
        and(
          eq(organizationMemberships.userId, userId),
          organizationId === undefined ? undefined : eq(projects.organizationId, organizationId),
        ),
      )
      .orderBy(asc(projects.id))
    return rows.flatMap((row) => (visible(row.project, row.level) ? [seen(row, row.level)] : []))
  }

  return {
    find: (userId: number, projectId: number) => seenBy(userId, eq(projects.id, projectId)),
    findByToken: (userId: number, apiToken: string) => seenBy(userId, eq(projects.apiToken, apiToken)),
    /** What the user may see, by id; of one organization or of all of theirs. */
    listFor,

    /**
     * "The project you last visited". Where there is none (any more), the first of the current organization, else
     * the first of all, which is then remembered.
     */
    async current(user: User): Promise<VisibleProject | undefined> {
      if (user.currentProjectId !== null) {
        const last = await seenBy(user.id, eq(projects.id, user.currentProjectId))
        if (last && last !== 'forbidden') return last
      }
      const all = await listFor(user.id)
      const first = all.find((project) => project.organizationId === user.currentOrganizationId) ?? all[0]
      if (first) await remember(db, user.id, first)
      return first
    },

    /** Makes a project the one that its user visited last. */
    visit: (userId: number, project: Project) => remember(db, userId, project),

    /** A new project, which becomes the current one of its maker. */
    async create(
      user: User,
      organizationId: string,
      values: Partial<typeof projects.$inferInsert>,
    ): Promise<VisibleProject> {
      const { id } = await database.transaction((tx) =>
        insertProject(tx, user, { ...values, organizationId }),
      )
      return (await listFor(user.id, organizationId)).find((project) => project.id === id)!
    },

    async update(projectId: number, changes: Partial<typeof projects.$inferInsert>): Promise<Project> {
      const [project] = await db
        .update(projects)
        .set({ ...changes, updatedAt: new Date().toISOString() })
        .where(eq(projects.id, projectId))
        .returning()
      return project!
    },

    /** Sets some of its settings; the others stay. */
    async setting(projectId: number, changes: Record<string, unknown>): Promise<void> {
      const settings = sql`(${projects.settings}::jsonb || ${JSON.stringify(changes)}::jsonb)::json`
      await db.update(projects).set({ settings }).where(eq(projects.id, projectId))
    },

    /** How it cleans the steps of paths, as the setting was sent. */
    async pathCleaningFilters(projectId: number): Promise<unknown> {
      const [project] = await db
        .select({ settings: projects.settings })
        .from(projects)
        .where(eq(projects.id, projectId))
      return (project?.settings as Record<string, unknown> | undefined)?.path_cleaning_filters
    },

    /** With all that the database holds of it. */
    remove: (projectId: number) => removeProject(db, projectId),

    /** Whether events of the project have named group types. */
    async hasGroupTypes(projectId: number): Promise<boolean> {
      const found = await db
        .select({ index: groupTypes.groupTypeIndex })
        .from(groupTypes)
        .where(eq(groupTypes.projectId, projectId))
        .limit(1)
      return found.length > 0
    },
  }
}

export type ProjectStore = ReturnType<typeof createProjectStore>

/** Inserts a project with its defaults and a dashboard to begin with, and switches its maker to it. */
export async function insertProject(
  tx: Queries,
  user: User,
  values: Partial<typeof projects.$inferInsert> & { organizationId: string },
): Promise<Project> {
  const [project] = await tx
    .insert(projects)
    .values({
      apiToken: newProjectApiKey(),
      testAccountFilters: internalUserFilters(user.email),
      ...values,
    })
    .returning()
  await remember(tx, user.id, project!)
  return { ...project!, settings: await makeStarterDashboard(tx, project!, user.id) }
}

const rowsAtOnce = 5_000

/** What grows with a project's events is deleted in steps: one statement for all would run into its time limit. */
export async function removeProject(db: Queries, projectId: number): Promise<void> {
  for (const table of [
    persons,
    groups,
    personOverrides,
    eventProperties,
    propertyDefinitions,
    eventDefinitions,
  ]) {
    for (let deleted = rowsAtOnce; deleted === rowsAtOnce; ) {
      const gone = await db.execute(sql`
        delete from ${table} where ctid in (
          select ctid from ${table} where ${table.projectId} = ${projectId} limit ${rowsAtOnce}
        ) returning 1`)
      deleted = gone.length
    }
  }
  await db.delete(projects).where(eq(projects.id, projectId))
}

async function remember(tx: Queries, userId: number, project: Project): Promise<void> {
  await tx
    .update(users)
    .set({ currentProjectId: project.id, currentOrganizationId: project.organizationId })
    .where(eq(users.id, userId))
}
/** Where everybody has an address, an address says nothing about who is a colleague. */
const publicMailProviders = new Set([
  'gmail.com',
  'googlemail.com',
  'outlook.com',
  'hotmail.com',
  'live.com',
  'yahoo.com',
  'icloud.com',
  'me.com',
  'aol.com',
  'gmx.de',
  'gmx.net',
  'web.de',
  'proton.me',
  'protonmail.com',
  'mail.com',
  'mail.ru',
  'yandex.com',
  'yandex.ru',
  'zoho.com',
  'qq.com',
  '163.com',
])

/** "Filter out internal and test users", as a new project understands it: local hosts and the maker's colleagues. */
export function internalUserFilters(email: string): PropertyFilter[] {
  const domain = email.split('@').at(-1)?.toLowerCase() ?? ''
  const local: PropertyFilter = {
    key: '$host',
    type: 'event',
    operator: 'is_not',
    value: ['localhost:8000', 'localhost:5000', '127.0.0.1:8000', '127.0.0.1:3000', 'localhost:3000'],
  }
  return domain === '' || publicMailProviders.has(domain)
    ? [local]
    : [{ key: 'email', type: 'person', operator: 'not_icontains', value: `@${domain}` }, local]
}
