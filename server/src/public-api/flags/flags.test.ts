import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, testApp } from '../../../test/app.ts'
import { type TestFlags, testFlags } from '../../../test/flags.ts'
import { createProjectStore } from '../../accounts/projects.ts'
import { createActivityLog } from '../../activity/activity-log.ts'
import { groupTypes, personalApiKeys, personDistinctIds, persons, projects } from '../../database/schema.ts'
import { createDirectory } from '../../directory/create-directory.ts'
import type { Directory } from '../../directory/directory.ts'
import { createCohortStore } from '../../private-api/cohorts/store.ts'
import { earlyAccessRoutes } from '../../private-api/early-access-features/routes.ts'
import { createEarlyAccessStore } from '../../private-api/early-access-features/store.ts'
import { featureFlagRoutes } from '../../private-api/feature-flags/routes.ts'
import { createFlagStore } from '../../private-api/feature-flags/store.ts'
import { surveyRoutes } from '../../private-api/surveys/routes.ts'
import { createSurveyStore } from '../../private-api/surveys/store.ts'
import { createRateLimits } from '../../rate-limits/in-memory.ts'
import { flagsConfig } from '../snippet/remote-config.ts'
import { flagDefinitionRoutes } from './definition-routes.ts'
import { sdkListRoutes } from './list-routes.ts'
import { flagsRoutes } from './routes.ts'

let api: TestApp
let flags: TestFlags
let directory: Directory
const located: string[] = []
beforeAll(async () => {
  const late: { evaluator?: TestFlags['evaluator'] } = {}
  const evaluator = {
    evaluate: (...given: Parameters<TestFlags['evaluator']['evaluate']>) =>
      late.evaluator!.evaluate(...given),
    flagsOf: (id: number) => late.evaluator!.flagsOf(id),
    definitionsFor: (id: number, cohorts: boolean) => late.evaluator!.definitionsFor(id, cohorts),
    definitionsAgeMs: () => late.evaluator!.definitionsAgeMs(),
  }
  const asked: Pick<Directory, 'projectByToken' | 'projectById' | 'projectByPersonalKey' | 'personalKey'> = {
    projectByToken: (token) => directory.projectByToken(token),
    projectById: (id) => directory.projectById(id),
    projectByPersonalKey: (key) => directory.projectByPersonalKey(key),
    personalKey: (key) => directory.personalKey(key),
  }
  api = await testApp(afterAll, ({ database }) => {
    const activity = createActivityLog(database)
    const store = createFlagStore({
      database,
      activity,
      findCohorts: createCohortStore(database).load,
      changed: (id) => flags.changed(id),
    })
    const surveys = createSurveyStore({ database, activity, flags: store, now: () => new Date() })
    return [
      surveyRoutes({
        surveys,
        activity,
        projects: createProjectStore(database),
        answers: { ask: () => Promise.reject(new Error('nobody asks for results here')) },
      }),
      featureFlagRoutes({ activity, flags: store }),
      earlyAccessRoutes({ features: createEarlyAccessStore({ database, activity, flags: store }) }),
      flagsRoutes({
        directory: asked,
        evaluator,
        locate: async (address) => {
          located.push(address)
          return address === '203.0.113.7' ? { $geoip_country_code: 'FR' } : null
        },
        configOf: (project) => flagsConfig(project, false),
        maxBodyBytes: 100_000,
        now: () => 1_700_000_000_000,
      }),
      flagDefinitionRoutes({ directory: asked, evaluator, rateLimits: createRateLimits() }),
      sdkListRoutes({ directory: asked, definitionsOf: (id) => flags.definitions.of(id) }),
    ]
  })
  flags = await testFlags(api.database, afterAll)
  late.evaluator = flags.evaluator
  directory = await createDirectory({
    database: api.database,
    file: `/tmp/hedgerow-test-${process.pid}-flags.json`,
  })
  afterAll(() => directory.close())

  const { db } = api.database
  await db.insert(groupTypes).values({ projectId: api.project.id, groupType: 'company', groupTypeIndex: 0 })
  const [person] = await db
    .insert(persons)
    .values({ projectId: api.project.id, uuid: crypto.randomUUID(), properties: { plan: 'pro' } })
    .returning()
  await db
    .insert(personDistinctIds)
    .values({ projectId: api.project.id, distinctId: 'ana', personId: person!.id })
  await make({ key: 'all', name: 'For all' })
  await make({ key: 'pro', filters: when({ plan: 'pro' }, { payloads: { true: '{"x":1}' } }) })
  await make({
    key: 'multi',
    filters: {
      groups: [{ variant: 'b' }],
      multivariate: {
        variants: [
          { key: 'a', rollout_percentage: 50 },
          { key: 'b', rollout_percentage: 50 },
        ],
      },
      payloads: { b: '"text"' },
    },
  })
  await make({ key: 'off', active: false })
  await make({ key: 'french', filters: when({ $geoip_country_code: 'FR' }) })
  await make({ key: 'company', filters: { groups: [{}], aggregation_group_type_index: 0 } })
})

