import { and, desc, eq, ilike, inArray, or, sql } from 'drizzle-orm'
import { publicUser } from '../../accounts/users.ts'
import type { Database } from '../../database/database.ts'
import { annotations, insights, projects, users } from '../../database/schema.ts'
import { containing } from '../../kit/containing.ts'
import { invalid, notFound } from '../../model/errors.ts'

export type AnnotationChanges = Partial<
  Pick<
    typeof annotations.$inferInsert,
    'content' | 'dateMarker' | 'creationType' | 'scope' | 'deleted' | 'insightId'
  >
>

/** Whose annotations are asked for: a project sees its organization's too. */
type Where = { id: number; organizationId: string }

/** Annotations of projects, in the database. */
export function createAnnotationStore(database: Database) {
  const { db } = database

  const withCreator = () =>
    db
      .select({
        annotation: annotations,
        creator: publicUser(users),
        insight: {
          id: insights.id,
          projectId: insights.projectId,
          shortId: insights.shortId,
          name: insights.name,
        },
      })
      .from(annotations)
      .leftJoin(users, eq(users.id, annotations.createdBy))
      .leftJoin(insights, eq(insights.id, annotations.insightId))
      .$dynamic()

  const visible = (project: Where) =>
    or(
      eq(annotations.projectId, project.id),
      and(
        eq(annotations.scope, 'organization'),
        inArray(
          annotations.projectId,
          db
            .select({ id: projects.id })
            .from(projects)
            .where(eq(projects.organizationId, project.organizationId)),
        ),
      ),
    )
  const is = (project: Where, id: number, deleted: 'too' | 'not') =>
    and(
      eq(annotations.id, id),
      visible(project),
      deleted === 'not' ? eq(annotations.deleted, false) : undefined,
    )

  /** @param deleted whether a deleted one is there @throws HedgerowError not found. */
  async function get(project: Where, id: number, deleted: 'too' | 'not') {
    const [found] = await withCreator().where(is(project, id, deleted))
    if (!found) throw notFound()
    return found
  }

  /** @throws HedgerowError `does_not_exist` for an insight that the project does not have. */
  async function checkInsight(project: Where, id: number | null | undefined) {
    if (id === null || id === undefined) return
    const where = and(eq(insights.id, id), eq(insights.projectId, project.id), eq(insights.deleted, false))
    if (await db.$count(insights, where)) return
    throw invalid(`Invalid pk "${id}" - object does not exist.`, {
      code: 'does_not_exist',
      attr: 'dashboard_item',
    })
  }

  return {
    get,

    async list(project: Where, query: { search?: string; scope?: string; limit: number; offset: number }) {
      const where = and(
        visible(project),
        eq(annotations.deleted, false),
        query.search ? ilike(annotations.content, containing(query.search)) : undefined,
        query.scope ? eq(annotations.scope, query.scope) : undefined,
      )
      const results = await withCreator()
        .where(where)
        .orderBy(sql`${annotations.dateMarker} desc nulls last`, desc(annotations.id))
        .limit(query.limit)
        .offset(query.offset)
      return { count: await db.$count(annotations, where), results }
    },

    /** @throws HedgerowError `does_not_exist` for an insight that the project does not have. */
    async create(project: Where, userId: number, given: AnnotationChanges) {
      await checkInsight(project, given.insightId)
      const [row] = await db
        .insert(annotations)
        .values({ ...given, projectId: project.id, createdBy: userId })
        .returning({ id: annotations.id })
      return get(project, row!.id, 'too')
    },

    /**
     * The annotation is the project's from now on.
     * @param deleted whether a deleted one can be changed
     * @throws HedgerowError not found; `does_not_exist` for an insight that the project does not have.
     */
    async update(project: Where, id: number, changes: AnnotationChanges, deleted: 'too' | 'not', now: Date) {
      await checkInsight(project, changes.insightId)
      const rows = await db
        .update(annotations)
        .set({ ...changes, projectId: project.id, updatedAt: now.toISOString() })
        .where(is(project, id, deleted))
        .returning({ id: annotations.id })
      if (!rows.length) throw notFound()
      return get(project, id, 'too')
    },
  }
}

export type AnnotationStore = ReturnType<typeof createAnnotationStore>
export type AnnotationRow = Awaited<ReturnType<AnnotationStore['get']>>
