import { createHash } from 'node:crypto'
import type { Database, RootDatabase } from 'lmdb'

export type SeenKeys = {
  /** See `EventLog.seenBefore`; `at` is the clock reading of the range's claim. */
  ask(question: { first: number; at: number; keys: string[] }): Promise<boolean[]>
}

const slots = 3
const generationMs = 12 * 3600 * 1000

/**
 * Which keys were seen, for 24 to 36 hours. Keys are kept by the half day in three databases that take turns:
 * forgetting is emptying the oldest one, whole, instead of finding and deleting key by key.
 *
 * Beside a key stands the range that saw it first, so that the same range asked again is told the same: nothing
 * here depends on anything but the question and what earlier ranges left.
 */
export function createSeenKeys(root: RootDatabase): SeenKeys {
  const open = (slot: number): Database<Uint8Array, Uint8Array> =>
    root.openDB({ name: `seen-${slot}`, encoding: 'binary', keyEncoding: 'binary' })
  const stores = Array.from({ length: slots }, (_, slot) => open(slot))
  const generations: Database<number, number> = root.openDB({ name: 'seen-generations', encoding: 'json' })

  async function ask({ first, at, keys }: Parameters<SeenKeys['ask']>[0]): Promise<boolean[]> {
    const generation = Math.floor(at / generationMs)
    const slot = generation % slots
    const written: Promise<unknown>[] = []
    if (generations.get(slot) !== generation) {
      written.push(stores[slot]!.clearAsync(), generations.put(slot, generation))
    }
    // A clock that was set back must not hide what was seen before: younger generations count too.
    const live = stores.filter(
      (_, other) => other !== slot && (generations.get(other) ?? -1) > generation - slots,
    )
    if (written.length === 0) live.unshift(stores[slot]!)

    const mine = Buffer.alloc(8)
    mine.writeDoubleBE(first)
    const inThisRange = new Set<string>()
    const answers = keys.map((key) => {
      if (inThisRange.has(key)) return true
      inThisRange.add(key)
      const packed = pack(key)
      for (const store of live) {
        const by = store.get(packed)
        if (by) return mine.compare(by) !== 0
      }
      written.push(stores[slot]!.put(packed, mine))
      return false
    })
    await Promise.all(written)
    return answers
  }

  return { ask }
}

/** 20 bytes for `<project>:<uuid>`; anything else by its hash, which is longer and so never mistaken for one. */
function pack(key: string): Uint8Array {
  const match = /^(\d{1,9}):([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/.exec(key)
  if (!match) return createHash('sha256').update(key).digest()
  const packed = Buffer.allocUnsafe(20)
  packed.writeUInt32BE(Number(match[1]))
  packed.write(match.slice(2).join(''), 4, 'hex')
  return packed
}
