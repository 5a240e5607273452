import { expect, test } from 'vitest'
import { wrongInFormula } from './formula.ts'

test.each([
  ['', 1, null],
  ['A / (b + 2.5) * 100', 2, null],
  ['A / D', 3, "There's no series D. You have A to C."],
  ['B', 1, "There's no series B. You have A."],
  ['pageview / A', 2, "‘pageview’ isn't a series. Use their letters."],
  ['A ÷ B', 2, '‘÷’ means nothing here. Use letters, numbers and + - * / ( ).'],
])('%s over %i series: %s', (text, series, wrong) => expect(wrongInFormula(text, series)).toBe(wrong))
