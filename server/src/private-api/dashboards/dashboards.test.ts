import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Asked } from '../../../test/app.ts'
import { insertEvents } from '../../../test/events.ts'
import { savedApp } from '../../../test/saved.ts'
import { levels } from '../../accounts/levels.ts'
import { projects } from '../../database/schema.ts'

const closing: (() => Promise<void>)[] = []
let api: Awaited<ReturnType<typeof savedApp>>
let path: string
let insights: string

beforeAll(async () => {
  api = await savedApp((close) => closing.push(close))
  path = `/api/projects/${api.project.id}/dashboards/`
  insights = `/api/projects/${api.project.id}/insights/`
  const view = (distinct_id: string, timestamp: string, plan: string) => ({
    event: 'view',
    distinct_id,
    timestamp,
    properties: { plan },
  })
  await insertEvents(api.warehouse, api.project.id, [
    view('ann', '2023-01-25T10:00:00Z', 'pro'),
    view('bob', '2023-02-02T10:00:00Z', 'free'),
  ])
})
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

const filters = { insight: 'TRENDS', events: [{ id: 'view' }], date_from: '-7d' }
const one = (id: number) => `${path}${id}/`
const made = async (body: object = {}, asked: Asked = {}) => (await api.post(path, body, asked)).body
const insight = async (body: object) => (await api.post(insights, body)).body
const get = async (id: number) => (await api.get(one(id))).body
type Tile = { id: number; insight: { id: number; name: string } | null; text: { body: string } | null }
const bodies = (board: { tiles: Tile[] }) =>
  board.tiles.map(({ text, insight }) => text?.body ?? insight?.name)

describe('a dashboard', () => {
  it('is made, read, changed, and listed without its tiles', async () => {
    const { status, body } = await api.post(path, {
      name: 'Growth',
      pinned: true,
      tags: ['B', 'a'],
      creation_mode: 'template',
      deleted: true,
    })
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.any(Number),
      name: 'Growth',
      description: '',
      pinned: true,
      created_at: expect.stringMatching(/Z$/),
      created_by: expect.objectContaining({ id: api.user.id }),
      last_accessed_at: null,
      is_shared: false,
      deleted: false,
      creation_mode: 'default',
      filters: {},
      tags: ['a', 'b'],
      tiles: [],
      restriction_level: 21,
      effective_restriction_level: 21,
      effective_privilege_level: 37,
    })
    expect(await get(body.id)).toEqual(body)
    expect((await get(body.id)).last_accessed_at).toMatch(/^2023-02-03T12/)
    expect((await api.get(`/api/dashboard/${body.id}/`)).body.name).toBe('Growth')
    const changed = await api.patch(one(body.id), { name: 'Growth!', description: null, tags: [] })
    expect(changed.body).toMatchObject({ name: 'Growth!', description: '', tags: [], pinned: true })
    expect((await api.ask('PUT', one(body.id), { pinned: false })).body).toMatchObject({
      name: 'Growth!',
      pinned: false,
    })
    await made({ name: 'A board' })
    const { results } = (await api.get(path)).body
    expect(results.map(({ name, tiles }: { name: string; tiles: null }) => [name, tiles])).toEqual([
      ['My App Dashboard', null],
      ['A board', null],
      ['Growth!', null],
    ])
    expect((await api.get(`${path}?search=grow`)).body).toMatchObject({
      count: 1,
      results: [{ id: body.id }],
    })
    await api.patch(one(body.id), { tags: ['Q3'] })
    expect((await api.get(`${path}?tags=q3`)).body).toMatchObject({ count: 1, results: [{ id: body.id }] })
    expect((await api.get(`${path}?tags=q3&search=board`)).body.count).toBe(0)
  })

  it('takes forms, as clients in shells send them', async () => {
    const { id } = await made({ name: 'form' })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const sent = 'name=replaced&filters=%7B%22date_from%22%3A%22-14d%22%7D&pinned=true'
    expect((await api.patch(one(id), sent, { headers })).body).toMatchObject({
      name: 'replaced',
      pinned: true,
      filters: { date_from: '-14d' },
    })
  })

  it.each([
    [{ filters: [{ key: 'brand' }] }, 'filters', 'invalid_input', 'Filters must be a dictionary'],
    [{ filters: 'x' }, 'filters', 'invalid_input', 'Filters must be a dictionary'],
    [{ filters: null }, 'filters', 'null', 'This field may not be null.'],
    [{ name: 'x'.repeat(401) }, 'name', 'max_length', undefined],
    [{ restriction_level: 22 }, 'restriction_level', 'invalid_choice', undefined],
    [{ tiles: [{ text: {} }] }, 'tiles__0__text__body', 'required', undefined],
    [{ tiles: [{ text: { body: 'x'.repeat(4001) } }] }, 'tiles__0__text__body', 'max_length', undefined],
    [{ tiles: [{ color: 'red' }] }, 'tiles__0__id', 'required', undefined],
    [{ tiles: [{ id: 999_999, color: 'red' }] }, 'tiles__0__id', 'does_not_exist', undefined],
    [{ tiles: [{ id: 1, layouts: 'x' }] }, 'tiles__0__layouts', 'not_a_dict', undefined],
  ])('refuses %j', async (body, attr, code, detail) => {
    const { id } = await made()
    const answer = await api.patch(one(id), body)
    expect(answer).toMatchObject({ status: 400, body: { attr, code, ...(detail && { detail }) } })
  })

  it("is another project's business only", async () => {
    const { id } = await made({ name: 'ours' })
    const stranger = await api.stranger()
    const key = { key: stranger.key }
    const theirs = `/api/projects/${stranger.project.id}/dashboards/`
    expect((await api.get(`${theirs}${id}/`, key)).status).toBe(404)
    expect((await api.patch(`${theirs}${id}/`, { name: 'x' }, key)).status).toBe(404)
    expect((await api.get(`${theirs}${id}/collaborators/`, key)).status).toBe(404)
    const copy = await api.post(theirs, { use_dashboard: id }, key)
    expect(copy).toMatchObject({ status: 400, body: { attr: 'use_dashboard' } })
    const names = (await api.get(theirs, key)).body.results.map((row: { name: string }) => row.name)
    expect(names).toEqual(['My App Dashboard'])
  })
})

