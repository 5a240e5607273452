import { useEffect } from 'react'
import { haveSingleKeys, onPage } from '../ui/single-keys.ts'
import { type Place, places } from './places.ts'

const mac = /Mac|iPhone|iPad/.test(navigator.userAgent)
export const modKey = mac ? '⌘' : 'Ctrl'

/** Between the two keys of "g, then d". */
const sequenceMs = 1200

/** What comes after `n`: the kind of insight that is begun. */
export const newInsights: Record<string, string> = {
  t: 'TRENDS',
  f: 'FUNNELS',
  r: 'RETENTION',
  p: 'PATHS',
  s: 'STICKINESS',
  l: 'LIFECYCLE',
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/**
 * Single keys, where nobody types and no dialog is open: `?` for the sheet, `/` for the page's own search, `g` with a
 * letter to go somewhere, `n` with one to begin an insight, and what the page itself has asked for.
 */
export function useSingleKeys(
  go: (to: Place) => void,
  begin: (kind: string) => void,
  openSheet: () => void,
): void {
  useEffect(() => {
    let first = ''
    let at = Number.NEGATIVE_INFINITY
    const meant = (key: string, since: number): (() => void) | undefined => {
      if (since < sequenceMs && first === 'g') {
        const place = places.find((one) => one.key === key)
        return place && (() => go(place.to))
      }
      if (since < sequenceMs && first === 'n') {
        const kind = newInsights[key]
        return kind ? () => begin(kind) : undefined
      }
      if (key === '?') return openSheet
      if (key === '/') {
        const search = document.querySelector<HTMLInputElement>('main input[type="search"]')
        return search ? () => search.focus() : undefined
      }
      return onPage(key)
    }
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      if (!haveSingleKeys() || isTyping(event.target) || document.querySelector('[aria-modal="true"]')) return
      const does = meant(event.key, event.timeStamp - at)
      const isSecond = event.timeStamp - at < sequenceMs
      first = !isSecond && (event.key === 'g' || event.key === 'n') ? event.key : ''
      at = first ? event.timeStamp : Number.NEGATIVE_INFINITY
      if (!does) return
      event.preventDefault()
      does()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [go, begin, openSheet])
}
