/** Points in time as microseconds since 1970 (a safe integer until the year 2255). */

/** `2026-01-02T03:04:05.600000Z`. */
export function microsToIso(micros: number): string {
  const ms = Math.floor(micros / 1000)
  const rest = micros - ms * 1000
  const decimals = rest === 0 ? '000' : String(rest).padStart(3, '0')
  return `${new Date(ms).toISOString().slice(0, -1)}${decimals}Z`
}

/** Back from `microsToIso`, or from any ISO 8601 text with `Z` and up to six decimals. */
export function isoToMicros(iso: string): number {
  const decimals = /\.(\d{1,6})/.exec(iso)?.[1] ?? ''
  return Date.parse(`${iso.slice(0, 19)}Z`) * 1000 + Number(decimals.padEnd(6, '0'))
}

/** `2026-01-02 03:04:05.600000`, as the warehouse reads it; with fewer decimals where it holds fewer. */
export function microsToSql(micros: number, decimals: 3 | 6): string {
  const iso = microsToIso(micros)
  return `${iso.slice(0, 10)} ${iso.slice(11, decimals === 6 ? 26 : 23)}`
}
