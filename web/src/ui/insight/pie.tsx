import { useComputedColorScheme } from '@mantine/core'
import type { ReactNode } from 'react'
import { number, percent } from '../numbers.ts'
import { lookOf } from '../palette.ts'
import { ScrollRegion } from '../scroll-region.tsx'
import type { Bar } from './bar-list.tsx'
import styles from './insight.module.css'
import { Pick } from './pick.tsx'

const MOST_SLICES = 6
const radius = 15.915_494

/** Parts of a whole: the largest, and the rest as one. The list beside it says the same in numbers. */
export function Pie({ parts }: { parts: Bar[] }): ReactNode {
  const scheme = useComputedColorScheme('light')
  const sorted = parts.toSorted((a, b) => b.value - a.value)
  const kept = sorted.length > MOST_SLICES + 1 ? sorted.slice(0, MOST_SLICES) : sorted
  const rest = sorted.slice(kept.length)
  const slices = [
    ...kept.map((part) => ({ ...part, color: lookOf(part.slot ?? 0, scheme).color })),
    ...(rest.length > 0
      ? [
          {
            key: 'rest',
            label: `${number(rest.length)} others`,
            value: rest.reduce((sum, { value }) => sum + value, 0),
            color: 'var(--muted)',
            onPick: undefined,
          },
        ]
      : []),
  ]
  const all = slices.reduce((sum, { value }) => sum + value, 0)
  let begun = 0
  return (
    <ScrollRegion label="Parts" className={styles.pie}>
      {/* a circle of the circumference 100, drawn by dashes */}
      <svg viewBox="0 0 42 42" role="img" aria-label={`Pie of ${number(slices.length)} parts`}>
        {slices.map(({ key, label, value, color }) => {
          const part = all > 0 ? (100 * value) / all : 0
          const offset = 25 - begun
          begun += part
          return (
            <circle
              key={key}
              cx="21"
              cy="21"
              r={radius}
              fill="none"
              stroke={color}
              strokeWidth="9"
              strokeDasharray={`${Math.max(part - 0.4, 0.1)} ${100 - Math.max(part - 0.4, 0.1)}`}
              strokeDashoffset={offset}
            >
              <title>{`${label}: ${number(value)}`}</title>
            </circle>
          )
        })}
      </svg>
      <ul className={styles.slices}>
        {slices.map(({ key, label, value, color, onPick }) => (
          <li key={key}>
            <span className={styles.swatch} style={{ background: color }} />
            <span className="cut" title={label}>
              {label}
            </span>
            <span className="num">
              <Pick onPick={onPick} what={label}>
                {number(value)}
              </Pick>{' '}
              <span className="muted">{percent(all > 0 ? value / all : 0)}</span>
            </span>
          </li>
        ))}
      </ul>
    </ScrollRegion>
  )
}
