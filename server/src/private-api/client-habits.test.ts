import { afterAll, beforeAll, expect, it } from 'vitest'
import { testApp } from '../../test/app.ts'
import { canary, type Seeded, seed } from '../../test/every-request.ts'
import type { Ingested } from '../../test/ingested.ts'
import { wholeApi } from '../../test/whole-api.ts'
import { createRateLimits } from '../rate-limits/in-memory.ts'
import { annotationRoutes } from './annotations/routes.ts'
import { createAnnotationStore } from './annotations/store.ts'

/**
 * What clients of PostHog's API rely on without its documentation saying so: the list of traps in the reference of the
 * private API, by its numbers.
 */
let on: Ingested
let ids: Seeded['ids']
let base: string
let api: Ingested['api']

const closing: (() => Promise<void>)[] = []
beforeAll(async () => {
  on = await wholeApi((close) => closing.push(close))
  ;({ ids, base } = await seed(on))
  api = on.api
}, 120_000)
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

const send = (
  method: string,
  path: string,
  more: { payload?: string | Buffer; headers?: Record<string, string> } = {},
) =>
  api.app.inject({
    method: method as 'GET',
    url: path,
    ...more,
    headers: { authorization: `Bearer ${api.key}`, ...more.headers },
  })
const created = async (path: string, body: object) => {
  const answer = await api.post(base + path, body)
  expect([path, answer.status, answer.status === 201 || answer.text]).toEqual([path, 201, true])
  return answer.body
}
const flag = (key: string, more: object = {}) =>
  created('feature_flags/', {
    key,
    name: key,
    filters: { groups: [{ properties: [], rollout_percentage: 50 }] },
    ...more,
  })
const insight = (more: object = {}) =>
  created('insights/', {
    name: canary,
    filters: { insight: 'TRENDS', events: [{ id: `${canary} viewed`, type: 'events' }] },
    ...more,
  })

/** What is kept in the database and found by its id. */
const kinds = ['actions', 'annotations', 'cohorts', 'dashboards', 'insights', 'feature_flags'] as const

it('1. both forms of a path answer directly', async () => {
  for (const path of [`${base}actions`, `${base}actions/`, '/api/projects', '/api/users/@me']) {
    expect([path, (await api.get(path)).status]).toEqual([path, 200])
  }
  expect((await api.post(`${base}annotations`, { content: 'x' })).status).toBe(201)
})

it('2. next is absolute, on the public host, with all other parameters kept', async () => {
  for (const content of ['one', 'two']) await created('annotations/', { content, scope: 'project' })
  const answer = await send('GET', `${base}annotations/?limit=1&search=&scope=project`, {
    headers: { host: 'analytics.example.com' },
  })
  const next = new URL(answer.json().next)
  expect(next.host).toBe('analytics.example.com')
  expect([
    next.searchParams.get('limit'),
    next.searchParams.get('offset'),
    next.searchParams.get('scope'),
  ]).toEqual(['1', '1', 'project'])
  expect((await api.get(next.pathname + next.search)).body.results).toHaveLength(1)
})

it('3. what is only ever soft-deleted answers DELETE with 405 and nothing; some stay readable by id, some do not', async () => {
  const one = {
    actions: await created('actions/', { name: 'gone', steps: [{ event: 'x' }] }),
    cohorts: await created('cohorts/', { name: 'gone', is_static: true }),
    feature_flags: await flag('gone'),
    insights: await insight(),
    dashboards: await created('dashboards/', { name: 'gone' }),
    annotations: await created('annotations/', { content: 'gone' }),
  }
  for (const [kind, { id }] of Object.entries(one)) {
    const path = `${base}${kind}/${id}/`
    const refused = await api.delete(path)
    expect([kind, refused.status, refused.text]).toEqual([kind, 405, ''])
    expect([kind, (await api.patch(path, { deleted: true })).status]).toEqual([kind, 200])
    const stays = ['actions', 'cohorts', 'feature_flags'].includes(kind)
    expect([kind, (await api.get(path)).status]).toEqual([kind, stays ? 200 : 404])
  }
})

