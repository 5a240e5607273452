// `String()` and `Number()` are not for JSON from outside: of an object they call its own `toString` and `valueOf`, and
// these may be anything but functions there.

/** Any JSON value as text: text as it is, everything else as JSON writes it, nothing as nothing. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** A JSON value as the number that it is or spells; NaN for lists and objects. */
export const asNumber = (value: unknown): number =>
  typeof value === 'object' && value !== null ? Number.NaN : Number(value)

/** A value from outside as a message may show it: cut off where it gets long. */
export function shown(value: unknown, most = 200): string {
  const text = value === null || value === undefined ? String(value) : asText(value)
  return text.length > most ? `${text.slice(0, most)}…` : text
}
