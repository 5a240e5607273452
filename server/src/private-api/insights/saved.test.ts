import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertEvents } from '../../../test/events.ts'
import { savedApp } from '../../../test/saved.ts'

const closing: (() => Promise<void>)[] = []
let api: Awaited<ReturnType<typeof savedApp>>
let path: string
let boards: string

beforeAll(async () => {
  api = await savedApp((close) => closing.push(close))
  path = `/api/projects/${api.project.id}/insights/`
  boards = `/api/projects/${api.project.id}/dashboards/`
  const view = (distinct_id: string, timestamp: string, plan: string) => ({
    event: 'view',
    distinct_id,
    timestamp,
    properties: { plan },
  })
  await insertEvents(api.warehouse, api.project.id, [
    view('ann', '2023-01-25T10:00:00Z', 'pro'),
    view('ann', '2023-02-01T10:00:00Z', 'pro'),
    view('bob', '2023-02-02T10:00:00Z', 'free'),
  ])
})
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

const filters = { insight: 'TRENDS', events: [{ id: 'view' }], date_from: '-7d' }
const trends = { kind: 'TrendsQuery', series: [{ kind: 'EventsNode', event: 'view' }] }
const made = async (body: object = {}) => (await api.post(path, body)).body
const board = async (body: object = {}) => (await api.post(boards, body)).body
const one = (id: number | string) => `${path}${id}/`
const ids = async (query: string, asked = {}) =>
  (await api.get(`${path}?${query}`, asked)).body.results.map((row: { id: number }) => row.id)

