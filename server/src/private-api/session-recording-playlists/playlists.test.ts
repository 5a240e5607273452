import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type TestApp, testApp } from '../../../test/app.ts'
import { insertProject } from '../../accounts/projects.ts'
import { newProjectApiKey } from '../../kit/api-keys.ts'
import { playlistRoutes } from './routes.ts'
import { createPlaylistStore } from './store.ts'

let time = Date.parse('2030-03-04T05:06:07.008Z')
let api: TestApp
beforeAll(async () => {
  api = await testApp(afterAll, ({ database, activity }) => [
    playlistRoutes({
      playlists: createPlaylistStore(database, { activity }),
      now: () => {
        time += 1000
        return new Date(time)
      },
    }),
  ])
})

let path: string
beforeEach(async () => {
  const project = await api.database.transaction((tx) =>
    insertProject(tx, api.user, { organizationId: api.organization.id, apiToken: newProjectApiKey() }),
  )
  path = `/api/projects/${project.id}/session_recording_playlists/`
  await api.activities()
})

const make = async (body: object = {}) => {
  const answer = await api.post(path, body)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}
const names = async (query = '') => {
  const answer = await api.get(`${path}${query}`)
  expect(answer.status, answer.text).toBe(200)
  return answer.body.results.map(({ name }: { name: string }) => name)
}
const told = async () =>
  (await api.activities()).map(({ activity, scope, detail }) => [
    activity,
    scope,
    detail.name,
    detail.changes?.map(({ field, before, after }) => [field, before, after]) ?? null,
  ])

test('a playlist is made, read and changed, and the log tells of it', async () => {
  const filters = {
    events: [{ id: '$pageview', order: 0 }],
    date_from: '-30d',
    session_recording_duration: null,
  }
  const made = await make({ name: ' Checkout ', derived_name: 'page views', filters, short_id: 'mine' })
  expect(made).toEqual({
    id: expect.any(Number),
    short_id: expect.stringMatching(/^[0-9A-Za-z]{8}$/),
    name: 'Checkout',
    derived_name: 'page views',
    description: '',
    pinned: false,
    created_at: expect.stringMatching(/Z$/),
    created_by: expect.objectContaining({ id: api.user.id }),
    deleted: false,
    filters,
    last_modified_at: expect.stringMatching(/Z$/),
    last_modified_by: expect.objectContaining({ id: api.user.id }),
  })
  expect(JSON.stringify(made.filters)).toBe(JSON.stringify(filters))
  const one = `${path}${made.short_id}/`
  expect((await api.get(one)).body).toEqual(made)
  const { body: changed } = await api.patch(one, { description: 'who leaves', filters: {} })
  expect(changed).toMatchObject({ name: 'Checkout', description: 'who leaves', filters: {} })
  expect(changed.last_modified_at > made.last_modified_at).toBe(true)
  const pinned = (await api.ask('PUT', one, { ...changed, pinned: true, last_modified_at: null })).body
  expect(pinned).toMatchObject({ pinned: true, name: 'Checkout' })
  // the same again, and nothing at all
  await api.patch(one, { pinned: true })
  expect((await api.patch(one, {})).body).toEqual(pinned)
  expect(await told()).toEqual([
    ['created', 'SessionRecordingPlaylist', 'Checkout', null],
    [
      'updated',
      'SessionRecordingPlaylist',
      'Checkout',
      [
        ['description', '', 'who leaves'],
        ['filters', filters, {}],
      ],
    ],
    ['updated', 'SessionRecordingPlaylist', 'Checkout', [['pinned', false, true]]],
  ])
})

test('one without a name is not told of until it has one', async () => {
  const made = await make()
  await api.patch(`${path}${made.short_id}/`, { filters: { date_from: '-1d' } })
  expect(await told()).toEqual([])
  await api.patch(`${path}${made.short_id}/`, { name: 'Now' })
  expect(await told()).toEqual([['updated', 'SessionRecordingPlaylist', 'Now', [['name', null, 'Now']]]])
})

test('deleted by PATCH, found no more, and brought back', async () => {
  const { short_id } = await make({ name: 'x' })
  const one = `${path}${short_id}/`
  expect((await api.patch(one, { deleted: true })).body.deleted).toBe(true)
  expect((await api.get(one)).status).toBe(404)
  expect((await api.get(`${one}recordings/`)).status).toBe(404)
  expect((await api.post(`${one}recordings/s1/`)).status).toBe(404)
  expect(await names()).toEqual([])
  expect((await api.patch(one, { deleted: false })).body.deleted).toBe(false)
  expect(await names()).toEqual(['x'])
  const refused = await api.delete(one)
  expect([refused.status, refused.text, refused.headers.allow]).toEqual([405, '', 'GET, PUT, PATCH'])
})

