import { expect, test } from 'vitest'
import { inferPropertyType } from './property-type.ts'

const now = Date.parse('2026-03-01T12:00:00Z')

test.each([
  ['utm_source', 5, 'String'],
  ['UTM_Source', true, 'String'],
  ['$initial_utm_medium', '1', 'String'],
  ['$feature/beta', true, 'String'],
  ['$feature_flag_response', true, 'String'],
  ['$survey_response_1', 7, 'String'],
  ['utm_source', null, null],
  ['created_at', 1_772_000_000, 'DateTime'],
  ['createdAt', '2026-01-01', 'DateTime'],
  ['updated_at', 1_500_000_000, 'Numeric'],
  ['$time', 1_795_379_079.354, 'Numeric'],
  ['timeout', '5 s', 'String'],
  ['x', 'true', 'Boolean'],
  ['x', ' FALSE ', 'Boolean'],
  ['x', 'True', 'String'],
  ['x', '2026-01-01T00:00:00Z', 'DateTime'],
  ['x', '2026-01-01T00:00:00.123456+00:00', 'DateTime'],
  ['x', '2026-01-01 10:20', 'DateTime'],
  ['x', '2026/01/01', 'DateTime'],
  ['x', '31-12-2025', 'DateTime'],
  ['x', 'Fri, 29 Oct 2021 01:02:03 +0000', 'DateTime'],
  ['x', '2026-01', 'String'],
  ['x', '42', 'String'],
  ['x', '', 'String'],
  ['x', 42, 'Numeric'],
  ['x', 0.5, 'Numeric'],
  ['x', false, 'Boolean'],
  ['x', null, null],
  ['x', [1], null],
  ['x', { a: 1 }, null],
] as const)('%s = %j is %s', (name, value, type) => {
  expect(inferPropertyType(name, value, now)).toBe(type)
})
