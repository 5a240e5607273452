import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Ingested } from '../../test/ingested.ts'
import { wholeApi } from '../../test/whole-api.ts'

/** What the page of a tag tells readers to send is sent here, as it stands there. */
const folder = new URL('../../../docs/api/tags/', import.meta.url)

/** `rest` is what stands behind the address, `body` the JSON in it. */
type Example = { name: string; method: string; address: string; rest: string; body: string | undefined }

const pages = readdirSync(folder).map((page) => {
  const text = readFileSync(new URL(page, folder), 'utf8').replace(/\\\n\s*/g, '')
  return { page, text }
})
const examples = pages.flatMap(({ page, text }): Example[] => {
  return [...text.matchAll(/^curl(?: -X (\w+))? "?\$HEDGEROW([^"\n]+?)"? (-.*)$/gm)].map(
    ([, method = 'GET', address = '', rest = '']) => ({
      name: `${page}: ${method} ${address}`,
      method,
      address: address.replaceAll('\\$', '$'),
      rest,
      body: / -d '(.*)'$/.exec(rest)?.[1],
    }),
  )
})
/** The public API, files in forms, and bodies with an id of the reader's, are proven by tests of their own. */
const privately = examples.filter(({ rest }) => !/phc_| -F |<id>/.test(rest))

const unknownId = '00000000-0000-4000-8000-000000000000'

let on: Ingested
const closing: (() => Promise<void>)[] = []
beforeAll(async () => {
  on = await wholeApi((close) => closing.push(close))
  await on.send({ event: 'signed up', distinct_id: 'ana', properties: { $groups: { company: 'acme' } } })
}, 120_000)
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

it('finds every example', () => {
  const written = pages.reduce((sum, { text }) => sum + text.split('$HEDGEROW').length - 1, 0)
  expect(written).toBeGreaterThan(30)
  // the names that all pages use
  for (const { page, text } of pages)
    expect([page, /\$(?:HOST|PERSONAL_KEY)\b/.exec(text)?.[0]]).toEqual([page, undefined])
  expect(examples).toHaveLength(written)
})

it.each(privately)('$name', async ({ method, address, body }) => {
  const url = address.replace('/api/projects/@current/', on.base).replace(/<[^>]*>/, unknownId)
  // Nobody outside is asked who that is.
  const sent = body?.replaceAll('https://example.com/', 'http://127.0.0.1/')
  const { status, body: answer } = await on.api.ask(method, url, sent)
  // Where the reader is to put an id of theirs, it is enough that there is such an address.
  const isOfReader = /<|\/\d+\//.test(address)
  if (isOfReader && status === 404) expect(answer.detail).not.toBe('Endpoint not found.')
  else expect([status, answer]).toEqual([expect.toSatisfy((code: number) => code < 300), answer])
})
