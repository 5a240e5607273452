import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Account, type TestApp, testApp } from '../../../test/app.ts'
import { createOrganizationStore } from '../../accounts/organizations.ts'
import { createProjectStore, insertProject } from '../../accounts/projects.ts'
import { newProjectApiKey } from '../../kit/api-keys.ts'
import { appMetricRoutes } from './app-metrics-routes.ts'
import { pluginConfigRoutes } from './config-routes.ts'
import { createPluginConfigStore } from './config-store.ts'
import { pluginRoutes } from './routes.ts'
import { createPluginStore } from './store.ts'

const masked = '**************** POSTHOG SECRET FIELD ****************'
let time = Date.parse('2030-03-04T05:06:07.008Z')
let api: TestApp
let path: string
beforeAll(async () => {
  api = await testApp(afterAll, ({ database, activity }) => {
    const now = () => {
      time += 1000
      return new Date(time)
    }
    const configs = createPluginConfigStore(database, { activity, now })
    return [
      pluginRoutes({
        plugins: createPluginStore(database, { activity, now }),
        organizations: createOrganizationStore(database),
        projects: createProjectStore(database),
        activity,
      }),
      pluginConfigRoutes({ configs }),
      appMetricRoutes({ configs, now: () => new Date('2030-03-04T05:06:07Z') }),
    ]
  })
  path = `/api/organizations/${api.organization.id}/plugins/`
})

/** A project of its own for each test, in the same organization. */
let base: string
let configsPath: string
beforeEach(async () => {
  const project = await api.database.transaction((tx) =>
    insertProject(tx, api.user, { organizationId: api.organization.id, apiToken: newProjectApiKey() }),
  )
  base = `/api/projects/${project.id}/`
  configsPath = `${base}plugin_configs/`
  await api.changed()
  await api.activities()
})

const make = async (body: object = {}, asked?: Account, at = path) => {
  const answer = await api.post(at, { plugin_type: 'source', name: 'Mine', ...body }, asked)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}
const told = async () =>
  (await api.activities()).map(({ scope, activity, detail, projectId }) => [
    scope,
    activity,
    detail.name,
    projectId === null ? null : base.includes(`/${projectId}/`),
    detail.changes?.map(({ field, before, after }) => [field, before, after]) ?? null,
  ])

const schema = [
  { markdown: 'Some text' },
  { key: 'host', name: 'Host', type: 'string', default: 'a.example', order: 1 },
  { key: 'phrase', name: 'Pass phrase', type: 'string', required: true, secret: true },
  { key: 'cert', name: 'Certificate', type: 'attachment' },
  { key: 'pem', name: 'Private key', type: 'attachment', secret: true },
]

test('an app is kept as source, changed, and removed; nothing says that it runs', async () => {
  const made = await make({ description: 'does things', config_schema: schema })
  expect(made).toEqual({
    id: expect.any(Number),
    plugin_type: 'source',
    name: 'Mine',
    description: 'does things',
    url: null,
    icon: null,
    config_schema: schema,
    tag: null,
    latest_tag: null,
    is_global: false,
    organization_id: api.organization.id,
    organization_name: 'Example',
    capabilities: {},
    metrics: {},
    public_jobs: {},
  })
  const one = `${path}${made.id}/`
  expect((await api.get(one)).body).toEqual(made)
  expect((await api.get(path)).body).toMatchObject({ count: 1, next: null, results: [made] })
  const changed = (await api.patch(one, { name: 'Ours', tag: '1.2' })).body
  expect(changed).toMatchObject({ name: 'Ours', tag: '1.2', latest_tag: '1.2', description: 'does things' })
  // whole objects are sent back
  expect((await api.ask('PUT', one, changed)).body).toEqual(changed)
  expect((await api.delete(one)).status).toBe(204)
  expect((await api.get(one)).status).toBe(404)
  expect(await told()).toEqual([
    ['Plugin', 'installed', 'Mine', null, null],
    [
      'Plugin',
      'updated',
      'Ours',
      null,
      [
        ['name', 'Mine', 'Ours'],
        ['tag', null, '1.2'],
      ],
    ],
    ['Plugin', 'uninstalled', 'Ours', null, null],
  ])
})

