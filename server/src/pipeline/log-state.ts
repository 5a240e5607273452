import { createHash } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Database, Queries } from '../database/database.ts'
import { eventLogPartitions } from '../database/schema.ts'
import type { Receipt } from '../event-log/event-log.ts'
import { type Lease, LeaseLost } from '../event-log/lease.ts'
import type { Claim, LogState } from '../event-log/log-state.ts'

const dayMs = 24 * 3600 * 1000
const dayOf = (at: number) => Math.floor(at / dayMs)
const uncounted = 1
const asked = 2
/** One step of forgetting. */
const forgottenAtOnce = 5000

const claimShape = z
  .object({ first: z.number(), last: z.number(), at: z.number(), beside: z.number().nullable() })
  .nullable()

/** What the event log on NATS keeps in the database, for all processes. */
export function createLogState(database: Database): LogState {
  const { db } = database

  /** Runs `work` while nobody else can become the partition's reader. */
  const asReader = <T>(lease: Lease, work: (tx: Queries, committed: number) => Promise<T>): Promise<T> =>
    database.transaction(async (tx) => work(tx, await holdLease(tx, lease)))

  return {
    async prepare(partitions) {
      await db.execute(sql`
        insert into event_log_partitions (partition) select generate_series(0, ${partitions - 1}::int)
        on conflict do nothing`)
    },

    async renew(owner, leaseMs) {
      await db.execute(sql`
        insert into event_log_consumers (owner, seen_at) values (${owner}, now())
        on conflict (owner) do update set seen_at = now()`)
      const leases = await db.execute<{ partition: number; epoch: number }>(sql`
        update event_log_partitions set lease_until = now() + ${leaseMs} * interval '1 ms'
        where owner = ${owner} returning partition, epoch`)
      const gone = sql`seen_at < now() - ${leaseMs} * interval '1 ms'`
      const [alive] = await db.execute<{ count: number }>(
        sql`select count(*)::int as count from event_log_consumers where not (${gone})`,
      )
      await db.execute(sql`
        delete from event_log_consumers where seen_at < now() - ${10 * leaseMs} * interval '1 ms'`)
      return { leases: leases.map((lease) => ({ ...lease, owner })), readers: Number(alive?.count ?? 1) }
    },

    async acquire(owner, most, leaseMs) {
      if (most <= 0) return []
      const leases = await db.execute<{ partition: number; epoch: number }>(sql`
        update event_log_partitions
        set owner = ${owner}, epoch = epoch + 1, lease_until = now() + ${leaseMs} * interval '1 ms'
        where partition in (
          select partition from event_log_partitions where owner is null or lease_until < now()
          order by partition limit ${most} for update skip locked)
        returning partition, epoch`)
      return leases.map((lease) => ({ ...lease, owner }))
    },

    async release({ partition, owner, epoch }) {
      await db.execute(sql`
        update event_log_partitions set owner = null, lease_until = null
        where partition = ${partition} and owner = ${owner} and epoch = ${epoch}`)
    },

    async leave(owner) {
      await db.execute(sql`delete from event_log_consumers where owner = ${owner}`)
    },

    async reachOf(partition) {
      const [row] = await db
        .select({
          committed: eventLogPartitions.committed,
          claim: eventLogPartitions.claim,
          next: eventLogPartitions.next,
        })
        .from(eventLogPartitions)
        .where(eq(eventLogPartitions.partition, partition))
      if (!row) throw new Error(`partition ${partition} of the event log was not prepared`)
      return {
        committed: row.committed,
        claim: claimShape.parse(row.claim),
        next: claimShape.parse(row.next),
      }
    },

    async committed() {
      const rows = await db
        .select({ committed: eventLogPartitions.committed })
        .from(eventLogPartitions)
        .orderBy(eventLogPartitions.partition)
      return rows.map(({ committed }) => committed)
    },

    claim: (lease, { claim, next }) =>
      asReader(lease, async (tx) => {
        await tx
          .update(eventLogPartitions)
          .set({ claim, next })
          .where(eq(eventLogPartitions.partition, lease.partition))
      }),

    seenBefore: (lease, range, keys) =>
      keys.length ? asReader(lease, (tx) => ask(tx, lease, range, keys)) : Promise.resolve([]),

    commit: (lease, range, receipts, following, committedAt) =>
      asReader(lease, async (tx, reached) => {
        // It was done, and only the answer got lost.
        if (reached >= range.last) return
        await note(tx, lease, range, receipts)
        await tx.execute(sql`
          insert into event_log_ranges (partition, first, read_at, committed_at, day)
          values (${lease.partition}, ${range.first}, ${range.at}, ${committedAt}, ${dayOf(range.at)})`)
        await tx
          .update(eventLogPartitions)
          .set({ committed: range.last, claim: following, next: null })
          .where(eq(eventLogPartitions.partition, lease.partition))
      }),

    async find(key, days, now) {
      const { projects, uuids } = columnsOf([key])
      const [row] = await db.execute<{
        waited: number
        flags: number
        repeats: number
        note: string
        read_at: number
        committed_at: number
      }>(sql`
        select k.waited, k.flags, k.repeats, k.note, r.read_at, r.committed_at
        from event_log_keys k join event_log_ranges r on r.partition = k.partition and r.first = k.first
        where k.project_id = ${projects[0]} and k.uuid = ${uuids[0]}::uuid and k.day >= ${dayOf(now) - days}`)
      if (!row) return null
      return {
        acceptedAt: Number(row.read_at) - row.waited,
        readAt: Number(row.read_at),
        committedAt: Number(row.committed_at),
        outcome: row.flags & uncounted ? 'uncounted' : 'counted',
        repeats: row.repeats,
        note: Uint8Array.from(Buffer.from(row.note, 'base64')),
      }
    },

    async forget(days, now) {
      // A range that is read again must find what it found.
      const [open] = await db.execute<{ at: number | null }>(
        sql`select min((claim->>'at')::bigint) as at from event_log_partitions`,
      )
      const oldest = dayOf(Math.min(now, Number(open?.at ?? now))) - days
      for (const table of ['event_log_keys', 'event_log_ranges']) {
        for (let gone = forgottenAtOnce; gone === forgottenAtOnce; ) {
          const rows = await db.execute(sql`
            delete from ${sql.identifier(table)} where ctid = any(array(
              select ctid from ${sql.identifier(table)} where day < ${oldest} limit ${forgottenAtOnce}))
            returning 1`)
          gone = rows.length
        }
      }
    },
  }
}

