import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matcherOf, operators } from './matchers.ts'
import type { Clock } from './moments.ts'

const clock: Clock = { now: Date.parse('2024-03-31T12:00:00Z'), timezone: 'UTC' }
const matches = (operator: string, wanted: unknown, value: unknown, at = clock): boolean => {
  const matcher = matcherOf(operator, wanted)
  if (typeof matcher !== 'function') throw new Error(matcher.problem)
  return matcher(value, at)
}
const missing = undefined

/** Operator, what the filter wants, then values that match and values that don't. */
const cases: [operator: string, wanted: unknown, yes: unknown[], no: unknown[]][] = [
  ['exact', 'Value', ['value', 'VALUE'], ['value2', '', null, missing, 0]],
  ['exact', 'ÄRGER', ['ärger'], ['arger']],
  ['exact', 307, [307, '307'], ['308', 307.5, true]],
  ['exact', ['a', 2, null], ['A', 2, '2', null, 'null'], ['b', missing]],
  ['exact', 'true', [true, 'true', 'TRUE', ['true', true], []], [false, 'yes', 1, null, missing]],
  ['exact', false, [false, 'false', 'no', 0, 1, null, [false]], [true, 'True', missing]],
  ['exact', [true, 'false'], [0, 'x', false], [true]],
  ['exact', [], [true, 'true', []], ['us', false, missing]],
  [
    'exact',
    { b: 2, a: [{ d: 1, c: 2 }] },
    [{ a: [{ c: 2, d: 1 }], b: 2 }, '{"a":[{"c":2,"d":1}],"b":2}'],
    [{ a: 1 }],
  ],
  ['exact', '', [''], [' ', null]],
  ['is_not', 'value', ['value2', '', null, missing], ['value', 'VALUE']],
  ['is_not', 'true', [false, 'x', missing], [true]],
  ['is_not', ['a', 'b'], ['c', missing], ['A', 'b']],
  ['is_set', 'is_set', ['x', '', null, false, 0], [missing]],
  ['is_not_set', 'is_not_set', [missing], ['', null, 0]],
  ['icontains', 'valUe', ['value', '343tfvaLue5', ['value']], ['Alakazam', 123, null, missing]],
  ['icontains', '3', [323, 'val3'], ['three']],
  ['icontains', 'ärger', ['xärgerx'], ['ÄRGER']],
  ['icontains', ['a'], ['x["a"]'], ['a']],
  ['not_icontains', 'value', ['Alakazam', missing, null], ['VALUE']],
  ['icontains_multi', ['foo', 'BAR'], ['xfoo', 'bar'], ['baz', missing]],
  ['icontains_multi', 'foo', ['FOOL'], ['bar']],
  ['not_icontains_multi', ['foo', 'bar'], ['baz', missing], ['xFOO']],
  ['starts_with', 'Ab', ['abc', 'ABC'], ['cab', missing]],
  ['not_starts_with', 'ab', ['cab', missing], ['ABC']],
  ['ends_with', 'Bc', ['abc'], ['bca', missing]],
  ['not_ends_with', 'bc', ['bca', missing], ['aBC']],
  ['regex', '\\.com$', ['value.com'], ['value.com343', 'VALUE.COM', missing, null]],
  ['regex', '3', [323, [3], 'x3'], ['four']],
  ['regex', '^null$', [null], ['x', missing]],
  ['not_regex', '\\.com$', ['value.org', missing], ['value.com']],
  ['gt', 1, [2, '1.5', '1e3', 'inf'], [1, 0, -1, 'x', '', ' 2', null, true, [2], missing]],
  ['gt', '1', [2], [1]],
  ['gte', 1, [1, '1'], [0.99, missing]],
  ['lt', 1, [0, '-3', '.5'], [1, '0x0', null, missing]],
  ['lte', 43, [43, '43.0'], [43.1]],
  ['between', [1, 5], [1, '3', 5], [0, 6, 'x', null, missing]],
  ['not_between', [1, 5], [0, 6, '9', missing], [1, 3, 'x', 'nan', null]],
  [
    'is_date_exact',
    '2022-05-01',
    ['2022-05-01', '2022-05-01T00:00:00Z', 1651363200, '1651363200'],
    ['2022-05-02', 'soon', null, missing, true],
  ],
  [
    'is_date_before',
    '2022-05-01',
    ['2022-03-01', '2022-04-30 23:59:59', 0],
    ['2022-05-01', '2022-05-30', missing],
  ],
  [
    'is_date_after',
    '2022-05-01T12:00:00+02:00',
    ['2022-05-01T10:00:01Z', '2022-05-01 10:01'],
    ['2022-05-01T10:00:00Z', '2022-05-01'],
  ],
  ['is_date_before', '-6h', ['2024-03-31T05:59:59Z', 1711800000], ['2024-03-31T06:00:01Z']],
  ['is_date_after', '6h', ['2024-03-31T06:00:01Z'], ['2024-03-31T05:59:59Z']],
  ['is_date_before', '-1m', ['2024-02-29T11:59:59Z'], ['2024-02-29T12:00:01Z']],
  ['is_date_before', '-2m', ['2024-01-29T11:59:59Z'], ['2024-01-29T12:00:01Z']],
  ['is_date_before', '-13m', ['2023-02-28T11:59:59Z'], ['2023-02-28T12:00:01Z']],
  ['is_date_before', '1y', ['2023-03-31T11:59:59Z'], ['2023-03-31T12:00:01Z']],
  ['is_date_after', '-2w', ['2024-03-17T12:00:01Z'], ['2024-03-17T11:59:59Z']],
  ['semver_eq', '1.2.3', ['1.2.3', 'v1.2.3', '1.02.3'], ['1.2.4', '1.2.3-rc.1', 'new', missing]],
  ['semver_eq', '3.10', ['3.10.0', '3.10'], ['3.1.0', 3.1]],
  ['semver_neq', '1.2.3', ['1.2.4', '1.2.3-rc.1'], ['1.2.3', 'new', missing]],
  ['semver_gt', '1.2.3', ['1.2.4', '1.10.0', '2'], ['1.2.3', '1.2.3-rc.1', '1.1.9']],
  ['semver_gte', '1.2.3-alpha.1', ['1.2.3-alpha.2', '1.2.3-beta', '1.2.3'], ['1.2.3-alpha', '1.2.2']],
  ['semver_lt', '1.2.3', ['1.2.2', '1.2.3-rc.1'], ['1.2.3', missing]],
  ['semver_lte', '1.2.3', ['1.2.3', '0.9'], ['1.2.4']],
  ['semver_tilde', '1.2.3', ['1.2.3', '1.2.9'], ['1.3.0', '1.2.2', '1.2.4-rc.1', missing]],
  ['semver_caret', '1.2.3', ['1.2.3', '1.9.0'], ['2.0.0', '1.2.2']],
  ['semver_caret', '0.2.3', ['0.2.9'], ['0.3.0']],
  ['semver_caret', '0.0.3', ['0.0.3'], ['0.0.4']],
  ['semver_wildcard', '1.2.*', ['1.2.0', '1.2.9'], ['1.3.0', '1.1.9']],
  ['semver_wildcard', '1.*', ['1.0.0', '1.9.9'], ['2.0.0', '0.9.9']],
  ['semver_wildcard', '3.08.*', ['3.8.1', '3.08.2'], ['3.9.0']],
]

