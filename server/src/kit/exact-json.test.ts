import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quoteBigIntegers } from './exact-json.ts'

test.each([
  ['{"id":12345678901234567890}', { id: '12345678901234567890' }],
  ['[-9007199254740993,9007199254740991]', ['-9007199254740993', 9007199254740991]],
  [
    '{"a":"says 12345678901234567890 \\" 12345678901234567890"}',
    { a: 'says 12345678901234567890 " 12345678901234567890' },
  ],
  ['[1234567890123456.25,12345678901234567890e2]', [1234567890123456.2, 1.2345678901234568e21]],
  ['0.12345678901234567', 0.12345678901234566],
])('%s', (text, expected) => {
  expect(JSON.parse(quoteBigIntegers(text))).toEqual(expected)
})

test('what JavaScript can write it reads back', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      const text = JSON.stringify(value)
      const parsed = JSON.parse(quoteBigIntegers(text))
      expect(JSON.stringify(parsed).replaceAll('"', '')).toBe(
        JSON.stringify(JSON.parse(text)).replaceAll('"', ''),
      )
    }),
  )
})
