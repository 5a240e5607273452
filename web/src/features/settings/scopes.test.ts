import { scopes } from '@hedgerow/client'
import { expect, test } from 'vitest'
import { accessAreas, accessWords, readAll, scopesOf } from './scopes.ts'

test('what a key may do is said as scopes, and in words', () => {
  expect(scopesOf({ insight: 'write', query: 'read', cohort: 'none' })).toEqual([
    'query:read',
    'insight:write',
  ])
  expect(scopesOf(readAll).every((scope) => scope.endsWith(':read'))).toBe(true)
  expect(scopesOf(readAll).filter((scope) => !scopes.some((one) => one === scope))).toEqual([])
  expect(accessAreas.find(({ object }) => object === 'query')?.canWrite).toBe(false)
  expect(accessAreas.find(({ object }) => object === 'insight')?.canWrite).toBe(true)
  expect(accessWords(['*'])).toBe('Full')
  expect(accessWords(['query:read', 'insight:read'])).toBe('Read 2')
  expect(accessWords(['query:read', 'insight:write', 'insight:read'])).toBe('Read 1, write 1')
  expect(accessWords(['flag:write'])).toBe('Write 1')
  expect(accessWords([])).toBe('Nothing')
})
