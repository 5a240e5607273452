import { DateTime, type DurationLike } from 'luxon'
import { invalid } from '../model/errors.ts'
import type { DateRangeInput, Interval } from './query-parts.ts'

/** A stretch of time in the project's zone; both ends belong to it. */
export type DateRange = { from: DateTime; to: DateTime }

/** What bounds depend on besides what was asked. */
export type Clock = {
  now: Date
  /** IANA name of the project's time zone. */
  timezone: string
  /** First day of the week: 0 Sunday (default), 1 Monday. */
  weekStartDay?: number
}

/** A bucket of a time series: `end` is exclusive. */
export type Bucket = { start: DateTime; end: DateTime }

const relative = /^([-+]?)(\d*)([hdwmqyMs])(Start|End)?$/
const units: Record<string, (n: number) => DurationLike> = {
  h: (n) => ({ hours: n }),
  d: (n) => ({ days: n }),
  w: (n) => ({ weeks: n }),
  m: (n) => ({ months: n }),
  q: (n) => ({ weeks: 13 * n }),
  y: (n) => ({ years: n }),
  M: (n) => ({ minutes: n }),
  s: (n) => ({ seconds: n }),
}

const edges: Record<string, 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year'> = {
  s: 'second',
  M: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  m: 'month',
  q: 'quarter',
  y: 'year',
}

export const zonedNow = (clock: Clock): DateTime => DateTime.fromJSDate(clock.now, { zone: clock.timezone })

/** Of a local time that a zone has twice, the first: which one luxon takes depends on the season it is asked in. */
const firstOf = (time: DateTime): DateTime => time.getPossibleOffsets()[0]!

/** The first moment of a day; there are zones that have midnight twice when clocks go back. */
export const dayStart = (time: DateTime): DateTime => firstOf(time.startOf('day'))

/** `bareDate`: written as a date alone, so as an upper bound it means its end even where bounds are explicit. */
type Parsed = { time: DateTime; precision: 'instant' | 'day'; bareDate?: boolean }

/**
 * One bound: an ISO date or time (in the project's zone unless it names its own), or a relative one such as `-7d`,
 * `dStart`, `-1mEnd`, as PostHog's filters spell them.
 * @throws HedgerowError `invalid` when it is neither.
 */
export function parseDate(text: string, clock: Clock, attr?: string): Parsed {
  const match = relative.exec(text.trim())
  if (match) return parseRelative(match, clock)
  const trimmed = text.trim()
  const iso = /^\d{4}-\d{1,2}-\d{1,2}$/.test(trimmed)
    ? DateTime.fromFormat(trimmed, 'yyyy-M-d', { zone: clock.timezone })
    : DateTime.fromISO(trimmed.replace(' ', 'T').replace(/ (?=[+-]\d|Z)/, ''), { zone: clock.timezone })
  if (!iso.isValid || iso.year < 1900 || iso.year > 2200) {
    throw invalid(`"${text}" is not a date: use ISO 8601, or a relative one such as -7d or mStart.`, { attr })
  }
  const bareDate = trimmed.length <= 10
  const time = /(Z|[+-]\d\d:?\d\d)$/i.test(trimmed.slice(10)) ? iso : firstOf(iso)
  return { time, precision: bareDate ? 'day' : 'instant', bareDate }
}

function parseRelative(match: RegExpExecArray, clock: Clock): Parsed {
  const [, sign, digits, unit, edge] = match as unknown as [
    string,
    string,
    string,
    string,
    string | undefined,
  ]
  const amount = digits === '' ? (edge || sign === '' ? 0 : 1) : Math.min(Number(digits), 10_000)
  const moved = zonedNow(clock)[sign === '+' ? 'plus' : 'minus'](units[unit]!(amount))
  if (edge) return { time: edgeOf(moved, unit, edge, clock), precision: 'instant' }
  return { time: moved, precision: /[hMs]/.test(unit) ? 'instant' : 'day' }
}

function edgeOf(time: DateTime, unit: string, edge: string, clock: Clock): DateTime {
  const named = edges[unit]!
  const start = named === 'week' ? startOf(time, 'week', clock) : firstOf(time.startOf(named))
  if (edge === 'Start') return start
  return (named === 'week' ? start.plus({ weeks: 1 }) : start.plus({ [`${named}s`]: 1 })).minus(1)
}

/**
 * A bound of a list, in ISO 8601: as `parseDate`, but days count whole, in the project's time zone.
 * @throws HedgerowError `invalid` when it is no date.
 */
export function listBound(text: string, clock: Clock, attr: 'date_from' | 'date_to'): string {
  const { time, precision } = parseDate(text, clock, attr)
  const bound = precision === 'instant' ? time : attr === 'date_from' ? dayStart(time) : time.endOf('day')
  return DateTime.max(firstOfAll, DateTime.min(lastOfAll, bound)).toUTC().toISO()!
}

/** Nothing was before the one or will be after the other; what is written with more digits no database reads. */
const firstOfAll = DateTime.utc(1, 1, 2)
const lastOfAll = DateTime.utc(9999, 12, 30)

