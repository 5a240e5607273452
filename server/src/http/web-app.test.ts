import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApp, testApp } from '../../test/app.ts'
import { operation, route } from './operation.ts'
import { webApp } from './web-app.ts'

const index = '<!doctype html><title>Hedgerow</title>'
const script = `console.log(${JSON.stringify('x'.repeat(2000))})`
const browser = { key: null, headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } }
const make = operation({
  id: 'make',
  method: 'POST',
  path: '/api/make/',
  access: 'anyone',
  tags: ['test'],
  summary: 'For tests',
  status: 204,
  answer: null,
})

describe('the web app', () => {
  let api: TestApp
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hedgerow-web-'))
    afterAll(() => rm(folder, { recursive: true, force: true }))
    await mkdir(join(folder, 'assets'))
    await writeFile(join(folder, 'index.html'), index)
    await writeFile(join(folder, 'theme.js'), 'theme()')
    await writeFile(join(folder, 'assets/main-a1b2c3.js'), script)
    api = await testApp(afterAll, () => [async (app) => route(app, make, async () => {}), webApp(folder)])
  })

  it('opens at every page of its own, fresh and under a strict policy', async () => {
    for (const path of ['/', '/persons/a%20b', '/insights/x.y?a=1', '/login', '/index.html']) {
      const { status, text, headers } = await api.get(path, browser)
      expect([path, status, text]).toEqual([path, 200, index])
      expect(headers['content-type']).toBe('text/html; charset=utf-8')
      expect(headers['cache-control']).toBe('no-cache')
      expect(headers['content-security-policy']).toContain("default-src 'self'")
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(headers['x-content-type-options']).toBe('nosniff')
    }
  })

  it('keeps its hashed files for ever, and sends nothing twice', async () => {
    const file = await api.get('/assets/main-a1b2c3.js', { key: null })
    expect([file.text, file.headers['cache-control']]).toEqual([
      script,
      'public, max-age=31536000, immutable',
    ])
    expect((await api.get('/theme.js', { key: null })).headers['cache-control']).toBe('no-cache')
    const { etag } = (await api.get('/', browser)).headers
    const again = await api.get('/', { key: null, headers: { 'if-none-match': String(etag) } })
    expect([again.status, again.text]).toEqual([304, ''])
  })

  it('is compressed for who takes it', async () => {
    const ask = (accepted: string) =>
      api.app.inject({ url: '/assets/main-a1b2c3.js', headers: { 'accept-encoding': accepted } })
    const br = await ask('gzip, deflate, br')
    expect(br.headers['content-encoding']).toBe('br')
    expect(brotliDecompressSync(br.rawPayload).toString()).toBe(script)
    const gz = await ask('gzip;q=1.0, br;q=0')
    expect(gz.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(gz.rawPayload).toString()).toBe(script)
    expect((await ask('identity')).headers['content-encoding']).toBeUndefined()
  })

  it('stays out of the way of the APIs', async () => {
    const missing = { type: 'invalid_request', code: 'not_found', detail: 'Endpoint not found.', attr: null }
    for (const path of ['/api/nothing', '/static/none.js', '/decide/x', '/e/x', '/_nothing', '/api']) {
      const answer = await api.get(path, browser)
      expect([path, answer.status, answer.body]).toEqual([path, 404, missing])
    }
    expect((await api.get('/missing.png', { key: null, headers: { accept: 'image/*' } })).status).toBe(404)
    expect((await api.get('/assets/../../../etc/passwd', { key: null })).status).toBe(404)
    expect((await api.get('/assets/%2e%2e/%2e%2e/etc/passwd', { key: null })).status).toBe(404)
    expect((await api.get('/api/make/', browser)).body.detail).toBe('Method "GET" not allowed.')
    expect((await api.post('/persons', {}, { key: null })).status).toBe(404)
  })

  it('says so where it is not built', async () => {
    const bare = await testApp(afterAll, () => [webApp(join(folder, 'none'))])
    const answer = await bare.get('/', browser)
    expect([answer.status, answer.text]).toEqual([503, expect.stringContaining('npm run build')])
  })
})
