import { wallClock } from '../time.ts'

export type Interval = 'hour' | 'day' | 'week' | 'month'

/** The start of a bucket, `2026-11-18` or `2026-11-18 14:00:00`, as a moment of a zone without daylight saving. */
const moment = (day: string): Date => {
  const [date = '', time = '00:00:00'] = day.split(/[ T]/)
  return new Date(`${date}T${time.slice(0, 8)}Z`)
}
const formatted = (day: string, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(moment(day))

/** For the axis: "18 Nov", "14:00" ("Wed 18" at midnight), "Nov" ("2027" in January). */
export function tick(day: string, interval: Interval): string {
  if (interval === 'hour') {
    const midnight = moment(day).getUTCHours() === 0
    return midnight
      ? formatted(day, { weekday: 'short', day: 'numeric' })
      : formatted(day, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  }
  if (interval === 'month') {
    return moment(day).getUTCMonth() === 0
      ? formatted(day, { year: 'numeric' })
      : formatted(day, { month: 'short' })
  }
  return formatted(day, { day: 'numeric', month: 'short' })
}

/** In full: "Wed, 18 Nov 2026", "16 Nov – 22 Nov 2026" for a week. */
export function bucketName(day: string, interval: Interval): string {
  const date: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', year: 'numeric' }
  if (interval === 'hour') {
    return formatted(day, { ...date, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  }
  if (interval === 'month') return formatted(day, { month: 'long', year: 'numeric' })
  if (interval === 'week') {
    const end = new Date(moment(day).getTime() + 6 * 86_400_000).toISOString().slice(0, 10)
    return `${formatted(day, { day: 'numeric', month: 'short' })} – ${formatted(end, date)}`
  }
  return formatted(day, { ...date, weekday: 'short' })
}

/** Whether the bucket that starts at `day` still runs at `now`: what it shows will grow. */
export function isUnfinished(day: string, interval: Interval, timeZone: string, now: number): boolean {
  const start = moment(day)
  const end = new Date(start)
  if (interval === 'hour') end.setUTCHours(end.getUTCHours() + 1)
  if (interval === 'day') end.setUTCDate(end.getUTCDate() + 1)
  if (interval === 'week') end.setUTCDate(end.getUTCDate() + 7)
  if (interval === 'month') end.setUTCMonth(end.getUTCMonth() + 1)
  const there = moment(wallClock(now, timeZone))
  return start <= there && there < end
}

/** How the buckets of an axis are called. */
export type Axis = { tick: (day: string) => string; name: (day: string) => string }
