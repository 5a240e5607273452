import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApp, testApp } from '../../../test/app.ts'
import { eventDefinitions } from '../../database/schema.ts'
import { tagNames } from '../../tags/tags.ts'
import { eventDefinitionRoutes } from './routes.ts'
import { createEventDefinitionStore } from './store.ts'

const now = new Date('2026-03-04T05:06:07.008Z')
let api: TestApp
let base: string
let ids: Record<string, string>
beforeAll(async () => {
  api = await testApp(afterAll, ({ database, activity }) => [
    eventDefinitionRoutes({
      eventDefinitions: createEventDefinitionStore(database),
      activity,
      now: () => now,
    }),
  ])
  base = `/api/projects/${api.project.id}/event_definitions/`
  const rows = await api.database.db
    .insert(eventDefinitions)
    .values(
      ['$pageview', 'order placed', 'order_refunded', '100% done'].map((name, n) => ({
        projectId: api.project.id,
        name,
        lastSeenAt: `2026-01-0${n + 1}T00:00:00Z`,
      })),
    )
    .returning()
  ids = Object.fromEntries(rows.map(({ name, id }) => [name, id]))
})

const names = async (query = '') =>
  (await api.get(`${base}${query}`)).body.results.map((one: { name: string }) => one.name)

test('definitions come by name, in pages', async () => {
  const { body } = await api.get(`${base}?limit=3`)
  expect(body).toMatchObject({ count: 4, next: expect.stringContaining('offset=3'), previous: null })
  expect(body.results[0]).toEqual({
    id: ids.$pageview,
    name: '$pageview',
    owner: null,
    description: null,
    tags: [],
    volume_30_day: null,
    query_usage_30_day: null,
    created_at: expect.stringMatching(/Z$/),
    updated_at: expect.stringMatching(/Z$/),
    updated_by: null,
    last_seen_at: '2026-01-01T00:00:00.000000Z',
    last_updated_at: expect.stringMatching(/Z$/),
    verified: false,
    verified_at: null,
    verified_by: null,
    hidden: false,
    is_action: false,
    action_id: null,
    is_calculating: false,
    last_calculated_at: null,
    created_by: null,
    post_to_slack: false,
  })
})

test('search, kind and order', async () => {
  expect(await names('?search=order')).toEqual(['order placed', 'order_refunded'])
  expect(await names('?search=ORD placed')).toEqual(['order placed'])
  expect(await names('?search=%25')).toEqual(['100% done'])
  expect(await names('?search=_')).toEqual(['order_refunded'])
  expect(await names('?event_type=event_posthog')).toEqual(['$pageview'])
  expect(await names('?event_type=event_custom&ordering=-name')).toEqual([
    'order_refunded',
    'order placed',
    '100% done',
  ])
  expect(await names('?ordering=-last_seen_at&limit=1')).toEqual(['100% done'])
  expect(await names('?event_type=action_event')).toEqual([])
  expect((await api.get(`${base}?event_type=other`)).status).toBe(400)
})

test('a definition is changed, verified once, and read back', async () => {
  const path = `${base}${ids['order placed']}/`
  const changed = await api.patch(path, {
    description: 'Paid for',
    tags: [' Money ', 'money', '', 'A'],
    owner: api.user.id,
    verified: true,
  })
  expect(changed).toMatchObject({
    status: 200,
    body: {
      description: 'Paid for',
      tags: ['a', 'money'],
      owner: { email: 'owner@example.com' },
      verified: true,
      verified_at: '2026-03-04T05:06:07.008000Z',
      verified_by: { id: api.user.id },
      updated_by: { id: api.user.id },
    },
  })
  expect((await api.get(path)).body).toEqual(changed.body)
  expect(await names('?tags=money')).toEqual(['order placed'])
  expect(await names('?tags=["money"]&search=refunded')).toEqual([])
  const colleague = await api.colleague()
  const again = await api.ask('PUT', path, { verified: true }, { key: colleague.key })
  expect(again.body).toMatchObject({ verified_by: { id: api.user.id }, description: 'Paid for' })
  expect((await api.patch(path, { verified: false, owner: null })).body).toMatchObject({
    verified: false,
    verified_at: null,
    verified_by: null,
    owner: null,
  })
  expect((await api.get(`/api/event_definition/${ids['order placed']}`)).status).toBe(200)
})

test('an owner must be in the organization', async () => {
  const { user } = await api.stranger()
  expect(await api.patch(`${base}${ids.$pageview}/`, { owner: user.id })).toMatchObject({
    status: 400,
    body: { code: 'does_not_exist', attr: 'owner' },
  })
  expect(await api.patch(`${base}${ids.$pageview}/`, { owner: 0 })).toMatchObject({
    status: 400,
    body: { code: 'does_not_exist', attr: 'owner' },
  })
})

test("another project's definition is not there, nor one that was deleted", async () => {
  const stranger = await api.stranger()
  const foreign = `/api/projects/${stranger.project.id}/event_definitions/${ids.$pageview}/`
  for (const method of ['GET', 'PATCH', 'DELETE']) {
    expect(
      (await api.ask(method, foreign, method === 'GET' ? undefined : {}, { key: stranger.key })).status,
    ).toBe(404)
  }
  expect((await api.delete(`${base}${ids.$pageview}/`)).status).toBe(204)
  expect((await api.get(`${base}${ids.$pageview}/`)).status).toBe(404)
  expect((await api.delete(`${base}${ids.$pageview}/`)).status).toBe(404)
  expect((await api.get(`${base}1/`)).status).toBe(404)
})

test('what is done to one is in the activity log', async () => {
  const values = { projectId: api.project.id, name: 'told' }
  const [made] = await api.database.db.insert(eventDefinitions).values(values).returning()
  await api.activities()
  const path = `${base}${made!.id.toUpperCase()}/`
  await api.patch(path, { verified: true, tags: ['x'], description: 'd' })
  await api.delete(path)
  const its = { scope: 'EventDefinition', itemId: made!.id, userId: api.user.id }
  expect(await api.activities()).toMatchObject([
    {
      ...its,
      activity: 'updated',
      detail: {
        name: 'told',
        changes: [
          { action: 'created', field: 'description', before: null, after: 'd' },
          { action: 'changed', field: 'tags', before: [], after: ['x'] },
          { action: 'changed', field: 'verified', before: false, after: true },
        ],
      },
    },
    { ...its, activity: 'deleted', detail: { name: 'told', changes: null } },
  ])
  expect(await tagNames(api.database.db, api.project.id)).not.toContain('x')
})