describe.each(cases)('%s %j', (operator, wanted, yes, no) => {
  test.each(yes.map((value) => [value]))('matches %j', (value) =>
    expect(matches(operator, wanted, value)).toBe(true),
  )
  test.each(no.map((value) => [value]))('not %j', (value) =>
    expect(matches(operator, wanted, value)).toBe(false),
  )
})

test('every operator has its cases', () => {
  const tried = new Set(cases.map(([operator]) => operator))
  expect(operators.filter((operator) => !tried.has(operator))).toEqual([])
})

test('without an operator, exactly', () => {
  expect((matcherOf(null, 'a') as (value: unknown, at: Clock) => boolean)('A', clock)).toBe(true)
})

test('a filter that is not filled in matches nobody', () => {
  for (const operator of operators.filter((one) => !/set$/.test(one))) {
    for (const value of [missing, null, 'x', 1]) expect(matches(operator, null, value)).toBe(false)
  }
})

test.each([
  ['sounds_like', 'x', 'invalid_operator'],
  ['regex', '(', 'invalid_regex'],
  ['not_regex', '(?=x)', 'invalid_regex'],
  ['regex', '(a)\\1', 'invalid_regex'],
  ['gt', 'x', 'invalid_value'],
  ['between', [5, 1], 'invalid_value'],
  ['between', [1], 'invalid_value'],
  ['between', ['nan', 1], 'invalid_value'],
  ['is_date_before', 'soon', 'invalid_date'],
  ['is_date_before', '-10000d', 'invalid_date'],
  ['is_date_exact', 3, 'invalid_date'],
  ['semver_gt', 'x', 'invalid_value'],
  ['semver_wildcard', '1.*.3', 'invalid_value'],
  ['semver_wildcard', '1.2.3', 'invalid_value'],
])('%s %j is refused', (operator, wanted, code) => {
  expect(matcherOf(operator, wanted)).toMatchObject({ problem: expect.any(String), code })
})