async function make(flag: object) {
  const { status, body } = await api.post(`/api/projects/${api.project.id}/feature_flags/`, flag)
  expect(status, JSON.stringify(body)).toBe(201)
  return body
}
const when = (properties: Record<string, unknown>, more: object = {}) => ({
  groups: [
    {
      properties: Object.entries(properties).map(([key, value]) => ({ type: 'person', key, value })),
      rollout_percentage: 100,
    },
  ],
  ...more,
})
const publicly = { key: null }
/** Asks with the project's key, as posthog-js does. */
const ask = async (path: string, body: object = {}, headers: Record<string, string> = {}) =>
  api.post(
    path,
    { token: api.project.apiToken, distinct_id: 'ana', evaluation_runtime: 'all', ...body },
    { key: null, headers },
  )
const valuesOf = async (body: object, headers?: Record<string, string>) =>
  (await ask('/flags/?v=1', body, headers)).body.featureFlags

const all = { all: true, pro: true, multi: 'b', french: false, company: false }

describe('the answer', () => {
  test('of /flags?v=2 says of each flag what, why, and with what', async () => {
    const { status, body, headers } = await ask(
      '/flags/?v=2',
      {},
      {
        'x-request-id': '6DF4C1A0-0000-4000-8000-000000000001',
      },
    )
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
    expect(Object.keys(body.flags)).toEqual(['all', 'pro', 'multi', 'french', 'company'])
    expect(body).toEqual({
      flags: expect.anything(),
      errorsWhileComputingFlags: false,
      requestId: '6df4c1a0-0000-4000-8000-000000000001',
      evaluatedAt: 1_700_000_000_000,
    })
    expect(body.flags.pro).toEqual({
      key: 'pro',
      enabled: true,
      variant: null,
      reason: { code: 'condition_match', condition_index: 0, description: 'Matched condition set 1' },
      metadata: {
        id: expect.any(Number),
        version: 1,
        description: null,
        payload: '{"x":1}',
        has_experiment: false,
      },
    })
    expect(body.flags.multi).toMatchObject({ enabled: true, variant: 'b', metadata: { payload: '"text"' } })
    expect(body.flags.all.metadata.description).toBe('For all')
    expect(body.flags.french).toMatchObject({
      enabled: false,
      variant: null,
      reason: { code: 'no_condition_match', condition_index: 0, description: 'No matching condition set' },
      metadata: { payload: null },
    })
    expect(body.flags.company.reason).toMatchObject({ code: 'no_group_type', description: 'No group type' })
  })

  test('has the shape of its version', async () => {
    const payloads = { pro: '{"x":1}', multi: '"text"' }
    expect((await ask('/decide/?v=1')).body.featureFlags).toEqual(['all', 'pro', 'multi'])
    expect((await ask('/decide/')).body.featureFlags).toEqual(['all', 'pro', 'multi'])
    const truthy = { all: true, pro: true, multi: 'b' }
    expect((await ask('/decide/?v=2')).body.featureFlags).toEqual(truthy)
    expect((await ask('/decide/?v=two')).body.featureFlags).toEqual(truthy)
    const third = (await ask('/decide/?v=3')).body
    expect(third).toMatchObject({
      errorsWhileComputingFlags: false,
      featureFlags: all,
      featureFlagPayloads: payloads,
    })
    expect(third.featureFlagPayloads).toEqual(payloads)
    expect((await ask('/decide/?v=4')).body.flags.pro.enabled).toBe(true)
    expect((await ask('/flags/?v=1')).body).toMatchObject({
      featureFlags: all,
      featureFlagPayloads: payloads,
    })
    expect((await ask('/flags/?v=x')).body.featureFlags).toEqual(all)
    expect((await ask('/flags/?config=true')).body.featureFlags).toEqual(all)
    expect((await ask('/flags/')).body.flags.pro.enabled).toBe(true)
    expect((await ask('/flags?v=3')).body.flags.pro.enabled).toBe(true)
  })

  test('says what posthog-js is to do where that is asked', async () => {
    const config = {
      supportedCompression: ['gzip', 'gzip-js'],
      sessionRecording: false,
      surveys: false,
      heatmaps: false,
      siteApps: [],
      toolbarParams: {},
      isAuthenticated: false,
    }
    for (const path of ['/flags/', '/flags/?v=2&config=true', '/decide/?v=4']) {
      expect((await ask(path)).body).toMatchObject(config)
    }
    expect((await ask('/decide/')).body.config).toEqual({ enable_collect_everything: true })
    for (const path of ['/flags/?v=2', '/flags/?v=2&config=false']) {
      expect((await ask(path)).body).not.toHaveProperty('supportedCompression')
    }
    await api.database.db
      .update(projects)
      .set({ settings: { heatmaps_opt_in: true, autocapture_opt_out: true } })
    await directory.changed()
    expect((await ask('/flags/')).body).toMatchObject({ heatmaps: true, autocapture_opt_out: true })
  })

  test('is empty where flags are not wanted', async () => {
    const { body } = await ask('/flags/?v=2&config=true', { disable_flags: true })
    expect(body).toMatchObject({ flags: {}, errorsWhileComputingFlags: false, sessionRecording: false })
  })

  test('leaves out what failed where there is no place to say so', async () => {
    const broken = await make({ key: 'broken' })
    await api.database.db.execute(
      `update feature_flags set filters = '${JSON.stringify({ groups: [{ properties: [{ type: 'cohort', key: 'id', value: 99 }] }] })}' where id = ${broken.id}`,
    )
    await flags.changed(api.project.id)
    const detailed = (await ask('/flags/?v=2')).body
    expect(detailed).toMatchObject({
      errorsWhileComputingFlags: true,
      flags: { broken: { enabled: false, failed: true, reason: { code: 'dependency_not_found_cohort' } } },
    })
    const plain = (await ask('/decide/?v=3')).body
    expect(plain.errorsWhileComputingFlags).toBe(true)
    expect(plain.featureFlags).toEqual(all)
    await api.patch(`/api/projects/${api.project.id}/feature_flags/${broken.id}/`, { deleted: true })
    expect((await ask('/flags/?v=2')).body.errorsWhileComputingFlags).toBe(false)
  })
})

