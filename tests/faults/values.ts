import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { api, eventually, hogql, v1Headers } from '../support/api.ts'
import { init, startServer } from '../support/server.ts'
import { newFolder, nothingYet, type Outcome, type Run, removeFolder } from './outcome.ts'

/** A JSON text that is sent, and the value that must come back by docs/adr/0003. */
type Wild = { text: string; expected: unknown }

const batchSize = 100
/** Of an event's properties; what stands deeper is null. The value itself stands one below. */
const deepest = 100

/** UTF-16 units of all kinds: most texts are not well-formed. */
const units = fc.oneof(
  fc.integer({ min: 0, max: 0xffff }),
  fc.integer({ min: 0xd800, max: 0xdfff }),
  fc.integer({ min: 32, max: 126 }),
  fc.constantFrom(0, 1, 9, 10, 13, 34, 92, 0x2028, 0xfeff, 0xfffe, 0xffff),
)
const texts = fc.oneof(
  fc.array(units, { maxLength: 20 }).map((codes) => String.fromCharCode(...codes)),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom(
    '',
    '\u0001',
    'NaN',
    'Infinity',
    '12345678901234567890',
    '2026-01-01T00:00:00Z',
    'null',
    '💻',
  ),
)
const names = fc.oneof(
  texts,
  fc.constantFrom('__proto__', 'constructor', 'toString', 'a.b', 'a', '$set', '$ip', 'length', '0', '-1'),
)

const clean = (text: string) => text.replace(/[\0\p{Surrogate}]/gu, '\ufffd')

/** Some writers escape everything, others nothing that need not be. */
const textOf = (text: string, escaped: boolean) =>
  escaped
    ? `"${[...Array(text.length).keys()].map((at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`
    : JSON.stringify(text)

const plain: fc.Arbitrary<Wild> = fc.oneof(
  fc.tuple(texts, fc.boolean()).map(([text, escaped]) => ({
    text: textOf(text, escaped),
    expected: clean(text),
  })),
  fc.constantFrom(null, true, false).map((value) => ({ text: String(value), expected: value })),
  fc.maxSafeInteger().map((value) => ({ text: String(value), expected: value })),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => ({
    text: Object.is(value, -0) ? '-0.0' : String(value),
    expected: value + 0,
  })),
  // Digits that JavaScript would lose come back as text.
  fc
    .bigInt({ min: 10n ** 16n, max: 10n ** 40n })
    .filter((value) => value % 10n !== 0n && !Number.isSafeInteger(Number(value)))
    .filter((value) => String(Number(value)) !== String(value))
    .map((value) => ({ text: String(value), expected: String(value) })),
  fc.constantFrom(
    { text: '1e400', expected: null },
    { text: '-1e400', expected: null },
    { text: '1E5', expected: 100000 },
    { text: '1e20', expected: 1e20 },
    { text: '5e-324', expected: 5e-324 },
    { text: '0.1e1', expected: 1 },
    { text: '9007199254740993', expected: '9007199254740993' },
    { text: '-18446744073709551616', expected: '-18446744073709551616' },
    { text: '12345678901234.125', expected: 12345678901234.125 },
  ),
)

/** With a name that comes twice the later value counts. Names that become one after cleaning: the same. */
const objectOf = (entries: [name: string, value: Wild][]): Wild => ({
  text: `{${entries.map(([name, { text }]) => `${JSON.stringify(name)}:${text}`).join(',')}}`,
  expected: Object.fromEntries(
    [...new Map(entries).entries()].map(([name, { expected }]) => [clean(name), expected]),
  ),
})
const listOf = (items: Wild[]): Wild => ({
  text: `[${items.map(({ text }) => text).join(', ')}]`,
  expected: items.map(({ expected }) => expected),
})