describe('a saved insight', () => {
  it('is made with all fields at rest, and found by its id and its short id', async () => {
    const { status, body } = await api.post(path, { name: ' Views ', filters })
    expect(status).toBe(201)
    const user = expect.objectContaining({ id: api.user.id, email: 'owner@example.com' })
    expect(body).toEqual({
      id: expect.any(Number),
      short_id: expect.stringMatching(/^[0-9A-Za-z]{8}$/),
      name: 'Views',
      derived_name: null,
      description: null,
      filters,
      query: null,
      typed_query: {
        kind: 'TrendsQuery',
        series: [{ kind: 'EventsNode', event: 'view' }],
        dateRange: { date_from: '-7d' },
        filterTestAccounts: false,
        trendsFilter: {},
        compareFilter: {},
      },
      order: null,
      deleted: false,
      dashboards: [],
      dashboard_tiles: [],
      last_refresh: null,
      next_allowed_client_refresh: null,
      cache_target_age: null,
      result: null,
      columns: null,
      types: null,
      hasMore: null,
      query_status: null,
      is_cached: false,
      created_at: body.created_at,
      created_by: user,
      updated_at: body.created_at,
      tags: [],
      favorited: false,
      saved: false,
      last_modified_at: body.created_at,
      last_modified_by: user,
      is_sample: false,
      effective_restriction_level: 21,
      effective_privilege_level: 37,
      timezone: 'UTC',
      filters_hash: expect.stringMatching(/^cache_[0-9a-f]{32}$/),
    })
    expect((await api.get(one(body.id))).body).toEqual(body)
    expect((await api.get(one(body.short_id))).body).toEqual(body)
    expect((await api.get(`${path}?short_id=${body.short_id}`)).body).toMatchObject({
      count: 1,
      results: [body],
    })
    for (const alias of ['insight', 'dashboard_item']) {
      expect((await api.get(`/api/${alias}/${body.id}`)).body).toEqual(body)
    }
  })

  it('of nothing asks for a trend, and a query is asked alone', async () => {
    expect((await made()).filters).toEqual({ insight: 'TRENDS' })
    const asked = await made({ query: { kind: 'InsightVizNode', source: trends, full: true } })
    expect([asked.filters, asked.query]).toEqual([{}, { kind: 'InsightVizNode', source: trends, full: true }])
  })

  it('gives back whatever filters were sent', async () => {
    // zod leaves out a key that would set the prototype of what it reads
    const key = fc.string({ maxLength: 12 }).filter((name) => name !== '__proto__')
    const json = fc.dictionary(key, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 })
    const cases = fc.sample(json, 60)
    for (const given of cases) {
      const sent = JSON.parse(JSON.stringify({ ...given, insight: 'FUNNELS' }))
      const answer = await api.post(path, { filters: sent })
      expect([answer.status, answer.body.filters]).toEqual([201, sent])
      const kept = await api.get(one(answer.body.id))
      expect(JSON.stringify(kept.body.filters)).toBe(JSON.stringify(sent))
    }
  })

  it('is changed in part; only what it says and asks is a modification', async () => {
    const before = await made({ name: 'a', filters, tags: ['B ', 'a', 'b'] })
    expect(before.tags).toEqual(['a', 'b'])
    const starred = (await api.patch(one(before.id), { favorited: true, saved: true, tags: ['z'] })).body
    expect(starred).toEqual({
      ...before,
      favorited: true,
      saved: true,
      tags: ['z'],
      updated_at: expect.any(String),
    })
    expect(starred.updated_at).not.toBe(before.updated_at)
    const colleague = await api.colleague()
    const renamed = await api.patch(one(before.id), { description: 'b' }, { key: colleague.key })
    expect(renamed.body).toMatchObject({ name: 'a', description: 'b', favorited: true, filters })
    expect(renamed.body.last_modified_by.id).toBe(colleague.user.id)
    expect(renamed.body.last_modified_at).toBe(renamed.body.updated_at)
    const replaced = await api.ask('PUT', one(before.id), { name: null })
    expect(replaced.body).toMatchObject({ name: null, description: 'b' })
  })

  it('ignores what is read-only: clients send whole objects back', async () => {
    const before = await made({ name: 'whole' })
    const answer = await api.patch(one(before.id), {
      ...before,
      id: 1,
      short_id: 'mine',
      is_sample: true,
      result: [1],
    })
    expect(answer.body).toEqual({
      ...before,
      updated_at: expect.any(String),
      last_modified_at: expect.any(String),
    })
  })

  it.each([
    [{ name: 'x'.repeat(401) }, 'name', 'max_length'],
    [{ filters: [] }, 'filters', 'not_a_dict'],
    [{ query: { kind: 'NoQuery' } }, 'query', 'parse_error'],
    [{ query: { kind: 'TrendsQuery' } }, 'query', 'parse_error'],
    [
      { query: { kind: 'InsightVizNode', source: { kind: 'TrendsQuery', series: 7 } } },
      'query',
      'parse_error',
    ],
    [{ saved: 'perhaps' }, 'saved', 'invalid_input'],
    [{ tags: 'a' }, 'tags', 'not_a_list'],
    [{ dashboards: ['x'] }, 'dashboards__0', 'invalid_input'],
    [{ name: 'a\u0000b' }, null, 'null_characters_not_allowed'],
  ])('refuses %j', async (body, attr, code) => {
    expect(await api.post(path, body)).toMatchObject({ status: 400, body: { attr, code } })
  })

  it('is deleted and brought back by PATCH alone', async () => {
    const { id, short_id } = await made({ name: 'going' })
    expect((await api.patch(one(id), { deleted: true })).body.deleted).toBe(true)
    for (const which of [id, short_id]) expect((await api.get(one(which))).status).toBe(404)
    expect(await ids('search=going')).toEqual([])
    expect((await api.patch(one(id), { name: 'x' })).status).toBe(404)
    expect((await api.ask('PUT', one(id), { deleted: false })).status).toBe(404)
    expect((await api.patch(one(id), { deleted: false, name: 'going on' })).body).toMatchObject({
      deleted: false,
      name: 'going on',
    })
    const refused = await api.delete(one(id))
    expect([refused.status, refused.text]).toEqual([405, ''])
    expect((await api.get(one(id))).status).toBe(200)
  })

  it("is another project's business only", async () => {
    const { id, short_id } = await made({ name: 'ours' })
    const stranger = await api.stranger()
    const theirs = `/api/projects/${stranger.project.id}/insights/`
    for (const which of [id, short_id]) {
      expect((await api.get(`${theirs}${which}/`, { key: stranger.key })).status).toBe(404)
      expect((await api.patch(`${theirs}${which}/`, { name: 'x' }, { key: stranger.key })).status).toBe(404)
      expect((await api.post(`${theirs}${which}/viewed/`, {}, { key: stranger.key })).status).toBe(404)
    }
    expect((await api.get(`${theirs}?short_id=${short_id}`, { key: stranger.key })).body.count).toBe(0)
  })
})