describe('the request', () => {
  const token = () => api.project.apiToken

  test.each<[string, () => object]>([
    ['token', () => ({ token: token(), distinct_id: 'ana' })],
    ['api_key', () => ({ api_key: token(), token: undefined, $distinct_id: 'ana', distinct_id: undefined })],
    ['$token', () => ({ $token: token(), token: null })],
    [
      'python',
      () => ({ api_key: token(), token: undefined, device_id: null, groups: {}, geoip_disable: true }),
    ],
    [
      'nulls',
      () => ({ person_properties: null, groups: null, $anon_distinct_id: null, flag_keys_to_evaluate: null }),
    ],
  ])('may say it as %s', async (_, body) => {
    expect(await valuesOf(body())).toEqual(all)
  })

  test('comes in every wrapping', async () => {
    const json = JSON.stringify({ token: token(), distinct_id: 'ana', evaluation_runtime: 'all' })
    const base64 = Buffer.from(json).toString('base64')
    const sent: [string | Buffer, string, string?][] = [
      [json, 'text/plain'],
      [json, 'application/json'],
      [gzipSync(json), 'text/plain'],
      [gzipSync(json), 'text/plain', '&compression=gzip-js'],
      [base64, 'text/plain'],
      [encodeURIComponent(base64), 'application/json'],
      [
        `data=${encodeURIComponent(base64)}`,
        'application/x-www-form-urlencoded',
        '&compression=base64&ip=1&_=1',
      ],
      [`data=${encodeURIComponent(json)}`, 'application/x-www-form-urlencoded'],
      [json.replace('"ana"', '"ana","nan":NaN'), 'application/json'],
    ]
    for (const [payload, type, query = ''] of sent) {
      const answer = await api.app.inject({
        method: 'POST',
        url: `/flags/?v=1${query}`,
        headers: { 'content-type': type },
        payload,
      })
      expect([type, query, answer.json().featureFlags]).toEqual([type, query, all])
    }
  })

  test('says properties, groups and keys', async () => {
    expect(await valuesOf({ person_properties: { plan: 'free' } })).toEqual({ ...all, pro: false })
    expect(await valuesOf({ groups: { company: 7 } })).toEqual({ ...all, company: true })
    expect(await valuesOf({ flag_keys_to_evaluate: ['pro', 'off', 'nothing'] })).toEqual({ pro: true })
    expect(await valuesOf({ flag_keys_to_evaluate: [] })).toEqual({})
    expect(await valuesOf({ distinct_id: 'nobody' })).toEqual({ ...all, pro: false })
    expect(await valuesOf({ distinct_id: 12_345 })).toEqual({ ...all, pro: false })
    expect(await valuesOf({ distinct_id: '' })).toEqual({ ...all, pro: false })
    expect(await valuesOf({ distinct_id: 'a\u0000b' })).toEqual({ ...all, pro: false })
  })

  test('comes from somewhere', async () => {
    const french = { 'x-forwarded-for': '203.0.113.7' }
    expect(await valuesOf({}, french)).toEqual({ ...all, french: true })
    located.length = 0
    expect(await valuesOf({ geoip_disable: true }, french)).toEqual(all)
    expect(located).toEqual([])
    expect(await valuesOf({ person_properties: { $geoip_country_code: 'DE' } }, french)).toEqual(all)
  })

  test('is of a kind of client', async () => {
    await make({ key: 'server-only', evaluation_runtime: 'server' })
    const seen = async (body: object, userAgent: string) =>
      'server-only' in
      (await valuesOf({ evaluation_runtime: undefined, ...body }, { 'user-agent': userAgent }))
    expect(await seen({}, 'posthog-node/5')).toBe(true)
    expect(await seen({}, 'Mozilla/5.0')).toBe(false)
    expect(await seen({ evaluation_runtime: 'server' }, 'Mozilla/5.0')).toBe(true)
    await make({ key: 'docs-only', evaluation_contexts: ['Docs'] })
    expect(await valuesOf({ evaluation_contexts: ['app'] })).not.toHaveProperty('docs-only')
    expect(await valuesOf({ evaluation_environments: ['docs'] })).toHaveProperty('docs-only')
    expect(await ask('/flags/?v=2&only_evaluate_survey_feature_flags=true')).toMatchObject({
      body: { flags: {} },
    })
  })

  test('may have a personal key', async () => {
    for (const path of ['/flags/?v=2', '/decide/?v=4']) {
      const inHeader = await api.post(path, { distinct_id: 'ana' }, { key: api.key })
      expect(inHeader.body.flags.pro.enabled).toBe(true)
      const inBody = await api.post(path, { distinct_id: 'ana', personal_api_key: api.key }, publicly)
      expect(inBody.body.flags.pro.enabled).toBe(true)
    }
  })

  test.each<[string, object, number, string]>([
    ['without a key', { token: undefined }, 401, 'no_api_key'],
    ['with a key of nobody', { token: 'phc_nobody' }, 401, 'invalid_api_key'],
    ['with a personal key of nobody', { token: 'phx_nobody' }, 401, 'invalid_api_key'],
    ['without an id', { distinct_id: undefined }, 400, 'missing_distinct_id'],
    ['with an id that is null', { distinct_id: null }, 400, 'missing_distinct_id'],
    ['with an id that is a list', { distinct_id: ['x'] }, 400, 'missing_distinct_id'],
  ])('%s is refused', async (_, body, status, code) => {
    for (const path of ['/flags/?v=2', '/decide/?v=3']) {
      const answer = await ask(path, body, { origin: 'https://shop.test' })
      expect([answer.status, answer.body.code, answer.body.attr]).toEqual([status, code, null])
      expect(answer.headers['access-control-allow-origin']).toBe('https://shop.test')
    }
  })

  test.each([
    ['no JSON', 'text/plain', '{"token": '],
    ['a list', 'application/json', '[1]'],
    ['a number', 'application/json', '3'],
    ['too deep', 'application/json', `${'{"a":'.repeat(300)}1${'}'.repeat(300)}`],
    ['broken gzip', 'text/plain', Buffer.from([0x1f, 0x8b, 8, 1, 2, 3])],
  ])('that is %s is refused', async (_, type, payload) => {
    const answer = await api.app.inject({
      method: 'POST',
      url: '/flags/?v=2',
      headers: { 'content-type': type },
      payload,
    })
    expect(answer.statusCode).toBe(400)
    expect(['malformed_data', 'invalid_payload']).toContain(answer.json().code)
  })

  test('that is too large, or packed in an unknown way, is refused', async () => {
    const large = await api.app.inject({
      method: 'POST',
      url: '/flags/?v=2',
      payload: gzipSync(JSON.stringify({ token: token(), distinct_id: 'ana', x: 'x'.repeat(200_000) })),
      headers: { 'content-type': 'text/plain' },
    })
    expect([large.statusCode, large.json().code]).toEqual([413, 'payload_too_large'])
    const unknown = await ask('/flags/?v=2&compression=zip')
    expect([unknown.status, unknown.body.code]).toEqual([400, 'malformed_data'])
  })

  test('may be none at all', async () => {
    for (const path of ['/flags/', '/flags', '/decide/', '/flags/?v=2']) {
      const { status, body } = await api.get(path, publicly)
      expect([path, status]).toEqual([path, 200])
      expect(body.flags ?? body.featureFlags).toBeDefined()
      expect(body.sessionRecording).toBe(false)
      expect((await api.ask('HEAD', path, undefined, publicly)).status).toBe(200)
      const preflight = await api.ask('OPTIONS', path, undefined, {
        key: null,
        headers: { origin: 'https://shop.test', 'access-control-request-headers': 'content-type' },
      })
      expect([preflight.status, preflight.text]).toEqual([204, ''])
      expect(preflight.headers).toMatchObject({
        allow: 'GET, POST, HEAD, OPTIONS',
        'access-control-allow-origin': 'https://shop.test',
        'access-control-allow-headers': 'content-type',
      })
      const wrong = await api.ask('PUT', path, undefined, publicly)
      expect([wrong.status, wrong.headers.allow]).toEqual([405, 'GET, POST, HEAD, OPTIONS'])
    }
  })
})

