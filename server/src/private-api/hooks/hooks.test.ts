import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { type Ingested, ingested } from '../../../test/ingested.ts'
import { hooks as hooksTable, deliveries as table } from '../../database/schema.ts'
import { createDeliveries } from '../../deliveries/deliveries.ts'
import { createOutgoing } from '../../outgoing/outgoing.ts'
import { actionRoutes } from '../actions/routes.ts'
import { createActionStore } from '../actions/store.ts'
import { createFindMatches } from './matches.ts'
import { hookRoutes } from './routes.ts'
import { createHookStore } from './store.ts'
import { createHookWaker, hookTasks } from './tasks.ts'

const logger = { warn: console.error }
const closing: (() => Promise<void>)[] = []
let on: Ingested
let path: string
let projectId: number
/** Does what jobs do. */
let tell: (signal?: AbortSignal) => Promise<void>
let store: ReturnType<typeof createHookStore>

beforeAll(async () => {
  on = await ingested(
    (close) => closing.push(close),
    ({ database, activity, questions, persons }) => {
      const actions = createActionStore(database)
      const deliveries = createDeliveries(database)
      const outgoing = createOutgoing({ privateHosts: ['127.0.0.1'], timeoutMs: 1000 })
      store = createHookStore({ database, deliveries, now: () => new Date() })
      const findMatches = createFindMatches({
        questions,
        persons,
        findAction: actions.findForQuestions,
        actionIds: store.actionIds,
        findProject: () => ({ timezone: 'UTC' }),
      })
      const [task] = hookTasks({ hooks: store, deliveries, findMatches, outgoing, logger })
      tell = (signal = new AbortController().signal) => task!.run({ projectId }, signal)
      return [actionRoutes({ actions, questions, activity }), hookRoutes({ hooks: store, outgoing })]
    },
  )
  path = `${on.base}hooks/`
  projectId = Number(on.base.split('/')[3])
}, 120_000)
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})
beforeEach(async () => {
  await on.api.database.db.delete(hooksTable)
  await on.api.database.db.delete(table)
})

type Received = { body: string; headers: Record<string, unknown> }

