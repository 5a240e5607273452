import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseMultipart, UploadedFile } from './multipart.ts'

async function encoded(form: FormData) {
  const request = new Request('http://x.y', { method: 'POST', body: form })
  return {
    type: request.headers.get('content-type')!,
    body: Buffer.from(await request.arrayBuffer()),
  }
}

test('fields and files come back as the platform wrote them', async () => {
  const name = fc.stringMatching(/^[a-z_]{1,10}$/)
  const text = fc.string({ unit: 'grapheme' }).map((one) => one.replace(/\r\n|\r|\n/g, '\r\n'))
  const bytes = fc.uint8Array({ maxLength: 200 })
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(name, fc.oneof(text, bytes), { maxKeys: 6, minKeys: 1 }),
      async (fields) => {
        const form = new FormData()
        for (const [key, value] of Object.entries(fields)) {
          if (typeof value === 'string') form.append(key, value)
          else form.append(key, new Blob([Buffer.from(value)]), 'people.csv')
        }
        const { type, body } = await encoded(form)
        const expected = Object.entries(fields).map(([key, value]) => [
          key,
          typeof value === 'string' ? value : new UploadedFile('people.csv', Buffer.from(value)),
        ])
        expect(parseMultipart(body, type)).toEqual(Object.fromEntries(expected))
      },
    ),
  )
})

test('what is cut off, or no form, is refused with a sentence', async () => {
  const form = new FormData()
  form.append('csv', new Blob(['a\nb\n']), 'people.csv')
  form.append('name', 'x')
  const { type, body } = await encoded(form)
  for (let length = 0; length < body.length - 6; length++) {
    expect(() => parseMultipart(body.subarray(0, length), type)).toThrow(/^Multipart form parse error/)
  }
  expect(() => parseMultipart(body, 'multipart/form-data')).toThrow('Invalid boundary')
})