describe('definitions', () => {
  const paths = () => [
    '/flags/definitions',
    '/flags/definitions/',
    '/api/feature_flag/local_evaluation/',
    `/api/projects/${api.project.id}/feature_flags/local_evaluation/`,
    '/api/projects/@current/feature_flags/local_evaluation',
  ]

  test('are for personal keys', async () => {
    for (const path of paths()) {
      for (const query of ['', `?token=${api.project.apiToken}&send_cohorts`]) {
        const { status, body, headers } = await api.get(`${path}${query}`)
        expect([path, status]).toEqual([path, 200])
        expect(body.flags.map(({ key }: { key: string }) => key)).toContain('off')
        expect(body).toMatchObject({ group_type_mapping: { 0: 'company' }, cohorts: {} })
        expect(headers['cache-control']).toBe('private, must-revalidate')
      }
      const refused = await api.get(`${path}?token=${api.project.apiToken}`, publicly)
      expect([path, refused.status, refused.body.code]).toEqual([path, 401, 'not_authenticated'])
      expect((await api.get(path, { key: 'phx_nobody' })).body.code).toBe('authentication_failed')
      expect((await api.get(path, { key: api.project.apiToken })).status).toBe(401)
      expect((await api.get(`${path}?token=phc_nobody`)).status).toBe(401)
    }
  })

  test('are sent once', async () => {
    const path = `/flags/definitions?token=${api.project.apiToken}&send_cohorts`
    const { etag } = (await api.get(path)).headers as { etag: string }
    expect(etag).toMatch(/^W\/"[0-9a-f]+"$/)
    for (const known of [etag, etag.replace('W/', ''), `"x", ${etag}`]) {
      const again = await api.get(path, { headers: { 'if-none-match': known } })
      expect([again.status, again.text, again.headers.etag]).toEqual([304, '', etag])
    }
    await make({ key: 'another' })
    expect((await api.get(path, { headers: { 'if-none-match': etag } })).status).toBe(200)
  })

  test("are one's own", async () => {
    const stranger = await api.stranger()
    await directory.changed()
    const theirs = { key: stranger.key }
    expect((await api.get(`/flags/definitions?token=${api.project.apiToken}`, theirs)).status).toBe(403)
    const nested = `/api/projects/${api.project.id}/feature_flags/local_evaluation/`
    expect((await api.get(nested, theirs)).status).toBe(403)
    expect((await api.get('/api/projects/99999/feature_flags/local_evaluation/', theirs)).status).toBe(404)
    expect((await api.get('/flags/definitions', theirs)).body).toEqual({
      flags: [],
      group_type_mapping: {},
      cohorts: {},
    })
  })

  test('need the right to read flags', async () => {
    const held = async (scopes: string[] | null) => {
      await api.database.db.update(personalApiKeys).set({ scopes })
      await directory.changed()
      return (await api.get('/flags/definitions')).status
    }
    expect(await held(['insight:read'])).toBe(403)
    expect(await held(['feature_flag:read'])).toBe(200)
    expect(await held(['feature_flag:write'])).toBe(200)
    expect(await held(['*'])).toBe(200)
    expect(await held(null)).toBe(200)
  })
})