test('its text is kept by file, and plugin.json names it and its settings', async () => {
  const { id } = await make({ name: 'Draft' })
  const one = `${path}${id}/`
  expect((await api.get(`${one}source/`)).body).toEqual({})
  const manifest = JSON.stringify({ name: 'From the file', config: schema })
  const files = { 'index.ts': 'export const x = 1', 'plugin.json': manifest, 'old.ts': '//' }
  expect((await api.patch(`${one}update_source/`, files)).body).toEqual(files)
  expect((await api.get(one)).body).toMatchObject({ name: 'From the file', config_schema: schema })
  const left = { 'index.ts': 'export const x = 2', 'plugin.json': manifest }
  const { body } = await api.patch(
    `${one}update_source/`,
    { 'index.ts': left['index.ts'], 'old.ts': null, 'none.ts': null, personal_api_key: api.key },
    { key: null },
  )
  expect(body).toEqual(left)
  expect((await api.get(`${one}source/`)).body).toEqual(left)
  await api.patch(`${one}update_source/`, left)
  expect(await told()).toEqual([
    ['Plugin', 'installed', 'Draft', null, null],
    [
      'Plugin',
      'updated',
      'From the file',
      null,
      [
        ['name', 'Draft', 'From the file'],
        ['config_schema', {}, schema],
        ['index.ts', null, null],
        ['plugin.json', null, null],
        ['old.ts', null, null],
      ],
    ],
    [
      'Plugin',
      'updated',
      'From the file',
      null,
      [
        ['index.ts', null, null],
        ['old.ts', null, null],
      ],
    ],
  ])
})

test.each<[Record<string, unknown>, string | null]>([
  [{ '../../etc/passwd': 'x' }, null],
  [{ 'a b.ts': 'x' }, null],
  [{ __proto__x: 'x' }, null],
  [{ 'index.ts': 5 }, null],
  [{ 'index.ts': {} }, 'index.ts'],
  [{ 'plugin.json': '{' }, 'plugin.json'],
  [{ 'plugin.json': '[]' }, 'plugin.json'],
  [{ 'plugin.json': '{"name": 5}' }, 'plugin.json'],
  [{ 'plugin.json': '{"config": "x"}' }, 'plugin.json'],
  [{ 'index.ts': 'x'.repeat(1_000_001) }, null],
  [Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`${n}.ts`, ''])), null],
])('a text that can not be kept is refused: %#', async (source, attr) => {
  const { id } = await make()
  const answer = await api.patch(`${path}${id}/update_source/`, source)
  // a number is taken as text, as everywhere
  if (source['index.ts'] === 5) expect(answer.body).toEqual({ 'index.ts': '5' })
  else {
    expect(answer).toMatchObject({ status: 400, body: { type: 'validation_error', attr } })
    expect((await api.get(`${path}${id}/source/`)).body).toEqual({})
  }
})

test.each<[object, string, string]>([
  [{ url: 'https://github.com/PostHog/posthog-hello-world' }, 'url', 'not_supported'],
  [{ plugin_type: 'custom', name: 'x' }, 'plugin_type', 'not_supported'],
  [{ name: 'x' }, 'plugin_type', 'not_supported'],
  [{ plugin_type: 'source' }, 'name', 'required'],
  [{ plugin_type: 'source', name: ' ' }, 'name', 'blank'],
  [{ plugin_type: 'source', name: 'x'.repeat(201) }, 'name', 'max_length'],
  [{ plugin_type: 'source', name: 'x', config_schema: 'x' }, 'config_schema', 'not_a_list'],
])('%j is no app that can be added', async (body, attr, code) => {
  const answer = await api.post(path, body)
  expect(answer).toMatchObject({ status: 400, body: { type: 'validation_error', attr } })
  expect([code, 'invalid_input']).toContain(answer.body.code)
})

