import { createHmac, timingSafeEqual } from 'node:crypto'
import { and, desc, eq, lte } from 'drizzle-orm'
import { type PublicUser, publicUser } from '../../accounts/users.ts'
import type { Database, Queries } from '../../database/database.ts'
import { dashboards, insights, projects, subscriptions, users } from '../../database/schema.ts'
import type { Deliveries, NewDelivery } from '../../deliveries/deliveries.ts'
import { randomToken } from '../../kit/api-keys.ts'
import { invalid, notFound } from '../../model/errors.ts'
import { nextTime, type Schedule } from './schedule.ts'

export type Subscription = typeof subscriptions.$inferSelect
export type SubscriptionRow = { subscription: Subscription; creator: PublicUser | null }
export type Changes = Partial<
  Pick<
    typeof subscriptions.$inferInsert,
    | 'insightId'
    | 'dashboardId'
    | 'title'
    | 'targetType'
    | 'targetValue'
    | 'frequency'
    | 'interval'
    | 'byweekday'
    | 'bysetpos'
    | 'count'
    | 'startDate'
    | 'untilDate'
    | 'deleted'
  >
>
/** To whom, and what is said besides. */
export type Message = { recipient: string; invite?: string | null }

const mostSubscriptions = 200
const dueAtOnce = 100

export const recipientsOf = ({
  targetType,
  targetValue,
}: Pick<Subscription, 'targetType' | 'targetValue'>) =>
  targetType === 'email'
    ? [...new Set(targetValue.split(',').map((one) => one.trim()))].filter((one) => one !== '')
    : [targetValue]

type Deps = { database: Database; deliveries: Deliveries; now: () => Date }

