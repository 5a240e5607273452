import { csvLines } from '../../kit/csv.ts'
import type { StoredPerson } from '../../persons/read-persons.ts'

const named = ['email', 'name']
const mostDistinctIds = 10

const text = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)

/** A table of people: id, email, name, created_at, a column for every other property, and up to ten distinct ids. */
export function peopleCsv(people: StoredPerson[]): string {
  const names = new Set(people.flatMap(({ properties }) => Object.keys(properties)))
  const others = [...names].filter((name) => !named.includes(name)).sort()
  const most = Math.min(mostDistinctIds, Math.max(0, ...people.map(({ distinctIds }) => distinctIds.length)))
  const header = [
    'id',
    ...named,
    'created_at',
    ...others.map((name) => `properties.${name}`),
    ...Array.from({ length: most }, (_, i) => `distinct_ids.${i}`),
  ]
  const lines = people.map(({ uuid, properties, createdAt, distinctIds }) => [
    uuid,
    ...named.map((name) => text(properties[name])),
    createdAt,
    ...others.map((name) => text(properties[name])),
    ...Array.from({ length: most }, (_, i) => distinctIds[i] ?? ''),
  ])
  return csvLines([header, ...lines])
}