test('what needs code from elsewhere is refused with the reason', async () => {
  const { id } = await make()
  for (const [method, at] of [
    ['GET', `${id}/check_for_updates/`],
    ['POST', `${id}/upgrade/`],
    ['GET', 'repository/'],
  ] as const) {
    expect([at, await api.ask(method, path + at)]).toMatchObject([
      at,
      { status: 400, body: { type: 'validation_error', code: 'not_supported', detail: /fetches no code/ } },
    ])
  }
  expect((await api.get(`${path}4000000/check_for_updates/`)).status).toBe(404)
})

test('an app is of its organization, unless staff makes it global; then others use it, and do not change it', async () => {
  const mine = await make({ name: 'Shared', config_schema: schema })
  const stranger = await api.stranger()
  const theirs = `/api/organizations/${stranger.organization.id}/plugins/`
  expect((await api.get(`${theirs}${mine.id}/`, stranger)).status).toBe(404)
  expect((await api.get(`${path}${mine.id}/`, stranger)).status).toBe(404)
  expect((await api.get(theirs, stranger)).body.count).toBe(0)
  const colleague = await api.colleague()
  expect(await api.patch(`${path}${mine.id}/`, { is_global: true }, colleague)).toMatchObject({
    status: 403,
    body: { detail: "This organization can't manage global plugins!" },
  })
  expect((await api.patch(`${path}${mine.id}/`, { is_global: false, tag: 'x' }, colleague)).status).toBe(200)
  expect(
    (await api.post(theirs, { plugin_type: 'source', name: 'x', is_global: true }, stranger)).status,
  ).toBe(403)
  expect((await api.patch(`${path}${mine.id}/`, { is_global: true })).body.is_global).toBe(true)

  expect((await api.get(`${theirs}${mine.id}/`, stranger)).body).toMatchObject({
    organization_name: 'Example',
  })
  expect((await api.get(theirs, stranger)).body.count).toBe(1)
  for (const [method, at, body] of [
    ['PATCH', `${mine.id}/`, { name: 'taken' }],
    ['DELETE', `${mine.id}/`],
    ['PATCH', `${mine.id}/update_source/`, { 'index.ts': 'x' }],
  ] as const) {
    expect(await api.ask(method, theirs + at, body, stranger)).toMatchObject({
      status: 403,
      body: { detail: 'This plugin installation is managed by another organization.' },
    })
  }
  expect((await api.get(`${theirs}${mine.id}/source/`, stranger)).status).toBe(404)
  const at = `/api/projects/${stranger.project.id}/plugin_configs/`
  expect((await api.post(at, { plugin: mine.id, order: 1, enabled: true }, stranger)).status).toBe(201)

  expect(await api.delete(`${path}${mine.id}/`)).toMatchObject({
    status: 400,
    body: { detail: 'This plugin is marked as global! Make it local before uninstallation' },
  })
  await api.patch(`${path}${mine.id}/`, { is_global: false })
  // what nobody may use any more can not be set up anew
  expect(await api.post(at, { plugin: mine.id, order: 1 }, stranger)).toMatchObject({
    status: 400,
    body: { code: 'does_not_exist', attr: 'plugin' },
  })
  expect((await api.delete(`${path}${mine.id}/`)).status).toBe(204)
  expect((await api.get(at, stranger)).body.count).toBe(0)
})

