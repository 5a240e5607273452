/** Times for people: relative near now, absolute in the project's zone. */

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' })
const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

/** "just now", "25 s ago", "3 hr. ago", "yesterday". */
export function relativeTime(iso: string, now: number): string {
  const seconds = (Date.parse(iso) - now) / 1000
  if (Math.abs(seconds) < 2) return 'just now'
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit)
  }
  return seconds < 0 ? `${Math.floor(-seconds)} s ago` : `in ${Math.floor(seconds)} s`
}

/** "Sun, 22 Nov 2026, 14:05:09" in the zone; with milliseconds where asked. */
export function absoluteTime(iso: string, timeZone: string, withMs = false): string {
  return new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    ...(withMs ? { fractionalSecondDigits: 3 as const } : {}),
    hourCycle: 'h23',
    timeZone: zoneOr(timeZone),
  }).format(new Date(iso))
}

/** "22 Nov 2026" in the zone. */
export const dayOf = (iso: string, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: zoneOr(timeZone),
  }).format(new Date(iso))

/** The wall clock of the zone as `YYYY-MM-DD HH:mm:ss`, the way trend buckets are named. */
export function wallClock(at: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZone: zoneOr(timeZone),
  }).formatToParts(new Date(at))
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '00'
  return `${of('year')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')}:${of('second')}`
}

/**
 * When clocks of the zone show `YYYY-MM-DD HH:mm:ss` (or with a `T`, or without seconds), Unix milliseconds. Of a time that is
 * skipped in spring, one an hour off; of one that comes twice in autumn, one of both.
 */
export function whenClocksShow(wall: string, timeZone: string): number {
  const asUtc = (text: string) => Date.parse(`${text.replace(' ', 'T')}Z`)
  const wanted = asUtc(wall)
  // what the zone is ahead by a guess, then by what is near the answer
  const aheadAt = (at: number) => asUtc(wallClock(at, timeZone)) - at
  return wanted - aheadAt(wanted - aheadAt(wanted))
}

/** A zone that this browser knows, else UTC: an old browser must not lose a page over a new zone's name. */
function zoneOr(timeZone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    return timeZone
  } catch {
    return 'UTC'
  }
}
