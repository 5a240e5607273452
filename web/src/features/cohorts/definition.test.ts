import { describe, expect, test } from 'vitest'
import {
  behaviourOf,
  behaviours,
  type Condition,
  filtersOf,
  newPerson,
  problemOf,
  readDefinition,
} from './definition.ts'
import { treeWords } from './words.ts'

const names = { cohort: (id: number) => `cohort ${id}`, action: (id: number) => `action ${id}` }
const said = (properties: unknown) => treeWords(readDefinition({ properties }), names)

describe('a definition is read as the API keeps it, and written so that it means the same', () => {
  const event = {
    type: 'behavioral',
    key: 'paid',
    event_type: 'events',
    time_value: 30,
    time_interval: 'day',
  }
  test.each<[string, object, string]>([
    ['a property', { type: 'person', key: 'plan', operator: 'exact', value: ['pro'] }, 'plan equals “pro”'],
    ['without a type', { key: 'plan', value: 'pro' }, 'plan equals “pro”'],
    ['the opposite', { key: 'plan', value: 'pro', negation: true }, 'not: plan equals “pro”'],
    ['a cohort', { type: 'cohort', key: 'id', value: 7 }, 'in the cohort “cohort 7”'],
    [
      'not a cohort',
      { type: 'cohort', key: 'id', value: '7', negation: true },
      'not in the cohort “cohort 7”',
    ],
    [
      'twice not',
      { type: 'cohort', key: 'id', value: 7, negation: true, operator: 'not_in' },
      'in the cohort “cohort 7”',
    ],
    ['an event', { ...event, value: 'performed_event' }, 'did “paid” in the last 30 days'],
    [
      'not',
      { ...event, value: 'performed_event', negation: true },
      'did not: did “paid” in the last 30 days',
    ],
    [
      'counted, as text',
      { ...event, value: 'performed_event_multiple', operator: 'gte', operator_value: '3', time_value: '1' },
      'did “paid” at least 3 times in the last day',
    ],
    [
      'exactly',
      { ...event, value: 'performed_event_multiple', operator_value: 1 },
      'did “paid” exactly once in the last 30 days',
    ],
    [
      'dates',
      {
        ...event,
        value: 'performed_event',
        explicit_datetime: '2026-01-01',
        explicit_datetime_to: '2026-02-01',
      },
      'did “paid” from 2026-01-01 to 2026-02-01',
    ],
    ['since', { ...event, value: 'performed_event', explicit_datetime: '-30d' }, 'did “paid” since -30d'],
    [
      'an action, for the first time',
      { ...event, value: 'performed_event_first_time', key: 12, event_type: 'actions' },
      'did the action “action 12” for the first time in the last 30 days',
    ],
    [
      'regularly',
      {
        ...event,
        value: 'performed_event_regularly',
        operator: 'gte',
        operator_value: 2,
        time_value: 1,
        time_interval: 'week',
        min_periods: 3,
        total_periods: 4,
      },
      'did “paid” at least 2 times in at least 3 of the last 4 weeks',
    ],
    [
      'one, then another',
      {
        ...event,
        value: 'performed_event_sequence',
        seq_event: 'left',
        seq_event_type: 'events',
        seq_time_value: 2,
        seq_time_interval: 'hour',
      },
      'did “paid” and then, within 2 hours, “left”, in the last 30 days',
    ],
    [
      'stopped',
      { ...event, value: 'stopped_performing_event', seq_time_value: 7, seq_time_interval: 'day' },
      'did “paid” in the last 30 days, but not in the last 7 days',
    ],
    [
      'with filters',
      {
        ...event,
        value: 'performed_event',
        event_filters: [{ key: 'sum', type: 'event', operator: 'gt', value: 9 }],
      },
      'did “paid” where sum is above 9 in the last 30 days',
    ],
    [
      'what these pages do not know',
      { ...event, value: 'levitated' },
      'a condition that only the API can change',
    ],
  ])('%s', (_what, given, words) => {
    expect(said({ type: 'AND', values: [given] })).toBe(words)
    const again = filtersOf(readDefinition({ properties: given })).properties
    expect(said(again)).toBe(words)
  })

  test('groups, in groups, and nothing', () => {
    const plan = (value: string) => ({ type: 'person', key: 'plan', operator: 'exact', value })
    const tree = { type: 'OR', values: [{ type: 'AND', values: [plan('a'), plan('b')] }, plan('c')] }
    expect(said(tree)).toBe('(plan equals “a” and plan equals “b”) or plan equals “c”')
    expect(filtersOf(readDefinition({ properties: tree }))).toEqual({ properties: tree })
    expect(said({})).toBe('nobody')
    expect(said([plan('a')])).toBe('plan equals “a”')
  })

  test('what is not known is kept as it is', () => {
    const given = { type: 'AND', values: [{ type: 'behavioral', value: 'levitated', key: 'x', extra: [1] }] }
    expect(filtersOf(readDefinition({ properties: given }))).toEqual({ properties: given })
  })
})

test('a new condition lacks only what nobody can guess', () => {
  expect(problemOf(newPerson)).toBe('Choose a property or a cohort.')
  for (const kind of behaviours) {
    const begun = behaviourOf(kind)
    expect(problemOf(begun)).toBe('Choose an event.')
    const chosen: Condition = {
      ...begun,
      key: 'paid',
      ...(kind === 'performed_event_sequence' && { seq_event: 'left' }),
    }
    expect(problemOf(chosen)).toBeUndefined()
    expect(readDefinition(filtersOf({ type: 'AND', values: [chosen] }))).toEqual({
      type: 'AND',
      values: [chosen],
    })
  }
})

test.each<[Partial<Condition>, string]>([
  [{ time_value: undefined }, 'Numbers are whole, and 1 or more.'],
  [{ explicit_datetime: '' }, 'Choose a date.'],
  [{ explicit_datetime: '2026-02-01', explicit_datetime_to: '2026-01-01' }, 'It ends before it begins.'],
  [{ event_filters: [{ key: 'sum', type: 'event', operator: 'gt' }] }, 'A filter of the event has no value.'],
  [
    { value: 'stopped_performing_event', seq_time_value: 5, seq_time_interval: 'week' },
    'The second stretch must be the shorter one.',
  ],
])('%o can not be asked: %s', (changes, problem) => {
  const begun = { ...behaviourOf('performed_event'), key: 'paid', ...changes } as Condition
  expect(problemOf(begun)).toBe(problem)
})