it('4. an insight or dashboard comes back by {"deleted": false}', async () => {
  for (const kind of ['insights', 'dashboards']) {
    const { id } = kind === 'insights' ? await insight() : await created('dashboards/', { name: 'back' })
    const path = `${base}${kind}/${id}/`
    await api.patch(path, { deleted: true })
    expect([kind, (await api.patch(path, { deleted: false })).status]).toEqual([kind, 200])
    expect([kind, (await api.get(path)).status]).toEqual([kind, 200])
  }
})

it('5. statuses of creation; an empty answer does not call itself JSON', async () => {
  const login = await api.ask(
    'POST',
    '/api/login',
    { email: 'owner@example.com', password: 'correct horse battery' },
    { key: null },
  )
  expect(login.status).toBe(200)
  for (const [path, body] of [
    [`insights/${ids.insights}/viewed/`, {}],
    ['insights/cancel/', { client_query_id: 'nobody' }],
    ['insights/timing/', { query_id: 'x', time_to_see_data_ms: 1, type: 'insight' }],
  ] as const) {
    const answer = await api.post(base + path, body)
    expect([path, answer.status, answer.text, answer.headers['content-type']]).toEqual([
      path,
      201,
      '',
      undefined,
    ])
  }
  expect((await api.post(`${base}events/`, {})).status).toBe(405)
})

it("6. a personal key's value is shown once", async () => {
  const { status, body } = await api.post('/api/personal_api_keys/', { label: 'shown once' })
  expect([status, body.value]).toEqual([201, expect.stringMatching(/^phx_/)])
  for (const path of ['/api/personal_api_keys/', `/api/personal_api_keys/${body.id}/`]) {
    expect((await api.get(path)).text).not.toContain(body.value)
  }
})

it('7. a person is found by number and uuid, not by distinct id', async () => {
  const [listed] = (await api.get(`${base}persons/?distinct_id=ann`)).body.results
  const detail = (await api.get(`${base}persons/${listed.id}/`)).body
  expect([typeof listed.id, typeof detail.id]).toEqual(['string', 'number'])
  expect((await api.get(`${base}persons/${detail.id}/`)).body.uuid).toBe(listed.id)
  expect((await api.get(`${base}persons/ann/`)).status).toBe(400)
})

it('8. a distinct id in the query string is taken exactly', async () => {
  const strange = ' Ann+é/&=%20 '
  await on.send({ event: 'x', distinct_id: strange })
  const found = async (id: string) =>
    (await api.get(`${base}persons/?distinct_id=${encodeURIComponent(id)}`)).body.results
  expect((await found(strange))[0].distinct_ids).toEqual([strange])
  expect(await found(strange.trim())).toEqual([])
  expect(await found(strange.toLowerCase())).toEqual([])
})

it('9. the result of an insight is null until it is asked for, and then served', async () => {
  const { id } = await insight()
  expect((await api.get(`${base}insights/${id}/`)).body.result).toBeNull()
  expect((await api.get(`${base}insights/${id}/?refresh=true`)).body.result).toHaveLength(1)
  expect((await api.get(`${base}insights/${id}/`)).body.result).toHaveLength(1)
})

it('10. dashboards of an insight are replaced as a set, and kept when they are not sent', async () => {
  const [a, b] = [await created('dashboards/', { name: 'a' }), await created('dashboards/', { name: 'b' })]
  const { id } = await insight({ dashboards: [a.id] })
  expect((await api.patch(`${base}insights/${id}/`, { name: 'n' })).body.dashboards).toEqual([a.id])
  expect((await api.patch(`${base}insights/${id}/`, { dashboards: [b.id] })).body.dashboards).toEqual([b.id])
  expect((await api.patch(`${base}insights/${id}/`, { dashboards: [] })).body.dashboards).toEqual([])
})

it('11. steps of an action are replaced as a set, and kept when they are not sent; their ids are text', async () => {
  const { id, steps } = await created('actions/', { name: 'steps', steps: [{ event: 'a' }, { event: 'b' }] })
  expect(steps.map((step: { id: unknown }) => typeof step.id)).toEqual(['string', 'string'])
  const path = `${base}actions/${id}/`
  expect((await api.patch(path, { name: 'steps too' })).body.steps).toEqual(steps)
  expect((await api.patch(path, { steps: [{ event: 'c' }] })).body.steps).toMatchObject([{ event: 'c' }])
})