/**
 * Sees that the lease holds until the transaction ends.
 * @returns how far the partition is committed
 * @throws LeaseLost
 */
export async function holdLease(tx: Queries, lease: Lease): Promise<number> {
  const [held] = await tx.execute<{ committed: number }>(sql`
    select committed from event_log_partitions
    where partition = ${lease.partition} and owner = ${lease.owner} and epoch = ${lease.epoch}
    for update`)
  if (!held) throw new LeaseLost(lease)
  return Number(held.committed)
}

/** Whose place a range may take: nobody's who counts, and its own. */
const isFree = (lease: Lease, range: Claim) => sql`(
  (event_log_keys.partition = ${lease.partition} and event_log_keys.first = ${range.first})
  or event_log_keys.day < ${dayOf(range.at) - 1}
  or (event_log_keys.flags & ${uncounted}) = ${uncounted})`

async function ask(tx: Queries, lease: Lease, range: Claim, keys: string[]): Promise<boolean[]> {
  const fresh = new Set<string>()
  // In one order everywhere: two ranges that ask for the same keys at once must not wait for each other.
  const distinct = [...new Set(keys)].sort()
  const { projects, uuids } = columnsOf(distinct)
  const beside = range.beside ?? -1
  // An uncounted key of the range beside was asked while it was open: it had its answer then.
  const rows = await tx.execute<{ at: number }>(sql`
    with wanted as (
      select * from unnest(${sql.param(projects)}::int[], ${sql.param(uuids)}::uuid[])
        with ordinality as t(project_id, uuid, at)
    ), taken as (
      insert into event_log_keys (project_id, uuid, partition, first, day, flags)
      select project_id, uuid, ${lease.partition}, ${range.first}, ${dayOf(range.at)}, ${asked}
      from wanted order by at
      on conflict (project_id, uuid) do update
        set partition = excluded.partition, first = excluded.first, day = excluded.day, flags = excluded.flags,
          waited = 0, repeats = 0, note = ''
        where ${isFree(lease, range)}
          and not (event_log_keys.partition = ${lease.partition} and event_log_keys.first = ${beside}
            and event_log_keys.flags = ${uncounted | asked})
      returning project_id, uuid
    )
    select wanted.at::int as at from wanted join taken using (project_id, uuid)`)
  for (const { at } of rows) fresh.add(distinct[at - 1]!)
  // Of a key that comes twice, the first is the new one.
  return keys.map((key) => !fresh.delete(key))
}

