import { expect, test } from 'vitest'
import type { FeatureFlag } from '../../api/types.ts'
import { readFilters, variantsOf } from '../../ui/flag/filters.ts'
import {
  changesOf,
  copyOf,
  type Draft,
  draftOf,
  newDraft,
  problemsOf,
  rebased,
  withVariants,
} from './draft.ts'

const stored = {
  groups: [
    {
      properties: [{ key: 'plan', type: 'person', value: 'pro', operator: 'exact' }],
      rollout_percentage: 10,
    },
  ],
  multivariate: {
    variants: [
      { key: 'a', name: 'A', rollout_percentage: 50 },
      { key: 'b', rollout_percentage: 50 },
    ],
  },
  payloads: { a: '{"x":1}', b: '2' },
  super_groups: [{ properties: [] }],
  early_exit: true,
}

test('what the pages do not know of filters is kept', () => {
  expect(JSON.parse(JSON.stringify(readFilters(stored)))).toEqual(stored)
})

test('the payload and the sets of a variant go with it to its new key, and go when it goes', () => {
  const filters = readFilters({ ...stored, groups: [{ properties: [], variant: 'b' }] })
  const [a, b] = variantsOf(filters)
  const renamed = withVariants(filters, [a!, { ...b!, key: 'c' }])
  expect(renamed.payloads).toEqual({ a: '{"x":1}', c: '2' })
  expect(renamed.groups[0]!.variant).toBe('c')
  const fewer = withVariants(renamed, [a!])
  expect(fewer.payloads).toEqual({ a: '{"x":1}' })
  expect(fewer.groups[0]!.variant).toBe(null)
  expect(withVariants(fewer, [])).toMatchObject({ multivariate: null, payloads: {} })
})

test('a copy is another flag, and nobody has answered to its early access', () => {
  const { key, filters } = copyOf({
    ...newDraft,
    key: 'nav',
    filters: { ...stored, holdout: { id: 3, exclusion_percentage: 5 } },
  } as unknown as FeatureFlag)
  expect(key).toBe('nav-copy')
  const { super_groups: _, ...rest } = stored
  expect(JSON.parse(JSON.stringify(filters))).toEqual(rest)
})

test('only what was changed is sent, and is laid over what somebody else changed', () => {
  const flag = { ...newDraft, key: 'nav', filters: stored } as unknown as FeatureFlag
  const before = draftOf(flag)
  expect(changesOf(draftOf(flag), before)).toEqual({})
  const mine: Draft = { ...before, name: 'Mine' }
  expect(changesOf(mine, before)).toEqual({ name: 'Mine' })
  const theirs: Draft = { ...before, active: false, name: 'Theirs' }
  expect(rebased(mine, before, theirs)).toEqual({ ...before, active: false, name: 'Mine' })
})

test.each<[string, Partial<Draft>, string[]]>([
  ['nothing is wrong', { key: 'new-nav_2' }, []],
  ['no key', {}, ['key']],
  ['a key with a blank', { key: 'new nav' }, ['key']],
  [
    'a filter without a value',
    { key: 'a', filters: readFilters({ groups: [{ properties: [{ key: 'plan', type: 'person' }] }] }) },
    ['filters'],
  ],
  ['a payload that is no JSON', { key: 'a', filters: { groups: [], payloads: { true: '{' } } }, ['payloads']],
  [
    'variants that do not sum',
    { key: 'a', filters: { groups: [], multivariate: { variants: [{ key: 'a', rollout_percentage: 9 }] } } },
    ['variants'],
  ],
])('before it is saved: %s', (_, changes, places) => {
  expect(Object.keys(problemsOf({ ...newDraft, ...changes }))).toEqual(places)
})
