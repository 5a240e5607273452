import { and, asc, desc, eq, sql } from 'drizzle-orm'
import { publicUser } from '../../accounts/users.ts'
import type { Database, Queries } from '../../database/database.ts'
import { violatedUnique } from '../../database/errors.ts'
import { actions, type StoredActionStep, users } from '../../database/schema.ts'
import type { Action } from '../../insights/actions.ts'
import type { PropertyFilters } from '../../insights/property-filters.ts'
import { upgradeProperties } from '../../insights/upgrade-filters.ts'
import { anyDefined } from '../../kit/any-defined.ts'
import { invalid, notFound } from '../../model/errors.ts'
import { setTags, tagsOf } from '../../tags/tags.ts'

export type ActionChanges = Partial<
  Pick<
    typeof actions.$inferInsert,
    'name' | 'description' | 'postToSlack' | 'slackMessageFormat' | 'lastCalculatedAt' | 'deleted'
  >
> & { steps?: ChangedStep[]; tags?: string[] }

/** A step with the id of one that the action has changes that; any other is a new one. */
export type ChangedStep = Partial<Omit<StoredActionStep, 'id'>> & { id?: string | null }

/**
 * Actions of projects, in the database.
 * @param changed told when one is other than before
 */
export function createActionStore(
  database: Database,
  changed: (projectId: number) => Promise<void> = async () => {},
) {
  const { db } = database

  const withCreator = () =>
    db
      .select({
        action: actions,
        creator: publicUser(users),
        tags: tagsOf('Action', actions.projectId, actions.id),
      })
      .from(actions)
      .leftJoin(users, eq(users.id, actions.createdBy))
      .$dynamic()

  const find = async (projectId: number, id: number) => (await withCreator().where(is(projectId, id)))[0]

  /** Deleted ones too. @throws HedgerowError not found. */
  const get = async (projectId: number, id: number) => {
    const found = await find(projectId, id)
    if (!found) throw notFound()
    return found
  }

  /** @throws HedgerowError `unique` when the name is another live action's. */
  async function orTaken<T>(
    projectId: number,
    name: string | null | undefined,
    work: Promise<T>,
  ): Promise<T> {
    try {
      return await work
    } catch (error) {
      if (violatedUnique(error) !== 'actions_live_name') throw error
      const taken = and(
        eq(actions.projectId, projectId),
        eq(actions.name, name ?? ''),
        eq(actions.deleted, false),
      )
      const [other] = await db.select({ id: actions.id }).from(actions).where(taken)
      throw invalid(`This project already has an action with this name, ID ${other?.id}`, {
        code: 'unique',
        attr: 'name',
      })
    }
  }

  return {
    get,

    /** As questions want it; a deleted one still answers. */
    async findForQuestions(projectId: number, id: number): Promise<Action | undefined> {
      const found = await find(projectId, id)
      return found && askable(found.action)
    },

    async list(projectId: number) {
      return withCreator()
        .where(and(eq(actions.projectId, projectId), eq(actions.deleted, false)))
        .orderBy(desc(actions.lastCalculatedAt), asc(actions.name), asc(actions.id))
    },

    /** @throws HedgerowError `unique` for a name in use. */
    async create(projectId: number, userId: number, { steps = [], tags, ...given }: ActionChanges) {
      const made = database.transaction(async (tx) => {
        const [row] = await tx
          .insert(actions)
          .values({ ...given, projectId, createdBy: userId, steps: await stepsOf(tx, [], steps) })
          .returning({ id: actions.id })
        await setTags(tx, { projectId, kind: 'Action', id: row!.id }, tags)
        return row!.id
      })
      return get(projectId, await orTaken(projectId, given.name, made))
    },

    /** @throws HedgerowError not found; `unique` for a name in use. */
    async update(projectId: number, id: number, { steps, tags, ...given }: ActionChanges) {
      const { action } = await get(projectId, id)
      const write = database.transaction(async (tx) => {
        const [before] = await tx.select().from(actions).where(is(projectId, id)).for('update')
        const set = {
          ...given,
          ...(steps && { steps: await stepsOf(tx, before?.steps ?? [], steps) }),
        }
        if (anyDefined(set)) await tx.update(actions).set(set).where(is(projectId, id))
        await setTags(tx, { projectId, kind: 'Action', id }, tags)
      })
      await orTaken(projectId, given.name === undefined ? action.name : given.name, write)
      await changed(projectId)
      return get(projectId, id)
    },
  }
}

/** The action as the insights engine knows one. */
export const askable = ({ id, name, steps }: typeof actions.$inferSelect): Action => ({
  id,
  name: name ?? '',
  steps: steps.map((step) => ({
    ...step,
    properties: upgradeProperties(step.properties) as PropertyFilters,
  })),
})

export type ActionStore = ReturnType<typeof createActionStore>
export type ActionRow = Awaited<ReturnType<ActionStore['get']>>

const is = (projectId: number, id: number) => and(eq(actions.projectId, projectId), eq(actions.id, id))

const emptyStep = {
  event: null,
  tag_name: null,
  text: null,
  text_matching: null,
  href: null,
  href_matching: null,
  selector: null,
  url: null,
  name: null,
  url_matching: 'contains' as const,
  properties: [] as unknown,
}

/** The steps as they are from now on; new ones get numbers that no other step ever had. */
async function stepsOf(tx: Queries, before: StoredActionStep[], given: ChangedStep[]) {
  const known = new Map(before.map((step) => [step.id, step]))
  const steps = given.map(({ id, ...changes }) => {
    const found = id ? known.get(id) : undefined
    // A second one of the same id is another step.
    if (found) known.delete(found.id)
    return { ...(found ?? { id: '', ...emptyStep }), ...changes }
  })
  const unnumbered = steps.filter((step) => step.id === '')
  if (unnumbered.length) {
    const rows = await tx.execute<{ id: number }>(
      sql`select nextval('action_step_ids') as id from generate_series(1, ${unnumbered.length}::int)`,
    )
    for (const [n, step] of unnumbered.entries()) step.id = String(rows[n]!.id)
  }
  return steps
}
