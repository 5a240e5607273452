import { useComputedColorScheme } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { number } from '../numbers.ts'
import { init } from './echarts-map.ts'
import { naturalEarth } from './natural-earth.ts'
import styles from './time-chart.module.css'
import { tipOf } from './tip.ts'
import { countryName } from './world.ts'

/** A number of a country, by its two letters. */
export type Region = { code: string; value: number; onPick?: () => void }

/** From little to much; the least stands out from land without a number. */
const shades = { light: ['#c3d0ff', '#4f73ff', '#1c37a8'], dark: ['#2a3c75', '#6f93ff', '#dfe7ff'] }
const land = { light: '#e4e7ea', dark: '#2c3238' }

/** Countries, coloured by their number. What the map says stands in a list beside it too. */
export function WorldChart({
  regions,
  summary,
  height,
}: {
  /** Has to stay the same object. */
  regions: Region[]
  /** What it shows, in a sentence. */
  summary: string
  height: number
}): ReactNode {
  const scheme = useComputedColorScheme('light')
  const element = useRef<HTMLDivElement>(null)
  const chart = useRef<ReturnType<typeof init> | null>(null)

  useEffect(() => {
    if (!element.current) return
    const made = init(element.current)
    chart.current = made
    const resize = new ResizeObserver(() => made.resize())
    resize.observe(element.current)
    return () => {
      resize.disconnect()
      made.dispose()
      chart.current = null
    }
  }, [])

  useEffect(() => {
    const made = chart.current
    if (!made || !element.current) return
    const style = getComputedStyle(element.current)
    const ink = (name: string) => style.getPropertyValue(name).trim()
    const most = Math.max(...regions.map(({ value }) => value), 1)
    made.setOption(
      {
        animation: false,
        tooltip: {
          trigger: 'item',
          confine: true,
          transitionDuration: 0,
          backgroundColor: ink('--surface'),
          borderColor: ink('--border'),
          textStyle: { color: ink('--text') },
          formatter: ({ name, value }: { name: string; value: number }) =>
            tipOf(countryName(name) ?? name.replace(/^- /, ''), Number.isNaN(value) ? '–' : number(value)),
        },
        visualMap: {
          type: 'continuous',
          min: 0,
          max: most,
          left: 8,
          bottom: 8,
          itemHeight: 80,
          text: [number(most), '0'],
          textStyle: { color: ink('--muted') },
          inRange: { color: shades[scheme] },
        },
        series: [
          {
            type: 'map',
            map: 'world',
            nameProperty: 'code',
            projection: naturalEarth,
            preserveAspect: 'contain',
            left: 0,
            right: 0,
            top: 0,
            bottom: 0,
            selectedMode: false,
            itemStyle: { areaColor: land[scheme], borderColor: ink('--surface'), borderWidth: 0.5 },
            emphasis: { disabled: true },
            data: regions.map(({ code, value }) => ({ name: code.toUpperCase(), value })),
          },
        ],
      },
      { notMerge: true },
    )
    const pick = ({ name }: { name: string }) =>
      regions.find(({ code }) => code.toUpperCase() === name)?.onPick?.()
    made.on('click', pick)
    return () => void made.off('click', pick)
  }, [regions, scheme])

  return (
    <figure className={styles.figure}>
      <div ref={element} role="img" aria-label={summary} style={{ height: `min(${height}px, 60vw)` }} />
    </figure>
  )
}
