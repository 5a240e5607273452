import { and, asc, eq, isNotNull, isNull, lt, lte, or, sql } from 'drizzle-orm'
import type { Database, Queries } from '../database/database.ts'
import { deliveries } from '../database/schema.ts'

export type Delivery = typeof deliveries.$inferSelect
/** Of what kind of thing it is, and of which. */
export type Owner = { kind: 'hook' | 'subscription'; id: string }

export type NewDelivery = {
  projectId: number
  /** What it is about: the owner sends it once for each. */
  key: string
  payload: unknown
}

/** Whoever claims one has so long to send it; then somebody else may. */
const claimSeconds = 120
/** Tried again after 1, 2, 4, … minutes: for about two days. */
const mostAttempts = 12
const retryMinutes = (attempts: number) => Math.min(2 ** (attempts - 1), 12 * 60)
/** How long it is known that one was sent. */
const keptDays = 7

/**
 * What is to be sent, in the database: written with what causes it, claimed by one process at a time, tried again with
 * growing pauses. Whoever dies between sending and saying so has it sent twice: its id tells.
 */
export function createDeliveries(database: Database) {
  const { db } = database
  const of = ({ kind, id }: Owner) => and(eq(deliveries.kind, kind), eq(deliveries.ownerId, id))
  const waiting = isNull(deliveries.endedAt)
  const byId = (id: string) => eq(deliveries.id, id)

  return {
    /** Adds those whose keys the owner has not had. */
    async add(owner: Owner, all: NewDelivery[], within: Queries = db): Promise<void> {
      if (!all.length) return
      await within
        .insert(deliveries)
        .values(all.map((one) => ({ ...one, kind: owner.kind, ownerId: owner.id })))
        .onConflictDoNothing()
    },

    countWaiting: (owner: Owner) => db.$count(deliveries, and(of(owner), waiting)),

    /** Takes what is due, the oldest first, and nothing that somebody else has. */
    async claim(kind: Owner['kind'], most: number): Promise<Delivery[]> {
      return database.transaction(async (tx) => {
        const due = await tx
          .select({ id: deliveries.id })
          .from(deliveries)
          .where(
            and(
              eq(deliveries.kind, kind),
              waiting,
              lte(deliveries.dueAt, sql`now()`),
              or(isNull(deliveries.claimedUntil), lt(deliveries.claimedUntil, sql`now()`)),
            ),
          )
          .orderBy(asc(deliveries.dueAt), asc(deliveries.createdAt))
          .limit(most)
          .for('update', { skipLocked: true })
        if (!due.length) return []
        const claimed = await tx
          .update(deliveries)
          .set({
            claimedUntil: sql`now() + interval '${sql.raw(String(claimSeconds))} seconds'`,
            attempts: sql`${deliveries.attempts} + 1`,
          })
          .where(sql`${deliveries.id} = any(${sql.param(due.map(({ id }) => id))}::uuid[])`)
          .returning()
        const order = new Map(due.map(({ id }, at) => [id, at]))
        return claimed.toSorted((a, b) => order.get(a.id)! - order.get(b.id)!)
      })
    },

    /** It was sent. */
    async done(id: string): Promise<void> {
      await db
        .update(deliveries)
        .set({ endedAt: sql`now()`, claimedUntil: null, payload: null, failure: null })
        .where(byId(id))
    },

    /** It could not be sent: later again, unless that was tried often enough or makes no sense. */
    async failed({ id, attempts }: Delivery, failure: string, { mayPass = true } = {}): Promise<void> {
      const again = mayPass && attempts < mostAttempts
      await db
        .update(deliveries)
        .set({
          failure: failure.slice(0, 1000),
          claimedUntil: null,
          ...(again
            ? { dueAt: sql`now() + interval '${sql.raw(String(retryMinutes(attempts)))} minutes'` }
            : { endedAt: sql`now()`, payload: null }),
        })
        .where(byId(id))
    },

    /** It was claimed and not tried: it waits for as long as what was. */
    async putBack({ id, attempts }: Delivery, minutes: number): Promise<void> {
      await db
        .update(deliveries)
        .set({
          claimedUntil: null,
          attempts: Math.max(0, attempts - 1),
          dueAt: sql`now() + interval '${sql.raw(String(minutes))} minutes'`,
        })
        .where(byId(id))
    },

    /** Everything of an owner who is gone, or wants no more. */
    async forget(owner: Owner, within: Queries = db): Promise<void> {
      await within.delete(deliveries).where(and(of(owner), waiting))
    },

    /** Forgets what ended long ago. */
    async sweep(): Promise<void> {
      await db
        .delete(deliveries)
        .where(
          and(
            isNotNull(deliveries.endedAt),
            lt(deliveries.endedAt, sql`now() - interval '${sql.raw(String(keptDays))} days'`),
          ),
        )
    },
  }
}

export type Deliveries = ReturnType<typeof createDeliveries>

type Sending = {
  deliveries: Deliveries
  kind: Owner['kind']
  /** Sends one. Throws where it could not: `Hopeless` where trying again makes no sense. */
  send(delivery: Delivery): Promise<void>
  signal: AbortSignal
}

/** A failure that trying again does not mend. */
export class Hopeless extends Error {}

const claimedAtOnce = 50

/**
 * Sends all that is due. Different owners are served side by side, those of one in their order; the first failure
 * of an owner has the rest of its own wait, so that a target that is away is not knocked at a thousand times.
 */
export async function sendDue({ deliveries, kind, send, signal }: Sending): Promise<void> {
  while (!signal.aborted) {
    const claimed = await deliveries.claim(kind, claimedAtOnce)
    if (!claimed.length) return
    const byOwner = new Map<string, Delivery[]>()
    for (const one of claimed) byOwner.set(one.ownerId, [...(byOwner.get(one.ownerId) ?? []), one])
    await Promise.all([...byOwner.values()].map((own) => sendInOrder(own)))
  }

  async function sendInOrder(own: Delivery[]): Promise<void> {
    // A slow target must not outlast the claim: another process would send the same.
    const until = performance.now() + (claimSeconds * 1000) / 2
    let isAway = false
    for (const delivery of own) {
      if (isAway || signal.aborted || performance.now() > until) {
        await deliveries.putBack(delivery, isAway ? 1 : 0)
        continue
      }
      try {
        await send(delivery)
        await deliveries.done(delivery.id)
      } catch (error) {
        const isHopeless = error instanceof Hopeless
        const why = error instanceof Error ? error.message : String(error)
        await deliveries.failed(delivery, why, { mayPass: !isHopeless })
        isAway = !isHopeless
      }
    }
  }
}
