import { compact, number } from '../numbers.ts'
import { lookOf } from '../palette.ts'
import type { Axis } from './buckets.ts'
import { element } from './tip.ts'

export type ChartSeries = {
  key: string
  label: string
  data: number[]
  /** Which colour of the palette; stays with the series whatever happens to the others. */
  slot: number
  /** Bars of one stack stand on each other, those of different ones side by side. */
  stack?: string
  /** Of the period before: drawn paler. */
  previous?: boolean
}

/** `bar` stacks what has one `stack`; `area` stacks everything. */
export type ChartKind = 'line' | 'area' | 'bar'
export type ValueNames = {
  short: (value: number) => string
  full: (value: number) => string
  /** The least between two lines of the axis: 1 where only whole numbers make sense. */
  step?: number
  /** What no value can be above. */
  most?: number
}
export const plainValues: ValueNames = { short: compact, full: number, step: 1 }

type Input = {
  series: ChartSeries[]
  days: string[]
  axis: Axis
  kind: ChartKind
  unfinished: boolean
  /** As the value axis has them, and in full. */
  values: ValueNames
  /** Remarks on buckets, by the bucket's index. */
  notes: Map<number, string[]>
  /** What stands behind a bucket's name: the time zone. */
  where?: string
  /** What one can do at a bucket, below what stands there. */
  hint?: string
  scheme: 'light' | 'dark'
  ink: { text: string; muted: string; border: string; surface: string }
}

const MOST_POINTS_WITH_MARKS = 31
const MOST_IN_TOOLTIP = 10

/** What ECharts draws. Without animation: numbers don't need to arrive. */
export function chartOption(input: Input) {
  const { series, days, axis, kind, unfinished, values, notes, scheme, ink } = input
  const last = days.length - 1
  const marks = days.length <= MOST_POINTS_WITH_MARKS
  const drawn = series.flatMap((each): object[] => {
    const look = lookOf(each.slot, scheme)
    const opacity = each.previous ? 0.45 : 1
    if (kind === 'bar') {
      return [
        {
          id: each.key,
          type: 'bar',
          stack: `${each.stack ?? ''}${each.previous ? '/previous' : ''}`,
          barMaxWidth: 48,
          data: each.data.map((value, at) => ({
            value,
            itemStyle: { opacity: unfinished && at === last ? 0.5 : opacity },
          })),
          itemStyle: { color: look.color },
          emphasis: { disabled: true },
        },
      ]
    }
    const line = {
      type: 'line',
      ...(kind === 'area' &&
        !each.previous && { stack: 'area', areaStyle: { color: look.color, opacity: 0.35 } }),
      smooth: false,
      symbol: 'circle',
      symbolSize: 5,
      showSymbol: marks,
      connectNulls: false,
      emphasis: { disabled: true },
      itemStyle: { color: look.color, opacity },
      lineStyle: {
        color: look.color,
        width: each.previous ? 1.5 : 2,
        type: each.previous ? [8, 3, 2, 3] : look.dash,
        opacity,
      },
    }
    // what is stacked can't be drawn in two pieces: its tooltip says "so far"
    if (!unfinished || each.previous || last < 0 || kind === 'area') {
      return [{ ...line, id: each.key, data: each.data }]
    }
    // One segment of a line can't be dashed: the unfinished one is a line of its own over the last two points.
    return [
      { ...line, id: each.key, data: each.data.map((value, at) => (at === last && last > 0 ? null : value)) },
      {
        ...line,
        id: `${each.key}/unfinished`,
        data: each.data.map((value, at) => (at >= last - 1 ? value : null)),
        showSymbol: true,
        symbol: (_value: unknown, point: { dataIndex: number }) =>
          point.dataIndex === last ? 'circle' : 'none',
        symbolSize: 7,
        itemStyle: { color: ink.surface, borderColor: look.color, borderWidth: 2 },
        lineStyle: { ...line.lineStyle, type: [4, 4] },
      },
    ]
  })
  return {
    animation: false,
    grid: { left: 8, right: 16, top: notes.size > 0 ? 28 : 16, bottom: 4, containLabel: true },
    xAxis: {
      type: 'category',
      data: days,
      boundaryGap: kind === 'bar',
      axisLine: { lineStyle: { color: ink.border } },
      axisTick: { show: false },
      axisLabel: {
        color: ink.muted,
        hideOverlap: true,
        margin: 12,
        formatter: axis.tick,
      },
    },
    yAxis: {
      type: 'value',
      minInterval: values.step,
      // an axis that ends a little above what there can be says that more could be
      max: ({ max }: { max: number }) => (values.most && max > values.most * 0.7 ? values.most : undefined),
      splitNumber: values.most ? 5 : 4,
      axisLabel: { color: ink.muted, formatter: values.short },
      splitLine: { lineStyle: { color: ink.border } },
    },
    tooltip: {
      trigger: 'axis',
      confine: true,
      transitionDuration: 0,
      backgroundColor: ink.surface,
      borderColor: ink.border,
      textStyle: { color: ink.text },
      axisPointer: { type: kind === 'bar' ? 'shadow' : 'line', lineStyle: { color: ink.muted } },
      formatter: (points: { dataIndex: number }[]) => tooltip(points[0]?.dataIndex ?? 0, input),
    },
    series: [...drawn, ...(notes.size > 0 ? [noteMarks(days, notes, ink)] : [])],
  }
}