test('dates without offset are meant in the time zone', () => {
  const newYork = { ...clock, timezone: 'America/New_York' }
  expect(matches('is_date_before', '2024-06-01', '2024-06-01T03:59:59Z', newYork)).toBe(true)
  expect(matches('is_date_before', '2024-06-01', '2024-06-01T04:00:00Z', newYork)).toBe(false)
  expect(matches('is_date_exact', '2024-06-01', '2024-06-01T04:00:00Z', newYork)).toBe(true)
  expect(matches('is_date_exact', '2024-06-01 10:30', '2024-06-01T10:30:00-04:00', newYork)).toBe(true)
  // what the change of the clocks skips is no time, and what it shows twice is the first
  expect(matches('is_date_exact', '2024-03-10T07:30:00Z', '2024-03-10 02:30:00', newYork)).toBe(false)
  expect(matches('is_date_exact', '2024-11-03T05:30:00Z', '2024-11-03 01:30:00', newYork)).toBe(true)
})

test('patterns take time in proportion to the text', () => {
  const start = performance.now()
  expect(matches('regex', '^(a+)+$', `${'a'.repeat(20_000)}!`)).toBe(false)
  expect(performance.now() - start).toBeLessThan(3_000)
})

test('no value whatsoever makes an operator fail', () => {
  const wanted = fc.oneof(fc.jsonValue(), fc.constantFrom('1.2.3', '2020-01-01', '-3d', '[a', 'true', '1'))
  fc.assert(
    fc.property(fc.constantFrom(...operators), wanted, fc.option(fc.jsonValue()), (operator, one, value) => {
      const matcher = matcherOf(operator, one)
      if (typeof matcher === 'function') expect(typeof matcher(value ?? undefined, clock)).toBe('boolean')
      else expect(matcher.problem).toBeTruthy()
    }),
    { numRuns: 2000 },
  )
})

test('each negative operator is the opposite of its positive one, but for what can not be compared', () => {
  const pairs = ['icontains', 'icontains_multi', 'starts_with', 'ends_with', 'regex'] as const
  fc.assert(
    fc.property(
      fc.constantFrom(...pairs),
      fc.stringMatching(/^[a-zA-Z0-9 ]{0,6}$/),
      fc.jsonValue(),
      (operator, wanted, value) => {
        expect(matches(`not_${operator}`, wanted, value)).toBe(!matches(operator, wanted, value))
      },
    ),
  )
})
