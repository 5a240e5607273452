import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm'
import type { Database } from '../../database/database.ts'
import { actions, hooks } from '../../database/schema.ts'
import type { Deliveries } from '../../deliveries/deliveries.ts'
import { randomToken } from '../../kit/api-keys.ts'
import { invalid, notFound } from '../../model/errors.ts'

export type Hook = typeof hooks.$inferSelect
export type HookChanges = { event?: string; target?: string; actionId?: number | null }

/** Of a project. */
const mostHooks = 100
/** A target that says so many times in a row that it is gone is believed. */
const goneTimes = 3

/** Which projects have hooks: whoever takes events in remembers it. */
export const hooksChanged = 'hooks_changed'

type Deps = { database: Database; deliveries: Pick<Deliveries, 'forget' | 'add'>; now: () => Date }

/** Hooks of projects, in the database. */
export function createHookStore({ database, deliveries, now }: Deps) {
  const { db } = database
  const is = (projectId: number, id: string) => and(eq(hooks.projectId, projectId), eq(hooks.id, id))
  const isOn = isNull(hooks.disabledAt)
  const changed = (projectId: number) => database.notify(hooksChanged, String(projectId))

  async function checkAction(projectId: number, id: number | null | undefined): Promise<void> {
    if (id === null || id === undefined) return
    const where = and(eq(actions.id, id), eq(actions.projectId, projectId), eq(actions.deleted, false))
    if (await db.$count(actions, where)) return
    throw invalid(`Invalid pk "${id}" - object does not exist.`, {
      code: 'does_not_exist',
      attr: 'resource_id',
    })
  }

  return {
    async list(projectId: number, page: { limit: number; offset: number }) {
      const where = eq(hooks.projectId, projectId)
      const results = await db
        .select()
        .from(hooks)
        .where(where)
        .orderBy(desc(hooks.createdAt), asc(hooks.id))
        .limit(page.limit)
        .offset(page.offset)
      return { count: await db.$count(hooks, where), results }
    },

    /** @throws HedgerowError not found. */
    async get(projectId: number, id: string): Promise<Hook> {
      const [hook] = await db.select().from(hooks).where(is(projectId, id))
      if (!hook) throw notFound()
      return hook
    },

    /** @throws HedgerowError `invalid` for an action that the project does not have, and beyond the most hooks. */
    async create(
      projectId: number,
      userId: number,
      given: { event: string; target: string; actionId: number | null },
    ) {
      await checkAction(projectId, given.actionId)
      if ((await db.$count(hooks, eq(hooks.projectId, projectId))) >= mostHooks) {
        throw invalid(`A project may have ${mostHooks} hooks.`)
      }
      const since = now().toISOString()
      const [hook] = await db
        .insert(hooks)
        .values({
          ...given,
          projectId,
          createdBy: userId,
          secret: `whsec_${randomToken()}`,
          since,
          searchedUntil: since,
        })
        .returning()
      await changed(projectId)
      return hook!
    },

    /** @throws HedgerowError not found; `does_not_exist` for an action that the project does not have. */
    async update(projectId: number, id: string, changes: HookChanges): Promise<Hook> {
      await checkAction(projectId, changes.actionId)
      const since = now().toISOString()
      // Events of the time when it was off are not told late.
      const anew = { goneTimes: 0, disabledAt: null, lastFailure: null }
      const skipped = sql`case when ${hooks.disabledAt} is null then ${hooks.since} else ${since}::timestamptz end`
      const [hook] = await db
        .update(hooks)
        .set({
          ...changes,
          updatedAt: sql`now()`,
          ...(changes.target !== undefined && { ...anew, since: skipped }),
        })
        .where(is(projectId, id))
        .returning()
      if (!hook) throw notFound()
      await changed(projectId)
      return hook
    },

    /** @throws HedgerowError not found. */
    async remove(projectId: number, id: string): Promise<void> {
      await database.transaction(async (tx) => {
        const gone = await tx.delete(hooks).where(is(projectId, id)).returning({ id: hooks.id })
        if (!gone.length) throw notFound()
        await deliveries.forget({ kind: 'hook', id }, tx)
      })
      await changed(projectId)
    },

    /** Those that send, of one project or of all. */
    active: (projectId?: number): Promise<Hook[]> =>
      db
        .select()
        .from(hooks)
        .where(and(isOn, projectId === undefined ? undefined : eq(hooks.projectId, projectId)))
        .orderBy(asc(hooks.id)),

    async activeProjects(): Promise<number[]> {
      const rows = await db.selectDistinct({ id: hooks.projectId }).from(hooks).where(isOn)
      return rows.map(({ id }) => id)
    },

    async find(id: string): Promise<Hook | undefined> {
      const [hook] = await db.select().from(hooks).where(eq(hooks.id, id))
      return hook
    },

    /** Ids of the project's actions. */
    async actionIds(projectId: number): Promise<number[]> {
      const where = and(eq(actions.projectId, projectId), eq(actions.deleted, false))
      const rows = await db.select({ id: actions.id }).from(actions).where(where).orderBy(asc(actions.id))
      return rows.map(({ id }) => id)
    },

    /**
     * Keeps what was found, with how far was looked.
     * @param until ISO 8601
     * @returns false where somebody else has looked meanwhile: nothing is kept then
     */
    found(hook: Hook, until: string, events: { key: string; payload: unknown }[]): Promise<boolean> {
      return database.transaction(async (tx) => {
        const moved = await tx
          .update(hooks)
          .set({ searchedUntil: until })
          .where(and(eq(hooks.id, hook.id), eq(hooks.searchedUntil, hook.searchedUntil)))
          .returning({ id: hooks.id })
        if (!moved.length) return false
        const { projectId } = hook
        const all = events.map((one) => ({ ...one, projectId }))
        await deliveries.add({ kind: 'hook', id: hook.id }, all, tx)
        return true
      })
    },

    async delivered(id: string): Promise<void> {
      await db.update(hooks).set({ goneTimes: 0, lastFailure: null }).where(eq(hooks.id, id))
    },

    /** @param isGone the target said that it is not there: after a few times nothing more is sent. */
    async failed(id: string, failure: string, isGone: boolean): Promise<void> {
      await database.transaction(async (tx) => {
        const [hook] = await tx
          .update(hooks)
          .set({
            lastFailure: failure,
            goneTimes: isGone ? sql`${hooks.goneTimes} + 1` : 0,
            disabledAt: isGone
              ? sql`case when ${hooks.goneTimes} + 1 >= ${goneTimes} then now() else ${hooks.disabledAt} end`
              : sql`${hooks.disabledAt}`,
          })
          .where(eq(hooks.id, id))
          .returning()
        if (hook?.disabledAt) await deliveries.forget({ kind: 'hook', id }, tx)
      })
    },
  }
}

export type HookStore = ReturnType<typeof createHookStore>