test('definitions are held to a limit, flags are not', async () => {
  const stranger = await api.stranger()
  await directory.changed()
  const asked = { key: stranger.key }
  for (let n = 0; n < 600; n++) await api.get('/flags/definitions', asked)
  const refused = await api.get('/api/feature_flag/local_evaluation/', asked)
  expect([refused.status, refused.body.code]).toEqual([429, 'throttled'])
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect((await ask('/flags/?v=2', { token: stranger.project.apiToken })).status).toBe(200)
})

describe('remote configuration', () => {
  const at = (key: string | number) =>
    `/api/projects/@current/feature_flags/${key}/remote_config?token=${api.project.apiToken}`

  test('is the payload as JSON, by key and by id', async () => {
    const flag = await make({
      key: 'rc',
      is_remote_configuration: true,
      filters: { groups: [{}], payloads: { true: '{"x":1}' } },
    })
    for (const which of ['rc', flag.id]) {
      const { status, text, headers } = await api.get(at(which))
      expect([status, text]).toEqual([200, '"{\\"x\\":1}"'])
      expect(headers['content-type']).toContain('application/json')
    }
    expect((await api.get(`/api/feature_flag/rc/remote_config`)).text).toBe('"{\\"x\\":1}"')
    expect((await api.get('/flags/definitions')).text).not.toContain('"rc"')
  })

  test('is empty without a payload, and not there for other flags', async () => {
    await make({ key: 'rc-empty', is_remote_configuration: true })
    const empty = await api.get(at('rc-empty'))
    expect([empty.status, empty.text]).toEqual([200, ''])
    expect((await api.get(at('pro'))).status).toBe(404)
    expect((await api.get(at('nothing'))).status).toBe(404)
    expect((await api.get(at('rc-empty'), publicly)).status).toBe(401)
  })
})

