import { useSyncExternalStore } from 'react'
import { sayDone, sayFailed } from './undo.tsx'

/** How long one can take it back. */
const GRACE_MS = 8000

/** What is deleted for the eye already, by id, and what does it. */
const waiting = new Map<string, () => void>()
let ids: readonly string[] = []
const listeners = new Set<() => void>()

function changed(): void {
  ids = [...waiting.keys()]
  for (const each of listeners) each()
}

// who leaves meant it
window.addEventListener('pagehide', () => {
  for (const finish of [...waiting.values()]) finish()
})

/**
 * Deletes what can't be brought back: the page does so at once, the server when the time for taking it back is over, or
 * when the page is left.
 * @param done what was done: "Deleted “x”."
 * @param remove really deletes it; must go on when the page is left (`keepalive`)
 */
export function deleteWithUndo(id: string, done: string, remove: () => Promise<unknown>): void {
  let isSent = false
  const finish = () => {
    if (isSent || !waiting.has(id)) return
    isSent = true
    remove()
      .catch(sayFailed)
      .finally(() => {
        waiting.delete(id)
        changed()
      })
  }
  waiting.set(id, finish)
  changed()
  const undo = () => {
    waiting.delete(id)
    changed()
  }
  sayDone(done, undo, { autoClose: GRACE_MS, onClose: finish })
}

/** The ids of what is deleted for the eye, and may come back. */
export const useBeingDeleted = (): readonly string[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => ids,
  )
