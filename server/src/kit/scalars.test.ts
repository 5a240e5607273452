import { expect, it } from 'vitest'
import { asNumber, asText, shown } from './scalars.ts'

/** No text and no number can be made of it by `String()` and `Number()`. */
const stubborn = { toString: 1, valueOf: 1 }

it('text is made of any JSON', () => {
  expect(['a', 5, true, null, undefined, ['a', 1], stubborn].map(asText)).toEqual([
    'a',
    '5',
    'true',
    '',
    '',
    '["a",1]',
    '{"toString":1,"valueOf":1}',
  ])
})

it('a number is made of what is or spells one', () => {
  expect([5, '5', ' 1e3 ', true, null].map(asNumber)).toEqual([5, 5, 1000, 1, 0])
  for (const none of ['x', undefined, stubborn, [], [5], {}]) expect(asNumber(none)).toBeNaN()
})

it('what is shown is cut off', () => {
  expect([shown('x'.repeat(300)).length, shown(null), shown(stubborn, 5)]).toEqual([201, 'null', '{"toS…'])
})
