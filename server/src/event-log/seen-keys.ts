import { createHash } from 'node:crypto'
import type { Database, RootDatabase } from 'lmdb'
import { inOneTransaction } from './lmdb-transaction.ts'

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
    const entered = generations.get(slot) !== generation
    // A clock that was set back must not hide what was seen before: younger generations count too.
    const live = stores.filter((_, other) =>
      other === slot ? !entered : (generations.get(other) ?? -1) > generation - slots,
    )

    const mine = Buffer.alloc(8)
    mine.writeDoubleBE(first)
    const inThisRange = new Set<string>()
    const fresh: Uint8Array[] = []
    const answers = keys.map((key) => {
      if (inThisRange.has(key)) return true
      inThisRange.add(key)
      const packed = pack(key)
      for (const store of live) {
        const by = store.get(packed)
        if (by) return mine.compare(by) !== 0
      }
      fresh.push(packed)
      return false
    })
    if (fresh.length === 0) return answers
    await inOneTransaction(root, () => {
      if (entered) {
        stores[slot]!.clearAsync()
        generations.put(slot, generation)
      }
      for (const packed of fresh) stores[slot]!.put(packed, mine)
    })
    return answers
  }

  return { ask }
}

const usual = /^\d{1,9}:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** 20 bytes for `<project>:<uuid>`; anything else by its hash, which is longer and so never mistaken for one. */
function pack(key: string): Uint8Array {
  if (!usual.test(key)) return createHash('sha256').update(key).digest()
  const packed = Buffer.allocUnsafe(20)
  const colon = key.length - 37
  packed.writeUInt32BE(Number(key.slice(0, colon)))
  packed.write(key.slice(colon + 1).replaceAll('-', ''), 4, 'hex')
  return packed
}