describe('its answer', () => {
  it('is not calculated until it is asked for, then kept, for both doors', async () => {
    const { id } = await made({ filters: { ...filters, properties: [{ key: 'plan', value: ['pro'] }] } })
    expect((await api.get(one(id))).body).toMatchObject({
      result: null,
      last_refresh: null,
      is_cached: false,
    })
    const fresh = (await api.get(`${one(id)}?refresh=true`)).body
    expect(fresh).toMatchObject({ result: [{ label: 'view', count: 1 }], is_cached: false })
    expect(fresh.result[0].data).toEqual([0, 0, 0, 0, 0, 1, 0, 0])
    expect(fresh.result[0].persons_urls[5].url).toContain(`api/projects/${api.project.id}/persons/trends/`)
    const asked = api.asked()
    const again = (await api.get(one(id))).body
    expect(again).toMatchObject({ result: fresh.result, last_refresh: fresh.last_refresh, is_cached: true })
    expect((await api.get(`${one(id)}?refresh=blocking`)).body.is_cached).toBe(true)
    expect((await api.get(`${path}?short_id=${fresh.short_id}`)).body.results[0].result).toEqual(fresh.result)
    expect(api.asked()).toBe(asked)
    expect((await api.get(`${one(id)}?refresh`)).body.is_cached).toBe(false)
  })

  it.each([
    ['STICKINESS', { events: [{ id: 'view' }] }, [{ label: 'view' }]],
    ['LIFECYCLE', { events: [{ id: 'view' }] }, [{ status: 'new' }, {}, {}, {}]],
    [
      'FUNNELS',
      { events: [{ id: 'view' }, { id: 'buy', order: 1 }] },
      [{ count: 2, people: [] }, { count: 0 }],
    ],
    ['PATHS', { include_event_types: 'custom_event' }, []],
    [
      'RETENTION',
      { period: 'Day', target_entity: { id: 'view' }, total_intervals: 2 },
      [{ label: 'Day 0' }, { label: 'Day 1' }],
    ],
  ])('of a %s by legacy filters is as that address answers', async (insight, asked, result) => {
    const { id } = await made({ filters: { insight, ...asked, date_from: '-7d' } })
    expect((await api.get(`${one(id)}?refresh=true`)).body.result).toMatchObject(result)
    expect(
      (await api.get(`${path}?insight=${insight.toLowerCase()}&limit=1&order=-id`)).body.results[0].id,
    ).toBe(id)
  })

  it('of a query is as `query/` answers, with the columns of SQL', async () => {
    const typed = await made({ query: trends })
    expect((await api.get(`${one(typed.id)}?refresh=blocking`)).body.result).toMatchObject([{ count: 2 }])
    const sql = await made({ query: { kind: 'HogQLQuery', query: 'select count() as n from events' } })
    expect((await api.get(`${one(sql.id)}?refresh=true`)).body).toMatchObject({
      result: [[3]],
      columns: ['n'],
      types: [['n', 'UInt64']],
    })
    expect(await ids('insight=SQL')).toEqual([sql.id])
  })

  it('can come later', async () => {
    const { id } = await made({ query: { ...trends, interval: 'hour' } })
    const { body } = await api.get(`${one(id)}?refresh=async`)
    expect(body).toMatchObject({ result: null, query_status: { complete: false, query_async: true } })
    await expect.poll(async () => (await api.get(one(id))).body.result).toHaveLength(1)
  })

  it('that is impossible is told to who asks for it, and to nobody else', async () => {
    const { id } = await made({ filters: { events: [{ id: 'view', math: 'sum' }] }, name: 'impossible' })
    expect((await api.get(one(id))).body).toMatchObject({ result: null, typed_query: null })
    expect(await api.get(`${one(id)}?refresh=true`)).toMatchObject({
      status: 400,
      body: { attr: 'math_property', code: 'required' },
    })
    const list = await api.get(`${path}?search=impossible&refresh=true`)
    expect([list.status, list.body.results[0].result]).toEqual([200, null])
  })

  it('has the dates and properties of the dashboard that it is looked at from', async () => {
    const its = { date_from: '-14d', properties: [{ key: 'plan', value: 'pro' }] }
    const { id: dashboard } = await board({ filters: its })
    const insight = await made({ filters, dashboards: [dashboard] })
    const inside = (await api.get(`${one(insight.id)}?from_dashboard=${dashboard}&refresh=true`)).body
    expect(inside.filters).toEqual({ ...filters, ...its, date_to: null })
    expect(inside.result[0]).toMatchObject({ count: 2 })
    expect(inside.result[0].days).toHaveLength(15)
    expect(inside).toMatchObject({ color: null, layouts: {} })
    expect(inside.typed_query).toMatchObject({
      kind: 'TrendsQuery',
      dateRange: { date_from: '-14d' },
      properties: [{ key: 'plan', value: 'pro' }],
    })
    expect(inside.filters_hash).not.toBe(insight.filters_hash)
    const outside = (await api.get(one(insight.id))).body
    expect(outside.filters).toEqual(filters)
    expect(outside).not.toHaveProperty('layouts')
    const query = await made({ query: { kind: 'DataTableNode', source: trends }, dashboards: [dashboard] })
    expect((await api.get(`${one(query.id)}?from_dashboard=${dashboard}&refresh=true`)).body).toMatchObject({
      query: { kind: 'DataTableNode', source: { ...trends, dateRange: { date_from: '-14d' } } },
      typed_query: { kind: 'TrendsQuery', dateRange: { date_from: '-14d' } },
      result: [{ count: 2 }],
    })
    expect((await api.get(`${one(insight.id)}?from_dashboard=999999`)).body.filters).toEqual(filters)
  })

  it('is asked with other dates and properties by who only looks, and stays what it is', async () => {
    const its = { date_from: '-14d', properties: [{ key: 'plan', value: 'pro' }] }
    const { id: dashboard } = await board({ filters: its })
    const insight = await made({ filters, dashboards: [dashboard] })
    const asked = async (address: string, override: object) => {
      const text = encodeURIComponent(JSON.stringify(override))
      return (await api.get(`${address}&refresh=true&filters_override=${text}`)).body
    }
    const here = `${one(insight.id)}?from_dashboard=${dashboard}`
    const dates = await asked(here, { date_from: '-3d', date_to: null })
    expect(dates.filters).toEqual({ ...filters, ...its, date_from: '-3d', date_to: null })
    expect(dates.result[0].days).toHaveLength(4)
    const all = await asked(here, { properties: [] })
    expect(all.filters).toEqual({ ...filters, date_from: '-14d', date_to: null })
    const own = await asked(here, { date_from: null, properties: [] })
    expect(own.filters).toEqual(filters)
    const alone = await asked(`${one(insight.id)}?`, { date_from: '-3d' })
    expect(alone.filters).toEqual({ ...filters, date_from: '-3d', date_to: null })
    const whole = await asked(`${boards}${dashboard}/?`, { date_from: '-3d', date_to: null })
    expect(whole.filters).toEqual(its)
    expect(whole.tiles[0].insight.filters).toEqual(dates.filters)
    expect(whole.tiles[0].insight.result).toEqual(dates.result)
    expect((await api.get(one(insight.id))).body.filters).toEqual(filters)
    for (const text of ['{', '[]', '"-3d"']) {
      const { status, body } = await api.get(`${here}&filters_override=${encodeURIComponent(text)}`)
      expect([status, body.attr]).toEqual([400, 'filters_override'])
    }
  })
})

