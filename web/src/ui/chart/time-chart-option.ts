import { compact, number } from '../numbers.ts'
import { lookOf } from '../palette.ts'
import { bucketName, type Interval, tick } from './buckets.ts'

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

type Input = {
  series: ChartSeries[]
  days: string[]
  interval: Interval
  kind: 'line' | 'bar'
  unfinished: boolean
  timeZone: string
  scheme: 'light' | 'dark'
  ink: { text: string; muted: string; border: string; surface: string }
}

const MOST_POINTS_WITH_MARKS = 31
const MOST_IN_TOOLTIP = 10

/** What ECharts draws. Without animation: numbers don't need to arrive. */
export function chartOption({ series, days, interval, kind, unfinished, timeZone, scheme, ink }: Input) {
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
    if (!unfinished || each.previous || last < 0) return [{ ...line, id: each.key, data: each.data }]
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
    grid: { left: 8, right: 16, top: 16, bottom: 4, containLabel: true },
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
        formatter: (day: string) => tick(day, interval),
      },
    },
    yAxis: {
      type: 'value',
      minInterval: 1,
      splitNumber: 4,
      axisLabel: { color: ink.muted, formatter: compact },
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
      formatter: (points: { dataIndex: number }[]) =>
        tooltip(points[0]?.dataIndex ?? 0, { series, days, interval, unfinished, timeZone, scheme }),
    },
    series: drawn,
  }
}

/** Built of elements, never of HTML text: names come from whoever may send events. */
function tooltip(
  at: number,
  { series, days, interval, unfinished, timeZone, scheme }: Omit<Input, 'kind' | 'ink'>,
): HTMLElement {
  const box = element('div', 'chart-tip')
  const note = unfinished && at === days.length - 1 ? ', so far' : ''
  box.append(element('div', 'chart-tip-head', `${bucketName(days[at] ?? '', interval)}${note} · ${timeZone}`))
  const rows = [...series].sort((a, b) => (b.data[at] ?? 0) - (a.data[at] ?? 0))
  for (const each of rows.slice(0, MOST_IN_TOOLTIP)) {
    const row = element('div', 'chart-tip-row')
    const mark = element('i', '')
    const { color } = lookOf(each.slot, scheme)
    mark.style.cssText = `width:10px;height:10px;border-radius:3px;background:${color};opacity:${each.previous ? 0.45 : 1}`
    row.append(mark, element('span', '', each.label), element('b', '', number(each.data[at] ?? 0)))
    box.append(row)
  }
  if (rows.length > MOST_IN_TOOLTIP) {
    box.append(element('div', 'chart-tip-head', `and ${rows.length - MOST_IN_TOOLTIP} more`))
  }
  return box
}

function element(tag: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(tag)
  if (className) made.className = className
  made.textContent = text
  return made
}
