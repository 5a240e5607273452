import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApp, testApp } from '../../../test/app.ts'
import { insertProject } from '../../accounts/projects.ts'
import { insights } from '../../database/schema.ts'
import { newProjectApiKey } from '../../kit/api-keys.ts'
import { annotationRoutes } from './routes.ts'
import { createAnnotationStore } from './store.ts'

const now = new Date('2030-03-04T05:06:07.008Z')
let api: TestApp
let path: string
beforeAll(async () => {
  api = await testApp(afterAll, ({ database, activity }) => [
    annotationRoutes({ annotations: createAnnotationStore(database), activity, now: () => now }),
  ])
  path = `/api/projects/${api.project.id}/annotations/`
})

const made = async (body: object, at = path) => (await api.post(at, body)).body
const one = (id: number, at = path) => `${at}${id}/`
const contents = async (query = '', at = path) =>
  (await api.get(`${at}${query}`)).body.results.map((one: { content: string }) => one.content)
/** A further project of the same organization. */
async function besides() {
  const project = await api.database.transaction((tx) =>
    insertProject(tx, api.user, { organizationId: api.organization.id, apiToken: newProjectApiKey() }),
  )
  return `/api/projects/${project.id}/annotations/`
}

test('an annotation is made, read and changed', async () => {
  const { status, body } = await api.post(path, {
    content: ' Marketing campaign ',
    scope: 'project',
    date_marker: '2020-01-01T02:00:00.25+02:00',
    created_at: 'read-only',
  })
  expect(status).toBe(201)
  expect(body).toEqual({
    id: expect.any(Number),
    content: 'Marketing campaign',
    date_marker: '2020-01-01T00:00:00.250000Z',
    creation_type: 'USR',
    dashboard_item: null,
    insight_short_id: null,
    insight_name: null,
    created_by: expect.objectContaining({ id: api.user.id }),
    created_at: expect.stringMatching(/Z$/),
    updated_at: expect.stringMatching(/Z$/),
    deleted: false,
    scope: 'project',
  })
  expect((await api.get(one(body.id))).body).toEqual(body)
  const changed = await api.patch(one(body.id), { content: 'Updated', date_marker: null })
  expect(changed.body).toEqual({
    ...body,
    content: 'Updated',
    date_marker: null,
    updated_at: '2030-03-04T05:06:07.008000Z',
  })
  expect((await made({})).scope).toBe('dashboard_item')
  expect((await api.get(`/api/annotation/${body.id}/`)).body.content).toBe('Updated')
})

test('the newest moment comes first; search, and pages', async () => {
  const at = await besides()
  for (const [content, day] of [
    ['zebra one', '01'],
    ['100% zebra', '03'],
    ['lion', '02'],
  ]) {
    await made({ content, scope: 'project', date_marker: `2020-01-${day}T00:00:00Z` }, at)
  }
  expect(await contents('', at)).toEqual(['100% zebra', 'lion', 'zebra one'])
  expect(await contents('?search=ZEBRA', at)).toEqual(['100% zebra', 'zebra one'])
  expect(await contents('?search=%25', at)).toEqual(['100% zebra'])
  const ofAll = await made(
    { content: 'zebra of all', scope: 'organization', date_marker: '2020-01-04T00:00:00Z' },
    at,
  )
  expect(await contents('?search=zebra&scope=organization', at)).toEqual(['zebra of all'])
  expect(await contents('?search=zebra&scope=project', at)).toEqual(['100% zebra', 'zebra one'])
  expect(await contents('?search=zebra&scope=dashboard_item', at)).toEqual([])
  expect(await contents('?search=zebra&scope=moon', at)).toEqual(['zebra of all', '100% zebra', 'zebra one'])
  await api.patch(one(ofAll.id, at), { deleted: true })
  const { body } = await api.get(`${at}?limit=2`)
  expect(body).toMatchObject({ count: 3, next: expect.stringContaining('offset=2'), previous: null })
})

test('a deleted one is not found, until PATCH brings it back', async () => {
  const { id } = await made({ content: 'going', scope: 'project' })
  expect((await api.patch(one(id), { deleted: true })).body.deleted).toBe(true)
  expect((await api.get(one(id))).status).toBe(404)
  expect((await api.ask('PUT', one(id), { deleted: false })).status).toBe(404)
  expect(await contents('?search=going')).toEqual([])
  expect((await api.patch(one(id), { deleted: false })).status).toBe(200)
  expect((await api.ask('PUT', one(id), { content: 'going on' })).body.content).toBe('going on')
  const refused = await api.delete(one(id))
  expect([refused.status, refused.text]).toEqual([405, ''])
  expect((await api.get(one(id))).status).toBe(200)
})

/** A saved insight of a project. */
async function insight(projectId: number, shortId: string) {
  const [row] = await api.database.db
    .insert(insights)
    .values({ projectId, shortId, name: `Chart ${shortId}`, kind: 'TRENDS' })
    .returning({ id: insights.id })
  return row!.id
}

