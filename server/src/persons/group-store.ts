import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import type { Database, Queries } from '../database/database.ts'
import { groupTypes } from '../database/schema.ts'
import { cleanJson } from '../kit/clean-text.ts'
import { isoToMicros, microsToIso } from '../kit/micros.ts'
import { notFound } from '../model/errors.ts'
import { flagDefinitionsChannel } from '../model/notifications.ts'
import type { Group, GroupChanges, GroupType } from './groups.ts'
import { PeopleChanged } from './person-store.ts'

export type GroupKey = { projectId: number; groupTypeIndex: number; groupKey: string }

/** Groups and their types in the database. */
export function createGroupStore(database: Database) {
  const { db } = database
  return {
    /** A project's group types in the order of their numbers, with the names given to them. */
    typesOf: (projectId: number) =>
      db
        .select({
          groupType: groupTypes.groupType,
          groupTypeIndex: groupTypes.groupTypeIndex,
          nameSingular: groupTypes.nameSingular,
          namePlural: groupTypes.namePlural,
        })
        .from(groupTypes)
        .where(eq(groupTypes.projectId, projectId))
        .orderBy(asc(groupTypes.groupTypeIndex)),

    /**
     * Names group types; a name that is not given stays.
     * @throws HedgerowError not found for a type that the project doesn't have; then nothing is changed.
     */
    nameTypes: (projectId: number, names: GroupTypeNames[]): Promise<void> =>
      database.transaction(async (tx) => {
        for (const { groupTypeIndex, ...changes } of names) {
          const where = and(
            eq(groupTypes.projectId, projectId),
            eq(groupTypes.groupTypeIndex, groupTypeIndex),
          )
          // Its own value where nothing else changes: the type must be there all the same.
          const rows = await tx
            .update(groupTypes)
            .set({ groupTypeIndex, ...changes })
            .where(where)
            .returning({ index: groupTypes.groupTypeIndex })
          if (!rows.length) throw notFound()
        }
      }),

    loadTypes: (projectIds: number[]): Promise<GroupType[]> =>
      db
        .select({
          projectId: groupTypes.projectId,
          groupType: groupTypes.groupType,
          groupTypeIndex: groupTypes.groupTypeIndex,
        })
        .from(groupTypes)
        .where(inArray(groupTypes.projectId, projectIds)),

    async loadGroups(keys: GroupKey[]): Promise<Group[]> {
      const rows = await db.execute<{
        project_id: number
        group_type_index: number
        group_key: string
        properties: Record<string, unknown>
        created_at: string
        version: number
      }>(sql`
        select g.project_id, g.group_type_index, g.group_key, g.properties, g.created_at, g.version
        from unnest(${list(keys, (key) => key.projectId)}::int[], ${list(keys, (key) => key.groupTypeIndex)}::smallint[],
          ${list(keys, (key) => key.groupKey)}::text[]) as asked(project_id, group_type_index, group_key)
        join groups g on g.project_id = asked.project_id and g.group_type_index = asked.group_type_index
          and g.group_key = asked.group_key`)
      return rows.map((row) => ({
        projectId: row.project_id,
        groupTypeIndex: row.group_type_index,
        groupKey: row.group_key,
        properties: row.properties,
        createdAt: isoToMicros(row.created_at),
        version: row.version,
      }))
    },
  }
}

export type GroupTypeNames = {
  groupTypeIndex: number
  nameSingular?: string | null
  namePlural?: string | null
}

export type GroupStore = ReturnType<typeof createGroupStore>

/**
 * Writes a batch's groups and new types.
 * @throws PeopleChanged when they are not as they were when the changes were decided; roll back then.
 */
export async function writeGroups(tx: Queries, changes: GroupChanges): Promise<void> {
  const { newTypes, groups } = changes
  if (newTypes.length) {
    const rows = await tx
      .insert(groupTypes)
      .values(newTypes)
      .onConflictDoNothing()
      .returning({ index: groupTypes.groupTypeIndex })
    if (rows.length !== newTypes.length) throw new PeopleChanged()
    // flags that are about groups know them by their type
    for (const projectId of new Set(newTypes.map((type) => type.projectId))) {
      await tx.execute(sql`select pg_notify(${flagDefinitionsChannel}, ${String(projectId)})`)
    }
  }
  for (const isNew of [true, false]) {
    const rows = groups.filter((one) => (one.foundVersion === null) === isNew)
    if (rows.length && (await (isNew ? insertGroups : updateGroups)(tx, rows)) !== rows.length) {
      throw new PeopleChanged()
    }
  }
}

type ChangedGroups = GroupChanges['groups']

const source = (groups: ChangedGroups) => sql`unnest(
  ${list(groups, (one) => one.group.projectId)}::int[], ${list(groups, (one) => one.group.groupTypeIndex)}::smallint[],
  ${list(groups, (one) => one.group.groupKey)}::text[], ${list(groups, (one) => cleanJson(one.group.properties))}::json[],
  ${list(groups, (one) => microsToIso(one.group.createdAt))}::timestamptz[],
  ${list(groups, (one) => one.group.version)}::bigint[], ${list(groups, (one) => one.foundVersion)}::bigint[])
  as u(project_id, group_type_index, group_key, properties, created_at, version, found_version)`

async function insertGroups(tx: Queries, groups: ChangedGroups): Promise<number> {
  const rows = await tx.execute(sql`
    insert into groups (project_id, group_type_index, group_key, properties, created_at, version)
    select u.project_id, u.group_type_index, u.group_key, u.properties, u.created_at, u.version from ${source(groups)}
    on conflict do nothing
    returning version`)
  return rows.length
}

async function updateGroups(tx: Queries, groups: ChangedGroups): Promise<number> {
  const rows = await tx.execute(sql`
    update groups g set properties = u.properties, version = u.version from ${source(groups)}
    where g.project_id = u.project_id and g.group_type_index = u.group_type_index
      and g.group_key = u.group_key and g.version = u.found_version
    returning g.version`)
  return rows.length
}

const list = <T>(rows: T[], value: (row: T) => unknown) => sql.param(rows.map(value))
