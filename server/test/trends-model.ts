import type { DateTime } from 'luxon'

/**
 * What a trend is, in plain code: for each number the events that make it up are picked one by one, and counted.
 * Tests hold the engine's answers, the people behind them and the same count in SQL against it.
 */
export type ModelEvent = {
  event: string
  who: string
  /** Unix milliseconds. */
  at: number
  browser: string | null
  amount: unknown
  plan: string
  company: string
  session: string
}

export type ModelInterval = 'hour' | 'day' | 'week' | 'month'
export type ModelBucket = { start: DateTime; end: DateTime }
/** `until` is exclusive. */
export type ModelPeriod = { from: DateTime; until: DateTime; buckets: ModelBucket[] }

export type ModelTrend = {
  interval: ModelInterval
  math: string
  isOfSeries(event: ModelEvent): boolean
  passes(event: ModelEvent): boolean
  /** What it is broken down by: a text for each dimension. */
  labelOf?(event: ModelEvent): string[]
  limit: number
  hideOther: boolean
  display: 'line' | 'cumulative' | 'figure'
}

/** A number: the events that make it up, from when until when they happened, and what they count to. */
export type ModelCell = { events: ModelEvent[]; from: number; until: number; value: number }
/** `label`: the value of each dimension; none without a breakdown. */
export type ModelLine = { label: string[]; cells: ModelCell[] }

const day = { days: 1 }

/** When a day begins: where clocks go back at midnight, the first of two. */
export const dayStart = (time: DateTime): DateTime => time.startOf('day').getPossibleOffsets()[0]!

/** The start of the bucket that a time is in. */
export function bucketStart(time: DateTime, interval: ModelInterval, weekStart: number): DateTime {
  if (interval === 'hour') return time.startOf('hour')
  let first = dayStart(time)
  const isFirst = () => (interval === 'week' ? first.weekday % 7 === weekStart : first.day === 1)
  while (interval !== 'day' && !isFirst()) first = dayStart(first.minus(day))
  return first
}