const setUp = async (body: object) => {
  const answer = await api.post(configsPath, body)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

test('an app is set up once, and its secrets are kept and never shown', async () => {
  const plugin = await make({ name: 'Sender', config_schema: schema })
  await api.activities()
  const config = { host: 'b.example', phrase: 'sesame' }
  const made = await setUp({ plugin: plugin.id, enabled: false, order: 3, config })
  expect(made).toEqual({
    id: expect.any(Number),
    plugin: plugin.id,
    enabled: false,
    order: 3,
    config: { host: 'b.example', phrase: masked },
    error: null,
    team_id: expect.any(Number),
    plugin_info: plugin,
    delivery_rate_24h: null,
    created_at: expect.stringMatching(/Z$/),
  })
  const one = `${configsPath}${made.id}/`
  expect((await api.get(one)).body).toEqual(made)
  expect((await api.get(configsPath)).body.results).toEqual([{ ...made, plugin_info: null }])

  // the secret stays where it is not sent, is null, or is sent back as it was shown
  const again = await setUp({ plugin: plugin.id, order: 4, config: { host: 'c.example' } })
  expect(again).toMatchObject({ id: made.id, order: 4, config: { host: 'c.example', phrase: masked } })
  await api.patch(one, { config: { host: 'd.example', phrase: null } })
  await api.patch(one, { config: { host: 'd.example', phrase: masked } })
  const kept = async () =>
    (
      await api.database.db.execute<{ config: unknown }>(
        `select config from plugin_configs where id = ${made.id}`,
      )
    )[0]!.config
  expect(await kept()).toEqual({ host: 'd.example', phrase: 'sesame' })
  expect((await api.patch(one, { config: { host: 'd.example', phrase: '' } })).body.config.phrase).toBe('')
  await api.patch(one, { config: { phrase: 'new' }, plugin: 4_000_000, team_id: 1 })
  expect(await kept()).toEqual({ phrase: 'new' })

  const activities = await told()
  expect(JSON.stringify(activities)).not.toMatch(/sesame|"new"/)
  expect(activities).toEqual([
    [
      'PluginConfig',
      'config_updated',
      'Sender',
      true,
      [
        ['host', null, 'b.example'],
        ['phrase', null, masked],
      ],
    ],
    ['PluginConfig', 'config_updated', 'Sender', true, [['host', 'b.example', 'c.example']]],
    ['PluginConfig', 'config_updated', 'Sender', true, [['host', 'c.example', 'd.example']]],
    ['PluginConfig', 'config_updated', 'Sender', true, [['phrase', masked, masked]]],
    [
      'PluginConfig',
      'config_updated',
      'Sender',
      true,
      [
        ['host', 'd.example', null],
        ['phrase', masked, masked],
      ],
    ],
  ])
})

test('a setting that is secret no longer is forgotten, not shown', async () => {
  const plugin = await make({ name: 'Sender', config_schema: schema })
  const made = await setUp({ plugin: plugin.id, config: { host: 'a', phrase: 'sesame' } })
  const one = `${configsPath}${made.id}/`
  const open = { 'plugin.json': JSON.stringify({ config: [{ key: 'phrase', type: 'string' }] }) }
  await api.patch(`${path}${plugin.id}/update_source/`, open)
  expect((await api.get(one)).body.config).toEqual({ host: 'a' })
  // and so where the schema is set by itself
  await api.patch(`${path}${plugin.id}/`, { config_schema: { phrase: { type: 'string', secret: true } } })
  await api.patch(one, { config: { phrase: 'again' } })
  await api.patch(`${path}${plugin.id}/`, { config_schema: {} })
  expect((await api.get(one)).body.config).toEqual({})
  expect((await api.get(`${one}logs/?type_filter=WARN`)).body.results[0].message).toBe(
    'Forgotten, as no longer secret: phrase',
  )
})

test('one that is enabled is noted not to be executed, and DELETE disables it', async () => {
  const plugin = await make({ name: 'Sender' })
  await api.activities()
  const made = await setUp({ plugin: plugin.id, config: { a: 1 } })
  const one = `${configsPath}${made.id}/`
  await api.patch(one, { enabled: true })
  const gone = await api.delete(one)
  expect([gone.status, gone.text]).toEqual([204, ''])
  expect((await api.get(one)).body).toMatchObject({ enabled: false, config: { a: 1 } })
  expect((await api.delete(one)).status).toBe(204)
  expect((await told()).map(([, what]) => what)).toEqual(['config_updated', 'enabled', 'disabled'])

  const logs = async (query = '') => (await api.get(`${one}logs/${query}`)).body
  const all = await logs()
  expect(all).toMatchObject({ count: 3, next: null })
  expect(all.results.map(({ type, message }: Record<string, string>) => [type, message])).toEqual([
    ['INFO', 'Disabled.'],
    ['WARN', expect.stringMatching(/^Enabled[.] Apps are not executed by this server/)],
    ['INFO', 'Settings changed: a'],
  ])
  expect(all.results[0]).toEqual({
    id: expect.any(String),
    team_id: made.team_id,
    plugin_id: plugin.id,
    plugin_config_id: made.id,
    timestamp: expect.stringMatching(/^2030-03-04T.*Z$/),
    source: 'SYSTEM',
    type: 'INFO',
    message: 'Disabled.',
    instance_id: '00000000-0000-0000-0000-000000000000',
  })
  expect((await logs('?type_filter=WARN')).count).toBe(1)
  expect((await logs('?type_filter=WARN&type_filter=INFO')).count).toBe(3)
  expect((await logs('?search=EXECUTED')).count).toBe(1)
  const middle = all.results[1].timestamp
  expect((await logs(`?after=${middle}`)).results).toEqual([all.results[0]])
  expect((await logs(`?before=${middle}`)).results).toEqual([all.results[2]])
  expect(await logs('?limit=1&offset=1')).toMatchObject({ count: 3, results: [all.results[1]] })
  for (const query of ['?type_filter=LOUD', '?after=noon']) {
    expect((await api.get(`${one}logs/${query}`)).status).toBe(400)
  }
})

test('a thousand notes are kept of an app, the newest', async () => {
  const plugin = await make()
  const made = await setUp({ plugin: plugin.id, config: { n: 0 } })
  await api.database.db.execute(
    `insert into plugin_logs (id, plugin_config_id, timestamp, type, message)
     select gen_random_uuid(), ${made.id}, '2020-01-01'::timestamptz + n * interval '1 s', 'LOG', n from generate_series(1, 1000) n`,
  )
  await api.patch(`${configsPath}${made.id}/`, { config: { n: 1 } })
  const { body } = await api.get(`${configsPath}${made.id}/logs/?limit=2000`)
  expect([body.count, body.results[0].message, body.results.at(-1).message]).toEqual([
    1000,
    'Settings changed: n',
    '3',
  ])
})

test('files are settings too, in a form', async () => {
  const plugin = await make({ name: 'Sender', config_schema: schema })
  const send = (method: string, at: string, parts: [string, string, string?][]) => {
    const lines = parts.flatMap(([name, value, filename]) => [
      '--b',
      `Content-Disposition: form-data; name="${name}"${filename ? `; filename="${filename}"` : ''}`,
      '',
      value,
    ])
    return api.ask(method, at, [...lines, '--b--', ''].join('\r\n'), {
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    })
  }
  const { body: made, status } = await send('POST', configsPath, [
    ['plugin', String(plugin.id)],
    ['enabled', 'true'],
    ['order', '2'],
    ['config', '{"host": "x", "phrase": "sesame"}'],
    ['add_attachment[cert]', 'some bytes', 'a.crt'],
    ['add_attachment[pem]', 'secret bytes', 'a.pem'],
  ])
  expect([status, made]).toMatchObject([
    201,
    {
      enabled: true,
      order: 2,
      config: {
        host: 'x',
        phrase: masked,
        cert: {
          uid: expect.any(Number),
          saved: true,
          size: 10,
          name: 'a.crt',
          type: 'application/octet-stream',
        },
        pem: { uid: -1, saved: true, size: -1, name: masked, type: 'application/octet-stream' },
      },
    },
  ])
  const one = `${configsPath}${made.id}/`
  const { body: changed } = await send('PATCH', one, [
    ['add_attachment[cert]', 'others', 'b.crt'],
    ['remove_attachment[pem]', 'true'],
    ['remove_attachment[none]', 'true'],
  ])
  expect(changed.config).toEqual({
    host: 'x',
    phrase: masked,
    cert: { ...made.config.cert, size: 6, name: 'b.crt' },
  })
  expect((await told()).filter(([, what]) => String(what).startsWith('attachment'))).toEqual([
    ['PluginConfig', 'attachment_created', 'Sender', true, [['cert', null, 'a.crt']]],
    ['PluginConfig', 'attachment_created', 'Sender', true, [['pem', null, masked]]],
    ['PluginConfig', 'attachment_updated', 'Sender', true, [['cert', 'a.crt', 'b.crt']]],
    ['PluginConfig', 'attachment_deleted', 'Sender', true, [['pem', masked, null]]],
  ])
  const many = Array.from({ length: 21 }, (_, n): [string, string, string] => [
    `add_attachment[k${n}]`,
    'x',
    'x.txt',
  ])
  expect((await send('PATCH', one, many)).body.detail).toBe('The settings of an app hold at most 20 files.')
  expect((await api.get(one)).body.config).toEqual(changed.config)
})

test('apps stand in an order, which can be changed', async () => {
  const ids: number[] = []
  for (const name of ['a', 'b', 'c']) ids.push((await make({ name })).id)
  const [a, b, c] = ids as [number, number, number]
  for (const plugin of ids) await setUp({ plugin, enabled: plugin !== c })
  await api.activities()
  const order = async () =>
    (await api.get(configsPath)).body.results.map((one: { plugin: number; order: number }) => [
      one.plugin,
      one.order,
    ])
  expect(await order()).toEqual([
    [a, 1],
    [b, 2],
    [c, 3],
  ])
  const { body, status } = await api.patch(`${configsPath}rearrange/`, {
    orders: { [a]: 9, [b]: 2, [c]: -1, 4000000: 1, nonsense: 3 },
  })
  expect(status).toBe(200)
  expect(
    body.map((one: { plugin: number; order: number; plugin_info: unknown }) => [one.plugin, one.order]),
  ).toEqual([
    [b, 2],
    [a, 9],
  ])
  expect(await order()).toEqual([
    [b, 2],
    [c, 3],
    [a, 9],
  ])
  expect(await told()).toEqual([['Plugin', 'order_changed', 'a', true, [['order', 1, 9]]]])
  for (const orders of [undefined, [1], { 1: 'first' }]) {
    expect((await api.patch(`${configsPath}rearrange/`, { orders })).status).toBe(400)
  }
})

test.each<[object, string, string]>([
  [{ order: 1 }, 'plugin', 'required'],
  [{ plugin: 4_000_000, order: 1 }, 'plugin', 'does_not_exist'],
  [{ plugin: 'x' }, 'plugin', 'invalid_input'],
  [{ plugin: 1, config: [1] }, 'config', 'not_a_dict'],
  [{ plugin: 1, order: 2 ** 40 }, 'order', 'max_value'],
])('%j sets up nothing', async (body, attr, code) => {
  expect(await api.post(configsPath, body)).toMatchObject({
    status: 400,
    body: { type: 'validation_error', attr, code },
  })
})

test('the part of the web app is a stub, and jobs are refused: apps are not executed', async () => {
  const plugin = await make()
  const { id } = await setUp({ plugin: plugin.id, enabled: true })
  const frontend = () => api.get(`${configsPath}${id}/frontend/`)
  const none = await frontend()
  expect(none.headers['content-type']).toMatch(/javascript/)
  expect(none.text).toBe('export function getFrontendApp () { return {"no_frontend":true} }')
  await api.patch(`${path}${plugin.id}/update_source/`, { 'frontend.tsx': 'export const scene = {}' })
  expect((await frontend()).text).toContain('{"error":"Apps are not executed by this server."}')
  const job = `${configsPath}${id}/job/`
  expect(await api.post(job, { job: { type: 'export', payload: {}, operation: 'start' } })).toMatchObject({
    status: 400,
    body: { code: 'not_supported', detail: /does not execute apps/ },
  })
  expect((await api.post(job, {})).body).toMatchObject({ code: 'required', attr: 'job' })
  expect((await api.post(`${configsPath}4000000/job/`, { job: { type: 'x' } })).status).toBe(404)
})

test('an app that is not executed has done nothing', async () => {
  const plugin = await make()
  const { id } = await setUp({ plugin: plugin.id, enabled: true })
  const at = `${base}app_metrics/${id}/`
  const { body } = await api.get(`${at}?category=processEvent&date_from=-3d`)
  expect(body).toEqual({
    metrics: {
      dates: ['2030-03-01', '2030-03-02', '2030-03-03', '2030-03-04'],
      successes: [0, 0, 0, 0],
      successes_on_retry: [0, 0, 0, 0],
      failures: [0, 0, 0, 0],
      totals: { successes: 0, successes_on_retry: 0, failures: 0 },
    },
    errors: [],
  })
  expect((await api.get(`${at}?category=onEvent`)).body.metrics.dates).toHaveLength(31)
  const hours = (await api.get(`${at}?category=onEvent&date_from=2030-03-03&date_to=2030-03-03`)).body
  expect(hours.metrics.dates).toHaveLength(24)
  expect(hours.metrics.dates[1]).toBe('2030-03-03 01:00:00')
  expect((await api.get(`${at}error_details/?category=onEvent&error_type=TypeError`)).body).toEqual({
    result: [],
  })
  expect((await api.get(`${at}historical_exports/`)).body).toEqual({ results: [] })
  expect((await api.get(`${at}historical_exports/abc/`)).status).toBe(404)
  for (const [query, attr, code] of [
    ['', 'category', 'required'],
    ['?category=sleep', 'category', 'invalid_choice'],
    ['?category=onEvent&date_from=noon', 'date_from', 'invalid_input'],
    ['?category=onEvent&date_from=-500d', null, 'invalid_input'],
    ['error_details/?category=onEvent', 'error_type', 'required'],
  ] as const) {
    expect([query, (await api.get(at + query)).body]).toMatchObject([query, { attr, code }])
  }
  expect((await api.get(`${base}app_metrics/4000000/?category=onEvent`)).status).toBe(404)
})

test('another project’s set-up is not there', async () => {
  const plugin = await make()
  const { id } = await setUp({ plugin: plugin.id })
  const elsewhere = `/api/projects/${api.project.id}/`
  for (const [method, at, body] of [
    ['GET', `plugin_configs/${id}/`],
    ['PATCH', `plugin_configs/${id}/`, { enabled: true }],
    ['DELETE', `plugin_configs/${id}/`],
    ['GET', `plugin_configs/${id}/logs/`],
    ['GET', `plugin_configs/${id}/frontend/`],
    ['GET', `app_metrics/${id}/?category=onEvent`],
    ['GET', `app_metrics/${id}/historical_exports/`],
  ] as const) {
    expect([method, at, (await api.ask(method, elsewhere + at, body)).status]).toEqual([method, at, 404])
  }
  expect((await api.get(`/api/plugin_config/${id}/`)).status).toBe(200)
})

test('the history of apps tells of the organization’s and of the projects that one can see', async () => {
  const plugin = await make({ name: 'Told' })
  await setUp({ plugin: plugin.id, enabled: true })
  const history = async (asked?: Account) =>
    (await api.get(`${path}activity/`, asked)).body.results.map(
      ({ scope, activity }: { scope: string; activity: string }) => [scope, activity],
    )
  const all = [
    ['PluginConfig', 'enabled'],
    ['Plugin', 'installed'],
  ]
  expect(await history()).toEqual(all)
  const colleague = await api.colleague()
  expect(await history(colleague)).toEqual(all)
  await api.database.db.execute(
    `update projects set settings = '{"access_control": true}' where id = ${base.split('/')[3]}`,
  )
  await api.changed()
  expect(await history(colleague)).toEqual([['Plugin', 'installed']])
})
