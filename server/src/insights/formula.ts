import { invalid } from '../model/errors.ts'

/** A formula over series, ready to be computed: letters are series in their order (A is the first). */
export type Formula = {
  text: string
  /** Series that it names, by index, ascending. */
  uses: number[]
  /** Its value where series `i` is `values[i]`; what has no value (a division by nought) is 0. */
  evaluate(values: readonly number[]): number
}

type Compute = (values: readonly number[]) => number

const precedence: Record<string, number> = { '+': 1, '-': 1, '*': 2, '/': 2, '%': 2, '^': 4 }
const compute: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': (a, b) => a ** b,
}
const unaryPrecedence = 3
const maxLength = 1000

/**
 * Reads `+ - * / % ^ ( )`, numbers and letters; `**` is `^`. Other characters are dropped, as upstream drops them.
 * @throws HedgerowError `invalid` (attr `formula`) for what is no expression or names a series that is not there.
 */
export function parseFormula(text: string, seriesCount: number): Formula {
  const fail = (reason: string) =>
    invalid(`The formula "${text}" can't be read: ${reason}.`, { attr: 'formula' })
  if (text.length > maxLength) throw fail(`it is longer than ${maxLength} characters`)
  const tokens = text.replaceAll('**', '^').match(/\d+(?:\.\d*)?|\.\d+|[A-Za-z]+|[-+*/%^()]/g) ?? []
  const uses = new Set<number>()
  let at = 0

  const primary = (): Compute => {
    const token = tokens[at++]
    if (token === undefined) throw fail('it ends too early')
    if (token === '(') {
      const inner = expression(0)
      if (tokens[at++] !== ')') throw fail('a parenthesis is not closed')
      return inner
    }
    if (token === '-' || token === '+') {
      const operand = expression(unaryPrecedence)
      return token === '-' ? (values) => -operand(values) : operand
    }
    if (/^[\d.]/.test(token)) {
      const number = Number(token)
      return () => number
    }
    if (!/^[A-Za-z]$/.test(token)) throw fail(`"${token}" is not expected there`)
    const index = token.toUpperCase().charCodeAt(0) - 65
    if (index >= seriesCount) throw fail(`there is no series ${token.toUpperCase()}`)
    uses.add(index)
    return (values) => values[index] ?? 0
  }
  const expression = (least: number): Compute => {
    let left = primary()
    for (;;) {
      const operator = tokens[at]
      const strength = operator === undefined ? undefined : precedence[operator]
      if (strength === undefined || strength < least) return left
      at++
      // `^` groups to the right, the others to the left
      const right = expression(operator === '^' ? strength : strength + 1)
      const apply = compute[operator!]!
      const before = left
      left = (values) => apply(before(values), right(values))
    }
  }

  const root = expression(0)
  if (at < tokens.length) throw fail(`"${tokens[at]}" is not expected there`)
  return {
    text,
    uses: [...uses].sort((a, b) => a - b),
    evaluate(values) {
      const value = root(values)
      return Number.isFinite(value) ? value : 0
    },
  }
}