describe('its insights', () => {
  it('are asked with its dates and properties, and calculated when that is wanted', async () => {
    const board = await made({ filters: { date_from: '-14d' } })
    const own = await insight({ filters, name: 'views', dashboards: [board.id] })
    const [tile] = (await get(board.id)).tiles
    expect(tile).toMatchObject({
      layouts: {},
      color: null,
      text: null,
      last_refresh: null,
      is_cached: false,
      error: null,
      insight: { id: own.id, result: null, filters: { date_from: '-14d' }, dashboards: [board.id] },
    })
    const [fresh] = (await api.get(`${one(board.id)}?refresh=true`)).body.tiles
    expect(fresh.insight.result[0]).toMatchObject({ count: 2 })
    expect([fresh.last_refresh, fresh.is_cached]).toEqual([fresh.insight.last_refresh, false])
    expect((await get(board.id)).tiles[0]).toMatchObject({
      is_cached: true,
      insight: { result: [{ count: 2 }] },
    })
    expect((await api.get(`${insights}${own.id}/`)).body).toMatchObject({ filters, result: null })
    const pro = { filters: { properties: [{ key: 'plan', value: 'free' }] } }
    expect((await api.patch(one(board.id), pro)).body.tiles[0].insight).toMatchObject({ result: null })
    const [filtered] = (await api.get(`${one(board.id)}?refresh=blocking`)).body.tiles
    expect(filtered.insight.result[0]).toMatchObject({ count: 1 })
    expect(filtered.insight.filters).toEqual({ ...filters, ...pro.filters })
  })

  it('that can not be answered say why, and leave the others alone', async () => {
    const board = await made()
    await insight({ filters: { events: [{ id: 'view', math: 'sum' }] }, dashboards: [board.id] })
    await insight({ filters, dashboards: [board.id] })
    const { status, body } = await api.get(`${one(board.id)}?refresh=true`)
    expect(status).toBe(200)
    expect(body.tiles[0]).toMatchObject({ error: { code: 'required' }, insight: { result: null } })
    expect(body.tiles[1]).toMatchObject({ error: null, insight: { result: [{ count: 1 }] } })
  })

  it('go when they are deleted, and do not come back by themselves', async () => {
    const board = await made()
    const { id } = await insight({ filters, dashboards: [board.id] })
    await api.patch(`${insights}${id}/`, { deleted: true })
    expect((await get(board.id)).tiles).toEqual([])
    expect((await api.patch(`${insights}${id}/`, { deleted: false })).body.dashboards).toEqual([])
    expect((await get(board.id)).tiles).toEqual([])
  })
})

