import { isObject } from '../kit/is-object.ts'

/** A line of a table, by the names of its columns. */
export type Line = Record<string, unknown>
export type AnswerTable = {
  lines: Line[]
  /** Where they are known whatever the lines hold. */
  columns?: string[]
  /** The answer had a limit that left lines out. */
  isCut?: boolean
}

/**
 * An answer of our API as the table that people expect of it: a line for each series, step, person, event or row.
 * Reference: what PostHog's CSV exports hold.
 */
export function tableOf(answer: unknown): AnswerTable {
  if (Array.isArray(answer)) return { lines: answer.map(lineOf) }
  if (!isObject(answer)) return { lines: [] }
  const found = answer.results ?? answer.result
  if (isObject(found)) return histogram(found)
  if (!Array.isArray(found)) return { lines: [] }
  if (Array.isArray(answer.columns) && found.every(Array.isArray)) return rowsTable(answer.columns, found)
  const [first] = found
  if (found.length === 1 && isObject(first) && Array.isArray(first.people)) {
    return { lines: first.people.map(lineOf) }
  }
  // Steps, and with a breakdown a list of them for each value.
  if (Array.isArray(first)) return { lines: found.flat().filter(isObject).map(stepLine) }
  if (!isObject(first)) return { lines: found.map((value) => ({ value })) }
  const items = found.filter(isObject)
  if ('average_conversion_time' in first && 'order' in first) return { lines: items.map(stepLine) }
  if (Array.isArray(first.appearances)) return { lines: items.map(returnsOfPerson) }
  if (Array.isArray(first.values) && 'date' in first) return { lines: retention(items) }
  if (Array.isArray(first.data) && (Array.isArray(first.labels) || 'aggregated_value' in first)) {
    return { lines: series(items) }
  }
  return { lines: items.map(lineOf) }
}

const lineOf = (value: unknown): Line => (isObject(value) ? value : { value })

/** Cells under the names of their columns; a cell that is a whole event (`*`) gives a column for each of its fields. */
function rowsTable(columns: unknown[], rows: unknown[][]): AnswerTable {
  const names = distinct(columns.map(String))
  const lines = rows.map((cells) => {
    const line: Line = {}
    for (const [at, name] of names.entries()) {
      const cell = cells[at]
      if (name === '*' && isObject(cell)) Object.assign(line, cell)
      else line[name] = cell
    }
    return line
  })
  return names.includes('*') ? { lines } : { columns: names, lines }
}

/** `a, a` as `a, a (2)`: no column hides another. */
function distinct(names: string[]): string[] {
  const times = new Map<string, number>()
  return names.map((name) => {
    const time = (times.get(name) ?? 0) + 1
    times.set(name, time)
    return time === 1 ? name : `${name} (${time})`
  })
}

function series(items: Line[]): Line[] {
  const compared = items.some((item) => item.compare_label)
  // What is compared with has the same buckets, under the labels of now.
  const now = compared ? items.find((item) => item.compare_label === 'current') : undefined
  return items.map((item, at) => {
    const label = String(item.label ?? `Series #${at + 1}`)
    const line: Line = { series: item.compare_label ? `${label} - ${item.compare_label}` : label }
    const custom = isObject(item.action) ? item.action.custom_name : undefined
    if (custom) line['custom name'] = custom
    if (item.breakdown_value !== undefined && item.breakdown_value !== null)
      line.breakdown = item.breakdown_value
    if (typeof item.aggregated_value === 'number') return { ...line, 'total count': item.aggregated_value }
    const labels = ((now ?? item).labels ?? []) as unknown[]
    for (const [bucket, value] of (item.data as unknown[]).entries()) {
      line[String(labels[bucket] ?? `bucket ${bucket + 1}`)] = value
    }
    return line
  })
}

const stepLine = (step: Line): Line => ({
  step: step.order === undefined ? undefined : Number(step.order) + 1,
  name: step.custom_name ?? step.name ?? '',
  ...('breakdown_value' in step && { breakdown: step.breakdown_value }),
  count: step.count,
  'average conversion time (seconds)': step.average_conversion_time,
  'median conversion time (seconds)': step.median_conversion_time,
})

const returnsOfPerson = (item: Line): Line => {
  const { name, distinct_ids: ids } = lineOf(item.person)
  const line: Line = { person: name ?? (Array.isArray(ids) ? ids[0] : undefined) }
  for (const [at, times] of (item.appearances as unknown[]).entries()) line[`Period ${at}`] = times
  return line
}

function retention(items: Line[]): Line[] {
  return items.map((item) => {
    const counts = (item.values as unknown[]).map((one) => (isObject(one) ? one.count : one))
    const line: Line = { cohort: item.label ?? item.date, date: item.date }
    if (item.breakdown_value !== undefined) line.breakdown = item.breakdown_value
    line['cohort size'] = counts[0]
    for (const [at, count] of counts.entries()) line[`Period ${at}`] = count
    return line
  })
}

/** How long conversion took: people for each length of time. */
function histogram(found: Line): AnswerTable {
  if (!Array.isArray(found.bins)) return { lines: [] }
  return { columns: ['bin', 'value'], lines: found.bins.map(([bin, value]) => ({ bin, value })) }
}

const deepest = 5

/** A line whose cells are plain: what is nested has its path as the name (`properties.plan`), a list is JSON. */
export function flat(line: Line): Record<string, string | number> {
  // Names come from whoever sends events: one may be `__proto__`.
  const cells: Record<string, string | number> = Object.create(null)
  const put = (name: string, value: unknown, depth: number) => {
    if (isObject(value) && depth < deepest) {
      for (const [key, inner] of Object.entries(value)) put(name ? `${name}.${key}` : key, inner, depth + 1)
    } else cells[name] = plain(value)
  }
  put('', line, 0)
  return cells
}

function plain(value: unknown): string | number {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string' || typeof value === 'number') return value
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