/** Subscriptions of projects, in the database. */
export function createSubscriptionStore({ database, deliveries, now }: Deps) {
  const { db } = database
  const is = (projectId: number, id: number) =>
    and(eq(subscriptions.projectId, projectId), eq(subscriptions.id, id))
  const withCreator = (within: Queries = db) =>
    within
      .select({ subscription: subscriptions, creator: publicUser(users) })
      .from(subscriptions)
      .leftJoin(users, eq(users.id, subscriptions.createdBy))
      .$dynamic()

  /** @throws HedgerowError not found. */
  async function get(projectId: number, id: number): Promise<SubscriptionRow> {
    const [found] = await withCreator().where(is(projectId, id))
    if (!found) throw notFound()
    return found
  }

  async function checkThing(projectId: number, changes: Changes): Promise<void> {
    for (const [table, id, attr] of [
      [insights, changes.insightId, 'insight'],
      [dashboards, changes.dashboardId, 'dashboard'],
    ] as const) {
      if (!id) continue
      const where = and(eq(table.id, id), eq(table.projectId, projectId), eq(table.deleted, false))
      if (!(await db.$count(table, where)))
        throw invalid(`This ${attr} does not belong to your team.`, { attr })
    }
  }

  /** In which days and clocks a project reckons. */
  async function timezoneOf(projectId: number, within: Queries): Promise<string> {
    const [project] = await within
      .select({ timezone: projects.timezone })
      .from(projects)
      .where(eq(projects.id, projectId))
    return project!.timezone
  }

  const nextAfter = (row: Subscription, timezone: string) =>
    nextTime({ ...scheduleOf(row), timezone }, now())?.toISOString() ?? null

  /** The first message to recipients who were not there before. */
  const welcome = (subscription: Subscription, before: string[], invite: string | null | undefined) =>
    recipientsOf(subscription)
      .filter((recipient) => !before.includes(recipient))
      .map(
        (recipient): NewDelivery => ({
          projectId: subscription.projectId,
          key: `${now().toISOString()} ${recipient}`,
          payload: { recipient, invite } satisfies Message,
        }),
      )

  const ownerOf = ({ id }: { id: number }) => ({ kind: 'subscription' as const, id: String(id) })

  return {
    get,

    async list(
      projectId: number,
      search: { insight?: number; dashboard?: number; deleted?: string; limit: number; offset: number },
    ) {
      const where = and(
        eq(subscriptions.projectId, projectId),
        search.deleted === undefined ? eq(subscriptions.deleted, false) : undefined,
        search.insight === undefined ? undefined : eq(subscriptions.insightId, search.insight),
        search.dashboard === undefined ? undefined : eq(subscriptions.dashboardId, search.dashboard),
      )
      const results = await withCreator()
        .where(where)
        .orderBy(desc(subscriptions.id))
        .limit(search.limit)
        .offset(search.offset)
      return { count: await db.$count(subscriptions, where), results }
    },

    /** @throws HedgerowError `invalid` for an insight or dashboard that the project does not have. */
    async create(
      projectId: number,
      userId: number,
      given: Changes & Pick<Subscription, 'targetType' | 'targetValue' | 'frequency' | 'startDate'>,
      invite: string | null | undefined,
    ): Promise<SubscriptionRow> {
      await checkThing(projectId, given)
      const own = and(eq(subscriptions.projectId, projectId), eq(subscriptions.deleted, false))
      if ((await db.$count(subscriptions, own)) >= mostSubscriptions) {
        throw invalid(`A project may have ${mostSubscriptions} subscriptions.`)
      }
      const id = await database.transaction(async (tx) => {
        const [row] = await tx
          .insert(subscriptions)
          .values({ ...given, projectId, createdBy: userId, secret: `whsec_${randomToken()}` })
          .returning()
        const next = nextAfter(row!, await timezoneOf(projectId, tx))
        await tx.update(subscriptions).set({ nextDeliveryDate: next }).where(eq(subscriptions.id, row!.id))
        await deliveries.add(ownerOf(row!), welcome(row!, [], invite), tx)
        return row!.id
      })
      return get(projectId, id)
    },

    /** @throws HedgerowError not found; `invalid` as `create`. */
    async update(
      projectId: number,
      id: number,
      changes: Changes,
      invite: string | null | undefined,
    ): Promise<SubscriptionRow> {
      await checkThing(projectId, changes)
      await database.transaction(async (tx) => {
        const [before] = await tx.select().from(subscriptions).where(is(projectId, id)).for('update')
        if (!before) throw notFound()
        const after = { ...before, ...withoutUndefined(changes) }
        const isMoved =
          JSON.stringify(scheduleOf(after)) !== JSON.stringify(scheduleOf(before)) ||
          (before.deleted && !after.deleted)
        const nextDeliveryDate = isMoved
          ? nextAfter(after, await timezoneOf(projectId, tx))
          : before.nextDeliveryDate
        const [row] = await tx
          .update(subscriptions)
          .set({ ...changes, nextDeliveryDate })
          .where(is(projectId, id))
          .returning()
        if (row!.deleted) return deliveries.forget(ownerOf(row!), tx)
        const known = before.targetType === row!.targetType ? recipientsOf(before) : []
        await deliveries.add(ownerOf(row!), welcome(row!, known, invite), tx)
      })
      return get(projectId, id)
    },

    /**
     * Writes down what is due, once for each time and recipient, and when the next time is: in one transaction, so that
     * of several processes one does it. Times that nobody was there for come to one.
     */
    async writeDue(): Promise<void> {
      await database.transaction(async (tx) => {
        const due = await tx
          .select()
          .from(subscriptions)
          .where(
            and(eq(subscriptions.deleted, false), lte(subscriptions.nextDeliveryDate, now().toISOString())),
          )
          .orderBy(subscriptions.nextDeliveryDate)
          .limit(dueAtOnce)
          .for('update', { skipLocked: true })
        for (const row of due) {
          const messages = recipientsOf(row).map((recipient) => ({
            projectId: row.projectId,
            key: `${row.nextDeliveryDate} ${recipient}`,
            payload: { recipient } satisfies Message,
          }))
          await deliveries.add(ownerOf(row), messages, tx)
          const next = nextAfter(row, await timezoneOf(row.projectId, tx))
          await tx.update(subscriptions).set({ nextDeliveryDate: next }).where(eq(subscriptions.id, row.id))
        }
      })
    },

    /** One that is sent, with its project and what it is of; undefined where it has ended, or that is gone. */
    async toSend(id: number) {
      const [found] = await db
        .select({ subscription: subscriptions, project: projects, insight: insights, dashboard: dashboards })
        .from(subscriptions)
        .innerJoin(projects, eq(projects.id, subscriptions.projectId))
        .leftJoin(insights, and(eq(insights.id, subscriptions.insightId), eq(insights.deleted, false)))
        .leftJoin(
          dashboards,
          and(eq(dashboards.id, subscriptions.dashboardId), eq(dashboards.deleted, false)),
        )
        .where(and(eq(subscriptions.id, id), eq(subscriptions.deleted, false)))
      return found && (found.insight || found.dashboard) ? found : undefined
    },

    async noteFailure(id: number, lastFailure: string | null): Promise<void> {
      await db.update(subscriptions).set({ lastFailure }).where(eq(subscriptions.id, id))
    },

    /**
     * Of whom a link is that ends e-mails.
     * @throws HedgerowError `invalid` for a token that is none.
     */
    async recipientOfToken(token: string): Promise<{ subscription: Subscription; recipient: string }> {
      const [id, encoded = '', signature = ''] = token.split('.')
      const recipient = Buffer.from(encoded, 'base64url').toString()
      const [subscription] = /^\d{1,9}$/.test(id ?? '')
        ? await db
            .select()
            .from(subscriptions)
            .where(eq(subscriptions.id, Number(id)))
        : []
      const given = Buffer.from(signature)
      const expected = Buffer.from(subscription ? signed(subscription, recipient) : '')
      if (!subscription || given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw invalid('This link is not good (any more).', { attr: 'token' })
      }
      return { subscription, recipient }
    },

    /** Takes a recipient away; a subscription without any ends. */
    async removeRecipient({ id }: Subscription, recipient: string): Promise<void> {
      await database.transaction(async (tx) => {
        const [row] = await tx.select().from(subscriptions).where(eq(subscriptions.id, id)).for('update')
        if (!row) return
        const left = recipientsOf(row).filter((one) => one !== recipient)
        await tx
          .update(subscriptions)
          .set(left.length ? { targetValue: left.join(',') } : { deleted: true })
          .where(eq(subscriptions.id, id))
      })
    },
  }
}

export type SubscriptionStore = ReturnType<typeof createSubscriptionStore>

const signed = ({ id, secret }: Pick<Subscription, 'id' | 'secret'>, recipient: string) =>
  createHmac('sha256', secret).update(`unsubscribe ${id} ${recipient}`).digest('base64url')

/** What a link has in it by which a recipient ends the e-mails. */
export const unsubscribeToken = (subscription: Subscription, recipient: string): string =>
  `${subscription.id}.${Buffer.from(recipient).toString('base64url')}.${signed(subscription, recipient)}`

export const scheduleOf = (row: Subscription): Omit<Schedule, 'timezone'> => ({
  frequency: row.frequency as Schedule['frequency'],
  interval: row.interval,
  byweekday: row.byweekday as Schedule['byweekday'],
  bysetpos: row.bysetpos,
  count: row.count,
  startDate: row.startDate,
  untilDate: row.untilDate,
})

const withoutUndefined = <T extends object>(changes: T): T =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as T
