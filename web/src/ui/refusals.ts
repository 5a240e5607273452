import { type RefObject, useEffect, useRef, useState } from 'react'

/**
 * Brings into view what says why something was refused, each time that it is.
 * @returns the place to look in, and what is to be called when something was refused
 */
export function useRefusals(): { place: RefObject<HTMLDivElement | null>; refused: () => void } {
  const place = useRef<HTMLDivElement>(null)
  const [count, setCount] = useState(0)
  useEffect(() => {
    if (!count) return
    const reason = place.current?.querySelector<HTMLElement>('[role="alert"], [aria-invalid="true"]')
    reason?.scrollIntoView({ block: 'center' })
    reason?.focus({ preventScroll: true })
  }, [count])
  return { place, refused: () => setCount((old) => old + 1) }
}
