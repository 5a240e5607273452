import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type TestApp, testApp } from '../../../test/app.ts'
import { type Activity, type ActivityLog, createActivityLog } from '../../activity/activity-log.ts'
import { activityLog } from '../../database/schema.ts'
import { activityOperation, activityPage } from '../../http/activity-shapes.ts'
import { route } from '../../http/operation.ts'
import { activityLogRoutes } from './routes.ts'

const dashboards = activityOperation({
  id: 'dashboards_activity_retrieve',
  path: '/api/projects/:project_id/dashboards/activity/',
  access: 'project',
  scope: 'dashboard:read',
  tags: ['dashboards'],
})

let api: TestApp
let activity: ActivityLog
let path: string
let resource: string
beforeAll(async () => {
  api = await testApp(afterAll, ({ database }) => {
    activity = createActivityLog(database)
    return [
      activityLogRoutes({ activity }),
      async (app) => route(app, dashboards, (asked) => activityPage(activity, asked, { scope: 'Dashboard' })),
    ]
  })
  path = `/api/projects/${api.project.id}/activity_log/`
  resource = `/api/projects/${api.project.id}/dashboards/activity/`
})
beforeEach(async () => {
  await api.database.db.delete(activityLog)
})

const done = (given: Partial<Activity> = {}) =>
  activity.record({
    organizationId: api.organization.id,
    projectId: api.project.id,
    userId: api.user.id,
    scope: 'Dashboard',
    itemId: 1,
    activity: 'created',
    name: 'Growth',
    ...given,
  })
const ids = (body: { results: { item_id: string }[] }) => body.results.map(({ item_id }) => item_id)

test('an entry says who did what to which thing, and how it was and is', async () => {
  await done({
    activity: 'updated',
    changes: [{ type: 'Dashboard', action: 'changed', field: 'name', before: 'a', after: 'b' }],
  })
  const { body, status } = await api.get(resource)
  expect(status).toBe(200)
  const entry = {
    id: expect.any(String),
    user: expect.objectContaining({ first_name: api.user.firstName, email: api.user.email }),
    activity: 'updated',
    scope: 'Dashboard',
    item_id: '1',
    detail: {
      changes: [{ type: 'Dashboard', action: 'changed', field: 'name', before: 'a', after: 'b' }],
      merge: null,
      trigger: null,
      name: 'Growth',
      short_id: null,
    },
    created_at: expect.stringMatching(/^\d{4}-.*\.\d{6}Z$/),
  }
  expect(body).toEqual({ results: [entry], next: null, previous: null, total_count: 1 })
  expect((await api.get(path)).body).toEqual({
    count: 1,
    next: null,
    previous: null,
    results: [{ ...entry, unread: true, organization_id: api.organization.id, is_system: false }],
  })
})

test('an update that changed nothing is not kept', async () => {
  await done({ activity: 'updated', changes: [] })
  await done({ activity: 'updated', changes: null })
  expect((await api.get(path)).body.count).toBe(0)
})

test('an entry is undone with the change that it tells of', async () => {
  const failing = api.database.transaction(async (tx) => {
    await activity.record(
      {
        organizationId: api.organization.id,
        projectId: api.project.id,
        userId: api.user.id,
        scope: 'Dashboard',
        itemId: 1,
        activity: 'created',
        name: null,
      },
      tx,
    )
    throw new Error('and then it failed')
  })
  await expect(failing).rejects.toThrow('and then it failed')
  expect((await api.get(path)).body.count).toBe(0)
})

test('what the system did, and what somebody did who is gone, is told so', async () => {
  await done({ userId: null })
  const gone = await api.colleague()
  await done({ userId: gone.user.id })
  await api.database.db.execute(`delete from users where id = ${gone.user.id}`)
  const { results } = (await api.get(resource)).body
  expect(results.map((one: { user: unknown }) => one.user)).toEqual([
    null,
    { first_name: 'System', email: null, is_system: true },
  ])
})