test('one may belong to an insight of the project', async () => {
  const id = await insight(api.project.id, 'abcd1234')
  const { status, body } = await api.post(path, { content: 'release', dashboard_item: id })
  expect([status, body]).toMatchObject([
    201,
    {
      dashboard_item: id,
      insight_short_id: 'abcd1234',
      insight_name: 'Chart abcd1234',
      scope: 'dashboard_item',
    },
  ])
  expect((await api.patch(one(body.id), { content: 'release 2' })).body.dashboard_item).toBe(id)
  expect((await api.patch(one(body.id), { dashboard_item: null })).body).toMatchObject({
    dashboard_item: null,
    insight_short_id: null,
  })
  const other = await besides()
  const foreign = await insight(Number(other.split('/')[3]), 'foreign1')
  const gone = await insight(api.project.id, 'gone1234')
  await api.database.db.update(insights).set({ deleted: true }).where(eq(insights.id, gone))
  for (const dashboard_item of [foreign, gone]) {
    const refused = { status: 400, body: { attr: 'dashboard_item', code: 'does_not_exist' } }
    expect(await api.post(path, { dashboard_item })).toMatchObject(refused)
    expect(await api.patch(one(body.id), { dashboard_item })).toMatchObject(refused)
  }
  // where the annotation is seen in another project, that one's insights are not
  const shared = await made({ content: 'seen', scope: 'organization', dashboard_item: foreign }, other)
  expect(shared.dashboard_item).toBe(foreign)
  expect((await api.get(one(shared.id))).body).toMatchObject({
    content: 'seen',
    dashboard_item: null,
    insight_name: null,
  })
  await api.patch(one(shared.id, other), { deleted: true })
})

test("those of the organization's scope are seen in its projects, and change house where they are changed", async () => {
  const other = await besides()
  const shared = await made({ content: 'for all', scope: 'organization' })
  const own = await made({ content: 'for us', scope: 'project' })
  expect(await contents('', other)).toEqual(['for all'])
  expect((await api.get(one(own.id, other))).status).toBe(404)
  expect((await api.patch(one(own.id, other), { content: 'x' })).status).toBe(404)
  const moved = await api.patch(one(shared.id, other), { scope: 'project' })
  expect(moved.status).toBe(200)
  expect(await contents('', other)).toEqual(['for all'])
  expect((await api.get(one(shared.id))).status).toBe(404)
})

test('another organization sees none', async () => {
  const stranger = await api.stranger()
  const key = { key: stranger.key }
  const theirs = `/api/projects/${stranger.project.id}/annotations/`
  const { id } = await made({ content: 'ours', scope: 'organization' })
  expect((await api.get(theirs, key)).body.results).toEqual([])
  expect((await api.get(one(id, theirs), key)).status).toBe(404)
  expect((await api.patch(one(id, theirs), { content: 'theirs' }, key)).status).toBe(404)
  expect((await api.get(one(id))).body.content).toBe('ours')
})

test.each([
  [{ content: 'x'.repeat(401) }, 'content', 'max_length'],
  [{ scope: 'world' }, 'scope', 'invalid_choice'],
  [{ creation_type: 'BOT' }, 'creation_type', 'invalid_choice'],
  [{ date_marker: 'yesterday' }, 'date_marker', 'invalid_input'],
  [{ date_marker: '0000-01-01T00:00:00Z' }, 'date_marker', 'invalid_input'],
  [{ dashboard_item: 7 }, 'dashboard_item', 'does_not_exist'],
])('refuses %j', async (body, attr, code) => {
  expect(await api.post(path, body)).toMatchObject({ status: 400, body: { attr, code } })
})

test('what is done to one is in the activity log', async () => {
  await api.activities()
  const { id } = await made({ content: 'Launch', scope: 'project' })
  await api.patch(one(id), { content: 'Launched', deleted: true })
  await api.patch(one(id), { content: 'Launched' })
  const by = { organizationId: api.organization.id, projectId: api.project.id, userId: api.user.id }
  const its = { ...by, scope: 'Annotation', itemId: String(id), itemCreatedBy: api.user.id }
  expect(await api.activities()).toMatchObject([
    { ...its, activity: 'created', detail: { name: 'Launch', changes: null } },
    {
      ...its,
      activity: 'updated',
      detail: {
        changes: [
          { field: 'content', before: 'Launch', after: 'Launched' },
          { field: 'deleted', before: false, after: true },
        ],
      },
    },
  ])
})

test('a choice that is an object is refused in its own words', async () => {
  for (const creation_type of [{}, { toString: 1 }, ['USR', ['x'.repeat(500)]]]) {
    const { status, body } = await api.post(path, { content: 'x', creation_type })
    expect([status, body.code, body.attr]).toEqual([400, 'invalid_choice', 'creation_type'])
    expect(body.detail).toContain(JSON.stringify(creation_type).slice(0, 200))
    expect(body.detail.length).toBeLessThan(250)
  }
})
