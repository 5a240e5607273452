import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import lzString from 'lz-string'
import { describe, expect, it } from 'vitest'
import { decode, type Encoded } from './decode.ts'

const nothing: Encoded = {
  body: null,
  data: null,
  compression: null,
  isForm: false,
  contentEncoding: null,
  legacy: false,
}
const limit = 1_000_000
const read = async (sent: Partial<Encoded>, most = limit) =>
  (await decode({ ...nothing, ...sent }, most)).json.toString()

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64')
const lz64 = (text: string) => lzString.compressToBase64(text)
const form = (data: string, more = '') => Buffer.from(`data=${encodeURIComponent(data)}${more}`)

/** Every way that a client of any year wraps its JSON. */
const encodings: Record<string, (json: string) => Partial<Encoded>> = {
  'plain JSON': (json) => ({ body: Buffer.from(json) }),
  'JSON after a byte order mark': (json) => ({ body: Buffer.from(`\ufeff${json}`) }),
  'gzip without a word (posthog-js)': (json) => ({ body: gzipSync(json) }),
  'gzip by header (posthog-node)': (json) => ({ body: gzipSync(json), contentEncoding: 'gzip' }),
  'gzip by query': (json) => ({ body: gzipSync(json), compression: 'gzip-js' }),
  'gzip by query in capitals': (json) => ({ body: gzipSync(json), compression: 'GZIP' }),
  'gzip that calls itself a form': (json) => ({ body: gzipSync(json), isForm: true }),
  'gzip with a hint that nobody knows': (json) => ({ body: gzipSync(json), compression: 'zstd' }),
  'JSON that calls itself a form (curl)': (json) => ({ body: Buffer.from(json), isForm: true }),
  'JSON with a hint that nobody knows': (json) => ({ body: Buffer.from(json), contentEncoding: 'identity' }),
  'JSON that is said to be base64': (json) => ({ body: Buffer.from(json), compression: 'base64' }),
  'base64 as a whole': (json) => ({ body: Buffer.from(base64(json)) }),
  'base64 of gzip': (json) => ({ body: Buffer.from(base64(gzipSync(json))) }),
  'gzip of base64, on a legacy path': (json) => ({ body: gzipSync(base64(json)), legacy: true }),
  'a form': (json) => ({ body: form(json), isForm: true }),
  'a form of base64, by query (posthog-js on unload)': (json) => ({
    body: form(base64(json)),
    isForm: true,
    compression: 'base64',
  }),
  'a form of base64, by field': (json) => ({ body: form(base64(json), '&compression=base64'), isForm: true }),
  'a form of base64 without a hint, on a legacy path': (json) => ({
    body: form(base64(json)),
    isForm: true,
    legacy: true,
  }),
  'a form of base64 with bare pluses': (json) => ({
    body: Buffer.from(`ip=1&data=${base64(json)}&compression=b64`),
    isForm: true,
  }),
  'a form of base64 of gzip': (json) => ({
    body: form(base64(gzipSync(json)), '&compression=gzip'),
    isForm: true,
  }),
  'a form of lz64': (json) => ({ body: form(lz64(json), '&compression=lz64&ver=1.0'), isForm: true }),
  'lz64 as a whole': (json) => ({ body: Buffer.from(lz64(json)), compression: 'lz-string' }),
  'the parameter data': (json) => ({ data: json }),
  'the parameter data, before the body': (json) => ({ data: json, body: Buffer.from('{"not":"this"}') }),
  'the parameter data in base64': (json) => ({ data: base64(json) }),
  'the parameter data in base64 whose pluses became spaces': (json) => ({
    data: base64(json).replaceAll('+', ' '),
  }),
  'the parameter data in lz64': (json) => ({ data: lz64(json), compression: 'lz64' }),
}

describe.each(Object.entries(encodings))('%s', (_name, encode) => {
  it('is read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ event: fc.string({ unit: 'binary' }), more: fc.json() }),
        async (event) => {
          const json = JSON.stringify(event)
          expect(await read(encode(json))).toBe(json)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('is refused when more than the limit comes out', async () => {
    const json = JSON.stringify({ event: 'a'.repeat(5000) })
    // What is already too large on the wire never comes this far.
    const sent = encode(json)
    if ((sent.body ?? Buffer.from(sent.data ?? '')).length > 3000) return
    await expect(read(sent, 3000)).rejects.toMatchObject({ kind: 'too_large' })
  })
})

it('never unpacks a bomb, whatever it is made of', async () => {
  const zeros = Buffer.alloc(40 * 1024 ** 2)
  await expect(read({ body: gzipSync(zeros) }, 2 * 1024 ** 2)).rejects.toMatchObject({ kind: 'too_large' })
  const lz = lz64('a'.repeat(2_000_000))
  expect(lz.length).toBeLessThan(10_000)
  await expect(read({ data: lz, compression: 'lz64' }, 1024 ** 2)).rejects.toMatchObject({
    kind: 'too_large',
  })
})

it.each<[string, Partial<Encoded>, string]>([
  ['nothing', {}, 'request missing data payload'],
  ['an empty body', { body: Buffer.alloc(0) }, 'request missing data payload'],
  ['a form without data', { body: Buffer.from('ip=1&_=2'), isForm: true }, 'request missing data payload'],
  ['a form that is none', { body: Buffer.from('hello'), isForm: true }, 'expected form data'],
  [
    'bytes that are no gzip',
    { body: Buffer.from('\x1f not gzip'), compression: 'gzip' },
    'invalid GZIP data',
  ],
  ['JSON that is said to be gzip', { body: Buffer.from('{}'), contentEncoding: 'gzip' }, 'invalid GZIP data'],
  ['half a gzip', { body: gzipSync('{"a":1}').subarray(0, 20) }, 'invalid GZIP data'],
  ['letters that are no lz64', { body: Buffer.from('{"a":1}!'), compression: 'lz64' }, 'invalid LZ64 data'],
  ['broken UTF-8', { body: Buffer.from([0x7b, 0xff, 0x7d]) }, 'invalid UTF-8'],
  ['broken UTF-8 in gzip', { body: gzipSync(Buffer.from([0x7b, 0xff, 0x7d])) }, 'invalid UTF-8'],
])('refuses %s', async (_name, sent, sentence) => {
  const failure = read(sent)
  await expect(failure).rejects.toThrow(sentence)
  await expect(failure).rejects.toMatchObject({ kind: 'invalid', code: 'invalid_payload' })
})

it('answers any bytes with JSON text or a refusal', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom(null, 'gzip', 'lz64', 'base64'),
      fc.boolean(),
      fc.boolean(),
      async (bytes, compression, isForm, legacy) => {
        const outcome = await read({ body: Buffer.from(bytes), compression, isForm, legacy }).catch((e) => e)
        expect(typeof outcome === 'string' || outcome.name === 'HedgerowError').toBe(true)
      },
    ),
    { numRuns: 500 },
  )
})
