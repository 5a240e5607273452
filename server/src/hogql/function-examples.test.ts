import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testWarehouse } from '../../test/warehouse.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import { compile } from './compile.ts'
import type { HogQLError } from './errors.ts'
import { findFunction, functionNames } from './functions.ts'
import { parseSelect } from './parse.ts'
import type { TypeName } from './types.ts'

// docs/hogql-functions.md: every function has an example there, which answers what the page says.
const page = readFileSync(new URL('../../../docs/hogql-functions.md', import.meta.url), 'utf8')
const row = /^\| (?<name>\w+)(?<takes>\([^ ]*\)) \| `(?<example>.*)` \| `(?<answer>.*)` \|$/
const unescaped = (cell: string) => cell.replaceAll('\\|', '|')
const sections = page
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [title, ...lines] = section.split('\n')
    const rows = lines.flatMap((line) => {
      const { name, takes, example, answer } = row.exec(line)?.groups ?? {}
      return name ? [{ name, takes, example: unescaped(example!), answer: unescaped(answer!) }] : []
    })
    return { title: title!, lines: lines.filter((line) => line.startsWith('| ')), rows }
  })
const rows = sections.flatMap((section) => section.rows)

let warehouse: Warehouse
let cleanup: () => Promise<void>
beforeAll(async () => {
  ;({ warehouse, cleanup } = await testWarehouse())
})
afterAll(() => cleanup())

const compiled = (text: string) => compile(parseSelect(text), { projectId: 1 })

test('each function has one row, and each row can be read', () => {
  expect(rows.map(({ name }) => name).sort()).toEqual(functionNames().sort())
  for (const { title, lines, rows: read } of sections) expect(lines.length, title).toBe(read.length + 1)
})

test('each row calls its function, and says what it takes', () => {
  const count = (min: number, max: number) =>
    max === min ? `${min}` : max === Number.POSITIVE_INFINITY ? `${min}+` : `${min}–${max}`
  for (const { name, takes, example } of rows) {
    const { minArgs, maxArgs, params } = findFunction(name!)!
    expect(example, name).toMatch(new RegExp(`\\b${name}\\(`))
    const inFront = params ? `(${count(params.min, params.max)})` : ''
    expect(takes, name).toBe(`${inFront}(${count(minArgs, maxArgs)})`)
  }
})

/** What the engine calls the types that the compiler knows; what is unknown may be anything. */
const engineTypes: Record<TypeName, RegExp> = {
  String: /^(String|FixedString.*|Enum.*)$/,
  Integer: /^U?Int\d+$/,
  Float: /^(Float\d+|Decimal.*)$/,
  Boolean: /^(UInt8|Bool)$/,
  DateTime: /^DateTime/,
  Date: /^Date(32)?$/,
  Interval: /^Interval/,
  UUID: /^UUID$/,
  Array: /^Array/,
  Tuple: /^Tuple/,
  Unknown: /./,
}
const bare = (type: string) => type.replace(/^(?:(?:Nullable|LowCardinality)\()+([^)]*(?:\(.*\))?)\)+$/, '$1')

describe('answers', () => {
  test.each(sections)('$title', async ({ rows: examples }) => {
    const wrong: string[] = []
    for (const { example, answer } of examples) {
      const { sql, params, columns } = compiled(`select ${example}`)
      const { rows: found, columns: engine } = await warehouse.query({ sql, params, question: true })
      for (const [i, { type }] of columns.entries()) {
        if (engineTypes[type.name].test(bare(engine[i]!.type))) continue
        wrong.push(`${example} is of type ${engine[i]!.type}, not ${type.name}`)
      }
      const shown = JSON.stringify(found.length === 1 && found[0]!.length === 1 ? found[0]![0] : found)
      if (shown !== answer) wrong.push(`${example} is ${shown}, not ${answer}`)
    }
    expect(wrong).toEqual([])
  })
})

test('a wrong number of arguments is refused with a sentence and the place of the call', () => {
  // `cast(x as type)` has a syntax of its own
  for (const { name, example } of rows.filter((one) => one.name !== 'cast')) {
    const { minArgs, maxArgs, params } = findFunction(name!)!
    const counts = [minArgs - 1, ...(maxArgs === Number.POSITIVE_INFINITY ? [] : [maxArgs + 1])]
    for (const count of counts.filter((one) => one >= 0)) {
      const inFront = params?.min ? `(${Array(params.min).fill('1').join(', ')})` : ''
      const call = `${name}${inFront}(${Array(count).fill('1').join(', ')})`
      const over = example.includes(' over (') ? ' over ()' : ''
      const text = `select 1, ${call}${over} from events`
      try {
        compiled(text)
      } catch (error) {
        const { message, span } = error as HogQLError
        expect(message, text).toMatch(
          new RegExp(`^Function '${name}' expects .+ arguments?, found ${count}\\.$`),
        )
        expect(text.slice(span!.start, span!.end), text).toBe(call + over)
        continue
      }
      expect.unreachable(`${text} was taken`)
    }
  }
})
