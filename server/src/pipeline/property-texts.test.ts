import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertyMap } from '../hogql/property-column.ts'
import { propertyTexts } from './property-texts.ts'

test('any properties give the text and the map that they stand for', () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(
      '',
      '\x01',
      null,
      0,
      -0,
      1e21,
      Number.POSITIVE_INFINITY,
      'null',
      'a"b\\c\n',
      '\x7f',
      'ä',
      '\u2028',
    ),
  )
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value), (properties) => {
      const { exact, map } = propertyTexts(properties)
      expect(JSON.parse(exact)).toBe(JSON.stringify(properties))
      expect(JSON.parse(map)).toEqual({ ...propertyMap(properties) })
    }),
  )
})
