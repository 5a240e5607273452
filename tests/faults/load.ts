import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { capture, eventually, hogql } from '../support/api.ts'

/** What was found of what was acknowledged. */
export type Found = { acknowledged: number; found: number; doubled: number; persons: number }

export type Load = {
  /** Uuids of events that were answered with 200. */
  acknowledged: Set<string>
  /** How often each status was answered; `none` counts requests without an answer. */
  statuses: Record<string, number>
  /** What was sent, also without an answer: each event as `uuid event distinct_id n`. */
  sent: Set<string>
  /** How many 503s did not say when to try again. */
  withoutRetryAfter(): number
  /** The longest time without a 200, milliseconds. */
  longestOutageMs(): number
  stop(): Promise<void>
}

/**
 * Sends batches from several connections until it is stopped: plain events, identifications, groups. What gets no
 * answer, or a 503, is sent again as SDKs do, with the same uuids.
 */
export function startLoad(
  url: string,
  {
    tag,
    connections = 4,
    pauseMs = 5,
    text = '',
  }: { tag: string; connections?: number; pauseMs?: number /** Added to each event. */; text?: string },
): Load {
  const acknowledged = new Set<string>()
  const sent = new Set<string>()
  const statuses: Record<string, number> = {}
  let stopped = false
  let lastGood = Date.now()
  let longest = 0
  let withoutRetryAfter = 0
  const note = (status: string) => {
    statuses[status] = (statuses[status] ?? 0) + 1
  }

  async function send(batch: { uuid: string }[]): Promise<void> {
    while (!stopped) {
      try {
        const response = await capture(url, '/batch/', { batch })
        await response.text()
        note(String(response.status))
        if (response.status === 200) {
          for (const { uuid } of batch) acknowledged.add(uuid)
          longest = Math.max(longest, Date.now() - lastGood)
          lastGood = Date.now()
          return
        }
        if (response.status !== 503) return
        if (!response.headers.get('retry-after')) withoutRetryAfter++
      } catch {
        note('none')
      }
      await sleep(20)
    }
  }

  async function connection(number: number): Promise<void> {
    for (let n = 0; !stopped; n++) {
      const batch = batchOf(tag, number, n, text)
      for (const { uuid, event, distinct_id } of batch) sent.add(`${uuid} ${event} ${distinct_id} ${n}`)
      await send(batch)
      await sleep(pauseMs)
    }
  }
  const done = Promise.all(Array.from({ length: connections }, (_, number) => connection(number)))
  return {
    acknowledged,
    sent,
    statuses,
    withoutRetryAfter: () => withoutRetryAfter,
    longestOutageMs: () => Math.max(longest, Date.now() - lastGood),
    async stop() {
      stopped = true
      await done
    },
  }
}

/** One to twenty events of one connection; everybody is identified now and then, so that people are merged. */
function batchOf(tag: string, connection: number, n: number, text: string) {
  return Array.from({ length: 1 + Math.floor(Math.random() * 20) }, (_, at) => {
    const who = `${tag}-${connection}-${n % 13}`
    const uuid = randomUUID()
    if (at === 0 && n % 7 === 3) {
      return {
        uuid,
        event: '$identify',
        distinct_id: `${who}-known`,
        properties: { tag, $anon_distinct_id: who, $set: { n } },
      }
    }
    return {
      uuid,
      event: `${tag} ${at % 3}`,
      distinct_id: who,
      properties: { tag, n, at, text, $groups: { company: `c${n % 5}` } },
    }
  })
}

/** Most rows that one question answers. */
const most = 50_000
const firstDigits = '0123456789abcdef'

/**
 * Waits until every acknowledged event of a load can be queried, and counts.
 * @throws when some are missing after `ms`
 */
export async function verify(
  url: string,
  tag: string,
  acknowledged: Set<string>,
  ms = 60_000,
): Promise<Found> {
  if (acknowledged.size > most * 8)
    throw new Error(`${acknowledged.size} events are too many to be looked at`)
  const where = `properties.tag = '${tag}'`
  const missing = async () => {
    const stored = new Set<unknown>()
    for (const digit of firstDigits) {
      const rows = await hogql(
        url,
        `select toString(uuid) from events where ${where} and startsWith(toString(uuid), '${digit}') limit ${most}`,
      )
      for (const [uuid] of rows) stored.add(uuid)
    }
    return [...acknowledged].filter((uuid) => !stored.has(uuid))
  }
  let lost: string[] = [...acknowledged]
  const allThere = async () => {
    lost = await missing()
    return lost.length === 0
  }
  await eventually(
    () => allThere().catch(() => false),
    `every acknowledged event of ${tag} is stored`,
    ms,
  ).catch((cause) => {
    const some = `${lost.length} of ${acknowledged.size} acknowledged events are missing: ${lost.slice(0, 3)}`
    throw new Error(some, { cause })
  })
  const [doubles] = await hogql(url, `select count() - count(distinct uuid) from events where ${where}`)
  const split = await hogql(
    url,
    `select distinct_id from events where ${where} group by distinct_id having count(distinct person_id) > 1`,
  )
  return {
    acknowledged: acknowledged.size,
    found: acknowledged.size - lost.length,
    doubled: Number(doubles?.[0]),
    persons: split.length,
  }
}