test('the last one changed comes first; filters, orders and pages', async () => {
  for (const name of ['a', 'b', '100% c']) {
    const { short_id } = await make({ name })
    await api.patch(`${path}${short_id}/`, { description: name, pinned: name === 'b' })
  }
  const colleague = await api.colleague(8)
  await api.post(path, { derived_name: 'derived' }, colleague)
  expect(await names('?user=false')).toEqual(['100% c', 'b', 'a'])
  expect(await names(`?created_by=${colleague.user.id}`)).toEqual([null])
  expect(await names('?pinned=')).toEqual(['b'])
  expect(await names('?search=%25')).toEqual(['100% c'])
  expect(await names('?search=DERIV')).toEqual([null])
  expect(await names('?order=name&user=1')).toEqual(['100% c', 'a', 'b'])
  expect(await names('?order=-name&user=1')).toEqual(['b', 'a', '100% c'])
  expect(await names('?date_from=2030-03-04')).toEqual(['100% c', 'b', 'a'])
  expect(await names('?date_from=-100000y')).toHaveLength(4)
  expect(await names('?date_to=2030-03-03')).toEqual([null])
  expect(await names('?short_id=none')).toEqual([])
  const { body } = await api.get(`${path}?limit=2&user=1`)
  expect(body).toMatchObject({ count: 3, next: expect.stringContaining('offset=2'), previous: null })
})

test.each([
  ['?order=filters', 'order', 'invalid_input'],
  ['?date_from=noon', 'date_from', 'invalid_input'],
  ['?created_by=me', 'created_by', 'invalid_input'],
])('a list asked for by %s is refused', async (query, attr, code) => {
  expect(await api.get(`${path}${query}`)).toMatchObject({
    status: 400,
    body: { type: 'validation_error', attr, code },
  })
})

test.each([
  [{ name: 'x'.repeat(401) }, 'name', 'max_length'],
  [{ filters: [] }, 'filters', 'not_a_dict'],
  [{ description: null }, 'description', 'null'],
  [{ name: 'a\0b' }, null, 'null_characters_not_allowed'],
])('%j is refused', async (body, attr, code) => {
  expect(await api.post(path, body)).toMatchObject({
    status: 400,
    body: { type: 'validation_error', attr, code },
  })
})

test('recordings are put on a playlist once, listed, and taken off', async () => {
  const { short_id } = await make({ name: 'one' })
  const other = await make({ name: 'other' })
  const at = `${path}${short_id}/recordings/`
  const session = 'session/with üñí & more'
  for (const id of ['s1', 's2', 's2', session]) {
    const answer = await api.post(`${at}${encodeURIComponent(id)}/`, { anything: 1 })
    expect([answer.status, answer.body]).toEqual([200, { success: true }])
  }
  await api.post(`${path}${other.short_id}/recordings/s2/`)
  const { body } = await api.get(at)
  expect(body.has_next).toBe(false)
  expect(
    body.results.map(({ id, pinned_count }: { id: string; pinned_count: number }) => [id, pinned_count]),
  ).toEqual([
    [session, 1],
    ['s2', 2],
    ['s1', 1],
  ])
  // of what is not kept nothing is made up
  expect(body.results[1]).toMatchObject({ viewed: false, start_time: null, person: null, storage: null })
  expect((await api.get(`${at}?limit=1`)).body).toMatchObject({ results: [{ id: session }], has_next: true })
  expect((await api.get(`${at}?limit=1&offset=2`)).body).toMatchObject({
    results: [{ id: 's1' }],
    has_next: false,
  })
  expect(await names('?session_recording_id=s2&order=name')).toEqual(['one', 'other'])
  expect(await names('?session_recording_id=s1')).toEqual(['one'])
  await api.patch(`${path}${other.short_id}/`, { deleted: true })
  expect((await api.get(at)).body.results[1].pinned_count).toBe(1)

  const gone = await api.delete(`${at}s2/`)
  expect([gone.status, gone.body]).toEqual([200, { success: true }])
  expect(await api.delete(`${at}s2/`)).toMatchObject({ status: 404, body: { detail: 'Recording not found' } })
  expect((await api.get(at)).body.results).toHaveLength(2)
  expect((await told()).filter(([, , name]) => name === 'one').slice(1)).toEqual(
    [
      [null, 's1'],
      [null, 's2'],
      [null, session],
      ['s2', null],
    ].map(([before, after]) => [
      'updated',
      'SessionRecordingPlaylist',
      'one',
      [['recordings', before, after]],
    ]),
  )
})

test('a playlist holds a thousand recordings, and no more', async () => {
  const { short_id, id } = await make({ name: 'full' })
  await api.database.db.execute(
    `insert into recording_pins (playlist_id, session_id) select ${id}, 's' || n from generate_series(1, 1000) n`,
  )
  expect(await api.post(`${path}${short_id}/recordings/more/`)).toMatchObject({
    status: 400,
    body: { detail: 'A playlist holds at most 1000 recordings.' },
  })
  expect((await api.post(`${path}${short_id}/recordings/s7/`)).status).toBe(200)
  expect((await api.post(`${path}${short_id}/recordings/${'x'.repeat(201)}/`)).status).toBe(404)
  expect(await names('?session_recording_id=more')).toEqual([])
})

test('another project’s playlist is not there', async () => {
  const { short_id } = await make({ name: 'mine' })
  const theirs = `/api/projects/${api.project.id}/session_recording_playlists/${short_id}/`
  for (const [method, at, body] of [
    ['GET', theirs],
    ['PATCH', theirs, { name: 'taken' }],
    ['GET', `${theirs}recordings/`],
    ['POST', `${theirs}recordings/s1/`],
    ['DELETE', `${theirs}recordings/s1/`],
  ] as const) {
    expect([method, at, (await api.ask(method, at, body)).status]).toEqual([method, at, 404])
  }
  expect(await names()).toEqual(['mine'])
})