/** A target that keeps what it gets and answers what it is told to. */
async function receiver() {
  const received: Received[] = []
  const target = { url: '', received, status: 200, waitMs: 0 }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece) => {
      body += piece
    })
    request.on('end', () => {
      received.push({ body, headers: request.headers })
      setTimeout(() => response.writeHead(target.status).end(), target.waitMs)
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  target.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  return target
}

let actions = 0
const action = async (steps: object[]) =>
  (await on.api.post(`${on.base}actions/`, { name: `action ${++actions}`, steps })).body.id as number
const hook = async (target: string, resource_id: number | null) =>
  (await on.api.post(path, { event: 'action_performed', target, resource_id })).body
const dueNow = () => on.api.database.db.update(table).set({ dueAt: sql`now()` })
const events = (received: Received[]) => received.map(({ body }) => JSON.parse(body).data.event)

test('events that match the action are told, signed, once', async () => {
  const target = await receiver()
  const id = await action([
    { event: 'paid', properties: [{ key: 'plan', value: ['pro'], operator: 'exact', type: 'event' }] },
  ])
  await on.send({ event: 'paid', distinct_id: 'before', properties: { plan: 'pro' } })
  const made = await hook(target.url, id)
  expect(made).toMatchObject({ secret: expect.stringMatching(/^whsec_/), team: projectId, resource_id: id })
  await on.send(
    {
      event: 'paid',
      distinct_id: 'ann',
      properties: { plan: 'pro', n: 1, $set: { email: 'ann@example.com' } },
    },
    { event: 'paid', distinct_id: 'ann', properties: { plan: 'free' } },
    { event: 'viewed', distinct_id: 'ann', properties: { plan: 'pro' } },
  )
  await tell()
  await tell()
  expect(target.received).toHaveLength(1)
  const [{ body, headers }] = target.received as [Received]
  expect(JSON.parse(body)).toEqual({
    hook: { id: made.id, event: 'action_performed', target: target.url },
    data: {
      uuid: expect.any(String),
      event: 'paid',
      distinct_id: 'ann',
      properties: expect.objectContaining({ plan: 'pro', n: 1 }),
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      elements_chain: '',
      team_id: projectId,
      person: {
        uuid: expect.any(String),
        properties: expect.objectContaining({ email: 'ann@example.com' }),
        created_at: expect.any(String),
      },
    },
  })
  const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-hedgerow-signature']))!
  expect(createHmac('sha256', made.secret).update(`${t}.${body}`).digest('hex')).toBe(v1)
  expect(headers['x-hedgerow-delivery']).toMatch(/^[0-9a-f-]{36}$/)
  expect((await on.api.get(`${path}${made.id}/`)).body).not.toHaveProperty('secret')
})

test('every action of the project, where none is named; more events than one question answers', async () => {
  const target = await receiver()
  await action([{ event: 'many' }])
  await action([{ event: 'other' }])
  await hook(target.url, null)
  await on.send(
    ...Array.from({ length: 230 }, (_, n) => ({ event: 'many', distinct_id: 'm', properties: { n } })),
    { event: 'other', distinct_id: 'm' },
    { event: 'nothing', distinct_id: 'm' },
  )
  await tell()
  const seen = events(target.received)
  expect([seen.length, seen.filter((name) => name === 'other').length]).toEqual([231, 1])
  expect(new Set(target.received.map(({ body }) => JSON.parse(body).data.uuid)).size).toBe(231)
}, 60_000)

test('what does not arrive is sent again later, the rest of a target that is away waits', async () => {
  const target = await receiver()
  const made = await hook(target.url, await action([{ event: 'retried' }]))
  target.status = 500
  await on.send(...[1, 2, 3].map(() => ({ event: 'retried', distinct_id: 'r' })))
  await tell()
  expect(target.received).toHaveLength(1)
  expect((await on.api.get(`${path}${made.id}/`)).body.last_failure).toBe('It answered 500.')
  await tell()
  expect(target.received).toHaveLength(1)
  const rows = await on.api.database.db.select().from(table)
  expect(rows.map(({ attempts }) => attempts).sort()).toEqual([0, 0, 1])
  for (const { dueAt } of rows) expect(Date.parse(dueAt) - Date.now()).toBeGreaterThan(30_000)
  target.status = 200
  await dueNow()
  await tell()
  expect(target.received).toHaveLength(4)
  const deliveries = target.received.map(({ headers }) => headers['x-hedgerow-delivery'])
  expect(new Set(deliveries).size).toBe(3)
  expect((await on.api.get(`${path}${made.id}/`)).body.last_failure).toBeNull()
})

test('a target that is slow, and one that is away, do not keep others waiting', async () => {
  const slow = await receiver()
  slow.waitMs = 5_000
  const quick = await receiver()
  const id = await action([{ event: 'side by side' }])
  await hook(slow.url, id)
  await hook('http://127.0.0.1:9/', id)
  await hook(quick.url, id)
  await on.send({ event: 'side by side', distinct_id: 's' }, { event: 'side by side', distinct_id: 's' })
  await tell()
  expect(quick.received).toHaveLength(2)
})

test.each([404, 410])(
  'a target that says %i again and again is left alone, until it is given anew',
  async (status) => {
    const target = await receiver()
    target.status = status
    const made = await hook(target.url, await action([{ event: `gone ${status}` }]))
    const state = async () => (await on.api.get(`${path}${made.id}/`)).body
    await on.send(...[1, 2, 3, 4, 5].map(() => ({ event: `gone ${status}`, distinct_id: 'g' })))
    for (const tries of [1, 2, 3]) {
      expect((await state()).disabled_at).toBeNull()
      await dueNow()
      await tell()
      expect(target.received).toHaveLength(tries)
    }
    expect(await state()).toMatchObject({
      disabled_at: expect.any(String),
      last_failure: `It answered ${status}.`,
    })
    await dueNow()
    await tell()
    expect(target.received).toHaveLength(3)
    target.status = 200
    const again = await on.api.patch(`${path}${made.id}/`, { target: target.url })
    expect(again.body).toMatchObject({ disabled_at: null, last_failure: null })
    await on.send({ event: `gone ${status}`, distinct_id: 'new' })
    await tell()
    expect(target.received).toHaveLength(4)
  },
)

test('several processes that do jobs tell of each event once', async () => {
  const target = await receiver()
  await hook(target.url, await action([{ event: 'shared' }]))
  await on.send(...Array.from({ length: 60 }, () => ({ event: 'shared', distinct_id: 's' })))
  await Promise.all([tell(), tell(), tell()])
  await tell()
  expect(target.received).toHaveLength(60)
})

test('what a process had claimed when it died is sent by another', async () => {
  const target = await receiver()
  await hook(target.url, await action([{ event: 'died' }]))
  await on.send({ event: 'died', distinct_id: 'd' })
  target.status = 500
  await tell()
  await on.api.database.db
    .update(table)
    .set({ dueAt: sql`now()`, claimedUntil: sql`now() + interval '1 minute'` })
  target.status = 200
  await tell()
  expect(target.received).toHaveLength(1)
  await on.api.database.db.update(table).set({ claimedUntil: sql`now() - interval '1 second'` })
  await tell()
  expect(target.received).toHaveLength(2)
})

test('an action that is gone, and one that can not be asked, tell nothing', async () => {
  const target = await receiver()
  const id = await action([{ event: 'deleted action' }])
  await hook(target.url, id)
  await on.api.patch(`${on.base}actions/${id}/`, { deleted: true })
  await on.send({ event: 'deleted action', distinct_id: 'd' })
  await tell()
  expect(target.received).toEqual([])
})

test('one is listed, changed and deleted; what it had to send goes with it', async () => {
  const target = await receiver()
  const id = await action([{ event: 'going' }])
  const made = await hook(target.url, id)
  const { secret: _, ...shown } = made
  expect((await on.api.get(path)).body).toMatchObject({ count: 1, results: [shown] })
  const changed = await on.api.patch(`${path}${made.id}/`, { resource_id: null })
  expect(changed.body).toMatchObject({ resource_id: null, target: target.url })
  const body = { event: 'action_performed', target: target.url, resource_id: id }
  expect((await on.api.ask('PUT', `${path}${made.id}/`, body)).body.resource_id).toBe(id)
  target.status = 500
  await on.send({ event: 'going', distinct_id: 'g' })
  await tell()
  expect(await on.api.database.db.$count(table)).toBe(1)
  expect((await on.api.delete(`${path}${made.id}/`)).status).toBe(204)
  expect(await on.api.database.db.$count(table)).toBe(0)
  expect((await on.api.get(`${path}${made.id}/`)).status).toBe(404)
  expect((await on.api.delete(`${path}${made.id}/`)).status).toBe(404)
})

test.each([
  [{ event: 'other' }, 'event'],
  [{ target: 'ftp://example.com/' }, 'target'],
  [{ target: 'http://169.254.169.254/latest/' }, 'target'],
  [{ target: 'http://10.0.0.1:5432/' }, 'target'],
  [{ target: 'http://[::1]:5432/' }, 'target'],
  [{ target: 'http://user:secret@127.0.0.1/' }, 'target'],
  [{ target: `http://127.0.0.1/${'x'.repeat(300)}` }, 'target'],
  [{ resource_id: 999_999 }, 'resource_id'],
])('refuses %j', async (given, attr) => {
  const body = { event: 'action_performed', target: 'http://127.0.0.1/x', ...given }
  expect(await on.api.post(path, body)).toMatchObject({ status: 400, body: { attr } })
})

test("another project's hooks are not there", async () => {
  const target = await receiver()
  const made = await hook(target.url, null)
  const stranger = await on.api.stranger()
  const theirs = `/api/projects/${stranger.project.id}/hooks/`
  const asked = { key: stranger.key }
  expect((await on.api.get(theirs, asked)).body.results).toEqual([])
  expect((await on.api.get(`${theirs}${made.id}/`, asked)).status).toBe(404)
  expect((await on.api.patch(`${theirs}${made.id}/`, { resource_id: null }, asked)).status).toBe(404)
  expect((await on.api.delete(`${theirs}${made.id}/`, asked)).status).toBe(404)
})

test('who takes events in wakes the hooks of projects that have some, and only of those', async () => {
  const sent: unknown[] = []
  const jobs = {
    send: async (_: object, data: object) => {
      sent.push(data)
    },
  }
  const waker = createHookWaker({ database: on.api.database, hooks: store, jobs, logger })
  onTestFinished(() => waker.stop())
  waker.start()
  await new Promise((soon) => setTimeout(soon, 300))
  waker.arrived([projectId])
  const { id } = await hook('http://127.0.0.1:9/', null)
  const many = () => {
    for (let n = 0; n < 100; n++) waker.arrived([projectId, 77])
    return sent
  }
  // it is told of the new one
  await expect.poll(many, { timeout: 5_000 }).toEqual([{ projectId }])
  await on.api.delete(`${path}${id}/`)
  await new Promise((soon) => setTimeout(soon, 1500))
  sent.splice(0)
  many()
  await new Promise((soon) => setTimeout(soon, 1500))
  expect(sent).toEqual([])
})