test('pages go from 1 with ten entries, newest first, and past the end they are empty', async () => {
  for (let n = 1; n <= 23; n++) await done({ itemId: n })
  const first = (await api.get(resource)).body
  expect(ids(first)).toEqual([23, 22, 21, 20, 19, 18, 17, 16, 15, 14].map(String))
  expect(first).toMatchObject({ previous: null, total_count: 23 })
  expect(new URL(first.next).search).toBe('?page=2&limit=10')
  const second = (await api.get(new URL(first.next).pathname + new URL(first.next).search)).body
  expect(new URL(second.previous).search).toBe('?page=1&limit=10')
  const last = (await api.get(`${resource}?page=3&limit=10&extra=kept`)).body
  expect(ids(last)).toEqual(['3', '2', '1'])
  expect(last.next).toBeNull()
  expect(new URL(last.previous).search).toBe('?page=2&limit=10&extra=kept')
  const past = await api.get(`${resource}?page=9&limit=10`)
  expect(past.status).toBe(200)
  expect(past.body).toMatchObject({ results: [], next: null, total_count: 23 })
  for (const nonsense of ['page=0', 'page=-1', 'page=x', 'limit=0', 'limit=x', 'page=1e99']) {
    expect(ids((await api.get(`${resource}?${nonsense}`)).body)).toEqual(ids(first))
  }
})

test('the log is filtered by kind, thing, person and what was done', async () => {
  const other = await api.colleague()
  await done({ itemId: 1 })
  await done({ itemId: 2, activity: 'deleted' })
  await done({ itemId: 'abc', scope: 'Person', userId: other.user.id })
  expect(ids((await api.get(path)).body)).toEqual(['abc', '2', '1'])
  expect(ids((await api.get(`${path}?scope=Dashboard`)).body)).toEqual(['2', '1'])
  expect(ids((await api.get(`${path}?scope=Dashboard&item_id=1`)).body)).toEqual(['1'])
  expect(ids((await api.get(`${path}?user=${other.user.uuid}`)).body)).toEqual(['abc'])
  expect(ids((await api.get(`${path}?user=nobody`)).body)).toEqual([])
  expect(ids((await api.get(`${path}?activity=deleted`)).body)).toEqual(['2'])
  const limited = (await api.get(`${path}?limit=1&offset=1`)).body
  expect(ids(limited)).toEqual(['2'])
  expect(limited.count).toBe(3)
})

test("another project's entries, and the organization's own, are not in it", async () => {
  const stranger = await api.stranger()
  await done({ organizationId: stranger.organization.id, projectId: stranger.project.id })
  await done({ projectId: null, scope: 'Organization' })
  expect((await api.get(path)).body.count).toBe(0)
  expect((await api.get(path, { key: stranger.key })).status).toBe(403)
  expect((await activity.list({ organizationId: api.organization.id }, { limit: 9, offset: 0 })).count).toBe(
    1,
  )
})

test('important is what others changed of what I made, unread since the bookmark', async () => {
  const other = await api.colleague()
  const mine = { createdBy: api.user.id }
  await done({ itemId: 1, ...mine })
  await done({ itemId: 2, ...mine, userId: other.user.id })
  await done({ itemId: 3, createdBy: other.user.id, userId: other.user.id })
  await done({ itemId: 4, userId: other.user.id })
  const read = async () => (await api.get(`${path}important_changes/`)).body
  const [only, ...none] = await read()
  expect(none).toEqual([])
  expect(only).toMatchObject({ item_id: '2', unread: true, user: { email: other.user.email } })

  const marked = await api.post(`${path}bookmark_activity_notification/`, { bookmark: only.created_at })
  expect(marked).toMatchObject({ status: 204, text: '' })
  expect(await read()).toMatchObject([{ item_id: '2', unread: false }])
  await done({ itemId: 5, ...mine, userId: null })
  expect(await read()).toMatchObject([
    { item_id: '5', unread: true },
    { item_id: '2', unread: false },
  ])
  // Somebody else has a bookmark of their own.
  expect((await api.get(path, { key: other.key })).body.results[0]).toMatchObject({ unread: true })

  for (let n = 0; n < 12; n++) await done({ itemId: n, ...mine, userId: other.user.id })
  expect(await read()).toHaveLength(10)
})

test('a bookmark must be a point in time', async () => {
  const at = `${path}bookmark_activity_notification/`
  expect((await api.post(at, {})).body).toMatchObject({ attr: 'bookmark', code: 'required' })
  expect((await api.post(at, { bookmark: 'soon' })).body).toMatchObject({ attr: 'bookmark' })
})
