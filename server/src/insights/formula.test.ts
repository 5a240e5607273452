import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseFormula } from './formula.ts'

describe('formulas', () => {
  it.each([
    ['A', [7], 7],
    ['A + B', [1, 2], 3],
    ['A+2*B', [1, 2], 5],
    ['(A+2)*B', [1, 2], 6],
    ['A - B - 1', [10, 2], 7],
    ['A / B', [3, 4], 0.75],
    ['A / B', [3, 0], 0],
    ['A / 0', [0, 0], 0],
    ['(A/3600)/B', [7200, 2], 1],
    ['-A + +B', [1, 2], 1],
    ['2 * -A', [3, 0], -6],
    ['-A ^ 2', [3], -9],
    ['2 ^ 3 ^ 2', [0], 512],
    ['2 ** 3', [0], 8],
    ['a*b', [2, 3], 6],
    ['.5 * A', [4], 2],
    ['A % 4', [10], 2],
  ])('%s', (text, values, expected) => {
    expect(parseFormula(text, 2).evaluate(values)).toBe(expected)
  })
  it('knows which series it uses', () => {
    expect(parseFormula('C + A', 3).uses).toEqual([0, 2])
  })
  it.each([
    ['', 'it ends too early'],
    ['A +', 'it ends too early'],
    ['(A', 'a parenthesis is not closed'],
    ['A)', '")" is not expected there'],
    ['A B', '"B" is not expected there'],
    ['Z', 'there is no series Z'],
    ['AB', '"AB" is not expected there'],
    ['*', '"*" is not expected there'],
    ['1'.repeat(1001), 'longer than 1000 characters'],
  ])('refuses %j', (text, reason) => {
    expect(() => parseFormula(text, 2)).toThrow(reason)
  })
  it('agrees with JavaScript on any expression', () => {
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom('A', 'B', '2', '0.5'),
        fc
          .tuple(tie('expression'), fc.constantFrom('+', '-', '*', '/'), tie('expression'))
          .map(([left, op, right]) => `(${left} ${op} ${right})`),
        fc
          .tuple(tie('expression'), fc.constantFrom('+', '-', '*'), tie('expression'))
          .map(([left, op, right]) => `${left} ${op} ${right}`),
      ),
    }))
    fc.assert(
      fc.property(
        expression,
        fc.integer({ min: -50, max: 50 }),
        fc.integer({ min: -50, max: 50 }),
        (text, a, b) => {
          const plain = new Function('A', 'B', `return ${text}`)(a, b) as number
          expect(parseFormula(text, 2).evaluate([a, b])).toBe(Number.isFinite(plain) ? plain : 0)
        },
      ),
    )
  })
  it('any text is read or refused, quickly', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 1000 }), (text) => {
        try {
          expect(Number.isFinite(parseFormula(text, 26).evaluate([]))).toBe(true)
        } catch (error) {
          expect((error as Error).message).toContain("can't be read")
        }
      }),
    )
  })
})
