import { DateTime } from 'luxon'

/** Turns a cell as the warehouse gives it into one as the API shows it. */
type Read = (cell: unknown) => unknown

/** `A, B(C, D)` → `['A', 'B(C, D)']`. */
function splitTypes(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let quoted = false
  let from = 0
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === "'") quoted = !quoted
    if (quoted) continue
    if (character === '(') depth++
    else if (character === ')') depth--
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(from, i).trim())
      from = i + 1
    }
  }
  parts.push(text.slice(from).trim())
  return parts
}

const readInteger: Read = (cell) => {
  if (typeof cell !== 'string') return cell
  const number = Number(cell)
  // what JavaScript can't hold stays text, whole
  return Number.isSafeInteger(number) ? number : cell
}

/** `2020-01-02 03:04:05.600000` in `zone` → `2020-01-02T03:04:05.600000Z` (or with an offset). */
const readTime =
  (zone: string): Read =>
  (cell) => {
    const match = typeof cell === 'string' && /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?$/.exec(cell)
    if (!match) return cell
    const [, day, time, fraction] = match
    const exact = fraction && Number(fraction) ? `.${fraction}` : ''
    const offset =
      zone === 'UTC' ? 'Z' : DateTime.fromISO(`${day}T${time}`, { zone, setZone: true }).toFormat('ZZ')
    return `${day}T${time}${exact}${offset}`
  }

/** How to read cells of a ClickHouse type; undefined when they are fine as they are. */
export function readerOf(type: string): Read | undefined {
  const match = /^(\w+)(?:\(([\s\S]*)\))?$/.exec(type.trim())
  if (!match) return undefined
  const [, name, inside = ''] = match
  switch (name) {
    case 'Int64':
    case 'UInt64':
    case 'Int128':
    case 'UInt128':
    case 'Int256':
    case 'UInt256':
      return readInteger
    case 'DateTime':
    case 'DateTime64':
      return readTime(/'([^']+)'/.exec(inside)?.[1] ?? 'UTC')
    case 'Nullable':
    case 'LowCardinality':
      return readerOf(inside)
    case 'SimpleAggregateFunction':
      return readerOf(splitTypes(inside)[1] ?? '')
    case 'Array': {
      const read = readerOf(inside)
      return read && ((cell) => (Array.isArray(cell) ? cell.map(read) : cell))
    }
    case 'Map': {
      const read = readerOf(splitTypes(inside)[1] ?? '')
      return (
        read &&
        ((cell) =>
          typeof cell === 'object' && cell !== null
            ? Object.fromEntries(Object.entries(cell).map(([key, value]) => [key, read(value)]))
            : cell)
      )
    }
    case 'Tuple': {
      const named = splitTypes(inside).map((part) => /^(?:(`[^`]*`|\w+) )?([\s\S]+)$/.exec(part)!)
      const reads = named.map((part) => readerOf(part[2]!))
      if (reads.every((read) => read === undefined)) return undefined
      return (cell) => {
        if (Array.isArray(cell)) return cell.map((value, i) => reads[i]?.(value) ?? value)
        if (typeof cell !== 'object' || cell === null) return cell
        return Object.fromEntries(
          Object.entries(cell).map(([key, value], i) => [key, reads[i]?.(value) ?? value]),
        )
      }
    }
    default:
      return undefined
  }
}

/** Rows with their 64-bit numbers as numbers and their times as ISO 8601. */
export function readRows(columns: { type: string }[], rows: unknown[][]): unknown[][] {
  const reads = columns.map(({ type }) => readerOf(type))
  if (reads.every((read) => read === undefined)) return rows
  return rows.map((row) => row.map((cell, i) => (reads[i] ? reads[i](cell) : cell)))
}
