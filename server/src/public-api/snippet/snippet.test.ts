import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { gunzipSync } from 'node:zlib'
import fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createErrorHandler } from '../../http/errors.ts'
import { defaultWebCapture, type ProjectFacts } from '../../model/project.ts'
import { snippetRoutes } from './routes.ts'

const manifest = createRequire(import.meta.url).resolve('posthog-js/package.json')
const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
const packaged = (name: string) => readFileSync(join(dirname(manifest), 'dist', name))

let has = { flags: false, surveys: false }
let project: Partial<ProjectFacts> = { id: 7, apiToken: 'phc_lab', webCapture: defaultWebCapture }
const app = fastify({ routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1000 } })
beforeAll(async () => {
  app.setErrorHandler(createErrorHandler(() => undefined))
  const projectByToken = (token: string) => (token === 'phc_lab' ? (project as ProjectFacts) : undefined)
  await app.register(snippetRoutes({ directory: { projectByToken }, projectHas: () => has }))
})
afterAll(() => app.close())

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })

describe('the SDK', () => {
  it.each(['array.js', 'lazy-recorder.js', 'surveys.js', 'web-vitals.js', 'recorder-v2.js', 'array.js.map'])(
    '%s is the file of the npm package',
    async (name) => {
      const answer = await get(`/static/${name}?v=${version}`)
      expect(answer.statusCode).toBe(200)
      expect(answer.rawPayload.equals(packaged(name))).toBe(true)
      expect(answer.headers['content-type']).toBe(
        name.endsWith('.map') ? 'application/json; charset=utf-8' : 'application/javascript; charset=utf-8',
      )
    },
  )

  it('is packed for who takes it, and sent once', async () => {
    const answer = await get('/static/array.js', { 'accept-encoding': 'br, gzip' })
    expect(answer.headers).toMatchObject({
      'content-encoding': 'gzip',
      vary: 'Origin, Accept-Encoding',
      'cache-control': 'public, max-age=300',
    })
    expect(gunzipSync(answer.rawPayload).equals(packaged('array.js'))).toBe(true)
    const again = await get('/static/array.js', { 'if-none-match': `W/"x", ${answer.headers.etag}` })
    expect([again.statusCode, again.body]).toEqual([304, ''])
  })

  it('can be asked for by its version, and then stays', async () => {
    const answer = await get(`/static/${version}/surveys.js`)
    expect(answer.rawPayload.equals(packaged('surveys.js'))).toBe(true)
    expect(answer.headers['cache-control']).toContain('immutable')
    expect((await get('/static/0.0.1/surveys.js')).statusCode).toBe(404)
  })

  it.each([
    '/static/nothing.js',
    '/static/array.d.ts',
    '/static/..%2fpackage.json',
    '/static/..%2f..%2f..%2f..%2fetc%2fpasswd',
    `/static/${version}/..%2fpackage.json`,
    '/static/a/b/c.js',
  ])('%s is not there, and a script may know', async (url) => {
    const answer = await get(url, { origin: 'https://shop.test' })
    expect(answer.statusCode).toBe(404)
    expect(answer.headers['access-control-allow-origin']).toBe('https://shop.test')
  })
})

describe('the remote configuration', () => {
  it('tells what this server does and nothing more', async () => {
    const answer = await get('/array/phc_lab/config', { origin: 'https://shop.test' })
    expect(answer.headers).toMatchObject({
      vary: 'Origin, Referer, Accept-Encoding',
      'access-control-allow-origin': 'https://shop.test',
      'content-type': expect.stringMatching(/^application\/json/),
    })
    expect(answer.json()).toEqual({
      token: 'phc_lab',
      supportedCompression: ['gzip', 'gzip-js'],
      analytics: { endpoint: '/i/v0/e/' },
      elementsChainAsString: true,
      defaultIdentifiedOnly: true,
      autocapture_opt_out: false,
      hasFeatureFlags: false,
      flagsPersistenceDefault: false,
      sessionRecording: false,
      surveys: false,
      heatmaps: false,
      captureDeadClicks: false,
      capturePerformance: false,
      autocaptureExceptions: false,
      errorTracking: { autocaptureExceptions: false, suppressionRules: [] },
      siteApps: [],
    })
  })

  it('tells what the project has switched on', async () => {
    has = { flags: true, surveys: true }
    project = {
      ...project,
      webCapture: {
        autocapture: false,
        heatmaps: true,
        deadClicks: true,
        exceptions: true,
        networkTiming: false,
        webVitals: true,
        webVitalsMetrics: ['LCP'],
      },
    }
    onTestFinished(() => {
      has = { flags: false, surveys: false }
      project.webCapture = defaultWebCapture
    })
    expect((await get('/array/phc_lab/config')).json()).toMatchObject({
      autocapture_opt_out: true,
      hasFeatureFlags: true,
      sessionRecording: false,
      surveys: true,
      heatmaps: true,
      captureDeadClicks: true,
      capturePerformance: { network_timing: false, web_vitals: true, web_vitals_allowed_metrics: ['LCP'] },
      autocaptureExceptions: true,
      errorTracking: { autocaptureExceptions: true, suppressionRules: [] },
    })
    expect((await get('/array/phc_lab/array.js')).body).toContain('"heatmaps":true')
  })

  it('is the same as a script, with the site apps beside it', async () => {
    const { siteApps, ...config } = (await get('/array/phc_lab/config')).json()
    const answer = await get('/array/phc_lab/config.js')
    expect(answer.headers['content-type']).toBe('application/javascript; charset=utf-8')
    const window: Record<string, unknown> = {}
    runInNewContext(answer.body, { window })
    expect(JSON.parse(JSON.stringify(window))).toEqual({
      _POSTHOG_REMOTE_CONFIG: { phc_lab: { config, siteApps } },
    })
  })

  it('comes with the bundle', async () => {
    const script = (await get('/array/phc_lab/config.js')).body
    const answer = await get('/array/phc_lab/array.js')
    expect(answer.body.startsWith(script)).toBe(true)
    expect(answer.rawPayload.subarray(Buffer.byteLength(script)).equals(packaged('array.js'))).toBe(true)
  })

  it.each(['config', 'config.js', 'array.js'])(
    '%s is 400 for what is no key, 404 for nobody’s',
    async (file) => {
      expect((await get(`/array/a%20b/${file}`)).statusCode).toBe(400)
      expect((await get(`/array/${'a'.repeat(201)}/${file}`)).statusCode).toBe(400)
      const unknown = await get(`/array/phc_nobody/${file}`, { origin: 'https://shop.test' })
      expect(unknown.statusCode).toBe(404)
      expect(unknown.headers['access-control-allow-origin']).toBe('https://shop.test')
    },
  )
})