/**
 * The range of a question. Bounds are rounded outward: to hours for hourly buckets, else to days; `explicitDate`
 * leaves them as they are. A date without a time as the upper bound means its end.
 * @param earliest When the project's first event happened; what `all` means.
 */
export function resolveDateRange(
  input: DateRangeInput | null | undefined,
  interval: Interval,
  clock: Clock,
  earliest?: Date,
): DateRange {
  const explicit = input?.explicitDate ?? false
  const hourly = interval === 'hour' || interval === 'minute'
  const lower: Parsed =
    input?.date_from === 'all'
      ? { time: DateTime.fromJSDate(earliest ?? clock.now, { zone: clock.timezone }), precision: 'day' }
      : parseDate(input?.date_from || '-7d', clock, 'date_from')
  const upper: Parsed = input?.date_to
    ? parseDate(input.date_to, clock, 'date_to')
    : { time: zonedNow(clock), precision: 'instant' }
  const from = explicit
    ? lower.time
    : hourly && lower.precision !== 'day'
      ? lower.time.startOf('hour')
      : dayStart(lower.time)
  const to =
    explicit && !upper.bareDate
      ? upper.time
      : upper.time.endOf(hourly && upper.precision !== 'day' ? 'hour' : 'day')
  return { from, to }
}

/** The start of the bucket that a moment falls into. */
export function startOf(time: DateTime, interval: Interval, clock: Pick<Clock, 'weekStartDay'>): DateTime {
  if (interval === 'minute') return time.startOf('hour')
  if (interval === 'hour') return time.startOf('hour')
  if (interval !== 'week') return firstOf(time.startOf(interval))
  const day = dayStart(time)
  const back = (day.weekday - ((clock.weekStartDay ?? 0) === 0 ? 7 : 1) + 7) % 7
  return dayStart(day.minus({ days: back }))
}

/** The start of the bucket after `start`. Across a change of clocks a day is a calendar day, not 24 hours. */
export function next(start: DateTime, interval: Interval): DateTime {
  if (interval === 'hour' || interval === 'minute') return start.plus({ hours: 1 })
  // where midnight is skipped, a day starts at 01:00 and the one after it at 00:00 again
  return dayStart(start.plus({ [`${interval}s`]: 1 }))
}

/**
 * The buckets of a range, oldest first; the first may begin before it, the last end after it.
 * @throws HedgerowError `invalid` beyond `limit` of them.
 */
export function bucketsOf(range: DateRange, interval: Interval, clock: Clock, limit = 10_000): Bucket[] {
  const buckets: Bucket[] = []
  for (let start = startOf(range.from, interval, clock); start <= range.to; ) {
    if (buckets.length === limit) {
      throw invalid(
        `The date range has more than ${limit} intervals. Choose a longer interval or a shorter range.`,
        {
          attr: 'interval',
        },
      )
    }
    const end = next(start, interval)
    buckets.push({ start, end })
    start = end
  }
  return buckets
}

/**
 * Where counting begins: a first week or month that the range cuts is counted whole, as its label says, unless the
 * bounds are explicit.
 */
export function countedFrom(range: DateRange, interval: Interval, clock: Clock, explicit: boolean): DateTime {
  if (explicit || (interval !== 'week' && interval !== 'month')) return range.from
  return startOf(range.from, interval, clock)
}

/** The period to compare with: as long as the range, right before it or, with `compareTo` (`-2d`), that far back. */
export function previousRange(range: DateRange, compareTo?: string | null): DateRange {
  const match = compareTo ? relative.exec(compareTo.trim()) : null
  if (compareTo && (!match || match[4])) {
    throw invalid(`"${compareTo}" is not a distance: use one such as -1w.`, { attr: 'compare_to' })
  }
  const distance: DurationLike = match
    ? units[match[3]!]!(match[2] === '' ? 1 : Math.min(Number(match[2]), 10_000))
    : ownLength(range)
  return { from: range.from.minus(distance), to: range.to.minus(distance) }
}

function ownLength({ from, to }: DateRange): DurationLike {
  const whole = from.equals(from.startOf('day')) && to.equals(to.endOf('day'))
  if (whole) return { days: Math.round(to.endOf('day').plus(1).diff(from, 'days').days) }
  return { milliseconds: to.toMillis() - from.toMillis() + 1 }
}

/** `18-Feb-2023`; hours as `18-Feb 13:00`. */
export const bucketLabel = (start: DateTime, interval: Interval): string =>
  interval === 'hour' || interval === 'minute'
    ? start.toFormat('d-LLL HH:mm', { locale: 'en-US' })
    : start.toFormat('d-LLL-yyyy', { locale: 'en-US' })

/** `2023-02-18`; hours as `2023-02-18 13:00:00`. */
export const bucketDay = (start: DateTime, interval: Interval): string =>
  start.toFormat(interval === 'hour' || interval === 'minute' ? 'yyyy-MM-dd HH:mm:ss' : 'yyyy-MM-dd')
