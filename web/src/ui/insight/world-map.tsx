import { lazy, type ReactNode, Suspense, useMemo } from 'react'
import type { Region } from '../chart/world-chart.tsx'
import { counted, number } from '../numbers.ts'
import { BarList } from './bar-list.tsx'
import styles from './insight.module.css'

const WorldChart = lazy(async () => ({ default: (await import('../chart/world-chart.tsx')).WorldChart }))

const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' })
const isCode = (code: string): boolean => /^[A-Z]{2}$/i.test(code)
const nameOf = (code: string): string => (isCode(code) ? names.of(code.toUpperCase())! : code)
const MOST_SAID = 5

/** Numbers by country on a map, and as a list: small countries, and what is none, are only there. */
export function WorldMap({ regions, height }: { regions: Region[]; height: number }): ReactNode {
  const sorted = useMemo(() => [...regions].sort((a, b) => b.value - a.value), [regions])
  const drawn = useMemo(() => sorted.filter(({ code }) => isCode(code)), [sorted])
  const said = sorted.slice(0, MOST_SAID).map(({ code, value }) => `${nameOf(code)} ${number(value)}`)
  return (
    <div className={styles.world} style={{ '--height': `${height}px` } as React.CSSProperties}>
      <Suspense fallback={<div style={{ height }} />}>
        <WorldChart
          regions={drawn}
          height={height}
          summary={`Map of ${counted(drawn.length, 'country', 'countries')}. ${said.join(', ')}.`}
        />
      </Suspense>
      <div className={styles.countries} data-picture="as-seen">
        <BarList
          bars={sorted.map(({ code, value, onPick }) => ({ key: code, label: nameOf(code), value, onPick }))}
          most={300}
        />
      </div>
    </div>
  )
}