describe('tiles', () => {
  it('are texts that are made, changed and taken away', async () => {
    const { id } = await made()
    const first = (await api.patch(one(id), { tiles: [{ text: { body: 'io' }, color: 'red' }] })).body
      .tiles[0]
    expect(first).toMatchObject({
      insight: null,
      color: 'red',
      layouts: {},
      last_refresh: null,
      is_cached: false,
      text: { body: 'io', created_by: { id: api.user.id }, last_modified_by: null, team: api.project.id },
    })
    // a tile that is none of this dashboard is a new one
    await api.patch(one(id), { tiles: [{ id: first.id + 1000, text: { body: 'tu' }, layouts: {} }] })
    const colleague = await api.colleague()
    const whole = {
      ...first,
      text: { ...first.text, body: 'noi' },
      layouts: JSON.stringify({ sm: { x: 1 } }),
    }
    const changed = await api.patch(one(id), { tiles: [whole] }, { key: colleague.key })
    expect(bodies(changed.body)).toEqual(['noi', 'tu'])
    expect(changed.body.tiles[0]).toMatchObject({
      id: first.id,
      layouts: { sm: { x: 1 } },
      text: {
        id: first.text.id,
        created_by: { id: api.user.id },
        last_modified_by: { id: colleague.user.id },
      },
    })
    const coloured = await api.patch(one(id), { tiles: [{ ...changed.body.tiles[1], color: 'blue' }] })
    expect(coloured.body.tiles[1]).toMatchObject({
      color: 'blue',
      text: { body: 'tu', last_modified_by: null },
    })
    const gone = await api.patch(one(id), { tiles: [{ id: first.id, deleted: true }] })
    expect(bodies(gone.body)).toEqual(['tu'])
    expect(bodies(await get(id))).toEqual(['tu'])
    expect(bodies((await api.patch(one(id), { tiles: [{ id: first.id, deleted: false }] })).body)).toEqual([
      'noi',
      'tu',
    ])
  })

  it('of insights are placed and coloured, also by layouts that are text', async () => {
    const board = await made()
    const { id } = await insight({ filters, name: 'placed', dashboards: [board.id] })
    const other = await insight({ filters, name: 'other' })
    const [tile] = (await get(board.id)).tiles
    const changes = {
      id: tile.id,
      color: 'green',
      layouts: '{"xs":{"w":1}}',
      insight: other,
      is_cached: true,
    }
    expect((await api.patch(one(board.id), { tiles: [changes] })).body.tiles).toMatchObject([
      { id: tile.id, color: 'green', layouts: { xs: { w: 1 } }, insight: { id } },
    ])
    await api.patch(one(board.id), { tiles: [{ id: tile.id, deleted: true }] })
    expect((await api.get(`${insights}${id}/`)).body.dashboards).toEqual([])
    // putting the insight on it again brings its tile back as it was
    await api.patch(`${insights}${id}/`, { dashboards: [board.id] })
    expect((await get(board.id)).tiles[0]).toMatchObject({ id: tile.id, color: 'green' })
  })

  it('move to another dashboard of the project', async () => {
    const [from, to] = [await made({ name: 'from' }), await made({ name: 'to' })]
    const { id } = await insight({ filters, dashboards: [from.id] })
    const [tile] = (await get(from.id)).tiles
    const move = (body: object, board = from.id) => api.patch(`${one(board)}move_tile/`, body)
    expect((await move({ tile, toDashboard: to.id })).body).toMatchObject({ id: from.id, tiles: [] })
    expect((await get(to.id)).tiles).toMatchObject([{ id: tile.id, insight: { id, dashboards: [to.id] } }])

    expect((await move({ tile, toDashboard: to.id })).status).toBe(404)
    expect(await move({ toDashboard: to.id })).toMatchObject({
      status: 400,
      body: { attr: 'tile', code: 'required' },
    })
    expect(await move({ tile })).toMatchObject({ status: 400, body: { attr: 'toDashboard' } })
    const stranger = await api.stranger()
    const theirs = await api.post(
      `/api/projects/${stranger.project.id}/dashboards/`,
      {},
      { key: stranger.key },
    )
    expect(await move({ tile, toDashboard: theirs.body.id }, to.id)).toMatchObject({
      status: 400,
      body: { attr: 'toDashboard', code: 'does_not_exist' },
    })
    // of what is on both, the tile can't be moved; where it was taken off, it can
    await api.patch(`${insights}${id}/`, { dashboards: [from.id, to.id] })
    const [twin] = (await get(from.id)).tiles
    expect(await move({ tile: { id: twin.id }, toDashboard: to.id })).toMatchObject({ status: 400 })
    await api.patch(`${insights}${id}/`, { dashboards: [from.id] })
    expect((await move({ tile: { id: twin.id }, to_dashboard: to.id })).status).toBe(200)
    expect((await get(to.id)).tiles).toMatchObject([{ id: twin.id }])
  })

  it('are not more than a dashboard takes', async () => {
    const { id } = await made()
    const texts = (count: number) => Array.from({ length: count }, (_, at) => ({ text: { body: `${at}` } }))
    expect((await api.patch(one(id), { tiles: texts(200) })).body.tiles).toHaveLength(200)
    expect(await api.patch(one(id), { tiles: texts(1) })).toMatchObject({ status: 400 })
    expect((await api.post(insights, { filters, dashboards: [id] })).status).toBe(400)
    expect((await get(id)).tiles).toHaveLength(200)
  })
})