/** The buckets that a stretch of time touches. */
export function bucketsFor(
  from: DateTime,
  until: DateTime,
  interval: ModelInterval,
  weekStart: number,
): ModelBucket[] {
  const buckets: ModelBucket[] = []
  for (let start = bucketStart(from, interval, weekStart); start < until; ) {
    const end = interval === 'hour' ? start.plus({ hours: 1 }) : dayStart(start.plus({ [`${interval}s`]: 1 }))
    buckets.push({ start, end })
    start = end
  }
  return buckets
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
const distinct = (events: ModelEvent[], of: (event: ModelEvent) => string) =>
  new Set(events.map(of).filter((one) => one !== '')).size

/** A property of numbers as it is read: texts that spell one are one, nothing else is. */
export function numberOf({ amount }: ModelEvent): number | null {
  if (typeof amount === 'number') return amount
  return typeof amount === 'string' && /^-?\d+(\.\d+)?$/.test(amount) ? Number(amount) : null
}

export const hasNumber = (event: ModelEvent) => numberOf(event) !== null

/** Whether what is counted is a property's numbers. */
export const ofNumbers = (math: string) => /^(sum|avg|min|max|median|p\d\d)$/.test(math)

const percentiles: Record<string, number> = { median: 0.5, p75: 0.75, p90: 0.9, p95: 0.95, p99: 0.99 }

function aggregate(name: string, numbers: number[]): number {
  if (numbers.length === 0) return 0
  if (name === 'sum') return sum(numbers)
  if (name === 'avg') return sum(numbers) / numbers.length
  if (name === 'min') return Math.min(...numbers)
  if (name === 'max') return Math.max(...numbers)
  const sorted = numbers.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * percentiles[name]!
  const low = sorted[Math.floor(at)]!
  return low + ((sorted[Math.ceil(at)] ?? low) - low) * (at % 1)
}

const groupedBy = (events: ModelEvent[], of: (event: ModelEvent) => string): ModelEvent[][] =>
  [...new Set(events.map(of))].map((key) => events.filter((one) => of(one) === key))

/** Whether a number is of different people (groups, sessions): running totals then count each once. */
const isUnique = (math: string) =>
  ['dau', 'weekly_active', 'monthly_active', 'unique_group', 'unique_session'].includes(math)

function counted(math: string, events: ModelEvent[], all: ModelEvent[]): number {
  if (math === 'total' || math.startsWith('first_')) return events.length
  if (math === 'hogql') return events.filter((one) => (numberOf(one) ?? 0) > 10).length
  if (math === 'unique_group') return distinct(events, ({ company }) => company)
  if (math === 'unique_session') return distinct(events, ({ session }) => session)
  if (isUnique(math)) return distinct(events, ({ who }) => who)
  const perActor = /^(\w+)_count_per_actor$/.exec(math)?.[1]
  if (perActor)
    return aggregate(
      perActor,
      groupedBy(events, ({ who }) => who).map((theirs) => theirs.length),
    )
  const perSession = /^(\w+) of sessions$/.exec(math)?.[1]
  if (perSession) {
    const sessions = new Set(events.map(({ session }) => session).filter((id) => id !== ''))
    const lengths = [...sessions].map((id) => {
      const times = all.filter(({ session }) => session === id).map(({ at }) => at)
      return (Math.max(...times) - Math.min(...times)) / 1000
    })
    return aggregate(perSession, lengths)
  }
  return aggregate(
    math,
    events.map(numberOf).filter((number) => number !== null),
  )
}

/** The events that a question is about at all: of a group or in a session, where it counts these; for first times, one of each person. */
function countable(trend: ModelTrend, all: ModelEvent[]): ModelEvent[] {
  const ofSeries = all
    .filter(trend.isOfSeries)
    .filter(({ company }) => trend.math !== 'unique_group' || company !== '')
    .filter(({ session }) => !/sessions?$/.test(trend.math) || session !== '')
  if (!trend.math.startsWith('first_')) return ofSeries.filter(trend.passes)
  const candidates = trend.math === 'first_matching_event_for_user' ? ofSeries.filter(trend.passes) : ofSeries
  return groupedBy(candidates, ({ who }) => who)
    .map((theirs) => theirs.reduce((first, one) => (one.at < first.at ? one : first)))
    .filter(trend.passes)
}

/** Where the window begins whose last moment is a bucket's (or the period's) end; undefined where it is the bucket. */
function windowStart({ math, interval, display }: ModelTrend, end: DateTime): DateTime | undefined {
  const days = { weekly_active: 7, monthly_active: 30 }[math]
  if (!days || display === 'cumulative' || interval === 'month') return undefined
  if (days === 7 && interval === 'week') return undefined
  if (interval === 'hour') return end.minus({ hours: 1 }).minus({ days })
  return dayStart(dayStart(end.minus(1)).minus({ days: days - 1 }))
}

function cellsOf(trend: ModelTrend, period: ModelPeriod, mine: ModelEvent[], all: ModelEvent[]): ModelCell[] {
  const { math, display } = trend
  const cell = (from: number, until: number): ModelCell => {
    const events = mine.filter(({ at }) => at >= from && at < until)
    return { events, from, until, value: counted(math, events, all) }
  }
  const end = period.until.toMillis()
  if (display === 'figure') {
    return [cell((windowStart(trend, period.until) ?? period.from).toMillis(), end)]
  }
  const each = period.buckets.map((bucket) =>
    cell(
      (
        windowStart(trend, bucket.end) ?? (bucket.start < period.from ? period.from : bucket.start)
      ).toMillis(),
      Math.min(bucket.end.toMillis(), end),
    ),
  )
  if (display === 'line') return each
  return each.map(({ until }, i) => {
    const soFar = cell(period.from.toMillis(), until)
    return isUnique(math) ? soFar : { ...soFar, value: sum(each.slice(0, i + 1).map(({ value }) => value)) }
  })
}

const compared = (a: number, b: number) => (a === b ? 0 : a - b)

export const none = '$$_posthog_breakdown_null_$$'
export const other = '$$_posthog_breakdown_other_$$'

/** Values name by name; of several dimensions the first goes first. */
const byLabel = (a: ModelLine, b: ModelLine) => {
  const at = a.label.findIndex((text, i) => text !== b.label[i])
  return at < 0 ? 0 : a.label[at]! < b.label[at]! ? -1 : 1
}

/** In which of so many bins a number lies that are equally wide from the lowest number to the highest. */
export function binIn(numbers: number[], count: number, number: number | null): string {
  if (number === null) return none
  const low = Math.min(...numbers)
  const high = Math.max(...numbers)
  // bounds are shown to the hundredth, and are what is shown; the last one lies behind the highest number
  const bound = (i: number) => Math.round((low + (i * (high - low)) / count) * 100) / 100
  const end = Math.round((high + 0.01) * 100) / 100
  if (low === high) return `[${bound(0)},${end}]`
  let bin = count - 1
  while (bin > 0 && number < bound(bin)) bin--
  return `[${bound(bin)},${bin === count - 1 ? end : bound(bin + 1)}]`
}

const total = ({ cells }: ModelLine) => sum(cells.map(({ value }) => value))

export function modelTrend(trend: ModelTrend, period: ModelPeriod, all: ModelEvent[]): ModelLine[] {
  const events = countable(trend, all)
  if (!trend.labelOf) return [{ label: [], cells: cellsOf(trend, period, events, all) }]
  const keyOf = (event: ModelEvent) => JSON.stringify(trend.labelOf!(event))
  const lines = groupedBy(events, keyOf).map((mine) => ({
    label: trend.labelOf!(mine[0]!),
    cells: cellsOf(trend, period, mine, all),
  }))
  const most = (of: (line: ModelLine) => number) => (a: ModelLine, b: ModelLine) =>
    Number(a.label.includes(none)) - Number(b.label.includes(none)) || compared(of(b), of(a)) || byLabel(a, b)
  const rank = (line: ModelLine) => {
    const hasNone = ofNumbers(trend.math) && !line.cells.some(({ events }) => events.some(hasNumber))
    if (hasNone) return -Infinity
    return trend.display === 'cumulative' ? line.cells.at(-1)!.value : total(line)
  }
  const sorted = lines.filter(({ cells }) => cells.some((cell) => cell.events.length > 0)).sort(most(rank))
  const rest = sorted.slice(trend.limit)
  const kept = sorted.slice(0, trend.limit).sort(most(total))
  if (!rest.length || trend.hideOther) return kept
  const pooled = rest[0]!.cells.map((cell, i) => ({
    ...cell,
    events: rest.flatMap(({ cells }) => cells[i]!.events),
    value: sum(rest.map(({ cells }) => cells[i]!.value)),
  }))
  return [...kept, { label: rest[0]!.label.map(() => other), cells: pooled }]
}

/** A line of a formula's numbers. */
export type ModelFormulaLine = { label: string[]; values: number[] }

/**
 * A formula over the lines of several series: those with the same label are taken together, and where a series has no
 * such line it counts nought. What has no value is nought.
 */
export function modelFormula(
  compute: (...values: number[]) => number,
  series: ModelLine[][],
): ModelFormulaLine[] {
  const labels = new Map(series.flat().map(({ label }) => [JSON.stringify(label), label]))
  const lines = [...labels].map(([key, label]) => {
    const mine = series.map((lines) => lines.find((line) => JSON.stringify(line.label) === key))
    const cells = mine.find((line) => line !== undefined)!.cells
    const values = cells.map((_, i) => {
      const value = compute(...mine.map((line) => line?.cells[i]?.value ?? 0))
      return Number.isFinite(value) ? value : 0
    })
    return { label, values }
  })
  const last = ({ label }: ModelFormulaLine) => (label.includes(other) ? 2 : label.includes(none) ? 1 : 0)
  return lines.sort((a, b) => last(a) - last(b) || compared(sum(b.values), sum(a.values)))
}
