import { expect, test } from 'vitest'
import { notesAt } from './notes.ts'

const days = ['2026-11-16', '2026-11-17', '2026-11-18']
const at = (date_marker: string | null, scope: 'project' | 'dashboard_item' = 'project') =>
  notesAt([{ content: 'Release', date_marker, scope }], days, 'day', 'Europe/Berlin').map((note) => note.at)

test('a remark stands at the bucket of its moment, in the zone of the project', () => {
  expect(at('2026-11-17T12:00:00Z')).toEqual([1])
  expect(at('2026-11-16T23:30:00Z')).toEqual([1])
  expect(at('2026-11-18T22:59:59Z')).toEqual([2])
  expect(at('2026-11-18T23:00:00Z')).toEqual([])
  expect(at('2026-11-15T22:00:00Z')).toEqual([])
  expect(at(null)).toEqual([])
  expect(at('2026-11-17T12:00:00Z', 'dashboard_item')).toEqual([])
  expect(
    notesAt([{ content: 'x', date_marker: '2026-11-17T12:00:00Z', scope: 'project' }], [], 'day', 'UTC'),
  ).toEqual([])
})