describe('deleting one', () => {
  it('takes its tiles, brings back those and no others, and leaves insights', async () => {
    const [board, other] = [await made({ name: 'gone' }), await made()]
    const both = await insight({ name: 'both', dashboards: [board.id, other.id] })
    const own = await insight({ name: 'own', dashboards: [board.id] })
    await api.patch(one(board.id), { tiles: [{ text: { body: 'text' } }, { text: { body: 'dropped' } }] })
    const dropped = (await get(board.id)).tiles.at(-1)
    await api.patch(one(board.id), { tiles: [{ id: dropped.id, deleted: true }] })

    const deleted = await api.patch(one(board.id), { deleted: true })
    expect(deleted.body).toMatchObject({ deleted: true, tiles: [] })
    expect((await api.get(one(board.id))).status).toBe(404)
    expect((await api.get(`${path}?search=gone`)).body.count).toBe(0)
    expect((await api.get(`${insights}${both.id}/`)).body).toMatchObject({
      deleted: false,
      dashboards: [other.id],
    })
    expect((await api.get(`${insights}${own.id}/`)).body.dashboard_tiles).toEqual([])
    expect((await api.patch(one(board.id), { name: 'x' })).status).toBe(404)
    expect((await api.ask('PUT', one(board.id), { deleted: false })).status).toBe(404)

    expect(bodies((await api.patch(one(board.id), { deleted: false })).body)).toEqual(['both', 'own', 'text'])
    expect((await api.get(`${insights}${both.id}/`)).body.dashboards).toEqual([board.id, other.id])
    const refused = await api.delete(one(board.id))
    expect([refused.status, refused.text]).toEqual([405, ''])
  })

  it('with its insights takes those on no other dashboard, and brings them back', async () => {
    const [board, other] = [await made(), await made()]
    const both = await insight({ name: 'both', dashboards: [board.id, other.id] })
    const own = await insight({ name: 'own', dashboards: [board.id] })
    await api.patch(one(board.id), { deleted: true, delete_insights: true })
    expect((await api.get(`${insights}${own.id}/`)).status).toBe(404)
    expect((await api.get(`${insights}${both.id}/`)).status).toBe(200)
    expect(bodies(await get(other.id))).toEqual(['both'])
    expect(bodies((await api.patch(one(board.id), { deleted: false })).body)).toEqual(['both', 'own'])
    expect((await api.get(`${insights}${own.id}/`)).body.dashboards).toEqual([board.id])
  })
})