test('early access: listed by stage, and who has joined has the flag', async () => {
  const features = `/api/projects/${api.project.id}/early_access_feature/`
  const flag = (await make({ key: 'maps', filters: { groups: [{ rollout_percentage: 0 }] } })).id
  const given = { name: 'Maps', description: 'Larger', documentation_url: 'https://example.com' }
  const { body: maps } = await api.post(features, { ...given, stage: 'beta', feature_flag_id: flag })
  const { body: later } = await api.post(features, { name: 'Later', stage: 'concept' })
  const list = async (query = '') => {
    const url = `/api/early_access_features/?token=${api.project.apiToken}${query}`
    return (await api.get(url, publicly)).body.earlyAccessFeatures
  }
  expect(await list()).toEqual([
    {
      id: maps.id,
      name: 'Maps',
      description: 'Larger',
      stage: 'beta',
      documentationUrl: 'https://example.com',
      payload: {},
      flagKey: 'maps',
    },
  ])
  const names = async (query: string) => (await list(query)).map(({ name }: { name: string }) => name)
  expect(await names('&stage=concept')).toEqual(['Later'])
  expect(await names('&stage=beta&stage=concept')).toEqual(['Maps', 'Later'])
  expect(await names('&stage=nothing')).toEqual([])

  const isOn = async (distinct_id: string, said: object = {}) => {
    const { body } = await ask('/flags/?v=2', { distinct_id, person_properties: said })
    return [body.flags.maps.enabled, body.flags.maps.reason.code]
  }
  expect(await isOn('eve')).toEqual([false, 'out_of_rollout_bound'])
  expect(await isOn('eve', { '$feature_enrollment/maps': true })).toEqual([true, 'super_condition_value'])
  expect(await isOn('eve', { '$feature_enrollment/maps': false })).toEqual([false, 'super_condition_value'])
  const projectId = api.project.id
  const [person] = await api.database.db
    .insert(persons)
    .values({ projectId, uuid: crypto.randomUUID(), properties: { '$feature_enrollment/maps': true } })
    .returning()
  await api.database.db
    .insert(personDistinctIds)
    .values({ projectId, distinctId: 'joined', personId: person!.id })
  expect(await isOn('joined')).toEqual([true, 'super_condition_value'])
  expect(await isOn('joined', { '$feature_enrollment/maps': false })).toEqual([
    false,
    'super_condition_value',
  ])
  await api.patch(`${features}${maps.id}/`, { stage: 'archived' })
  expect(await isOn('joined')).toEqual([false, 'out_of_rollout_bound'])
  expect(await list()).toEqual([])
  await api.delete(`${features}${maps.id}/`)
  await api.delete(`${features}${later.id}/`)
})

