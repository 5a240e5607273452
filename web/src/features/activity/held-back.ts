import { useEffect, useState } from 'react'
import type { EventRow } from '../../api/types.ts'

/**
 * Keeps rows still while they are read: while `reading`, or scrolled away from the top, new events are counted in
 * `waiting` and come in with `release`. Another `scope` (the filter) starts afresh.
 */
export function useHeldBack(newest: EventRow[] | undefined, reading: boolean, scope: string) {
  const [held, setHeld] = useState<{ scope: string; rows: EventRow[] } | null>(null)
  const current = held?.scope === scope ? held.rows : undefined
  useEffect(() => {
    if (!newest || current === newest) return
    const still = reading || window.scrollY > 40
    if (!current || !still) setHeld({ scope, rows: newest })
  }, [newest, reading, scope, current])
  const known = new Set(current?.map((row) => row.id))
  const waiting = current && newest ? newest.filter((row) => !known.has(row.id)).length : 0
  return {
    shown: current ?? newest,
    waiting: reading || window.scrollY > 40 ? waiting : 0,
    release: () => {
      if (newest) setHeld({ scope, rows: newest })
      window.scrollTo({ top: 0 })
    },
  }
}
