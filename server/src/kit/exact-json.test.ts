import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quoteBigIntegers, readCapturedJson } from './exact-json.ts'

test.each([
  ['{"id":12345678901234567890}', { id: '12345678901234567890' }],
  ['[-9007199254740993,9007199254740991]', ['-9007199254740993', 9007199254740991]],
  [
    '{"a":"says 12345678901234567890 \\" 12345678901234567890"}',
    { a: 'says 12345678901234567890 " 12345678901234567890' },
  ],
  ['[1234567890123456.25,12345678901234567890e2]', [1234567890123456.2, 1.2345678901234568e21]],
  ['0.12345678901234567', 0.12345678901234566],
  // These digits are those that JavaScript writes, so that reading what was stored gives a number again.
  ['[100000000000000000000,9007199254740992]', [1e20, 9007199254740992]],
])('%s', (text, expected) => {
  expect(JSON.parse(quoteBigIntegers(text))).toEqual(expected)
})

test('what JavaScript can write it reads back', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.double({ min: -1e21, max: 1e21 })), (value) => {
      const text = JSON.stringify(value)
      expect(JSON.stringify(JSON.parse(quoteBigIntegers(text)))).toBe(text)
    }),
  )
})

test('a string of 20 MB overflows nothing', () => {
  for (const filling of ['x', '\\\\', '\\"']) {
    const text = `{"a":"${filling.repeat(20e6 / filling.length)}","b":12345678901234567890}`
    expect(readCapturedJson(text)).toHaveProperty('b', '12345678901234567890')
  }
})

test('what nests deeper than anything can walk is null', () => {
  const value = readCapturedJson(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)},"__proto__":1}`)
  expect(JSON.stringify(value)).toBe(`{"a":${'['.repeat(199)}null${']'.repeat(199)},"__proto__":1}`)
})
