import { useEffect, useRef } from 'react'

const setting = 'hedgerow.single-keys'

/** Whether single keys do something; who dictates or slips turns them off, on this device. */
export const haveSingleKeys = (): boolean => localStorage.getItem(setting) !== 'off'
export const setSingleKeys = (on: boolean): void => localStorage.setItem(setting, on ? 'on' : 'off')

type Keys = Record<string, () => void>

/** What the pages that are shown have asked for, the newest last. */
const asked: { current: Keys }[] = []

/** Letters that do something on a page that is shown. They only move or show: none deletes, and none leaves it. */
export function usePageKeys(keys: Keys): void {
  const latest = useRef(keys)
  useEffect(() => {
    latest.current = keys
  })
  useEffect(() => {
    asked.push(latest)
    return () => void asked.splice(asked.indexOf(latest), 1)
  }, [])
}

/** What a letter does on the page that is shown. */
export const onPage = (key: string): (() => void) | undefined =>
  asked.map(({ current }) => current[key]).findLast((does) => does !== undefined)
