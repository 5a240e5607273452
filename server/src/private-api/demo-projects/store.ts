import { and, count, desc, eq, isNull, lt, sql } from 'drizzle-orm'
import type { Database, Queries } from '../../database/database.ts'
import { demoProjects } from '../../database/schema.ts'
import { conflict, invalid, notFound } from '../../model/errors.ts'

export type DemoRow = typeof demoProjects.$inferSelect

/** Ends the work on one: somebody stopped it, or deleted the project. */
export class Unwanted extends Error {}
/** Ends the work on one: somebody else does it. */
export class DoneElsewhere extends Error {}

/** Whoever fills one and says nothing for so long has died. */
const silentSeconds = 120

/** Demo projects, and how far they have come. */
export function createDemoStore(database: Database) {
  const { db } = database
  const alive = { aliveAt: sql`now()` }
  const byId = (id: number) => eq(demoProjects.id, id)
  const isUnfinished = isNull(demoProjects.finishedAt)
  const end = (id: number, state: DemoRow['state'], failure: string | null = null) =>
    db
      .update(demoProjects)
      .set({ state, failure, finishedAt: sql`now()` })
      .where(and(byId(id), isUnfinished))

  return {
    async list(organizationId: string, { limit, offset }: { limit: number; offset: number }) {
      const where = eq(demoProjects.organizationId, organizationId)
      const [found] = await db.select({ count: count() }).from(demoProjects).where(where)
      const results = await db
        .select()
        .from(demoProjects)
        .where(where)
        .orderBy(desc(demoProjects.id))
        .limit(limit)
        .offset(offset)
      return { count: found!.count, results }
    },

    /** @throws HedgerowError not found. */
    async get(organizationId: string, id: number): Promise<DemoRow> {
      const [row] = await db
        .select()
        .from(demoProjects)
        .where(and(byId(id), eq(demoProjects.organizationId, organizationId)))
      if (!row) throw notFound()
      return row
    },

    /**
     * One that waits, without its project yet.
     * @throws HedgerowError conflict while the organization has one that is not finished.
     */
    async create(
      values: Pick<DemoRow, 'organizationId' | 'name' | 'createdBy' | 'people' | 'seed'>,
    ): Promise<DemoRow> {
      const [row] = await db.insert(demoProjects).values(values).onConflictDoNothing().returning()
      if (!row) throw conflict('A demo project is being made in this organization already.')
      return row
    },

    async attach(id: number, projectId: number): Promise<DemoRow> {
      const [row] = await db.update(demoProjects).set({ projectId }).where(byId(id)).returning()
      return row!
    },

    /** @throws HedgerowError `invalid` for one that is over. */
    async stop(organizationId: string, id: number): Promise<DemoRow> {
      const [row] = await db
        .update(demoProjects)
        .set({ state: 'stopping' })
        .where(and(byId(id), eq(demoProjects.organizationId, organizationId), isUnfinished))
        .returning()
      if (!row) throw invalid('It is not being made any more: delete its project instead.')
      return row
    },

    /** Takes it, to fill it or to clear it away; undefined where it is over. */
    async take(id: number): Promise<DemoRow | undefined> {
      const [row] = await db
        .update(demoProjects)
        .set({
          ...alive,
          state: sql`case ${demoProjects.state} when 'waiting' then 'running' else ${demoProjects.state} end`,
        })
        .where(and(byId(id), isUnfinished))
        .returning()
      return row
    },

    /**
     * Notes, within the transaction that writes it, that the next part is there.
     * @throws Unwanted, DoneElsewhere
     */
    async noteWritten(tx: Queries, id: number, { parts, events }: { parts: number; events: number }) {
      const [row] = await tx
        .update(demoProjects)
        .set({ ...alive, parts, events: sql`${demoProjects.events} + ${events}` })
        .where(and(byId(id), eq(demoProjects.parts, parts - 1)))
        .returning()
      if (!row) throw new DoneElsewhere()
      if (row.state !== 'running' || row.projectId === null) throw new Unwanted()
    },

    /** @throws Unwanted where nobody wants it any more. */
    async keepAlive(id: number): Promise<void> {
      const [row] = await db.update(demoProjects).set(alive).where(byId(id)).returning()
      if (row?.state !== 'running' || row.projectId === null) throw new Unwanted()
    },

    /** One that was stopped at the last moment is for the job that clears it away. */
    finish: (id: number) =>
      db
        .update(demoProjects)
        .set({ state: 'done', finishedAt: sql`now()` })
        .where(and(byId(id), eq(demoProjects.state, 'running'))),
    noteStopped: (id: number) => end(id, 'stopped'),
    fail: (id: number, failure: string) => end(id, 'failed', failure),

    /** Those that nobody works on: their job was lost, or its process. */
    async abandoned(): Promise<number[]> {
      const silent = lt(
        demoProjects.aliveAt,
        sql`now() - interval '${sql.raw(String(silentSeconds))} seconds'`,
      )
      const rows = await db
        .select({ id: demoProjects.id })
        .from(demoProjects)
        .where(and(isUnfinished, silent))
      return rows.map(({ id }) => id)
    },

    /** Whether the project is being filled. */
    async isFilling(projectId: number): Promise<boolean> {
      return (await db.$count(demoProjects, and(eq(demoProjects.projectId, projectId), isUnfinished))) > 0
    },
  }
}

export type DemoStore = ReturnType<typeof createDemoStore>