async function note(tx: Queries, lease: Lease, range: Claim, receipts: Receipt[]): Promise<void> {
  const again = new Map<string, number>()
  const outcomes = new Map<string, Receipt>()
  for (const receipt of receipts) {
    const { key, outcome } = receipt
    if (outcome === 'repeated') again.set(key, (again.get(key) ?? 0) + 1)
    // Of one uuid, what was stored is what there is to tell.
    else if (outcome === 'counted' || outcomes.get(key)?.outcome !== 'counted') outcomes.set(key, receipt)
  }
  const told = [...outcomes.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
  if (told.length) {
    const { projects, uuids } = columnsOf(told.map(({ key }) => key))
    const waited = told.map(({ acceptedAt }) =>
      Math.min(2 ** 31 - 1, Math.max(0, Math.round(range.at - acceptedAt))),
    )
    const flags = told.map(({ outcome }) => (outcome === 'uncounted' ? uncounted : 0))
    const notes = told.map((receipt) => Buffer.from(receipt.note).toString('base64'))
    const isOwn = sql`event_log_keys.partition = excluded.partition and event_log_keys.first = excluded.first`
    await tx.execute(sql`
      insert into event_log_keys (project_id, uuid, partition, first, day, flags, waited, note)
      select project_id, uuid, ${lease.partition}, ${range.first}, ${dayOf(range.at)}, flags, waited, note
      from unnest(${sql.param(projects)}::int[], ${sql.param(uuids)}::uuid[], ${sql.param(flags)}::smallint[],
        ${sql.param(waited)}::int[], ${sql.param(notes)}::text[]) as t(project_id, uuid, flags, waited, note)
      on conflict (project_id, uuid) do update
        set partition = excluded.partition, first = excluded.first, day = excluded.day, waited = excluded.waited,
          note = excluded.note,
          flags = excluded.flags | case when ${isOwn} then event_log_keys.flags & ${asked}::smallint else 0::smallint end
        where ${isFree(lease, range)}`)
  }
  if (again.size) {
    const keys = [...again.keys()].sort()
    const { projects, uuids } = columnsOf(keys)
    await tx.execute(sql`
      update event_log_keys k set repeats = least(255, k.repeats + t.times)
      from unnest(${sql.param(projects)}::int[], ${sql.param(uuids)}::uuid[],
        ${sql.param(keys.map((key) => again.get(key)!))}::int[]) as t(project_id, uuid, times)
      where k.project_id = t.project_id and k.uuid = t.uuid`)
  }
}

const usual = /^(\d{1,9}):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

/** Keys as the table has them; anything that is no project and uuid by its hash, in a project that there is not. */
function columnsOf(keys: string[]): { projects: number[]; uuids: string[] } {
  const projects: number[] = []
  const uuids: string[] = []
  for (const key of keys) {
    const [, project, id] = usual.exec(key) ?? []
    projects.push(project === undefined ? -1 : Number(project))
    uuids.push(id ?? createHash('sha256').update(key).digest('hex').slice(0, 32))
  }
  return { projects, uuids }
}
