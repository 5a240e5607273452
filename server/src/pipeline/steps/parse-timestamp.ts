/**
 * Points in time as clients spell them, in microseconds since 1970; null for what is none. Accepted: ISO 8601 and
 * RFC 3339 with `T` or a space, any offset (`Z`, `+03`, `+0300`, `+03:00`) or none (= UTC), a date alone,
 * `YYYY/MM/DD` and `MM/DD/YYYY` with or without a time, RFC 2822, and unix time as digits: seconds, with a fraction
 * if there is one, or milli-, micro- or nanoseconds by their length.
 */
export function parseTimestamp(text: string): number | null {
  // What SDKs send: `toISOString`. Date refuses what is no time of day.
  if (plainIso.test(text)) {
    const ms = Date.parse(text)
    // It takes 30 February for 2 March.
    if (new Date(ms).getUTCDate() === Number(text.slice(8, 10))) return ms * 1000
  }
  const trimmed = text.trim()
  const iso = isoDate.exec(trimmed)
  if (iso) return assemble(Number(iso[1]), Number(iso[2]), Number(iso[3]), iso[4], iso[5])
  const american = americanDate.exec(trimmed)
  if (american) {
    return assemble(Number(american[3]), Number(american[1]), Number(american[2]), american[4], american[5])
  }
  const mail = rfc2822Date.exec(trimmed)
  if (mail)
    return assemble(fullYear(mail[3]!), monthNumber(mail[2]!), Number(mail[1]), mail[4], mail[5] ?? '')
  return parseUnixTime(trimmed)
}

const plainIso = /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\d\.\d{3}Z$/
const clock = String.raw`(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)`
const zone = String.raw`(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)`
const isoDate = new RegExp(
  String.raw`^([+-]\d{6}|\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:(?:T|\s+)${clock}(?:\s*${zone})?)?$`,
  'i',
)
const americanDate = new RegExp(
  String.raw`^(\d{1,2})/(\d{1,2})/(\d{4})(?:(?:T|,?\s+)${clock}(?:\s*${zone})?)?$`,
  'i',
)
const rfc2822Date = new RegExp(
  String.raw`^(?:[a-z]{3,9},?\s+)?(\d{1,2})[\s-]([a-z]{3,9})[\s-](\d{4}|\d{2})\s+${clock}(?:\s+([+-]\d{4}|[a-z]{1,4}))?(?:\s+\([^)]*\))?$`,
  'i',
)
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const monthNumber = (name: string) => months.indexOf(name.slice(0, 3).toLowerCase()) + 1
// RFC 2822 §4.3: years of two digits
const fullYear = (text: string) => (text.length === 4 ? 0 : Number(text) < 50 ? 2000 : 1900) + Number(text)
// RFC 2822 §4.3: the zones that have a name; every other one counts as UTC
const namedZones: Record<string, number> = {
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
}

function assemble(
  year: number,
  month: number,
  day: number,
  time: string | undefined,
  zoneText: string | undefined,
): number | null {
  const days = daysInMonth(year, month)
  if (days === 0 || day < 1 || day > days) return null
  const seconds = time ? secondsAndMicros(time) : { seconds: 0, micros: 0 }
  const offset = offsetMinutes(zoneText)
  if (!seconds || offset === null) return null
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  const ms = date.getTime() + seconds.seconds * 1000 - offset * 60_000
  return Number.isNaN(ms) ? null : ms * 1000 + seconds.micros
}

function daysInMonth(year: number, month: number): number {
  if (month < 1 || month > 12) return 0
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

function secondsAndMicros(time: string): { seconds: number; micros: number } | null {
  const [clockText, fraction = ''] = time.split(/[.,]/)
  const [hours = 0, minutes = 0, seconds = 0] = clockText!.split(':').map(Number)
  // A leap second counts as the first of the next minute.
  if (hours > 23 || minutes > 59 || seconds > 60) return null
  return {
    seconds: hours * 3600 + minutes * 60 + seconds,
    micros: Number(fraction.slice(0, 6).padEnd(6, '0')),
  }
}

function offsetMinutes(zoneText: string | undefined): number | null {
  if (!zoneText) return 0
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zoneText)
  if (!match) return (namedZones[zoneText.toUpperCase()] ?? 0) * 60
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
  if (minutes > 24 * 60) return null
  return match[1] === '-' ? -minutes : minutes
}

function parseUnixTime(text: string): number | null {
  const match = /^(\d{1,20})(?:\.(\d+))?$/.exec(text)
  if (!match) return null
  const [, whole = '', fraction = ''] = match
  const number = Number(whole)
  if (whole.length <= 11) return number * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0'))
  if (whole.length <= 14) return number * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'))
  if (whole.length <= 17) return number
  return Math.floor(number / 1000)
}