it("12. a flag's filters are kept without groups, and unknown parts of them always", async () => {
  const filters = {
    groups: [{ properties: [], rollout_percentage: 10 }],
    payloads: { true: '1' },
    of_a_newer_client: { a: [1] },
  }
  const made = await flag('round trip', { filters }).catch(() => null)
  expect(made).toBeNull()
  const { id } = await flag('round-trip', { filters })
  const path = `${base}feature_flags/${id}/`
  expect((await api.get(path)).body.filters).toMatchObject(filters)
  expect((await api.patch(path, { filters: { payloads: {} } })).body.filters).toMatchObject({
    groups: filters.groups,
  })
  const variants = [{ key: 'a', rollout_percentage: 30 }]
  const refused = await api.post(`${base}feature_flags/`, {
    key: 'no-sum',
    filters: { groups: [{}], multivariate: { variants } },
  })
  expect(refused.status).toBe(400)
})

it('13. fields that are unknown or read-only are ignored: whole objects are sent back', async () => {
  for (const kind of kinds) {
    const path = `${base}${kind}/${ids[kind]}/`
    const { body } = await api.get(path)
    const back = await api.patch(path, { ...body, of_nobody: 1 })
    expect([kind, back.status, back.status === 200 || back.text]).toEqual([kind, 200, true])
    expect(back.body.id).toBe(body.id)
    expect(back.body).not.toHaveProperty('of_nobody')
  }
})

it('14. JSON comes back as it was sent', async () => {
  const layouts = { sm: { y: 0, x: 1, w: 6, h: 5, i: '3' }, z: null, a: [1.5, '1', true] }
  const dashboard = await created('dashboards/', { name: 'json' })
  const { id } = await insight({
    dashboards: [dashboard.id],
    filters: { insight: 'TRENDS', events: [], z: 1, a: null, n: 10.25, s: '10' },
  })
  const { tiles } = (await api.get(`${base}dashboards/${dashboard.id}/`)).body
  await api.patch(`${base}dashboards/${dashboard.id}/`, { tiles: [{ id: tiles[0].id, layouts }] })
  const shown = (await api.get(`${base}dashboards/${dashboard.id}/`)).body.tiles[0]
  expect(JSON.stringify(shown.layouts)).toBe(JSON.stringify(layouts))
  const { filters } = (await api.get(`${base}insights/${id}/`)).body
  expect(filters).toMatchObject({ z: 1, a: null, n: 10.25, s: '10' })
})

it('15. properties in a query string: JSON, or repeated', async () => {
  const property = { key: 'plan', value: canary, operator: 'exact', type: 'event' }
  const text = encodeURIComponent(JSON.stringify(property))
  const all = encodeURIComponent(JSON.stringify([property, { ...property, operator: 'is_set' }]))
  for (const query of [
    `properties=[${text}]`,
    `properties=${text}`,
    `properties=${all}`,
    `properties=${text}&properties=${text}`,
  ]) {
    const { status, body } = await api.get(`${base}events/?${query}`)
    expect([query, status, body.results.length > 0]).toEqual([query, 200, true])
  }
})

it('16. yes and no in query strings', async () => {
  for (const yes of ['true', 'TRUE', '1', 't', 'y', 'Yes', 'on']) {
    const { body } = await api.get(`${base}insights/?saved=${yes}`)
    expect([
      yes,
      body.results.every(
        (one: { saved: boolean; dashboards: number[] }) => one.saved || one.dashboards.length,
      ),
    ]).toEqual([yes, true])
  }
  // there at all is enough
  const mine = await api.get(`${base}insights/?user=false`)
  expect(
    mine.body.results.every((one: { created_by: { id: number } }) => one.created_by.id === api.user.id),
  ).toBe(true)
})

