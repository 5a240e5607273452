import { DateTime } from 'luxon'

/**
 * When something is sent again: what iCalendar's recurrence rules (RFC 5545) say of these fields, by the calendar and the
 * clock of the project.
 */
export const frequencies = ['daily', 'weekly', 'monthly', 'yearly'] as const
export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const
type Weekday = (typeof weekdays)[number]

export type Schedule = {
  frequency: (typeof frequencies)[number]
  interval: number
  byweekday: Weekday[] | null
  bysetpos: number | null
  count: number | null
  /** ISO 8601: the first time, and the time of day of all others. */
  startDate: string
  untilDate: string | null
  /** The IANA name of the zone in which days begin and clocks are read. */
  timezone: string
}

const dayMs = 86_400_000
/** Periods without any such day (a 31st of each fourth month) before it counts as never. */
const mostEmpty = 500
/** Occurrences that are counted through, where only so many are wanted. */
const mostCounted = 20_000

/** The first time after `after`; null where there is none. */
export function nextTime(schedule: Schedule, after: Date): Date | null {
  const start = new Date(schedule.startDate)
  const shown = asShown(start, schedule.timezone)
  const until = schedule.untilDate === null ? null : new Date(schedule.untilDate)
  const longest = { daily: 1, weekly: 7, monthly: 31, yearly: 366 }[schedule.frequency] * dayMs
  const passed = Math.floor((after.getTime() - start.getTime()) / (longest * schedule.interval))
  // Without a number to count to, what is long over is passed over.
  let period = schedule.count === null ? Math.max(0, passed - 1) : 0
  let counted = 0
  for (let empty = 0; empty < mostEmpty; period++) {
    const times = timesIn(schedule, shown, period).filter((time) => time >= start)
    empty = times.length ? 0 : empty + 1
    for (const time of times) {
      if (until && time > until) return null
      counted++
      if (schedule.count !== null && counted > schedule.count) return null
      if (time > after) return time
      if (counted > mostCounted) return null
    }
  }
  return null
}

/** What clocks of a zone show at a time, as if it were UTC. */
function asShown(time: Date, timezone: string): Date {
  const { year, month, day, hour, minute, second, millisecond } = DateTime.fromJSDate(time, {
    zone: timezone,
  })
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second, millisecond))
}

/** When clocks of a zone show that; where they never do, as they are put forward, the same while after midnight. */
function whenShown(shown: Date, timezone: string): Date {
  return DateTime.fromJSDate(shown, { zone: 'UTC' }).setZone(timezone, { keepLocalTime: true }).toJSDate()
}

/** All times of the n-th period, in order. `start` and what is reckoned with is what clocks show. */
function timesIn(schedule: Schedule, start: Date, n: number): Date[] {
  const { frequency, interval } = schedule
  const days = daysOf(schedule, start, n * interval)
  const at = schedule.bysetpos
  const chosen =
    at && schedule.byweekday?.length && frequency !== 'daily'
      ? days.slice(at > 0 ? at - 1 : at, at > 0 ? at : at + 1 || undefined)
      : days
  const timeOfDay = start.getTime() % dayMs
  return chosen.map((day) =>
    whenShown(new Date(day.getTime() + ((timeOfDay + dayMs) % dayMs)), schedule.timezone),
  )
}

/** The days of the period that is `ahead` periods after the one of the start, at midnight. */
function daysOf({ frequency, byweekday }: Schedule, start: Date, ahead: number): Date[] {
  const [year, month, day] = [start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate()]
  const isWanted = (date: Date) => byweekday!.includes(weekdays[(date.getUTCDay() + 6) % 7]!)
  const within = (from: Date, to: Date) => {
    const all: Date[] = []
    for (let time = from.getTime(); time < to.getTime(); time += dayMs) all.push(new Date(time))
    return all
  }
  const utc = (y: number, m: number, d: number) => new Date(Date.UTC(y, m, d))
  const own = byweekday?.length ? isWanted : null
  switch (frequency) {
    case 'daily': {
      const date = utc(year, month, day + ahead)
      return !own || own(date) ? [date] : []
    }
    case 'weekly': {
      const monday = utc(year, month, day - ((start.getUTCDay() + 6) % 7) + 7 * ahead)
      const next = new Date(monday.getTime() + 7 * dayMs)
      return own ? within(monday, next).filter(own) : [utc(year, month, day + 7 * ahead)]
    }
    case 'monthly': {
      if (own) return within(utc(year, month + ahead, 1), utc(year, month + ahead + 1, 1)).filter(own)
      const date = utc(year, month + ahead, day)
      // A month without that day is left out.
      return date.getUTCDate() === day ? [date] : []
    }
    case 'yearly': {
      if (own) return within(utc(year + ahead, 0, 1), utc(year + ahead + 1, 0, 1)).filter(own)
      const date = utc(year + ahead, month, day)
      return date.getUTCDate() === day ? [date] : []
    }
  }
}

const units = { daily: 'day', weekly: 'week', monthly: 'month', yearly: 'year' }
const positions: Record<number, string> = { 1: 'first', 2: 'second', 3: 'third', 4: 'fourth', [-1]: 'last' }

/** In words, as PostHog says it: `sent every month on the first Monday`. */
export function summaryOf({
  frequency,
  interval,
  byweekday,
  bysetpos,
}: Pick<Schedule, 'frequency' | 'interval' | 'byweekday' | 'bysetpos'>): string {
  const every = interval > 1 ? `${interval} ${units[frequency]}s` : units[frequency]
  const position = bysetpos === null ? undefined : positions[bysetpos]
  if (!byweekday?.length || position === undefined) return `sent every ${every}`
  const [first] = byweekday as [Weekday]
  const day = byweekday.length === 1 ? first[0]!.toUpperCase() + first.slice(1) : 'day'
  return `sent every ${every} on the ${position} ${day}`
}
