import { useSyncExternalStore } from 'react'

/** What was done here and can be taken back. */
export type Deed = { id: number; done: string; at: number; undo: () => void }

const MOST_KEPT = 20

let deeds: readonly Deed[] = []
let lastId = 0
const listeners = new Set<() => void>()

function changed(next: readonly Deed[]): void {
  deeds = next
  for (const each of listeners) each()
}

/**
 * Keeps what was done for as long as the page is open, so that the way back does not go with the message that offers it.
 * @returns what forgets it, once it was taken back or can't be any more
 */
export function keepDeed(done: string, undo: () => void): () => void {
  lastId += 1
  const id = lastId
  changed([{ id, done, at: Date.now(), undo }, ...deeds].slice(0, MOST_KEPT))
  return () => changed(deeds.filter((deed) => deed.id !== id))
}

/** What was done last, the newest first. */
export const useDeeds = (): readonly Deed[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => deeds,
  )