test('surveys: listed with the keys of their flags, and not asked of who has answered', async () => {
  const path = `/api/projects/${api.project.id}/surveys/`
  const given = { type: 'popover', questions: [{ id: 'why', type: 'open', question: 'Why?' }] }
  const { body: survey } = await api.post(path, {
    ...given,
    name: 'Why',
    description: 'Nobody’s business',
    conditions: { url: '/', events: { values: [{ name: 'bought' }] } },
    appearance: { position: 'left' },
    start_date: '2024-01-01T00:00:00Z',
  })
  const { body: old } = await api.post(path, { ...given, name: 'Old' })
  await api.patch(`${path}${old.id}/`, { archived: true })
  const { body } = await api.get(`/api/surveys/?token=${api.project.apiToken}`, publicly)
  const key = survey.internal_targeting_flag.key
  expect(body).toEqual({
    surveys: [
      {
        id: survey.id,
        name: 'Why',
        type: 'popover',
        linked_flag_key: null,
        targeting_flag_key: null,
        internal_targeting_flag_key: key,
        questions: given.questions,
        conditions: { url: '/', events: { values: [{ name: 'bought' }] } },
        appearance: { position: 'left' },
        start_date: '2024-01-01T00:00:00.000000Z',
        end_date: null,
        current_iteration: null,
        current_iteration_start_date: null,
        schedule: 'once',
        enable_partial_responses: false,
      },
    ],
    survey_config: null,
  })
  const flagsOf = async (query: string, said: object = {}) =>
    (await ask(`/flags/?v=1${query}`, { distinct_id: 'eve', person_properties: said })).body.featureFlags
  expect((await flagsOf(''))[key]).toBe(true)
  expect(await flagsOf('&only_evaluate_survey_feature_flags=true')).toEqual({ [key]: true })
  for (const answer of ['responded', 'dismissed']) {
    expect((await flagsOf('', { [`$survey_${answer}/${survey.id}`]: true }))[key]).toBe(false)
  }
  for (const { id } of [survey, old]) await api.delete(`${path}${id}/`)
  expect(await flagsOf('')).not.toHaveProperty(key)
})

test.each([
  ['surveys', { surveys: [], survey_config: null }],
  ['early_access_features', { earlyAccessFeatures: [] }],
  ['web_experiments', { experiments: [] }],
  ['product_tours', { product_tours: [] }],
])('a project has no %s, and says so in their shape', async (name, empty) => {
  const { status, body, headers } = await api.get(`/api/${name}/?token=${api.project.apiToken}`, {
    key: null,
    headers: { origin: 'https://shop.test' },
  })
  expect([status, body]).toEqual([200, empty])
  expect(headers['access-control-allow-origin']).toBeDefined()
  expect((await api.get(`/api/${name}/`, publicly)).body).toMatchObject({ code: 'missing_api_key' })
  expect(await api.get(`/api/${name}/?token=phc_nobody`, publicly)).toMatchObject({
    status: 401,
    body: { code: 'invalid_api_key' },
  })
})
