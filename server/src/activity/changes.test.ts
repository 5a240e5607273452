import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Change, changesBetween, kept } from './changes.ts'

test('a field that differs is a change, by what was there before and after', () => {
  const before = { id: 3, name: 'a', filters: { groups: [1] }, description: null, active: true, key: 'k' }
  const after = { id: 4, name: 'b', filters: { groups: [1] }, description: '', active: false, key: null }
  expect(changesBetween('FeatureFlag', before, after)).toEqual([
    { type: 'FeatureFlag', action: 'changed', field: 'name', before: 'a', after: 'b' },
    { type: 'FeatureFlag', action: 'created', field: 'description', before: null, after: '' },
    { type: 'FeatureFlag', action: 'changed', field: 'active', before: true, after: false },
    { type: 'FeatureFlag', action: 'deleted', field: 'key', before: 'k', after: null },
  ])
})

test('bookkeeping and what is left out make no change, and secrets only tell that they changed', () => {
  const before = { updated_at: '1', created_by: { id: 1 }, last_refresh: null, derived: 1, hook: 'https://a' }
  const after = { updated_at: '2', created_by: { id: 2 }, last_refresh: '3', derived: 2, hook: 'https://b' }
  expect(changesBetween('Team', before, after, { omit: ['derived'], mask: ['hook'] })).toEqual([
    { type: 'Team', action: 'changed', field: 'hook', before: 'masked', after: 'masked' },
  ])
  expect(changesBetween('Team', { hook: null }, { hook: 'https://b' }, { mask: ['hook'] })).toEqual([
    { type: 'Team', action: 'created', field: 'hook', before: null, after: 'masked' },
  ])
})

test('nothing differs exactly when the states are alike, and the changes lead from one to the other', () => {
  const state = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.jsonValue({ maxDepth: 3 }))
  const withoutNull = (one: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(one).filter(([, value]) => value !== null))
  fc.assert(
    fc.property(state, state, (before, after) => {
      const changes = changesBetween('X', before, after)
      expect(changes.length === 0).toBe(isDeepStrictEqual(withoutNull(before), withoutNull(after)))
      const led: Record<string, unknown> = { ...before }
      for (const { field, after: to } of changes) led[field!] = to
      expect(withoutNull(led)).toEqual(withoutNull(after))
      for (const { action, before: from, after: to } of changes) {
        expect(action).toBe(from === null ? 'created' : to === null ? 'deleted' : 'changed')
      }
    }),
  )
})

describe('what is kept', () => {
  const change = (field: string, after: unknown): Change => ({
    type: 'X',
    action: 'changed',
    field,
    before: null,
    after,
  })
  const key = `phx_${'0aZ'.repeat(14)}`

  test.each([
    ['password', 'hunter2'],
    ['api_token', 'phc_abc'],
    ['slackSecret', 'x'],
    ['config', { host: 'h', apiKey: 'x', nested: [{ password: { a: 'x' } }] }],
    ['text', `my key is ${key}, keep it`],
    ['filters', [{ value: key }]],
  ])('of %s holds no secret', (field, value) => {
    const stored = JSON.stringify(kept(change(field, value)))
    expect(stored).toContain('masked')
    expect(stored).not.toMatch(/hunter2|phc_abc|"x"|phx_/)
  })

  test('is everything else, as it was', () => {
    const value = {
      key: 'plan',
      secret: true,
      tokenized: 1,
      value: ['phx_short'],
      passwordless: null,
      text: 'passwords',
    }
    expect(kept(change('filters', value)).after).toEqual(value)
    expect(kept(change('n', 0))).toMatchObject({ before: null, after: 0 })
  })

  test('is bounded', () => {
    expect(kept(change('query', 'x'.repeat(200_000))).after).toBe(
      '(200002 characters, too long to be kept here)',
    )
  })
})