it('17. a trend of a week has eight buckets; labels are for people, days are ISO', async () => {
  const { body } = await api.post(`${base}insights/trend/`, { events: [{ id: `${canary} viewed` }] })
  const [line] = body.result
  expect([line.data.length, line.labels[7], line.days[7]]).toEqual([
    8,
    expect.stringMatching(/^\d{1,2}-[A-Z][a-z]{2}-\d{4}$/),
    new Date().toISOString().slice(0, 10),
  ])
  const weeks = (
    await api.post(`${base}insights/trend/`, { events: [{ id: 'x' }], interval: 'week', date_from: '-28d' })
  ).body.result
  for (const day of weeks[0].days) expect(new Date(`${day}T00:00:00Z`).getUTCDay()).toBe(0)
})

it('18. trends count in floats, funnels in whole numbers; dormant people are below zero', async () => {
  const trend = await api.post(`${base}insights/trend/`, { events: [{ id: `${canary} viewed` }] })
  expect(trend.body.result[0].count).toBeGreaterThanOrEqual(2)
  const funnel = await api.post(`${base}insights/funnel/`, {
    events: [{ id: `${canary} viewed` }, { id: `${canary} bought`, order: 1 }],
  })
  expect(funnel.body.result.map(({ count }: { count: number }) => Number.isInteger(count))).toEqual([
    true,
    true,
  ])
  const lifecycle = await api.get(
    `${base}insights/trend/?insight=LIFECYCLE&date_from=-3d&date_to=%2B3d&events=${encodeURIComponent(JSON.stringify([{ id: `${canary} viewed` }]))}`,
  )
  const dormant = lifecycle.body.result.find(({ status }: { status: string }) => status === 'dormant')
  expect(Math.min(...dormant.data)).toBeLessThan(0)
})

it('19. breakdown_value is one value in trends, a list in funnels', async () => {
  const events = [{ id: `${canary} viewed` }, { id: `${canary} bought`, order: 1 }]
  const trend = await api.post(`${base}insights/trend/`, { events: events.slice(0, 1), breakdown: 'plan' })
  expect(trend.body.result.map((one: { breakdown_value: unknown }) => one.breakdown_value)).toContain(canary)
  const query = new URLSearchParams({ events: JSON.stringify(events), breakdown: 'plan', insight: 'FUNNELS' })
  const funnel = await api.get(`${base}insights/funnel/?${query}`)
  const steps: { breakdown_value: unknown }[] = funnel.body.result.flat()
  expect(steps.map((step) => step.breakdown_value)).toContainEqual([canary])
})

it('20. legacy filters may hold keys that nobody knows', async () => {
  const odd = {
    show_legend: 'yes',
    entity_type: 7,
    hidden_legend_keys: { a: 1 },
    chart: null,
    filter_test_accounts: 'maybe',
  }
  for (const kind of ['trend', 'funnel', 'retention', 'path']) {
    const { status, text } = await api.post(`${base}insights/${kind}/`, {
      events: [{ id: 'x' }, { id: 'y', order: 1 }],
      ...odd,
    })
    expect([kind, status === 200 || text]).toEqual([kind, true])
  }
})

it('21. one error at a time, with its field', async () => {
  expect(
    (
      await api.post(`${base}cohorts/`, {
        name: 'x',
        filters: { properties: { type: 'AND', values: [{ type: 'no' }] } },
      })
    ).body,
  ).toMatchObject({
    type: 'validation_error',
    code: expect.any(String),
    detail: expect.any(String),
  })
  expect((await api.post(`${base}feature_flags/`, {})).body).toMatchObject({
    type: 'validation_error',
    code: 'required',
    attr: 'key',
  })
  const stranger = await api.stranger()
  expect((await api.get(base, { key: stranger.key })).status).toBe(404)
  const forbidden = await api.get(`${base}actions/`, { key: stranger.key })
  expect(forbidden.body).toMatchObject({
    type: 'authentication_error',
    code: 'permission_denied',
    attr: null,
  })
})

it('22. 401, 403 and 404', async () => {
  expect((await api.get(`${base}actions/`, { key: null })).status).toBe(401)
  expect((await api.get(`${base}actions/`, { key: 'phx_nobody' })).status).toBe(401)
  const stranger = await api.stranger()
  expect((await api.get(`${base}actions/`, { key: stranger.key })).status).toBe(403)
  expect(
    (await api.get(`/api/projects/${stranger.project.id}/actions/${ids.actions}/`, { key: stranger.key }))
      .status,
  ).toBe(404)
})

