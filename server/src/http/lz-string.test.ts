import fc from 'fast-check'
import lzString from 'lz-string'
import { expect, it } from 'vitest'
import { decompressLzString } from './lz-string.ts'

it('reads what lz-string writes', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.string({ unit: fc.constantFrom('a', 'b', '"', 'é', '💻'), maxLength: 3000 }),
      ),
      (text) => {
        expect(decompressLzString(lzString.compressToBase64(text), 100_000)).toBe(text)
      },
    ),
    { numRuns: 500 },
  )
})

it('ends on anything else too', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 500 }), (text) => {
      expect([null, 'string']).toContain(
        decompressLzString(text, 100_000) === null ? null : typeof decompressLzString(text, 100_000),
      )
    }),
    { numRuns: 500 },
  )
})

it('stops where its bound is', () => {
  const packed = lzString.compressToBase64('a'.repeat(1000))
  expect(decompressLzString(packed, 1000)).toHaveLength(1000)
  expect(() => decompressLzString(packed, 999)).toThrow(RangeError)
})
