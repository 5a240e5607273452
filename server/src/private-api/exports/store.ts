import { and, asc, eq, inArray, isNotNull, isNull, lt, or, sql } from 'drizzle-orm'
import type { Database } from '../../database/database.ts'
import { exportedAssets, insights, projects } from '../../database/schema.ts'
import type { CutBy } from '../../exports/table-file.ts'
import { HedgerowError, invalid, notFound } from '../../model/errors.ts'
import type { ExportContext } from './contract.ts'

export type ExportRow = typeof exportedAssets.$inferSelect

type Asked = {
  format: string
  insightId: number | null
  context: ExportContext | null
  filename: string
  /** The key that it is asked with, where there is one. */
  keyId: string | null
}

/** Of a project that are not ready. */
const mostWaiting = 20
const keptDays = 7
/** Whoever makes one and says nothing for so long has died. */
const claimSeconds = 120
/** One that fails again and again is given up. */
const mostAttempts = 5

/** Where the file is. */
export const fileKey = ({ projectId, id }: Pick<ExportRow, 'projectId' | 'id'>) =>
  `exports/${projectId}/${id}.csv`

/** Exports of projects, in the database; their files are blobs. */
export function createExportStore(database: Database) {
  const { db } = database
  const byId = (id: number) => eq(exportedAssets.id, id)
  const claim = { claimedUntil: sql`now() + interval '${sql.raw(String(claimSeconds))} seconds'` }
  const isFree = or(isNull(exportedAssets.claimedUntil), lt(exportedAssets.claimedUntil, sql`now()`))
  const finished = { finishedAt: sql`now()`, claimedUntil: null }

  return {
    /** @throws HedgerowError not found, also where it has expired. */
    async get(projectId: number, id: number): Promise<ExportRow> {
      const [row] = await db
        .select()
        .from(exportedAssets)
        .where(
          and(byId(id), eq(exportedAssets.projectId, projectId), sql`${exportedAssets.expiresAt} > now()`),
        )
      if (!row) throw notFound()
      return row
    },

    /** A saved insight of the project. @throws HedgerowError `invalid`. */
    async insight(projectId: number, id: number) {
      const [row] = await db
        .select()
        .from(insights)
        .where(and(eq(insights.id, id), eq(insights.projectId, projectId), eq(insights.deleted, false)))
      if (!row) throw invalid('This insight does not belong to your team.', { attr: 'insight' })
      return row
    },

    /** @throws HedgerowError `throttled` while too many wait. */
    async create(projectId: number, userId: number, asked: Asked): Promise<ExportRow> {
      const waiting = and(eq(exportedAssets.projectId, projectId), isNull(exportedAssets.finishedAt))
      if ((await db.$count(exportedAssets, waiting)) >= mostWaiting) {
        throw new HedgerowError(
          'throttled',
          `A project may have ${mostWaiting} exports that are not ready.`,
          {
            retryAfter: 30,
          },
        )
      }
      const [row] = await db
        .insert(exportedAssets)
        .values({
          ...asked,
          projectId,
          createdBy: userId,
          expiresAt: sql`now() + interval '${sql.raw(String(keptDays))} days'`,
        })
        .returning()
      return row!
    },

    /** Takes it to make it; undefined where it is ready, gone, or somebody else makes it. */
    async claim(id: number) {
      const [row] = await db
        .update(exportedAssets)
        .set({ ...claim, attempts: sql`${exportedAssets.attempts} + 1`, rows: 0 })
        .where(and(byId(id), isNull(exportedAssets.finishedAt), isFree))
        .returning()
      if (!row) return undefined
      const [project] = await db.select().from(projects).where(eq(projects.id, row.projectId))
      return { ...row, isLastAttempt: row.attempts >= mostAttempts, organizationId: project!.organizationId }
    },

    /** Says how many rows there are. False where nobody wants it any more. */
    async progress(id: number, rows: number): Promise<boolean> {
      const alive = await db
        .update(exportedAssets)
        .set({ ...claim, rows })
        .where(and(byId(id), isNull(exportedAssets.finishedAt)))
        .returning({ id: exportedAssets.id })
      return alive.length > 0
    },

    /** False where nobody wants it any more. */
    async finish(id: number, made: { rows: number; cutBy: CutBy | null }): Promise<boolean> {
      const kept = await db
        .update(exportedAssets)
        .set({ ...finished, ...made })
        .where(byId(id))
        .returning({ id: exportedAssets.id })
      return kept.length > 0
    },

    async fail(id: number, failure: string): Promise<void> {
      await db
        .update(exportedAssets)
        .set({ ...finished, failure })
        .where(byId(id))
    },

    /** It may be tried again at once. */
    async release(id: number): Promise<void> {
      await db.update(exportedAssets).set({ claimedUntil: null }).where(byId(id))
    },

    /** Those that nobody makes: their job was lost, or its process. The oldest first. */
    async abandoned(): Promise<number[]> {
      const rows = await db
        .select({ id: exportedAssets.id })
        .from(exportedAssets)
        .where(
          and(
            isNull(exportedAssets.finishedAt),
            isFree,
            lt(exportedAssets.createdAt, sql`now() - interval '1 minute'`),
          ),
        )
        .orderBy(asc(exportedAssets.createdAt))
        .limit(mostWaiting)
      return rows.map(({ id }) => id)
    },

    /** Forgets what has expired. */
    async forgetExpired(): Promise<void> {
      await db.delete(exportedAssets).where(lt(exportedAssets.expiresAt, sql`now()`))
    },

    /** Of these, which are ready and still wanted, or are being made. */
    async known(ids: number[]): Promise<Set<number>> {
      if (!ids.length) return new Set()
      const rows = await db
        .select({ id: exportedAssets.id })
        .from(exportedAssets)
        .where(
          and(
            inArray(exportedAssets.id, ids),
            or(isNull(exportedAssets.failure), isNotNull(exportedAssets.claimedUntil)),
          ),
        )
      return new Set(rows.map(({ id }) => id))
    },
  }
}

export type ExportStore = ReturnType<typeof createExportStore>
