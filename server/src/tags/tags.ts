import { and, eq, getTableName, type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import type { Queries } from '../database/database.ts'
import { tags } from '../database/schema.ts'
import { tidyTags } from '../kit/tags.ts'

/** What can have tags, by the names of the activity log. */
export type TaggedKind =
  | 'Action'
  | 'Dashboard'
  | 'EventDefinition'
  | 'FeatureFlag'
  | 'Insight'
  | 'PropertyDefinition'

/** With its table: a select of one table leaves that out, and then the column would be one of `tags`. */
const outer = (column: AnyPgColumn) =>
  sql`${sql.identifier(getTableName(column.table))}.${sql.identifier(column.name)}`

/**
 * The tags of a row, sorted, as a column of a select:
 * `db.select({ action: actions, tags: tagsOf('Action', actions.projectId, actions.id) })`.
 */
export const tagsOf = (kind: TaggedKind, projectId: AnyPgColumn, id: AnyPgColumn): SQL<string[]> =>
  sql<string[]>`array(select ${tags.tag} from ${tags} where ${and(
    sql`${tags.projectId} = ${outer(projectId)}`,
    eq(tags.kind, kind),
    sql`${tags.itemId} = ${outer(id)}::text`,
  )} order by ${tags.tag} collate "C")`

/** Whether a row has any of these tags, as a condition of a select; undefined where none are asked for. */
export const hasAnyTag = (
  kind: TaggedKind,
  projectId: AnyPgColumn,
  id: AnyPgColumn,
  wanted: string[] = [],
): SQL<boolean> | undefined =>
  wanted.length === 0
    ? undefined
    : sql<boolean>`exists (select 1 from ${tags} where ${and(
        sql`${tags.projectId} = ${outer(projectId)}`,
        eq(tags.kind, kind),
        sql`${tags.itemId} = ${outer(id)}::text`,
        sql`${tags.tag} = any(${sql.param(tidyTags(wanted))}::text[])`,
      )})`

/**
 * From now on these are all tags of the thing: trimmed, in lower case, each once. Undefined leaves them as they are.
 * Of a thing that is deleted for good, set none.
 */
export async function setTags(
  tx: Queries,
  thing: { projectId: number; kind: TaggedKind; id: number | string },
  names: string[] | undefined,
): Promise<void> {
  if (names === undefined) return
  const its = and(
    eq(tags.projectId, thing.projectId),
    eq(tags.kind, thing.kind),
    eq(tags.itemId, String(thing.id)),
  )
  const wanted = tidyTags(names)
  await tx.delete(tags).where(and(its, sql`${tags.tag} <> all(${sql.param(wanted)}::text[])`))
  if (wanted.length === 0) return
  await tx
    .insert(tags)
    .values(
      wanted.map((tag) => ({
        projectId: thing.projectId,
        kind: thing.kind,
        itemId: String(thing.id),
        tag,
      })),
    )
    .onConflictDoNothing()
}

/** Every tag that something in the project has, sorted. */
export async function tagNames(db: Queries, projectId: number): Promise<string[]> {
  const rows = await db
    .select({ tag: tags.tag })
    .from(tags)
    .where(eq(tags.projectId, projectId))
    .groupBy(tags.tag)
    .orderBy(sql`${tags.tag} collate "C"`)
  return rows.map(({ tag }) => tag)
}