it('23. token= names the project, also beside another one in the path', async () => {
  const { body: project } = await api.get(base)
  const { body: second } = await api.post('/api/projects/', { name: 'second' })
  const { body } = await api.get(`/api/projects/${second.id}/actions/?token=${project.api_token}`)
  expect(body.results.map(({ name }: { name: string }) => name)).toContain(canary)
})

it('24. @current follows set_current_team at once', async () => {
  const { body: second } = await api.post('/api/projects/', { name: 'to visit' })
  for (const id of [second.id, ids.projects]) {
    expect((await api.patch('/api/users/@me/', { set_current_team: id })).status).toBe(200)
    expect((await api.get('/api/projects/@current/')).body.id).toBe(id)
  }
})

it('25. lists have no largest limit', async () => {
  for (const path of ['annotations/', 'actions/', 'persons/', 'event_definitions/']) {
    expect([path, (await api.get(`${base}${path}?limit=10000`)).status]).toEqual([path, 200])
  }
})

it('26. events are paged by time, each once', async () => {
  const timestamp = '2024-05-05T05:05:05.123456Z'
  await on.send(
    ...Array.from({ length: 5 }, (_, n) => ({
      event: 'paged',
      distinct_id: `p${n}`,
      timestamp: n < 2 ? timestamp : `2024-05-05T05:05:0${n}Z`,
    })),
  )
  const seen: string[] = []
  let path: string | undefined = `${base}events/?event=paged&limit=2&after=2024-01-01&before=2024-06-01`
  while (path) {
    const { body }: { body: { results: { id: string }[]; next: string | null } } = await api.get(path)
    seen.push(...body.results.map(({ id }) => id))
    path = body.next?.replace(/^https?:\/\/[^/]+/, '')
  }
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen.length).toBeGreaterThanOrEqual(4)
})

it('27. a person is changed with an empty answer, and a read right after sees it', async () => {
  const path = `${base}persons/${ids.persons}/`
  const answer = await api.post(`${path}update_property/`, { key: 'habit', value: '27' })
  expect([[201, 202, 204].includes(answer.status), answer.text]).toEqual([true, ''])
  expect((await api.get(path)).body.properties.habit).toBe('27')
})

it('28. deleting a person leaves the events, and the distinct id may come back', async () => {
  await on.send({ event: 'left behind', distinct_id: 'leaver' })
  const [{ id }] = (await api.get(`${base}persons/?distinct_id=leaver`)).body.results
  expect((await api.delete(`${base}persons/${id}/`)).status).toBe(202)
  expect((await api.get(`${base}events/?event=left%20behind`)).body.results).toHaveLength(1)
  await on.send({ event: 'back again', distinct_id: 'leaver' })
  expect((await api.get(`${base}persons/?distinct_id=leaver`)).body.results).toHaveLength(1)
})

it('29. tags are replaced as a whole, in small letters', async () => {
  const { id } = await created('dashboards/', { name: 'tagged', tags: ['B', 'a'] })
  const tags = async (body: object) => (await api.patch(`${base}dashboards/${id}/`, body)).body.tags.sort()
  expect(await tags({ name: 'still' })).toEqual(['a', 'b'])
  expect(await tags({ tags: ['C'] })).toEqual(['c'])
})

it('30. nothing is null that is a list, but for the tiles of a list', async () => {
  const listed = (await api.get(`${base}dashboards/`)).body.results
  for (const one of listed) expect([one.tiles, Array.isArray(one.tags)]).toEqual([null, true])
  const { body } = await api.get(`${base}cohorts/${ids.cohorts}/`)
  expect([body.errors_calculating, body.is_static]).toEqual([0, true])
})

it('31. a list shows less: projects, insights with basic', async () => {
  const project = (await api.get('/api/projects/')).body.results[0]
  expect(project).not.toHaveProperty('test_account_filters')
  const [basic] = (await api.get(`${base}insights/?basic=true`)).body.results
  expect(basic).not.toHaveProperty('result')
})

