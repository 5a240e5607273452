import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertEvents } from '../../../test/events.ts'
import { savedApp } from '../../../test/saved.ts'

const closing: (() => Promise<void>)[] = []
let api: Awaited<ReturnType<typeof savedApp>>
let project: string

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hedgerow-web-'))
  closing.push(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Hedgerow</title>')
  api = await savedApp((close) => closing.push(close), folder)
  project = `/api/projects/${api.project.id}`
  await insertEvents(api.warehouse, api.project.id, [
    {
      event: 'view',
      distinct_id: 'ann@secret.example',
      timestamp: '2023-02-02T10:00:00Z',
      properties: { plan: 'secret-plan', page: '/pricing' },
    },
  ])
})
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

const visitor = { key: null }
const secretFilter = [{ key: 'plan', value: ['secret-plan'] }]
const filters = {
  events: [{ id: 'view', properties: secretFilter }],
  properties: secretFilter,
  date_from: '-7d',
}
const made = async (kind: 'insights' | 'dashboards', body: object = {}) =>
  (await api.post(`${project}/${kind}/`, body)).body
const shared = async (kind: 'insights' | 'dashboards', id: number) =>
  (await api.patch(`${project}/${kind}/${id}/sharing/`, { enabled: true })).body.access_token as string
const seen = (token: string) => api.get(`/shared/${token}.json`, visitor)

describe('a link', () => {
  it.each(['insights', 'dashboards'] as const)('of %s is off until it is turned on', async (kind) => {
    const { id } = await made(kind, { name: 'shown' })
    const at = `${project}/${kind}/${id}/sharing/`
    const { status, body } = await api.get(at)
    expect([status, body]).toEqual([
      200,
      {
        created_at: expect.stringMatching(/Z$/),
        enabled: false,
        access_token: expect.stringMatching(/^[0-9A-Za-z]{42,43}$/),
      },
    ])
    expect((await api.get(at)).body).toEqual(body)
    expect((await seen(body.access_token)).status).toBe(404)
    expect((await api.patch(at, { enabled: true })).body).toEqual({ ...body, enabled: true })
    expect((await seen(body.access_token)).status).toBe(200)
    expect((await api.patch(at, {})).body.enabled).toBe(true)

    const renewed = (await api.post(`${at}refresh/`)).body
    expect(renewed).toMatchObject({ enabled: true })
    expect(renewed.access_token).not.toBe(body.access_token)
    expect((await seen(body.access_token)).status).toBe(404)
    expect((await seen(renewed.access_token)).status).toBe(200)

    await api.patch(at, { enabled: false })
    expect(await seen(renewed.access_token)).toMatchObject({ status: 404, body: { code: 'not_found' } })
    const log = (await api.get(`${project}/insights/activity/`)).body.results
    if (kind === 'insights') {
      expect(log.slice(0, 3).map((entry: { activity: string }) => entry.activity)).toEqual([
        'sharing disabled',
        'sharing link renewed',
        'sharing enabled',
      ])
    }
  })

  it('says on the dashboard that it is shared', async () => {
    const { id } = await made('dashboards')
    await shared('dashboards', id)
    expect((await api.get(`${project}/dashboards/${id}/`)).body.is_shared).toBe(true)
    await api.patch(`${project}/dashboards/${id}/sharing/`, { enabled: false })
    expect((await api.get(`${project}/dashboards/${id}/`)).body.is_shared).toBe(false)
  })

  it('of what is deleted, or not there, leads nowhere', async () => {
    for (const kind of ['insights', 'dashboards'] as const) {
      const { id } = await made(kind)
      const token = await shared(kind, id)
      await api.patch(`${project}/${kind}/${id}/`, { deleted: true })
      expect((await seen(token)).status).toBe(404)
      expect((await api.get(`${project}/${kind}/${id}/sharing/`)).status).toBe(404)
      await api.patch(`${project}/${kind}/${id}/`, { deleted: false })
      expect((await seen(token)).status).toBe(200)
    }
    for (const token of ['x', 'a'.repeat(43), '%00', '..%2f..']) expect((await seen(token)).status).toBe(404)
  })

  it('is turned on by who may edit, and is no business of other projects', async () => {
    const { id } = await made('dashboards', { restriction_level: 37 })
    const { id: insight } = await made('insights', { dashboards: [id] })
    const plain = { key: (await api.colleague()).key }
    const at = [`${project}/dashboards/${id}/sharing/`, `${project}/insights/${insight}/sharing/`]
    for (const path of at) {
      expect((await api.get(path, plain)).status).toBe(200)
      expect((await api.patch(path, { enabled: true }, plain)).status).toBe(403)
      expect((await api.post(`${path}refresh/`, {}, plain)).status).toBe(403)
    }
    const stranger = await api.stranger()
    for (const path of at) {
      const theirs = path.replace(project, `/api/projects/${stranger.project.id}`)
      expect((await api.get(theirs, { key: stranger.key })).status).toBe(404)
      expect((await api.patch(theirs, { enabled: true }, { key: stranger.key })).status).toBe(404)
    }
  })
})

