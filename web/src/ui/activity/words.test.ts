import { expect, test } from 'vitest'
import { changeWords, type Entry, kindOf, whoOf } from './words.ts'

const told = (scope: string, changes: { field: string; before?: unknown; after?: unknown }[]) =>
  changeWords({ scope, activity: 'updated', detail: { changes } } as unknown as Entry, 'Europe/Berlin')

test('changes are told in words, and what is too much is only named', () => {
  expect(told('Survey', [{ field: 'start_date', before: null, after: '2026-11-17T12:00:00Z' }])).toEqual([
    'Launched',
  ])
  expect(told('Survey', [{ field: 'end_date', before: '2026-11-17T12:00:00Z', after: null }])).toEqual([
    'Resumed',
  ])
  expect(told('Annotation', [{ field: 'deleted', before: false, after: true }])).toEqual(['Deleted'])
  expect(told('Annotation', [{ field: 'date_marker', before: null, after: '2026-11-17T12:00:00Z' }])).toEqual(
    ['Date marker: Tue, 17 Nov 2026, 13:00:00'],
  )
  expect(told('Insight', [{ field: 'name', before: 'A', after: 'B' }])).toEqual(['Name: “A” → “B”'])
  expect(told('Insight', [{ field: 'favorited', before: false, after: true }])).toEqual([
    'Favorited: no → yes',
  ])
  expect(told('Insight', [{ field: 'query', before: { kind: 'x' }, after: { kind: 'y' } }])).toEqual([
    'Query changed',
  ])
  expect(told('Dashboard', [{ field: 'tags', before: ['a'], after: [] }])).toEqual(['Tags: a → nothing'])
  expect(told('Cohort', [{ field: 'count', before: null, after: 2 }])).toEqual(['People: 0 → 2'])
  expect(told('FeatureFlag', [{ field: 'active', before: true, after: false }])).toEqual(['Turned off'])
})

test('kinds and people have names', () => {
  expect(kindOf('FeatureFlag')).toBe('feature flag')
  expect(kindOf('Team')).toBe('project')
  expect(whoOf({ user: null })).toBe('Somebody who is gone')
  expect(whoOf({ user: { first_name: 'System', email: null } })).toBe('System')
})