describe('making one of something', () => {
  it('of a template', async () => {
    for (const [named, tiles] of [
      ['DEFAULT_APP', 6],
      ['WEBSITE_TRAFFIC', 6],
      ['Website traffic', 6],
    ] as const) {
      const { status, body } = await api.post(path, { name: 'made', use_template: named, use_dashboard: '' })
      expect([status, body.name, body.creation_mode, body.tiles.length]).toEqual([
        201,
        'made',
        'template',
        tiles,
      ])
      const { insight: first } = body.tiles[0]
      expect(first).toMatchObject({ is_sample: true, saved: false, created_by: null, dashboards: [body.id] })
      const answered = await api.get(`${one(body.id)}?refresh=true`)
      const failed = answered.body.tiles.filter((tile: { error: unknown }) => tile.error !== null)
      expect(failed).toEqual([])
      expect((await api.patch(`${insights}${first.id}/`, { saved: true })).body.is_sample).toBe(false)
    }
    const { count } = (await api.get(path)).body
    expect(await api.post(path, { name: 'x', use_template: 'NONE' })).toMatchObject({
      status: 400,
      body: { attr: 'use_template', detail: 'Invalid template provided: NONE', code: 'invalid_input' },
    })
    expect((await api.post(path, { use_template: 'DEFAULT_APP', use_dashboard: 1 })).status).toBe(400)
    expect((await api.get(path)).body.count).toBe(count)
    expect((await api.post(path, { name: 'x', use_template: '' })).body).toMatchObject({
      creation_mode: 'default',
    })
  })

  it('of another dashboard, whose things it shares or copies', async () => {
    const board = await made({ filters: { date_from: '-30d' }, description: 'of old' })
    const shared = await insight({ name: 'one', filters, tags: ['t'], dashboards: [board.id] })
    const gone = await insight({ name: 'gone', dashboards: [board.id] })
    const nameless = await insight({ dashboards: [board.id] })
    await api.patch(one(board.id), { tiles: [{ text: { body: 'text' } }] })
    const tiles: Tile[] = (await get(board.id)).tiles
    const hidden = tiles.find((tile) => tile.insight?.id === gone.id)!
    await api.patch(one(board.id), {
      tiles: [
        { id: hidden.id, deleted: true },
        { id: tiles[0]!.id, color: 'red' },
      ],
    })

    const shares = await made({ name: 'shares', use_dashboard: board.id })
    expect(shares).toMatchObject({
      creation_mode: 'duplicate',
      filters: { date_from: '-30d' },
      description: 'of old',
    })
    expect(shares.tiles.map(({ insight: it, text }: Tile) => it?.id ?? text?.body)).toEqual([
      shared.id,
      nameless.id,
      'text',
    ])
    expect(shares.tiles[0].id).not.toBe(tiles[0]!.id)
    expect(shares.tiles[0].color).toBe('red')

    const copies = await made({ name: 'copies', use_dashboard: board.id, duplicate_tiles: true })
    expect(bodies(copies)).toEqual(['one (Copy)', null, 'text'])
    expect(copies.tiles[0].insight).toMatchObject({ filters: { ...filters, date_from: '-30d' }, tags: ['t'] })
    expect(copies.tiles[0].insight.id).not.toBe(shared.id)
    expect(copies.tiles[0].insight.short_id).not.toBe(shared.short_id)
    expect(copies.tiles[2].text.id).not.toBe(shares.tiles[2].text.id)
    for (const use_dashboard of [999_999, 'x']) {
      expect((await api.post(path, { use_dashboard })).status).toBe(400)
    }
  })

  it('of what arrived', async () => {
    const at = (project: number) => `/api/projects/${project}/dashboards/create_from_events/`
    const { body: empty } = { body: await api.stranger() }
    expect(await api.post(at(empty.project.id), {}, { key: empty.key })).toMatchObject({
      status: 400,
      body: { code: 'no_data', detail: 'No event has arrived in the last 30 days.' },
    })
    const { project, key } = await api.stranger()
    const page = { $pathname: '/a', $browser: 'Firefox' }
    const events = ['ann', 'bob', 'cy'].flatMap((distinct_id, at) => [
      { event: '$pageview', distinct_id, timestamp: `2023-02-01T10:0${at}:00Z`, properties: page },
      { event: '$identify', distinct_id, timestamp: `2023-02-01T11:0${at}:00Z`, properties: page },
      { event: "it's \\ signed", distinct_id, timestamp: `2023-02-01T12:0${at}:00Z`, properties: {} },
    ])
    const bought = { event: 'bought', distinct_id: 'ann', timestamp: '2023-02-01T13:00:00Z', properties: {} }
    const old = { event: 'long ago', distinct_id: 'ann', timestamp: '2022-02-01T13:00:00Z', properties: {} }
    await insertEvents(api.warehouse, project.id, [...events, bought, old])
    const { status, body } = await api.post(at(project.id), undefined, { key })
    expect(status).toBe(201)
    expect(body).toMatchObject({ name: 'Overview', creation_mode: 'template' })
    expect(bodies(body)).toEqual([
      'Daily active people',
      'Weekly active people',
      'What happens most',
      'From page view to bought',
      'Retention',
      'Pages',
      'Browsers',
    ])
    const filtersOf = (name: string) =>
      body.tiles.find(({ insight }: Tile) => insight?.name === name).insight.filters
    const ids = (name: string) => filtersOf(name).events.map(({ id }: { id: string }) => id)
    expect(ids('From page view to bought')).toEqual(['$pageview', "it's \\ signed", 'bought'])
    expect(ids('What happens most')).toEqual(['$pageview', "it's \\ signed", 'bought'])
    const named = await api.post(at(project.id), { name: 'Mine' }, { key })
    expect(named.body.name).toBe('Mine')
  })

  it('of a template that is sent', async () => {
    const at = `${path}create_from_template_json/`
    const tile = {
      type: 'INSIGHT',
      name: 'Visitors',
      color: 'blue',
      filters: { date_from: null },
      query: { kind: 'TrendsQuery', series: [{ kind: 'EventsNode', event: 'view' }] },
      layouts: { sm: { w: 6 } },
    }
    const template = {
      template_name: 'Sign-ups',
      dashboard_description: 'of today',
      dashboard_filters: { date_from: '-3d' },
      tags: ['x'],
      variables: [],
      tiles: [tile, { type: 'TEXT', body: 'hello world', layouts: {} }],
    }
    const { status, body } = await api.post(at, { template, creation_context: 'onboarding' })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      name: 'Sign-ups',
      description: 'of today',
      creation_mode: 'template',
      filters: { date_from: '-3d' },
      tags: ['x'],
      tiles: [
        {
          color: 'blue',
          layouts: { sm: { w: 6 } },
          insight: { name: 'Visitors', filters: {}, is_sample: true },
        },
        { text: { body: 'hello world', created_by: null } },
      ],
    })
    for (const wrong of [
      { 'not a': 'template' },
      { ...template, tiles: [] },
      { ...template, tiles: [{ type: 'BUTTON' }] },
      { ...template, tiles: [{ ...tile, query: { kind: 'TrendsQuery' } }] },
    ]) {
      expect((await api.post(at, { template: wrong })).status).toBe(400)
    }
    expect(await api.post(at, { template: { 'not a': 'template' } })).toMatchObject({
      body: { type: 'validation_error', code: 'invalid_input', attr: null },
    })
  })
})

