import { DateTime } from 'luxon'

/** When it is, and in which time zone (IANA) times without one are meant. */
export type Clock = { now: number; timezone: string }

const relative = /^-?(\d+)([hdwmy])$/
const units = { h: 'hours', d: 'days', w: 'weeks', m: 'months', y: 'years' } as const
const withOffset = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/i
const withoutOffset = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.](\d{1,9}))?)?)?$/

/**
 * A text as a point in time, milliseconds since 1970; null when it says none. `-7d` and `7d` alike are seven days ago
 * (h, d, w, m, y; months and years by the calendar). A date, or a time without offset, is meant in the time zone; what
 * a clock change skipped is none. Reference: PostHog's flag service.
 */
export function momentOf(text: string, clock: Clock): number | null {
  const ago = relative.exec(text)
  if (ago) return momentAgo(Number(ago[1]), ago[2] as keyof typeof units, clock)
  if (withOffset.test(text)) return millis(DateTime.fromISO(text.replace(' ', 'T'), { setZone: true }))
  const local = withoutOffset.exec(text)
  if (local) return localMoment(local, clock.timezone)
  for (const read of [DateTime.fromISO, DateTime.fromRFC2822, DateTime.fromHTTP]) {
    const moment = millis(read(text, { zone: 'utc' }))
    if (moment !== null) return moment
  }
  return null
}

/** The same for what a person has: numbers, also as text, are seconds since 1970. */
export function momentOfValue(value: unknown, clock: Clock): number | null {
  if (typeof value === 'number') return value * 1000
  if (typeof value !== 'string') return null
  const seconds = numberOf(value)
  return seconds === null ? momentOf(value, clock) : Number.isFinite(seconds) ? seconds * 1000 : null
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const words: Record<string, number> = { inf: Infinity, infinity: Infinity, nan: Number.NaN }

/**
 * A number, or a text that is one as a whole; null for everything else. Reference: PostHog's flag service, where
 * `inf` and `nan` are numbers and a blank is none.
 */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return null
  if (decimal.test(value)) return Number(value)
  const word = words[value.replace(/^[+-]/, '').toLowerCase()]
  return word === undefined ? null : value.startsWith('-') ? -word : word
}

/** No more than what a year of four digits makes. */
const most = 10_000

function momentAgo(amount: number, unit: keyof typeof units, { now, timezone }: Clock): number | null {
  if (!(amount < most)) return null
  const moment = DateTime.fromMillis(now, { zone: timezone })
  if (unit !== 'm' && unit !== 'y') return millis(moment.minus({ [units[unit]]: amount }))
  // A month's end stays one on the way: two months before 31 March is 28 January, as PostHog goes month by month.
  let { day } = moment
  const first = moment.set({ day: 1 })
  const months = unit === 'm' ? 1 : 12
  for (let step = 1; step <= amount && day > 28; step++) {
    day = Math.min(day, first.minus({ months: step * months }).daysInMonth ?? day)
  }
  return millis(first.minus({ months: amount * months }).set({ day }))
}

function localMoment(parts: RegExpExecArray, timezone: string): number | null {
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0))
  const millisecond = Math.floor(Number(`0.${parts[7] ?? 0}`) * 1000)
  const wanted = { year: year!, month: month!, day: day!, hour: hour!, minute: minute!, second: second! }
  const found = DateTime.fromObject({ ...wanted, millisecond }, { zone: timezone })
  if (!found.isValid || found.hour !== hour || found.minute !== minute) return null
  if (timezone === 'UTC') return found.toMillis()
  // where the clock shows it twice, the first time
  return Math.min(...found.getPossibleOffsets().map((one) => one.toMillis()))
}

const millis = (moment: DateTime): number | null => (moment.isValid ? moment.toMillis() : null)
