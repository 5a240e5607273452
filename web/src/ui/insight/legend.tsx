import { useComputedColorScheme } from '@mantine/core'
import { type ReactNode, useMemo, useState } from 'react'
import type { ChartSeries } from '../chart/time-chart-option.ts'
import { number } from '../numbers.ts'
import { lookOf } from '../palette.ts'
import styles from './insight.module.css'

/** More than these are not told apart: the first of them are drawn. */
export const MOST_SERIES = 12

/** Names and colours; a click takes a series out of the drawing, or puts it back. */
export function Legend({
  series,
  all,
  hidden,
  onHidden,
}: {
  series: ChartSeries[]
  all: number
  hidden: ReadonlySet<string>
  onHidden: (hidden: ReadonlySet<string>) => void
}): ReactNode {
  const scheme = useComputedColorScheme('light')
  return (
    <ul className={styles.legend}>
      {series.map(({ key, label, slot, previous }) => {
        const isHidden = hidden.has(key)
        return (
          <li key={key} data-picture={isHidden ? 'never' : undefined}>
            <button
              type="button"
              aria-pressed={!isHidden}
              title={`${isHidden ? 'Show' : 'Hide'} ${label}`}
              onClick={() => {
                const next = new Set(hidden)
                if (!next.delete(key)) next.add(key)
                onHidden(next)
              }}
            >
              <span
                className={styles.swatch}
                style={{
                  background: isHidden ? 'var(--sunken)' : lookOf(slot, scheme).color,
                  opacity: previous ? 0.45 : 1,
                }}
              />
              <span className="cut">{label}</span>
            </button>
          </li>
        )
      })}
      {all > series.length && <li>and {number(all - series.length)} more</li>}
    </ul>
  )
}

const none: ReadonlySet<string> = new Set()

/** Which series are not drawn, by their keys, where somebody else keeps that. */
export type Hidden = { hidden: string[]; onHidden: (keys: string[]) => void }

/** The series that are drawn: not more than can be told apart, without those that somebody hid. */
export function useDrawn<S extends ChartSeries>(series: S[], kept?: Hidden) {
  const [own, setOwn] = useState(none)
  const given = kept?.hidden
  const hidden = useMemo(() => (given ? new Set(given) : own), [given, own])
  const setHidden = (next: ReadonlySet<string>) => (kept ? kept.onHidden([...next]) : setOwn(next))
  const listed = useMemo(() => series.slice(0, MOST_SERIES), [series])
  const drawn = useMemo(() => listed.filter(({ key }) => !hidden.has(key)), [listed, hidden])
  return { drawn, legend: { series: listed, all: series.length, hidden, onHidden: setHidden } }
}