describe('what a visitor sees', () => {
  it('of an insight is its chart, and nothing of how it was asked or by whom', async () => {
    const { id, short_id } = await made('insights', {
      name: 'Views',
      description: 'of today',
      filters,
      tags: ['hidden'],
    })
    const { body, text, headers } = await seen(await shared('insights', id))
    expect(body).toEqual({
      type: 'scene',
      insight: {
        id,
        short_id,
        name: 'Views',
        derived_name: null,
        description: 'of today',
        filters: { insight: 'TRENDS', date_from: '-7d' },
        query: null,
        result: [expect.objectContaining({ label: 'view', count: 1 })],
        columns: null,
        hasMore: false,
        last_refresh: expect.stringMatching(/^2023-02-03/),
        is_cached: false,
        timezone: 'UTC',
        error: null,
      },
    })
    for (const secret of ['secret', 'owner@example.com', 'hidden', 'persons', api.project.apiToken]) {
      expect(text).not.toContain(secret)
    }
    expect(headers['cache-control']).toBe('no-store')
  })

  it('of a typed query is how it is shown', async () => {
    const series = [{ kind: 'EventsNode', event: 'view', properties: secretFilter }]
    const query = {
      kind: 'TrendsQuery',
      series,
      properties: secretFilter,
      trendsFilter: { display: 'ActionsBar' },
    }
    const { id } = await made('insights', { query: { kind: 'InsightVizNode', source: query } })
    const { body, text } = await seen(await shared('insights', id))
    expect(body.insight).toMatchObject({
      filters: {},
      query: { kind: 'TrendsQuery', trendsFilter: { display: 'ActionsBar' } },
      result: [{ count: 1 }],
    })
    expect(text).not.toContain('secret')
    const sql = await made('insights', {
      query: {
        kind: 'HogQLQuery',
        query: "select count() as n from events where properties.plan = 'secret-plan'",
      },
    })
    const shown = await seen(await shared('insights', sql.id))
    expect(shown.body.insight).toMatchObject({ query: { kind: 'HogQLQuery' }, result: [[1]], columns: ['n'] })
    expect(shown.text).not.toContain('secret')
  })

  it('of a funnel says of which step the bars are a share', async () => {
    const series = ['view', 'view'].map((event) => ({ kind: 'EventsNode', event }))
    const typed = { kind: 'FunnelsQuery', series, funnelsFilter: { funnelStepReference: 'previous' } }
    const { id } = await made('insights', { query: typed })
    const { body } = await seen(await shared('insights', id))
    expect(body.insight.query.funnelsFilter).toEqual({ funnelStepReference: 'previous' })
    const events = [
      { id: 'view', order: 0 },
      { id: 'view', order: 1 },
    ]
    const legacy = await made('insights', {
      filters: { insight: 'FUNNELS', events, funnel_step_reference: 'previous' },
    })
    const shown = await seen(await shared('insights', legacy.id))
    expect(shown.body.insight.filters).toMatchObject({ funnel_step_reference: 'previous' })
  })

  it('of SQL that is shown as a chart is the chart', async () => {
    const { id } = await made('insights', {
      query: {
        kind: 'DataVisualizationNode',
        source: {
          kind: 'HogQLQuery',
          query: "select event, count() as n from events where 'secret' != '' group by 1",
        },
        display: 'ActionsBar',
        chartSettings: {
          xAxis: { column: 'event' },
          yAxis: [{ column: 'n', settings: { of: 'secret' } }],
          goalLines: ['secret'],
        },
      },
    })
    const { body, text } = await seen(await shared('insights', id))
    expect(body.insight.query).toEqual({
      kind: 'DataVisualizationNode',
      source: { kind: 'HogQLQuery' },
      display: 'ActionsBar',
      chartSettings: { xAxis: { column: 'event' }, yAxis: [{ column: 'n' }] },
    })
    expect(text).not.toContain('secret')
  })

  it.each([
    { kind: 'EventsQuery', select: ['*', 'person'] },
    { kind: 'DataTableNode', source: { kind: 'ActorsQuery' } },
  ])('of %j is nobody', async (query) => {
    const { id } = await made('insights', { query })
    const { body, text } = await seen(await shared('insights', id))
    expect(body.insight).toMatchObject({ result: null, error: expect.stringContaining('members only') })
    expect(text).not.toContain('secret')
  })

  it('of a question that can not be answered is only that', async () => {
    const { id } = await made('insights', { filters: { events: [{ id: 'view', math: 'sum' }] } })
    expect((await seen(await shared('insights', id))).body.insight).toMatchObject({
      result: null,
      error: 'This could not be answered.',
    })
  })

  it('of a dashboard is what is on it, with its dates', async () => {
    const { id } = await made('dashboards', {
      name: 'Board',
      description: 'for all',
      filters: { date_from: '-14d', properties: secretFilter },
    })
    const other = await made('dashboards', { name: 'secret board' })
    const on = await made('insights', { name: 'on it', filters, dashboards: [id, other.id] })
    const off = await made('insights', { name: 'secret, taken off', dashboards: [id] })
    await api.patch(`${project}/insights/${off.id}/`, { dashboards: [] })
    await api.patch(`${project}/dashboards/${id}/`, { tiles: [{ text: { body: 'hello' }, color: 'blue' }] })
    const token = await shared('dashboards', id)
    const { body, text } = await seen(token)
    expect(body).toMatchObject({
      type: 'scene',
      dashboard: {
        id,
        name: 'Board',
        description: 'for all',
        filters: { date_from: '-14d' },
        tiles: [
          {
            insight: { id: on.id, name: 'on it', filters: { date_from: '-14d' }, result: [{ count: 1 }] },
            text: null,
          },
          { insight: null, text: { body: 'hello' }, color: 'blue' },
        ],
      },
    })
    expect(body.dashboard.tiles).toHaveLength(2)
    for (const secret of ['secret', 'owner@example.com']) expect(text).not.toContain(secret)
    expect((await api.get(`/embedded/${token}.json`, visitor)).body.type).toBe('embed')
  })

  it('is calculated once, however many look', async () => {
    const { id } = await made('insights', {
      query: { kind: 'HogQLQuery', query: 'select 1 from events where 1 = 2' },
    })
    const token = await shared('insights', id)
    const asked = api.asked()
    const all = await Promise.all(Array.from({ length: 5 }, () => seen(token)))
    for (const { body } of [...all, await seen(token)]) expect(body.insight.result).toEqual([])
    expect(api.asked()).toBe(asked + 1)
  })
})

