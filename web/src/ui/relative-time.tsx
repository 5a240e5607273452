import { type ReactNode, useSyncExternalStore } from 'react'
import { absoluteTime, relativeTime } from './time.ts'

/** One clock for all relative times on a page, so that they change together and only once a second. */
let now = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of listeners) each()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}

/** "25 s ago" that stays true, with the exact time in the project's zone on hover. */
export function RelativeTime({ at, timeZone }: { at: string; timeZone: string }): ReactNode {
  const text = useSyncExternalStore(subscribe, () =>
    relativeTime(at, now < Date.parse(at) ? Date.now() : now),
  )
  return (
    <time dateTime={at} title={`${absoluteTime(at, timeZone, true)} ${timeZone}`}>
      {text}
    </time>
  )
}