describe('its dashboards', () => {
  it('are a set that is replaced; tiles stay who they are', async () => {
    const [a, b, c] = [await board(), await board(), await board()]
    const insight = await made({ dashboards: [a.id, b.id, a.id] })
    const [first, second] = insight.dashboard_tiles
    expect(insight.dashboards).toEqual([a.id, b.id])
    expect([first.deleted, first.dashboard_id]).toEqual([null, a.id])
    await api.patch(one(insight.id), { name: 'x' })
    expect((await api.patch(one(insight.id), { dashboards: [b.id, c.id] })).body.dashboards).toEqual([
      b.id,
      c.id,
    ])
    const back = (await api.patch(one(insight.id), { dashboards: [a.id, b.id] })).body
    expect(back.dashboard_tiles).toEqual([{ ...first, deleted: false }, second])
  })

  it('that are deleted, of another project or not there are none', async () => {
    const [here, gone] = [await board(), await board()]
    const insight = await made({ dashboards: [here.id, gone.id] })
    await api.patch(`${boards}${gone.id}/`, { deleted: true })
    expect((await api.get(one(insight.id))).body.dashboards).toEqual([here.id])
    const stranger = await api.stranger()
    const theirs = await api.post(
      `/api/projects/${stranger.project.id}/dashboards/`,
      {},
      { key: stranger.key },
    )
    for (const id of [gone.id, theirs.body.id, 999_999]) {
      const refused = await api.patch(one(insight.id), { dashboards: [id], name: 'changed' })
      expect(refused).toMatchObject({ status: 400, body: { detail: 'Dashboard not found' } })
      expect((await api.post(path, { dashboards: [id], name: 'never made' })).status).toBe(400)
    }
    expect((await api.get(one(insight.id))).body).toMatchObject({ name: null, dashboards: [here.id] })
    expect(await ids('search=never+made')).toEqual([])
  })
})