describe('a restricted dashboard', () => {
  const refused = { status: 403, body: { code: 'permission_denied' } }

  it('is edited by its maker, admins and collaborators', async () => {
    const [maker, plain, admin] = [
      await api.colleague(),
      await api.colleague(),
      await api.colleague(levels.admin),
    ]
    const [asMaker, asPlain, asAdmin] = [maker, plain, admin].map(({ key }) => ({ key }))
    const board = await made({ name: 'closed', restriction_level: 37 }, asMaker)
    const own = (await api.post(insights, { name: 'on it', dashboards: [board.id] }, asMaker)).body
    const levelsOf = async (asked: Asked | undefined) => {
      const { effective_privilege_level: level, tiles } = (await api.get(one(board.id), asked)).body
      return [level, tiles[0].insight.effective_privilege_level, tiles[0].insight.effective_restriction_level]
    }
    expect(await levelsOf(asMaker)).toEqual([37, 37, 37])
    expect(await levelsOf(asAdmin)).toEqual([37, 37, 37])
    expect(await levelsOf(asPlain)).toEqual([21, 21, 37])
    // lists say the same
    for (const asked of ['search=on+it', 'search=on+it&basic=true']) {
      const levels = async (as: Asked | undefined) => (await api.get(`${insights}?${asked}`, as)).body.results
      const basic = { effective_restriction_level: 37 }
      expect(await levels(asMaker)).toMatchObject([{ ...basic, effective_privilege_level: 37 }])
      expect(await levels(asPlain)).toMatchObject([{ ...basic, effective_privilege_level: 21 }])
    }

    expect(await api.patch(one(board.id), { name: 'x' }, asPlain)).toMatchObject({
      ...refused,
      body: { detail: "You don't have edit permissions for this dashboard." },
    })
    expect(await api.patch(`${insights}${own.id}/`, { name: 'x' }, asPlain)).toMatchObject(refused)
    expect(await api.post(insights, { dashboards: [board.id] }, asPlain)).toMatchObject(refused)
    const free = await insight({ name: 'free' })
    const onto = await api.patch(`${insights}${free.id}/`, { dashboards: [board.id] }, asPlain)
    expect(onto).toMatchObject(refused)
    const open = await made({}, asPlain)
    const moved = { tile: (await get(board.id)).tiles[0], toDashboard: open.id }
    expect(await api.patch(`${one(board.id)}move_tile/`, moved, asPlain)).toMatchObject(refused)

    const at = `${one(board.id)}collaborators/`
    expect(await api.post(at, { user_uuid: plain.user.uuid }, asPlain)).toMatchObject(refused)
    const added = await api.post(at, { user_uuid: plain.user.uuid, level: 37 }, asMaker)
    expect(added).toMatchObject({
      status: 201,
      body: { dashboard_id: board.id, level: 37, user: { id: plain.user.id } },
    })
    expect((await api.get(at, asPlain)).body).toEqual([added.body])
    expect(await levelsOf(asPlain)).toEqual([37, 37, 37])
    expect((await api.patch(one(board.id), { name: 'theirs too' }, asPlain)).status).toBe(200)
    // but who may edit it stays with its maker and admins
    expect(await api.patch(one(board.id), { restriction_level: 21 }, asPlain)).toMatchObject(refused)
    expect((await api.patch(one(board.id), { restriction_level: 37 }, asPlain)).status).toBe(200)

    for (const [user_uuid, detail] of [
      [plain.user.uuid, 'User already is a collaborator.'],
      [admin.user.uuid, /inherent access/],
      [(await api.stranger()).user.uuid, /no access to the project/],
    ] as const) {
      const answer = await api.post(at, { user_uuid }, asMaker)
      expect(answer.status).toBe(400)
      expect(answer.body.detail).toMatch(detail)
    }
    const left = await api.delete(`${at}${plain.user.uuid}/`, asAdmin)
    expect([left.status, left.text]).toEqual([204, ''])
    expect((await api.delete(`${at}${plain.user.uuid}/`, asAdmin)).status).toBe(404)
    expect(await levelsOf(asPlain)).toEqual([21, 21, 37])

    expect((await api.patch(one(board.id), { restriction_level: 21 }, asAdmin)).body.restriction_level).toBe(
      21,
    )
    expect((await api.post(at, { user_uuid: plain.user.uuid }, asMaker)).status).toBe(400)
    expect((await api.patch(one(board.id), { name: 'open' }, asPlain)).status).toBe(200)
  })

  it('of a project that needs admin rights takes no plain member', async () => {
    const plain = await api.colleague()
    const board = await made({ restriction_level: 37 })
    const settings = async (access_control: boolean) => {
      await api.database.db
        .update(projects)
        .set({ settings: { access_control } })
        .where(eq(projects.id, api.project.id))
      await api.changed()
    }
    await settings(true)
    const answer = await api.post(`${one(board.id)}collaborators/`, { user_uuid: plain.user.uuid })
    await settings(false)
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining('no access') } })
  })
})

