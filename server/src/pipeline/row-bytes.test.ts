import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRowBytes } from './row-bytes.ts'

const read = (pieces: Uint8Array[]) => Buffer.concat(pieces).toString('utf8')

test('any stretch of rows is given back as lines', () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 20 })
  fc.assert(
    fc.property(fc.array(line, { maxLength: 50 }), fc.nat(50), fc.nat(50), (lines, a, b) => {
      const rows = createRowBytes()
      for (const one of lines) rows.add(one)
      expect(rows.count()).toBe(lines.length)
      const [from, to] = [a, b].map((n) => Math.min(n, lines.length)).sort((x, y) => x - y) as [
        number,
        number,
      ]
      const wanted = lines.slice(from, to).map((one) => `${one}\n`)
      expect(read(rows.bytes(from, to))).toBe(wanted.join(''))
    }),
  )
})

test('rows of any size, over many chunks', () => {
  const lines = [1, 200_000, 3_000_000, 40, 900_000, 300_000, 5].map((size, n) => String(n).repeat(size))
  lines.push('ü'.repeat(400_000), '😀'.repeat(300_000), 'end')
  const rows = createRowBytes()
  for (const line of lines) rows.add(line)
  for (let from = 0; from < lines.length; from++) {
    for (let to = from; to <= lines.length; to++) {
      const size = lines.slice(from, to).reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0)
      expect(rows.bytes(from, to).reduce((sum, piece) => sum + piece.byteLength, 0)).toBe(size)
    }
  }
  expect(read(rows.bytes(0, lines.length)) === lines.map((line) => `${line}\n`).join('')).toBe(true)
})

test('a row that begins as another is both, over many chunks', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.nat(3).map((n) => String(n).repeat(n * 400_000)),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 8 }), (pairs) => {
      const heads = createRowBytes()
      const rows = createRowBytes()
      for (const [head] of pairs) heads.add(head)
      for (const [index, [, rest]] of pairs.entries()) rows.addJoined(heads, index, rest)
      expect(rows.count()).toBe(pairs.length)
      expect(read(rows.bytes(0, pairs.length))).toBe(pairs.map(([a, b]) => `${a}${b}\n`).join(''))
    }),
    { numRuns: 30 },
  )
})