describe('the list', () => {
  it('filters by what is asked for', async () => {
    const on = await board()
    const both = await board()
    const plain = await made({ name: 'wombat plain' })
    const saved = await made({ name: 'wombat', saved: true, favorited: true, tags: ['Zoo'] })
    const placed = await made({ description: 'a WOMBAT', dashboards: [on.id, both.id] })
    const named = await made({ derived_name: 'wombats', dashboards: [both.id] })
    const all = [plain.id, saved.id, placed.id, named.id]
    expect(await ids('search=wombat')).toEqual(all)
    expect(await ids('search=wom%25')).toEqual([])
    expect(await ids('search=zoo')).toEqual([saved.id])
    const wall = await made({ name: 'about the zoo', tags: ['zoo wall', 'B'] })
    expect(await ids('tags=zoo')).toEqual([saved.id])
    expect(await ids('tags=["Zoo ","b"]')).toEqual([saved.id, wall.id])
    expect(await ids('tags=none')).toEqual([])
    expect(await ids('search=wombat&tags=[]')).toEqual(all)
    expect(await api.get(`${path}?tags=[{}]`)).toMatchObject({ status: 400, body: { attr: 'tags__0' } })
    expect(await ids('search=wombat&saved=true')).toEqual([saved.id, placed.id, named.id])
    expect(await ids('search=wombat&saved=false')).toEqual([plain.id, placed.id, named.id])
    expect(await ids('search=wombat&favorited=false')).toEqual([saved.id])
    expect(await ids(`dashboards=[${both.id}]`)).toEqual([placed.id, named.id])
    expect(await ids(`dashboards=[${both.id},${on.id}]`)).toEqual([placed.id])
    expect(await ids(`dashboards=${on.id}`)).toEqual([placed.id])
    expect((await api.get(`${path}?dashboards=x`)).status).toBe(400)
  })

  it('by who made them', async () => {
    const colleague = await api.colleague()
    const theirs = (await api.post(path, { name: 'kiwi theirs' }, { key: colleague.key })).body.id
    const mine = (await made({ name: 'kiwi mine' })).id
    expect(await ids('search=kiwi&user=true')).toEqual([mine])
    expect(await ids('search=kiwi&user=true', { key: colleague.key })).toEqual([theirs])
    expect(await ids(`search=kiwi&created_by=${colleague.user.id}`)).toEqual([theirs])
    expect(await ids(`search=kiwi&created_by=[${colleague.user.id},${api.user.id}]`)).toEqual([theirs, mine])
  })

  it('by when they were modified', async () => {
    const { id } = await made({ name: 'okapi' })
    await api.patch(one(id), { name: 'okapi again' })
    expect(await ids('search=okapi&date_from=-1d&date_to=2023-02-03')).toEqual([id])
    expect(await ids('search=okapi&date_from=2023-02-04')).toEqual([])
    expect(await ids('search=okapi&date_to=-1d')).toEqual([])
    expect(await api.get(`${path}?date_from=soon`)).toMatchObject({
      status: 400,
      body: { attr: 'date_from' },
    })
  })

  it('by the flag that they ask about', async () => {
    const broken = await made({ filters: { ...filters, breakdown: '$feature/new-nav' } })
    const active = [{ key: '$active_feature_flags', value: ['new-nav'] }]
    const filtered = await made({ query: { ...trends, properties: active } })
    await made({ filters: { ...filters, breakdown: '$feature/new-nav-2' } })
    await made({ filters: { ...filters, breakdown: 'new-nav' } })
    expect(await ids('feature_flag=new-nav')).toEqual([broken.id, filtered.id])
  })

  it('in the order that is asked for, page by page, also without answers', async () => {
    const made3 = [
      await made({ name: 'newt b', order: 2 }),
      await made({ name: 'newt a', order: 1 }),
      await made({ name: 'newt c' }),
    ]
    const [b, a, c] = made3.map(({ id }) => id)
    expect(await ids('search=newt')).toEqual([a, b, c])
    expect(await ids('search=newt&order=-name')).toEqual([c, b, a])
    expect(await api.get(`${path}?order=password`)).toMatchObject({ status: 400, body: { attr: 'order' } })
    const page = (await api.get(`${path}?search=newt&limit=1&offset=1&basic=true`)).body
    expect(page).toMatchObject({ count: 3, next: expect.stringContaining('offset=2'), results: [{ id: b }] })
    expect(page.results[0]).not.toHaveProperty('result')
  })
})