describe('templates', () => {
  it('are listed, and installed by staff only', async () => {
    const at = `/api/projects/${api.project.id}/dashboard_templates/`
    const { body } = await api.get(`${at}repository/`)
    expect(body[0]).toEqual({
      name: 'Product analytics',
      url: null,
      description: expect.any(String),
      verified: true,
      maintainer: 'official',
      installed: true,
      has_new_version: false,
    })
    const wanted = { name: body[0].name, url: 'https://example.com/x.json' }
    const installed = await api.post(at, wanted)
    expect([installed.status, installed.text]).toEqual([200, '""'])
    expect((await api.post(at, { ...wanted, name: 'Other' })).status).toBe(400)
    const plain = await api.post(at, wanted, { key: (await api.colleague()).key })
    expect([plain.status, plain.text]).toEqual([403, ''])
  })
})

describe('the activity log', () => {
  const told = async () =>
    (await api.activities())
      .filter(({ scope }) => scope !== 'SharingConfiguration')
      .map(({ scope, itemId, activity, detail }) => ({ scope, itemId, activity, ...(detail as object) }))

  it('tells what is done to a dashboard, its tiles and its collaborators', async () => {
    const colleague = await api.colleague()
    await api.activities()
    const board = await made({ name: 'Told', description: 'a' })
    const its = { scope: 'Dashboard', itemId: String(board.id), name: 'Told' }
    expect(await told()).toMatchObject([{ ...its, activity: 'created', changes: null }])

    await api.patch(one(board.id), { description: 'b', tags: ['x'], name: 'Told' })
    expect(await told()).toMatchObject([
      {
        ...its,
        activity: 'updated',
        changes: [
          { field: 'description', before: 'a', after: 'b' },
          { field: 'tags', before: [], after: ['x'] },
        ],
      },
    ])
    const { tiles } = (await api.patch(one(board.id), { tiles: [{ text: { body: 'a text' } }] })).body
    const tile = { id: tiles[0].id, text: 'a text', insight: null, insight_id: null, color: null }
    expect(await told()).toMatchObject([{ changes: [{ field: 'tiles', before: [], after: [tile] }] }])
    // Where a tile is changes with every look at the page; nothing is told of it.
    await api.patch(one(board.id), { tiles: [{ id: tile.id, layouts: { sm: { x: 1 } } }], description: 'b' })
    expect(await told()).toEqual([])

    const other = await made({ name: 'Other' })
    await api.activities()
    await api.patch(`${one(board.id)}move_tile/`, { tile: { id: tile.id }, toDashboard: other.id })
    expect(await told()).toMatchObject([
      { ...its, changes: [{ field: 'tiles', before: [tile], after: [] }] },
      { itemId: String(other.id), changes: [{ field: 'tiles', before: [], after: [tile] }] },
    ])

    await api.patch(one(board.id), { restriction_level: 37 })
    const at = `${one(board.id)}collaborators/`
    await api.post(at, { user_uuid: colleague.user.uuid })
    await api.delete(`${at}${colleague.user.uuid}/`)
    const { email } = colleague.user
    expect(await told()).toMatchObject([
      { changes: [{ field: 'restriction_level', before: 21, after: 37 }] },
      { ...its, changes: [{ field: 'collaborators', action: 'created', before: null, after: email }] },
      { ...its, changes: [{ field: 'collaborators', action: 'deleted', before: email, after: null }] },
    ])
  })

  it('tells of insights that go with a dashboard, and come back with it', async () => {
    const board = await made({ name: 'Going' })
    const { id } = await insight({ name: 'Gone', filters, dashboards: [board.id] })
    await api.activities()
    await api.patch(one(board.id), { deleted: true, delete_insights: true })
    const deleted = (before: boolean) => [{ field: 'deleted', before, after: !before }]
    const both = (before: boolean) => [
      { scope: 'Insight', itemId: String(id), activity: 'updated', changes: deleted(before) },
      { scope: 'Dashboard', itemId: String(board.id), activity: 'updated', changes: deleted(before) },
    ]
    expect(await told()).toMatchObject(both(false))
    await api.patch(one(board.id), { deleted: false })
    expect(await told()).toMatchObject(both(true))
  })

  it('tells nothing of what was refused', async () => {
    const board = await made({ name: 'Refused' })
    await api.activities()
    await api.patch(one(board.id), { name: 'x', tiles: [{ id: 987654321, color: 'red' }] })
    expect(await told()).toEqual([])
  })
})
