import { expect, test } from 'vitest'
import { notesAt } from './notes.ts'

const days = ['2026-11-16', '2026-11-17', '2026-11-18']
const remark = { content: 'Release', scope: 'project' as const, dashboard_item: null }
const at = (date_marker: string | null) =>
  notesAt([{ ...remark, date_marker }], days, 'day', 'Europe/Berlin').map((note) => note.at)

test('a remark stands at the bucket of its moment, in the zone of the project', () => {
  expect(at('2026-11-17T12:00:00Z')).toEqual([1])
  expect(at('2026-11-16T23:30:00Z')).toEqual([1])
  expect(at('2026-11-18T22:59:59Z')).toEqual([2])
  expect(at('2026-11-18T23:00:00Z')).toEqual([])
  expect(at('2026-11-15T22:00:00Z')).toEqual([])
  expect(at(null)).toEqual([])
  expect(notesAt([{ ...remark, date_marker: '2026-11-17T12:00:00Z' }], [], 'day', 'UTC')).toEqual([])
})

test('a remark on one insight stands on that one only', () => {
  const onOne = { ...remark, scope: 'dashboard_item' as const, date_marker: '2026-11-17T12:00:00Z' }
  const shown = (dashboard_item: number | null, insightId?: number) =>
    notesAt([{ ...onOne, dashboard_item }], days, 'day', 'UTC', insightId).length
  expect(shown(7, 7)).toBe(1)
  expect(shown(7, 8)).toBe(0)
  expect(shown(7)).toBe(0)
  expect(shown(null)).toBe(0)
})