it('32. HEAD and OPTIONS are answered', async () => {
  for (const path of [`${base}actions/`, '/api/projects/', `${base}insights/${ids.insights}/`]) {
    const head = await send('HEAD', path)
    expect([path, head.statusCode, head.body]).toEqual([path, 200, ''])
    const options = await send('OPTIONS', path, {
      headers: { origin: 'https://app.example', 'access-control-request-method': 'GET' },
    })
    expect([path, options.statusCode < 300]).toEqual([path, true])
  }
})

it('33. whatever Accept says, the answer is JSON', async () => {
  for (const accept of [
    '*/*',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    undefined,
  ]) {
    const answer = await send('GET', `${base}actions/`, { headers: accept ? { accept } : {} })
    expect([accept, answer.statusCode, answer.headers['content-type']]).toEqual([
      accept,
      200,
      expect.stringContaining('application/json'),
    ])
  }
})

it('34. times say their zone', async () => {
  for (const kind of kinds) {
    const { body } = await api.get(`${base}${kind}/${ids[kind]}/`)
    expect([kind, body.created_at]).toEqual([
      kind,
      expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+(\.\d+)?(Z|\+00:00)$/),
    ])
  }
})

it('35. too many requests: JSON with `throttled`, and Retry-After', async () => {
  const limited = await testApp(
    (close) => closing.push(close),
    ({ database, activity }) => [
      annotationRoutes({ annotations: createAnnotationStore(database), activity, now: () => new Date() }),
    ],
    { rateLimits: createRateLimits() },
  )
  const path = `/api/projects/${limited.project.id}/annotations/`
  let last = await limited.get(path)
  for (let n = 0; n < 480 && last.status === 200; n++) last = await limited.get(path)
  expect(last).toMatchObject({
    status: 429,
    body: { type: 'throttled_error', code: 'throttled', attr: null },
    headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
  })
}, 120_000)

it('36. forms and multipart bodies, JSON in their fields', async () => {
  const form = new URLSearchParams({
    name: 'from a form',
    filters: JSON.stringify({ insight: 'TRENDS', events: [{ id: 'x' }] }),
  })
  const made = await send('POST', `${base}insights/`, {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: form.toString(),
  })
  expect([made.statusCode, made.json().filters?.events]).toMatchObject([201, [{ id: 'x' }]])
  const parts = [
    '--b',
    'Content-Disposition: form-data; name="name"',
    '',
    'from a file',
    '--b',
    'Content-Disposition: form-data; name="is_static"',
    '',
    'true',
    '--b',
    'Content-Disposition: form-data; name="csv"; filename="people.csv"',
    'Content-Type: text/csv',
    '',
    'distinct_id\r\nann',
    '--b--',
    '',
  ]
  const cohort = await send('POST', `${base}cohorts/`, {
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    payload: parts.join('\r\n'),
  })
  expect([cohort.statusCode, cohort.json().is_static ?? cohort.body]).toEqual([201, true])
})

it('37. what must be unlike others, and what may repeat', async () => {
  await flag('only-one')
  const again = { key: 'only-one', filters: { groups: [{}] } }
  expect((await api.post(`${base}feature_flags/`, again)).body).toMatchObject({ code: 'unique', attr: 'key' })
  await created('actions/', { name: 'only one', steps: [{ event: 'x' }] })
  const action = { name: 'only one', steps: [{ event: 'x' }] }
  expect((await api.post(`${base}actions/`, action)).body).toMatchObject({ code: 'unique', attr: 'name' })
  for (const n of [1, 2]) {
    await created('cohorts/', { name: `same ${n - n}`, is_static: true })
    await created('dashboards/', { name: 'same' })
    await insight({ name: 'same' })
  }
})

it("38. a project's token is shown to every member", async () => {
  const { body: project } = await api.get(base)
  expect(project.api_token).toMatch(/^phc_/)
  const me = (await api.get('/api/users/@me/')).body
  expect(JSON.stringify(me)).toContain(project.api_token)
  const listed = (await api.get('/api/projects/')).body.results
  expect(listed.map((one: { api_token: string }) => one.api_token)).toContain(project.api_token)
})
