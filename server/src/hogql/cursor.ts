import type { Span } from './ast.ts'
import { HogQLError } from './errors.ts'
import type { Token } from './lex.ts'

const deepest = 250

/** The place in the tokens where the parser is, shared by its parts. */
export type Cursor = ReturnType<typeof createCursor>

export function createCursor(tokens: Token[], depthBefore = 0) {
  let index = 0
  let depth = depthBefore

  const peek = (ahead = 0): Token => tokens[Math.min(index + ahead, tokens.length - 1)]!
  const next = (): Token => {
    const token = peek()
    if (index < tokens.length - 1) index++
    return token
  }
  const isSign = (sign: string, ahead = 0) => {
    const token = peek(ahead)
    return token.kind === 'sign' && token.lower === sign
  }
  const isWord = (word: string, ahead = 0) => {
    const token = peek(ahead)
    return token.kind === 'word' && token.lower === word
  }
  const unexpected = (expected: string): HogQLError => {
    const token = peek()
    const found = token.kind === 'end' ? 'the query ends' : `found ${written(token)}`
    return new HogQLError(`Expected ${expected}, but ${found}.`, { start: token.start, end: token.end })
  }
  return {
    peek,
    next,
    isSign,
    /** Whether the words that come are these. */
    isWord,
    isWords: (...words: string[]) => words.every((word, ahead) => isWord(word, ahead)),
    unexpected,
    takeSign(sign: string): boolean {
      if (!isSign(sign)) return false
      next()
      return true
    },
    takeWord(word: string): boolean {
      if (!isWord(word)) return false
      next()
      return true
    },
    takeWords(...words: string[]): boolean {
      if (!words.every((word, ahead) => isWord(word, ahead))) return false
      for (const _ of words) next()
      return true
    },
    expectSign(sign: string): Token {
      if (!isSign(sign)) throw unexpected(`"${sign}"`)
      return next()
    },
    expectWord(word: string): Token {
      if (!isWord(word)) throw unexpected(word.toUpperCase())
      return next()
    },
    /** From where a node began to the token before the one that comes. */
    spanFrom(start: number): Span {
      return { start, end: index > 0 ? tokens[index - 1]!.end : start }
    },
    depth: () => depth,
    /** Runs one step deeper; refuses a query that goes too deep before the stack does. */
    deeper<T>(run: () => T): T {
      if (depth >= deepest) {
        const { start, end } = peek()
        throw new HogQLError(`The query is nested too deeply: at most ${deepest} levels.`, { start, end })
      }
      depth++
      const result = run()
      depth--
      return result
    },
  }
}

function written(token: Token): string {
  switch (token.kind) {
    case 'string':
      return `the string '${token.text.slice(0, 40)}'`
    case 'quoted':
      return `the name "${token.text.slice(0, 40)}"`
    case 'template':
      return 'a template string'
    default:
      return `"${token.text.slice(0, 40)}"`
  }
}
