import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ingested, ingested } from '../../../test/ingested.ts'
import { createPersonReader } from '../../persons/read-persons.ts'
import { eventRoutes } from '../events/routes.ts'
import { actionRoutes } from './routes.ts'
import { type ActionStore, createActionStore } from './store.ts'

let on: Ingested
let actions: ActionStore
let path: string
const told: number[] = []
beforeAll(async () => {
  on = await ingested(afterAll, ({ database, activity, questions, receipts }) => {
    actions = createActionStore(database, async (projectId) => {
      told.push(projectId)
    })
    return [
      actionRoutes({ actions, questions, activity }),
      eventRoutes({
        questions,
        persons: createPersonReader(database),
        receipts,
        eventNames: async () => [],
        findAction: actions.findForQuestions,
      }),
    ]
  })
  path = `${on.base}actions/`
})

const made = async (body: object) => (await on.api.post(path, body)).body
const one = (id: number) => `${path}${id}/`

test('an action is made with its steps, and read back', async () => {
  const { status, body } = await on.api.post(path, {
    name: ' signed up ',
    tags: ['B', 'a', 'b'],
    is_calculating: true,
    steps: [{ text: ' Sign up ', selector: 'div > button', url: '/signup', isNew: 'asdf', id: null }],
  })
  expect(status).toBe(201)
  expect(body).toEqual({
    id: expect.any(Number),
    name: 'signed up',
    description: '',
    tags: ['a', 'b'],
    post_to_slack: false,
    slack_message_format: '',
    steps: [
      {
        id: expect.stringMatching(/^\d+$/),
        event: null,
        tag_name: null,
        text: ' Sign up ',
        text_matching: null,
        href: null,
        href_matching: null,
        selector: 'div > button',
        url: '/signup',
        name: null,
        url_matching: 'contains',
        properties: [],
      },
    ],
    created_at: expect.stringMatching(/Z$/),
    created_by: expect.objectContaining({ id: on.api.user.id }),
    deleted: false,
    is_calculating: false,
    last_calculated_at: expect.stringMatching(/Z$/),
    team_id: expect.any(Number),
    is_action: true,
  })
  expect((await on.api.get(one(body.id))).body).toEqual(body)
  expect((await on.api.get(path)).body.results).toContainEqual(body)
})

test('steps that are sent are all there are; without the key they stay', async () => {
  const { id, steps } = await made({ name: 'steps', steps: [{ event: 'a', url: '/a' }, { event: 'b' }] })
  const kept = await on.api.patch(one(id), { description: 'x' })
  expect(kept.body.steps).toEqual(steps)
  const foreign = (await made({ steps: [{ event: 'not mine' }] })).steps[0]
  const changed = await on.api.patch(one(id), {
    steps: [
      { event: 'c' },
      { id: steps[0].id, event: 'A' },
      { id: steps[0].id, event: 'A again' },
      { id: foreign.id, event: 'd' },
    ],
  })
  const now = changed.body.steps
  expect(now.map(({ event, url }: Record<string, unknown>) => [event, url])).toEqual([
    ['c', null],
    ['A', '/a'],
    ['A again', null],
    ['d', null],
  ])
  const ids = now.map((step: { id: string }) => step.id)
  expect(ids[1]).toBe(steps[0].id)
  expect(new Set([...ids, steps[1].id, foreign.id]).size).toBe(6)
  const cleared = await on.api.ask('PUT', one(id), { name: 'steps', steps: [] })
  expect(cleared.body.steps).toEqual([])
})

test('a name is used once among those that live', async () => {
  const first = await made({ name: 'once' })
  const refusal = {
    status: 400,
    body: {
      type: 'validation_error',
      code: 'unique',
      detail: `This project already has an action with this name, ID ${first.id}`,
      attr: 'name',
    },
  }
  expect(await on.api.post(path, { name: 'once' })).toMatchObject(refusal)
  const other = await made({ name: 'twice' })
  expect(await on.api.patch(one(other.id), { name: 'once' })).toMatchObject(refusal)
  expect((await on.api.patch(one(first.id), { deleted: true })).body.deleted).toBe(true)
  expect((await on.api.patch(one(other.id), { name: 'once' })).status).toBe(200)
  expect(await on.api.patch(one(first.id), { deleted: false })).toMatchObject({
    status: 400,
    body: { code: 'unique', detail: expect.stringContaining(`ID ${other.id}`) },
  })
  const unnamed = [await made({}), await made({ name: null })]
  expect(unnamed.map(({ name }) => name)).toEqual([null, null])
})

