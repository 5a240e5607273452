/**
 * How values travel between JavaScript and PostgreSQL, the same in both homes. Parameters go as text; columns come
 * back as text and are decoded by their type's number (`pg_type.oid`, the same in every PostgreSQL).
 */

/**
 * A parameter as PostgreSQL's text: lists as `{…}` (for `unnest($1::text[])`), bytes as hex, dates as ISO 8601,
 * other objects as JSON.
 */
export function encodeParam(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (Array.isArray(value)) return encodeArray(value)
  return encodeScalar(value)
}

function encodeScalar(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`
  if (typeof value === 'object') return JSON.stringify(value)
  return String(value)
}

function encodeArray(values: unknown[]): string {
  const items = values.map((value) => {
    if (value === null || value === undefined) return 'NULL'
    if (Array.isArray(value)) return encodeArray(value)
    return `"${encodeScalar(value).replace(/["\\]/g, '\\$&')}"`
  })
  return `{${items.join(',')}}`
}

/** PostgreSQL's `2026-01-02 03:04:05.6+00` (or ISO) as `2026-01-02T03:04:05.600000Z`. */
export function toIsoMicros(value: string | Date): string {
  const textual = value instanceof Date ? value.toISOString() : value
  const match = /^(\d{4,}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?(?:Z|\+00(?::?00)?)$/.exec(textual)
  if (!match) throw new Error(`unexpected timestamp from the database: ${textual}`)
  return `${match[1]}T${match[2]}.${(match[3] ?? '').padEnd(6, '0')}Z`
}

type Decoder = (text: string) => unknown

const decodeBoolean: Decoder = (text) => text === 't'
const decodeInteger: Decoder = (text) => {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : BigInt(text)
}
const decodeJson: Decoder = (text) => JSON.parse(text)
const asText: Decoder = (text) => text

const scalars: Record<number, Decoder> = {
  16: decodeBoolean,
  17: (text) => new Uint8Array(Buffer.from(text.slice(2), 'hex')),
  20: decodeInteger,
  21: Number,
  23: Number,
  26: Number,
  114: decodeJson,
  700: Number,
  701: Number,
  1082: asText,
  1114: asText,
  1184: toIsoMicros,
  3802: decodeJson,
}

/** Array types and the decoder of their elements. */
const arrays: Record<number, Decoder> = {
  199: decodeJson,
  1000: decodeBoolean,
  1005: Number,
  1007: Number,
  1009: asText,
  1015: asText,
  1016: decodeInteger,
  1021: Number,
  1022: Number,
  1185: toIsoMicros,
  1231: asText,
  2951: asText,
  3807: decodeJson,
}

/**
 * The decoder for a column type: booleans, numbers (64-bit integers as bigint only beyond 2^53), parsed JSON,
 * timestamps with time zone as ISO text with microseconds, lists; every other type is its text.
 */
export function decoderOf(oid: number): Decoder {
  const element = arrays[oid]
  return element ? (text) => decodeArray(text, element) : (scalars[oid] ?? asText)
}

/** Reads `{a,"b,c",NULL,{…}}`. */
function decodeArray(text: string, decode: Decoder): unknown[] {
  let at = text.indexOf('{')
  const readList = (): unknown[] => {
    const items: unknown[] = []
    at++
    while (text[at] !== '}') {
      if (text[at] === ',') at++
      items.push(text[at] === '{' ? readList() : readItem())
    }
    at++
    return items
  }
  const readItem = (): unknown => {
    if (text[at] !== '"') {
      const start = at
      while (text[at] !== ',' && text[at] !== '}') at++
      const bare = text.slice(start, at)
      return bare === 'NULL' ? null : decode(bare)
    }
    let item = ''
    for (at++; text[at] !== '"'; at++) {
      if (text[at] === '\\') at++
      item += text[at]
    }
    at++
    return decode(item)
  }
  return readList()
}