/** A line with a diamond on top where there are remarks: an invisible series that has nothing but marks. */
function noteMarks(days: string[], notes: Map<number, string[]>, ink: Input['ink']): object {
  return {
    id: 'notes',
    type: 'line',
    data: [],
    silent: true,
    tooltip: { show: false },
    markLine: {
      symbol: ['none', 'diamond'],
      symbolSize: 10,
      silent: true,
      animation: false,
      label: { show: false },
      lineStyle: { color: ink.muted, width: 1, type: [2, 3] },
      itemStyle: { color: ink.muted },
      data: [...notes.keys()].map((at) => ({ xAxis: days[at] })),
    },
  }
}

/** Built of elements, never of HTML text: names come from whoever may send events. */
function tooltip(
  at: number,
  { series, days, axis, unfinished, values, notes, where, hint, scheme }: Input,
): HTMLElement {
  const box = element('div', 'chart-tip')
  const note = unfinished && at === days.length - 1 ? ', so far' : ''
  const head = `${axis.name(days[at] ?? '')}${note}${where ? ` · ${where}` : ''}`
  box.append(element('div', 'chart-tip-head', head))
  for (const text of notes.get(at) ?? []) box.append(element('div', 'chart-tip-note', `◆ ${text}`))
  const rows = [...series].sort((a, b) => (b.data[at] ?? 0) - (a.data[at] ?? 0))
  for (const each of rows.slice(0, MOST_IN_TOOLTIP)) {
    const value = each.data[at]
    if (value === undefined || value === null) continue
    const row = element('div', 'chart-tip-row')
    const mark = element('i', '')
    const { color } = lookOf(each.slot, scheme)
    mark.style.cssText = `width:10px;height:10px;border-radius:3px;background:${color};opacity:${each.previous ? 0.45 : 1}`
    row.append(mark, element('span', '', each.label), element('b', '', values.full(value)))
    box.append(row)
  }
  if (rows.length > MOST_IN_TOOLTIP) {
    box.append(element('div', 'chart-tip-head', `and ${rows.length - MOST_IN_TOOLTIP} more`))
  }
  if (hint) box.append(element('div', 'chart-tip-hint', hint))
  return box
}

/** The series that a place in a chart means: the nearest line, or the area that the value falls into. */
export function seriesAt(
  series: ChartSeries[],
  at: number,
  value: number,
  kind: 'line' | 'area',
): ChartSeries | undefined {
  const there = series.filter((each) => each.data[at] !== undefined)
  if (kind === 'line') {
    const far = (each: ChartSeries) => Math.abs((each.data[at] ?? 0) - value)
    return there.sort((a, b) => far(a) - far(b))[0]
  }
  let sum = 0
  const parts = there.filter(({ previous }) => !previous)
  for (const each of parts) {
    sum += each.data[at] ?? 0
    if (value <= sum) return each
  }
  return parts.at(-1)
}
