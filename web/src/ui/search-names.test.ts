import { expect, test } from 'vitest'
import { searchNames } from './search-names.ts'

test('the best match comes first, and equals keep their order', () => {
  const names = ['user_signup_failed', 'resign', 'signed_up', 'sign', '$signup', 'signed_out']
  expect(searchNames(names, 'sign')).toEqual([
    'sign',
    'signed_up',
    '$signup',
    'signed_out',
    'user_signup_failed',
    'resign',
  ])
  expect(searchNames(names, 'SIGNED_UP')).toEqual(['signed_up'])
  expect(searchNames(names, '')).toEqual(names)
  expect(searchNames(names, 'nothing')).toEqual([])
})