describe('what was looked at', () => {
  it('comes back the latest first, to who looked', async () => {
    const colleague = { key: (await api.colleague()).key }
    const [a, b, c] = [await made(), await made(), await made()]
    const look = async (id: number) => {
      const answer = await api.post(`${one(id)}viewed/`, undefined, colleague)
      expect([answer.status, answer.text]).toEqual([201, ''])
    }
    const seen = async () =>
      (await api.get(`${path}my_last_viewed/`, colleague)).body.map((row: { id: number }) => row.id)
    expect(await seen()).toEqual([])
    for (const { id } of [a, c, b, a]) await look(id)
    await api.patch(one(c.id), { deleted: true })
    expect(await seen()).toEqual([a.id, b.id])
    for (let more = 0; more < 4; more++) await look((await made()).id)
    expect(await seen()).toHaveLength(5)
    expect((await api.get(`${path}my_last_viewed/`, colleague)).body[0]).not.toHaveProperty('result')
    expect((await api.post(`${one(999_999)}viewed/`)).status).toBe(404)
    expect((await api.post(`${path}timing/`, { time: 7 })).status).toBe(201)
  })
})

describe('its history', () => {
  const history = async (id: number) => (await api.get(`${one(id)}activity/`)).body.results

  it('tells of what has a name, with every change', async () => {
    const on = await board({ name: 'Board' })
    const { id, short_id } = await made({ name: 'first' })
    await api.patch(one(id), { name: 'second', tags: ['x'], dashboards: [on.id] })
    await api.patch(one(id), { name: 'second' })
    await api.patch(one(id), { deleted: true, name: 'second' })
    await api.patch(one(id), { deleted: false, name: 'second' })
    const change = (field: string, before: unknown, after: unknown) =>
      expect.objectContaining({ type: 'Insight', action: 'changed', field, before, after })
    const entries = await history(id)
    expect(entries.map((entry: { activity: string }) => entry.activity)).toEqual([
      'updated',
      'updated',
      'updated',
      'created',
    ])
    expect(entries[0].detail.changes).toEqual([change('deleted', true, false)])
    expect(entries[2].detail).toMatchObject({ name: 'second', short_id })
    expect(entries[2].detail.changes).toHaveLength(3)
    expect(entries[2].detail.changes).toEqual(
      expect.arrayContaining([
        change('name', 'first', 'second'),
        change('tags', [], ['x']),
        change('dashboards', [], [{ id: on.id, name: 'Board' }]),
      ]),
    )
    expect(entries[3].detail.changes).toBeNull()
    expect((await api.get(`${path}activity/?limit=1`)).body.results[0]).toEqual(entries[0])
  })

  it('of one without a name is not told, and of none is an empty text', async () => {
    const { id } = await made({ filters })
    await api.patch(one(id), { favorited: true })
    expect(await history(id)).toEqual([])
    const none = await api.get(`${one(999_999)}activity/`)
    expect([none.status, none.text]).toEqual([404, '""'])
  })
})
