import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApp, testApp } from '../../../test/app.ts'
import { createFolderBlobs } from '../../blobs/folder.ts'
import { integrationRoutes } from '../integrations/routes.ts'
import { pictureOf } from './pictures.ts'
import { uploadedMediaRoutes } from './routes.ts'

let api: TestApp
let path: string
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hedgerow-media-'))
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const blobs = await createFolderBlobs({ folder })
  api = await testApp(
    afterAll,
    ({ database }) => [uploadedMediaRoutes({ database, blobs }), integrationRoutes],
    {
      maxBodyBytes: 20 * 1024 ** 2,
    },
  )
  path = `/api/projects/${api.project.id}/uploaded_media/`
})

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')
const webp = Buffer.from('UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==', 'base64')
const jpeg = Buffer.concat([
  Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
  Buffer.from('ffc0000b080005000701011100', 'hex'),
  Buffer.from('ffd9', 'hex'),
])

function upload(content: Buffer, filename = 'chart.png', name = 'image') {
  const boundary = 'XbX'
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: image/png\r\n\r\n`
  return api.app.inject({
    method: 'POST',
    url: path,
    headers: {
      authorization: `Bearer ${api.key}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
    },
    payload: Buffer.concat([Buffer.from(head), content, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  })
}

test.each([
  ['image/png', png],
  ['image/gif', gif],
  ['image/webp', webp],
  ['image/jpeg', jpeg],
])('an %s is kept, and is at its public address', async (type, bytes) => {
  const made = await upload(bytes, '../../My chart.png')
  expect([made.statusCode, made.json()]).toEqual([
    201,
    { id: expect.any(String), image_location: expect.any(String), name: 'My chart.png' },
  ])
  const { id, image_location } = made.json()
  expect(image_location).toMatch(new RegExp(`/uploaded_media/${id}$`))
  expect(made.headers.location).toBe(image_location)
  const shown = await api.app.inject({ method: 'GET', url: `/uploaded_media/${id}` })
  expect(shown.statusCode).toBe(200)
  expect(shown.rawPayload.equals(bytes)).toBe(true)
  expect(shown.headers).toMatchObject({
    'content-type': type,
    'content-length': String(bytes.length),
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  })
})

test.each<[string, Buffer, number, string, string?]>([
  ['text', Buffer.from('hello'), 400, 'invalid_image'],
  ['nothing', Buffer.alloc(0), 400, 'invalid_image'],
  ['half a head', png.subarray(0, 20), 400, 'invalid_image'],
  ['SVG by its name', png, 415, 'unsupported_media_type', 'x.svg'],
  [
    'SVG by what it is',
    Buffer.from('<svg xmlns="…"><script>1</script></svg>'),
    415,
    'unsupported_media_type',
  ],
  ['HTML', Buffer.from('<!DOCTYPE html><script>1</script>'), 415, 'unsupported_media_type'],
  ['too much', Buffer.concat([png, Buffer.alloc(4 * 1024 ** 2)]), 400, 'file_too_large'],
])('%s is refused', async (_, content, status, code, filename) => {
  const refused = await upload(content, filename)
  expect([refused.statusCode, refused.json().code]).toEqual([status, code])
})

test('a form without a picture is refused; an address of nothing is 404', async () => {
  expect((await upload(png, 'x.png', 'other')).json().code).toBe('no-image-provided')
  expect((await api.post(path, { image: 'text' })).body.code).toBe('no-image-provided')
  for (const id of ['0190c2f0-5a44-7cc0-9d6e-0123456789ab', 'x', '..%2f..%2fetc%2fpasswd']) {
    expect((await api.get(`/uploaded_media/${id}`, { key: null })).status).toBe(404)
  }
})

test('a picture of no size is none, and a JPEG that goes round in circles ends', () => {
  const flat = Buffer.from(png)
  flat.writeUInt32BE(0, 16)
  expect(pictureOf(flat)).toBeNull()
  expect(pictureOf(Buffer.from('ffd8ffe00000ffe00000ffe000000000', 'hex'))).toBeNull()
  expect(pictureOf(Buffer.alloc(1_000_000, 0xff))).toBeNull()
})

test('there are no integrations, and why is said', async () => {
  const at = `/api/projects/${api.project.id}/integrations/`
  expect((await api.get(at)).body).toEqual({ count: 0, next: null, previous: null, results: [] })
  expect((await api.post(at, { kind: 'slack', config: { code: 'x' } })).body).toMatchObject({
    attr: 'kind',
    detail: expect.stringMatching(/^Slack is paired with an app/),
  })
  expect((await api.post(at, { kind: 'teams' })).body.detail).toBe('Kind not supported')
  for (const rest of ['1/', '1/channels/']) expect((await api.get(at + rest)).status).toBe(404)
  expect((await api.delete(`${at}1/`)).status).toBe(404)
})
