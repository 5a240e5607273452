import { useEffect } from 'react'
import { type Place, places } from './places.ts'

const mac = /Mac|iPhone|iPad/.test(navigator.userAgent)
export const modKey = mac ? '⌘' : 'Ctrl'

const setting = 'hedgerow.single-keys'

/** Whether single keys do something; who dictates or slips turns them off, on this device. */
export const haveSingleKeys = (): boolean => localStorage.getItem(setting) !== 'off'
export const setSingleKeys = (on: boolean): void => localStorage.setItem(setting, on ? 'on' : 'off')

/** Between the two keys of "g, then d". */
const sequenceMs = 1200

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/**
 * Single keys, where nobody types and no dialog is open: `?` for the sheet, `/` for the page's own search, and `g` with a
 * letter to go somewhere.
 */
export function useSingleKeys(go: (to: Place) => void, openSheet: () => void): void {
  useEffect(() => {
    let begun = Number.NEGATIVE_INFINITY
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      if (!haveSingleKeys() || isTyping(event.target) || document.querySelector('[aria-modal="true"]')) return
      if (event.key === '?') {
        event.preventDefault()
        openSheet()
      } else if (event.key === '/') {
        const search = document.querySelector<HTMLInputElement>('main input[type="search"]')
        if (!search) return
        event.preventDefault()
        search.focus()
      } else if (event.key === 'g') {
        begun = event.timeStamp
      } else if (event.timeStamp - begun < sequenceMs) {
        begun = Number.NEGATIVE_INFINITY
        const place = places.find(({ key }) => key === event.key)
        if (!place) return
        event.preventDefault()
        go(place.to)
      }
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [go, openSheet])
}