describe('the page', () => {
  const browser = { key: null, headers: { accept: 'text/html' } }

  it('is there as long as the link is, and only an embedded one may be framed', async () => {
    const { id } = await made('dashboards')
    const token = await shared('dashboards', id)
    for (const [at, framed] of [
      ['shared', "frame-ancestors 'none'"],
      ['shared_dashboard', "frame-ancestors 'none'"],
      ['embedded', 'frame-ancestors *'],
    ]) {
      const { status, text, headers } = await api.get(`/${at}/${token}?noHeader`, browser)
      expect([at, status, text]).toEqual([at, 200, '<!doctype html><title>Hedgerow</title>'])
      expect(headers['content-security-policy']).toContain(framed)
      expect(headers['content-security-policy']).toContain("default-src 'self'")
      expect(headers['x-frame-options']).toBeUndefined()
      expect(headers['referrer-policy']).toBe('no-referrer')
      expect(headers['x-robots-tag']).toBe('noindex')
    }
    const { etag } = (await api.get(`/shared/${token}`, browser)).headers
    await api.patch(`${project}/dashboards/${id}/sharing/`, { enabled: false })
    const kept = { ...browser, headers: { ...browser.headers, 'if-none-match': String(etag) } }
    for (const at of ['shared', 'embedded', 'shared_dashboard']) {
      const { status, headers } = await api.get(`/${at}/${token}`, kept)
      expect(status).toBe(404)
      expect(headers['content-security-policy']).toContain("default-src 'self'")
    }
  })
})