test('deleted ones leave the list and stay readable; DELETE is not allowed', async () => {
  const { id } = await made({ name: 'to delete' })
  await on.api.patch(one(id), { deleted: true })
  const listed = (await on.api.get(path)).body.results.map((action: { id: number }) => action.id)
  expect(listed).not.toContain(id)
  expect((await on.api.get(one(id))).body.deleted).toBe(true)
  const refused = await on.api.delete(one(id))
  expect([refused.status, refused.text, refused.headers.allow]).toEqual([405, '', 'GET, PUT, PATCH'])
})

test.each([
  [{ name: 'x'.repeat(401) }, 'name', 'max_length'],
  [{ steps: 'all' }, 'steps', 'not_a_list'],
  [{ steps: [{ url_matching: 'like' }] }, 'steps__0__url_matching', 'invalid_choice'],
  [{ steps: [{ properties: 'nonsense' }] }, 'steps__0__properties', 'invalid_input'],
])('refuses %j', async (body, attr, code) => {
  expect(await on.api.post(path, body)).toMatchObject({ status: 400, body: { attr, code } })
})

test('its events are counted and listed', async () => {
  const recent = new Date(Date.now() - 3_600_000).toISOString()
  const old = new Date(Date.now() - 200 * 86_400_000).toISOString()
  await on.send(
    { event: 'paid', distinct_id: 'a', timestamp: recent, properties: { plan: 'pro' } },
    { event: 'paid', distinct_id: 'a', timestamp: recent, properties: { plan: 'free' } },
    { event: 'paid', distinct_id: 'a', timestamp: old, properties: { plan: 'pro' } },
    {
      event: 'viewed',
      distinct_id: 'a',
      timestamp: recent,
      properties: { $current_url: 'https://x.y/price' },
    },
  )
  const { id } = await made({
    steps: [
      { event: 'paid', properties: [{ key: 'plan', value: 'pro', type: 'event' }] },
      { event: 'viewed', url: '/price' },
    ],
  })
  expect((await on.api.get(`${one(id)}count/`)).body).toEqual({ count: 2 })
  const { body } = await on.api.get(`${on.base}events/?action_id=${id}&after=2000-01-01`)
  expect(body.results.map(({ event }: { event: string }) => event).sort()).toEqual(['paid', 'paid', 'viewed'])
  const empty = await made({ steps: [] })
  expect((await on.api.get(`${one(empty.id)}count/`)).body).toEqual({ count: 0 })
  for (const none of [empty.id, 999_999, 'x']) {
    expect((await on.api.get(`${on.base}events/?action_id=${none}`)).body.results).toEqual([])
  }
})

test('filters as ever so old are understood when asked', async () => {
  const { id, steps, team_id } = await made({
    steps: [{ event: 'paid', properties: { plan__is_not: 'pro' } }],
  })
  expect(steps[0].properties).toEqual({ plan__is_not: 'pro' })
  const asked = await actions.findForQuestions(team_id, id)
  expect(asked!.steps[0]!.properties).toMatchObject([{ key: 'plan', operator: 'is_not', value: 'pro' }])
})

test("another project's action is not there", async () => {
  const { id } = await made({ name: 'mine' })
  const own = `/api/projects/${on.api.project.id}/actions/${id}/`
  expect((await on.api.get(own)).status).toBe(404)
  expect((await on.api.get(`${own}count/`)).status).toBe(404)
  expect((await on.api.patch(own, { name: 'theirs' })).status).toBe(404)
  expect((await on.api.get(one(2_147_483_648))).status).toBe(404)
  expect((await on.api.post(`/api/projects/${on.api.project.id}/actions/`, { name: 'mine' })).status).toBe(
    201,
  )
  expect(await actions.findForQuestions(on.api.project.id, id)).toBeUndefined()
})

test('what is done to one is in the activity log', async () => {
  await on.api.activities()
  const { id } = await made({ name: 'told', tags: ['a'] })
  await on.api.patch(one(id), { tags: ['B'], steps: [{ event: 'x' }] })
  expect((await on.api.patch(one(id), { tags: ['b'] })).status).toBe(200)
  expect((await on.api.patch(one(id), {})).status).toBe(200)
  const its = { scope: 'Action', itemId: String(id), itemCreatedBy: on.api.user.id }
  expect(await on.api.activities()).toMatchObject([
    { ...its, activity: 'created', detail: { name: 'told' } },
    {
      ...its,
      activity: 'updated',
      detail: {
        changes: [
          { action: 'changed', field: 'tags', before: ['a'], after: ['b'] },
          { action: 'changed', field: 'steps', before: [], after: [{ event: 'x' }] },
        ],
      },
    },
  ])
})

test('who has an action in memory is told that it is another', async () => {
  const { id, team_id } = await made({ steps: [{ event: 'a' }] })
  told.length = 0
  expect((await on.api.patch(one(id), { steps: [{ event: 'b' }] })).status).toBe(200)
  expect(told).toEqual([team_id])
})
