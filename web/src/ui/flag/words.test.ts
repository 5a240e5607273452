import { expect, test } from 'vitest'
import { filterWords } from '../../ui/filter-words.ts'
import { type FlagFilters, readFilters } from './filters.ts'
import { changeWords, type Names, staleReason, summaryOf } from './words.ts'

const names: Names = { cohort: () => 'Beta', flag: () => 'new-nav', groups: () => 'organizations' }
const acme = { type: 'person', key: 'email', operator: 'icontains', value: '@acme.dev' }

test.each<[Record<string, unknown>, string]>([
  [acme, 'email contains “@acme.dev”'],
  [{ type: 'person', key: 'plan', value: ['pro', 'team'] }, 'plan equals “pro” or “team”'],
  [{ type: 'person', key: 'plan', operator: 'is_set', value: 'is_set' }, 'plan is set'],
  [{ type: 'person', key: 'seats', operator: 'between', value: [3, 9] }, 'seats is between 3 and 9'],
  [{ type: 'cohort', key: 'id', operator: 'in', value: 7 }, 'in the cohort “Beta”'],
  [{ type: 'cohort', key: 'id', value: 7, negation: true }, 'not in the cohort “Beta”'],
  [{ type: 'flag', key: '3', operator: 'flag_evaluates_to', value: true }, 'the flag “new-nav” is on'],
  [{ type: 'flag', key: '3', operator: 'flag_evaluates_to', value: 'b' }, 'the flag “new-nav” is “b”'],
])('a filter in words: %j', (filter, words) => {
  const [set] = readFilters({ groups: [{ properties: [filter] }] }).groups
  expect(filterWords(set!.properties[0]!, names)).toBe(words)
})

test.each<[Record<string, unknown>, string]>([
  [{ groups: [{ properties: [], rollout_percentage: 100 }] }, 'Everybody'],
  [{ groups: [{ properties: [], rollout_percentage: null }] }, 'Everybody'],
  [{ groups: [{ properties: [], rollout_percentage: 0 }] }, 'Nobody'],
  [{ groups: [] }, 'Nobody'],
  [
    { groups: [{ rollout_percentage: 0 }], super_groups: [{ properties: [] }] },
    'People who joined its early access',
  ],
  [{ groups: [], feature_enrollment: true }, 'People who joined its early access'],
  [
    { groups: [{ rollout_percentage: 10 }], super_groups: [{ properties: [] }] },
    'People who joined its early access; or 10 % of people',
  ],
  [{ groups: [{ rollout_percentage: 0 }], super_groups: null, feature_enrollment: false }, 'Nobody'],
  [{ groups: [{ rollout_percentage: 10 }] }, '10 % of people'],
  [
    { groups: [{ properties: [acme], rollout_percentage: 30 }] },
    '30 % of people where email contains “@acme.dev”',
  ],
  [
    { groups: [{ properties: [acme], variant: 'b' }, { rollout_percentage: 5 }] },
    'People where email contains “@acme.dev”, always “b”; or 5 % of people',
  ],
  [{ groups: [{ rollout_percentage: 1 }, {}, {}, {}] }, '1 % of people; or everybody; or 2 more'],
  [{ groups: [{}], aggregation_group_type_index: 0 }, 'All organizations'],
  [{ groups: [{ rollout_percentage: 5 }], aggregation_group_type_index: 0 }, '5 % of organizations'],
])('who gets it: %j', (filters, words) => {
  expect(summaryOf(readFilters(filters), names)).toBe(words)
})

const now = Date.parse('2026-11-30T00:00:00Z')
const old = '2026-10-01T00:00:00Z'
const variants = { variants: [{ key: 'a', rollout_percentage: 100 }] }
test.each<[string, object, boolean]>([
  ['for everybody and old', {}, true],
  ['new', { created_at: '2026-11-20T00:00:00Z' }, false],
  ['off', { active: false }, false],
  ['for a part', { filters: { groups: [{ rollout_percentage: 50 }] } }, false],
  ['for some', { filters: { groups: [{ properties: [acme], rollout_percentage: 100 }] } }, false],
  ['drawn', { filters: { groups: [{ rollout_percentage: 100 }], multivariate: variants } }, false],
  ['one variant for all', { filters: { groups: [{ variant: 'a' }], multivariate: variants } }, true],
])('stale: %s', (_, changes, isStale) => {
  const flag = {
    active: true,
    created_at: old,
    filters: { groups: [{ rollout_percentage: 100 }] },
    ...changes,
  }
  expect(staleReason(flag, now) !== null).toBe(isStale)
})

test('changes are told one by one', () => {
  const before: FlagFilters = readFilters({
    groups: [{ properties: [acme], rollout_percentage: 10 }],
    payloads: { true: '1' },
  })
  const after = readFilters({
    groups: [{ properties: [acme], rollout_percentage: 20 }, { rollout_percentage: 5 }],
    multivariate: { variants: [{ key: 'a', rollout_percentage: 100 }] },
  })
  expect(
    changeWords(
      [
        { field: 'active', before: true, after: false },
        { field: 'tags', before: [], after: ['nav'] },
        { field: 'filters', before, after },
        { field: 'role_access', before: ['Design'], after: [] },
        { field: 'deleted', before: false, after: true },
      ],
      names,
    ),
  ).toEqual([
    'Turned off',
    'Tags none → nav',
    'Set 1: 10 % → 20 %',
    'Set 2 added: 5 % of people',
    'Variants: none → a 100 %',
    'Payload of “true”: 1 → none',
    'Roles that may edit it Design → none',
    'deleted changed',
  ])
})
