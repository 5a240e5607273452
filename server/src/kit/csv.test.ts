import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvLines, firstColumn } from './csv.ts'

test.each([
  ['a\nb\n', ['a', 'b']],
  ['\uFEFFid,name\r\n1,x\r\n\r\n2', ['id', '1', '2']],
  ['"a,b",c\n"say ""hi""",d', ['a,b', 'say "hi"']],
  ['"two\nlines",x\nnext', ['two\nlines', 'next']],
  ['', []],
  [',no first cell\nb', ['b']],
  ['"never closed\nb', ['"never closed', 'b']],
])('the first column of %j', (text, cells) => {
  expect(firstColumn(text)).toEqual(cells)
})

test('what was written as CSV is read back', () => {
  const cell = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((text) => text === text.trim() && !/^[=+\-@]/.test(text) && !text.startsWith('\uFEFF'))
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, fc.string())), (lines) => {
      expect(firstColumn(csvLines(lines))).toEqual(lines.map(([first]) => first))
    }),
  )
})