const wild: fc.Arbitrary<Wild> = fc.letrec<{ value: Wild }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, depthSize: 'small' },
    { arbitrary: plain, weight: 4 },
    { arbitrary: fc.array(tie('value'), { maxLength: 5 }).map(listOf), weight: 1 },
    { arbitrary: fc.array(fc.tuple(names, tie('value')), { maxLength: 5 }).map(objectOf), weight: 2 },
  ),
})).value

/** Nested to around where it becomes null. */
const deep: fc.Arbitrary<Wild> = fc
  .tuple(fc.integer({ min: 1, max: 130 }), plain, fc.boolean())
  .map(([levels, { text, expected }, isList]) => {
    const [open, close] = isList ? ['[', ']'] : ['{"a":', '}']
    let value: unknown = levels < deepest ? expected : null
    for (let level = Math.min(levels, deepest - 1); level > 0; level--)
      value = isList ? [value] : { a: value }
    return { text: open.repeat(levels) + text + close.repeat(levels), expected: value }
  })

/**
 * Random JSON values as properties, sent as text that SDKs could send, by `/batch/` and by Capture V1 in turns, must
 * come back equal over the private API, as documented in docs/adr/0003.
 */
export async function valuesReadBack({ rounds, say }: Run): Promise<Outcome> {
  const outcome = nothingYet('JSON values read back')
  const dataDir = newFolder()
  const seed = Math.floor(Math.random() * 2 ** 31)
  say(`seed ${seed}`)
  const values = fc.sample(fc.oneof({ arbitrary: wild, weight: 30 }, { arbitrary: deep, weight: 1 }), {
    seed,
    numRuns: rounds,
  })
  const server = await startServer({ dataDir })
  try {
    const sent = new Map<string, Wild>()
    for (let from = 0; from < values.length; from += batchSize) {
      const events = values.slice(from, from + batchSize).map((value) => {
        const uuid = randomUUID()
        sent.set(uuid, value)
        const facts = { event: 'value', uuid, distinct_id: `d${from}`, timestamp: new Date().toISOString() }
        return `${JSON.stringify(facts).slice(0, -1)},"properties":{"value":${value.text}}}`
      })
      const status = await (from % (2 * batchSize) ? sendV1 : sendBatch)(server.url, events.join())
      if (status !== 200) outcome.broken.push(`a batch was answered ${status}`)
    }
    await eventually(
      async () =>
        Number((await hogql(server.url, "select count() from events where event = 'value'"))[0]?.[0]) >=
        sent.size,
      'all values are stored',
      120_000,
    ).catch((cause: Error) => outcome.broken.push(cause.message))
    const wrong: string[] = []
    let found = 0
    for (let from = 0; from < values.length; from += batchSize) {
      const path = `/api/projects/1/events/?distinct_id=d${from}&limit=${2 * batchSize}`
      const { results } = await api(server.url, 'GET', path)
      for (const { id, properties } of results as { id: string; properties: Record<string, unknown> }[]) {
        const value = sent.get(id)
        sent.delete(id)
        if (value === undefined) outcome.doubled++
        else if (isDeepStrictEqual(properties.value, value.expected)) found++
        else wrong.push(`${value.text} came back as ${JSON.stringify(properties.value)}`)
      }
    }
    for (const line of wrong.slice(0, 5)) outcome.broken.push(line.slice(0, 500))
    outcome.notes.push(`seed ${seed}`)
    return { ...outcome, rounds: values.length, acknowledged: values.length, found }
  } finally {
    await server.kill()
    removeFolder(dataDir)
  }
}

async function sendBatch(url: string, events: string): Promise<number> {
  const response = await fetch(`${url}/batch/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"api_key":"${init.projectApiKey}","batch":[${events}]}`,
  })
  await response.text()
  return response.status
}

async function sendV1(url: string, events: string): Promise<number> {
  const response = await fetch(`${url}/i/v1/analytics/events`, {
    method: 'POST',
    headers: v1Headers(),
    body: `{"created_at":"${new Date().toISOString()}","batch":[${events}]}`,
  })
  await response.text()
  return response.status
}
