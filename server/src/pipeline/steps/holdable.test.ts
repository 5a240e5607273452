import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testWarehouse } from '../../../test/warehouse.ts'
import { printPropertyRead, propertyMap } from '../../hogql/property-column.ts'
import { deepest, holdable } from './holdable.ts'

let t: Awaited<ReturnType<typeof testWarehouse>>
beforeAll(async () => {
  t = await testWarehouse()
})
afterAll(() => t.cleanup())

let batches = 0

/** Inserts the objects as the pipeline does and reads both columns back, in order. */
async function roundTrip(list: Record<string, unknown>[]) {
  const batch = batches++
  const rows = list.map((properties, index) =>
    JSON.stringify({
      team_id: batch,
      group_type_index: 0,
      group_key: String(index).padStart(6, '0'),
      created_at: '2026-01-01 00:00:00',
      group_properties: JSON.stringify(properties),
      group_properties_map: propertyMap(properties),
      version: 1,
    }),
  )
  await t.warehouse.insert({ table: 'groups', rows, token: String(batch) })
  const keys = [...new Set(list.flatMap(Object.keys))]
  const reads = keys.map((key) => printPropertyRead('groups.group_properties_map', key))
  const { rows: answers } = await t.warehouse.query({
    sql: `SELECT group_properties, [${reads.join(', ')}]::Array(Nullable(String)) FROM groups
      WHERE team_id = {batch:UInt32} ORDER BY group_key`,
    params: { batch },
  })
  return answers.map(([exact, values]) => ({
    exact: JSON.parse(exact as string) as unknown,
    read: Object.fromEntries((values as (string | null)[]).map((value, index) => [keys[index], value])),
  }))
}

const asText = (value: unknown) =>
  value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value)

async function expectHeld(list: Record<string, unknown>[]) {
  const held = list.map(holdable)
  const back = await roundTrip(held)
  for (const [index, properties] of held.entries()) {
    expect(JSON.stringify(back[index]!.exact)).toBe(JSON.stringify(properties))
    for (const key of Object.keys(properties)) {
      expect(back[index]!.read[key]).toBe(asText(properties[key]))
    }
  }
}

// halves of surrogate pairs, NUL and the characters that SQL, JSON and paths give a meaning to, far too often
const wildText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\ud800',
        '\udfff',
        '\0',
        '\x1b',
        "'",
        '"',
        '\\',
        '`',
        '.',
        '%',
        '{x:String}',
        '\n',
        '^',
        '[]',
        ':',
        '$',
        '😀',
        '',
        '--',
        '/*',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join(''))

const wildValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    wildText,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(2 ** 64, -(2 ** 63), 1e300, 18446744073709552000, null, true, false, '2026-01-01', '12'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(wildText, tie('value'), { maxKeys: 3 }),
  ),
})).value

test('whatever was captured is held and read back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.dictionary(wildText, wildValue, { maxKeys: 8 }), { minLength: 1, maxLength: 20 }),
      expectHeld,
    ),
    { numRuns: 60 },
  )
})

test('names that mean something elsewhere are just names', async () => {
  const names = [
    '',
    'a.b',
    'a',
    '__proto__',
    'constructor',
    '%2E',
    '^a',
    'a[]',
    ':String',
    '0',
    'null',
    "it's",
    '`',
    '\\',
    '$browser',
    '値',
    'a b',
  ]
  await expectHeld([
    JSON.parse(
      `{${names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(`value of ${name}`)}`).join(',')}}`,
    ),
  ])
})

test('an empty text is not an absent one', async () => {
  const [first, second] = await roundTrip([{ a: '', b: 'x' }, { b: '' }])
  expect(first!.read).toEqual({ a: '', b: 'x' })
  expect(second!.read).toEqual({ a: null, b: '' })
})

test('what can be held as it is is the same object', () => {
  const properties = { a: 'x', b: [1, { c: null }] }
  expect(holdable(properties)).toBe(properties)
})

test('halves of pairs and NUL become U+FFFD, in names too', () => {
  expect(holdable({ 'a\0': ['\ud800x', '😀'] })).toEqual({ 'a\ufffd': ['\ufffdx', '😀'] })
})

test('what nests too deep becomes null', () => {
  const nested = (levels: number) => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`)
  expect(holdable(nested(deepest))).toEqual(nested(deepest))
  expect(JSON.stringify(holdable(nested(50_000)))).toBe(
    `${'{"a":'.repeat(deepest)}null${'}'.repeat(deepest)}`,
  )
})
