import { setTimeout as sleep } from 'node:timers/promises'

/** What was acknowledged: the message at its position, and the record that it stands for. */
export type Acknowledged = { partition: number; position: number; message: Uint8Array; record: Uint8Array }

type RecentDeps = {
  /** By partition, up to where everything has been processed. */
  committed(): Promise<number[]>
  /** Whether the stream's leader has this message at its position, whole. */
  has(one: Acknowledged): Promise<boolean>
  publish(partition: number, record: Uint8Array): Promise<void>
  logger: { warn(fields: object, message: string): void }
}

/** Most that is kept, in bytes of records; the oldest is forgotten first. */
const keptBytes = 32 * 1024 ** 2
const mostWatched = 50_000
const askedAtOnce = 64
/** How soon they are asked again when they do not answer. */
const againMs = 500
/** A leader may have what the next one has not: it is looked more than once while they find together. */
const lookedEveryMs = 5000
const looks = 7

/**
 * What was acknowledged and is not processed yet. JetStream acknowledges what a majority has in memory: servers that are
 * all killed at once come back without the last of it, or (2.9) without all that a stream held. So whoever has published it
 * looks, once they answer again, and publishes what is not there; what is there all the same is processed once, by its
 * uuids.
 */
export function createRecent({ committed, has, publish, logger }: RecentDeps) {
  let kept: Acknowledged[] = []
  /** Those before it are forgotten. */
  let head = 0
  let bytes = 0
  let inDoubt = false
  /** What was acknowledged before servers were last out of reach. */
  const suspects = new WeakSet<Acknowledged>()
  let newest: Acknowledged | undefined
  /** Those that may be lost. */
  let watched: Acknowledged[] = []
  let looksLeft = 0
  let watching: Promise<void> | null = null
  const closing = new AbortController()

  const pause = (ms: number) => sleep(ms, undefined, { signal: closing.signal }).catch(() => {})

  function drop(until: (one: Acknowledged) => boolean): void {
    while (head < kept.length && until(kept[head]!)) {
      bytes -= kept[head]!.record.byteLength
      head++
    }
    if (head > 4096 || head === kept.length) {
      kept = kept.slice(head)
      head = 0
    }
  }

  /**
   * What its position does not hold. Of suspects also what seems to be processed: a position that was given out again may
   * have been read with something else in it. A record that was once seen in its place leaves it by being processed.
   */
  async function lostOf(partition: number): Promise<Acknowledged[]> {
    const done = (await committed())[partition] ?? 0
    const wanted = watched.filter(
      (one) => one.partition === partition && (one.position > done || suspects.has(one)),
    )
    const lost: Acknowledged[] = []
    for (let from = 0; from < wanted.length; from += askedAtOnce) {
      const some = wanted.slice(from, from + askedAtOnce)
      const there = await Promise.all(some.map(has))
      for (const [n, one] of some.entries()) {
        if (there[n]) suspects.delete(one)
        else lost.push(one)
      }
    }
    return lost
  }

  /** Publishes what is lost of those that are watched, and watches it no longer. */
  async function look(): Promise<void> {
    for (const partition of new Set(watched.map((one) => one.partition))) {
      const lost = await lostOf(partition)
      if (!lost.length) continue
      logger.warn(
        { partition, events: lost.length },
        'acknowledged events are not in their place since NATS was away; they are published again',
      )
      const again = new Set<Acknowledged>()
      try {
        for (const one of lost) {
          await publish(partition, one.record)
          again.add(one)
        }
      } finally {
        watched = watched.filter((one) => !again.has(one))
      }
    }
  }

  async function watch(): Promise<void> {
    while (looksLeft > 0 && !closing.signal.aborted) {
      const hasLooked = await look().then(
        () => true,
        // They do not answer yet, or not any more.
        () => false,
      )
      if (hasLooked) looksLeft--
      if (looksLeft > 0) await pause(hasLooked ? lookedEveryMs : againMs)
    }
    watched = []
  }

  return {
    keep(one: Acknowledged): void {
      kept.push(one)
      bytes += one.record.byteLength
      drop(() => bytes > keptBytes)
    },
    /** Forgets what has been processed, in the order in which it was published. */
    forget(done: number[]): void {
      if (!inDoubt) drop(({ partition, position }) => position <= (done[partition] ?? 0))
    },
    /** Servers were not reached: nothing is forgotten until it is known to be there. */
    doubt(): void {
      if (!inDoubt || kept.at(-1) !== newest) for (const one of kept.slice(head)) suspects.add(one)
      newest = kept.at(-1)
      inDoubt = true
    },
    /** They answer again. */
    settle(): void {
      if (!inDoubt) return
      inDoubt = false
      watched = [...new Set([...watched, ...kept.slice(head)])].slice(-mostWatched)
      looksLeft = looks
      watching ??= watch().finally(() => {
        watching = null
      })
    },
    async close(): Promise<void> {
      closing.abort()
      await watching
    },
  }
}
