import { useComputedColorScheme } from '@mantine/core'
import type { ReactNode } from 'react'
import { number } from '../numbers.ts'
import { lookOf } from '../palette.ts'
import styles from './insight.module.css'

const MOST_BARS = 15

export type Bar = { key: string; label: string; value: number; note?: string; slot?: number }

/** Figures side by side: a name, a number and a bar each, the first of them where there are many. */
export function BarList({ bars, of }: { bars: Bar[]; of?: number }): ReactNode {
  const scheme = useComputedColorScheme('light')
  const most = of ?? Math.max(...bars.map(({ value }) => value), 0)
  return (
    <div className={styles.filled}>
      <ul className={styles.bars}>
        {bars.slice(0, MOST_BARS).map(({ key, label, value, note, slot = 0 }) => (
          <li key={key} className={styles.bar}>
            <span className="cut" title={label}>
              {label}
            </span>
            <span className="num">
              {number(value)} {note && <span className="muted">{note}</span>}
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
      {bars.length > MOST_BARS && <p className="muted small">and {number(bars.length - MOST_BARS)} more</p>}
    </div>
  )
}
