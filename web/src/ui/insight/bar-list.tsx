import { useComputedColorScheme } from '@mantine/core'
import type { ReactNode } from 'react'
import { number } from '../numbers.ts'
import { lookOf } from '../palette.ts'
import { ScrollRegion } from '../scroll-region.tsx'
import styles from './insight.module.css'
import { Pick } from './pick.tsx'

const MOST_BARS = 15

export type Bar = {
  key: string
  label: string
  value: number
  /** The value as it is shown, where it is not just a number. */
  shown?: string
  note?: string
  slot?: number
  onPick?: () => void
}

/** Figures side by side: a name, a number and a bar each, the first of them where there are many. */
export function BarList({
  bars,
  of,
  most: mostBars = MOST_BARS,
}: {
  bars: Bar[]
  of?: number
  most?: number
}): ReactNode {
  const scheme = useComputedColorScheme('light')
  const most = of ?? Math.max(...bars.map(({ value }) => value), 0)
  return (
    <ScrollRegion label="Bars" className={styles.filled}>
      <ul className={styles.bars}>
        {bars
          .slice(0, mostBars)
          .map(({ key, label, value, shown = number(value), note, slot = 0, onPick }) => (
            <li key={key} className={styles.bar}>
              <span className="cut" title={label}>
                {label}
              </span>
              <span className="num">
                <Pick onPick={onPick} what={label}>
                  {shown}
                </Pick>{' '}
                {note && <span className="muted">{note}</span>}
              </span>
              <div className={styles.track} aria-hidden>
                <div
                  className={styles.fill}
                  style={{
                    width: `${most > 0 ? Math.max((100 * value) / most, 0) : 0}%`,
                    minWidth: value > 0 ? 2 : 0,
                    background: lookOf(slot, scheme).color,
                  }}
                />
              </div>
            </li>
          ))}
      </ul>
      {bars.length > mostBars && <p className="muted small">and {number(bars.length - mostBars)} more</p>}
    </ScrollRegion>
  )
}
