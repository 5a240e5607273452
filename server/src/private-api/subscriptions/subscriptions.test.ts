import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import type { Ingested } from '../../../test/ingested.ts'
import { type ReceivedMail, testMailServer } from '../../../test/mail.ts'
import { wholeApi } from '../../../test/whole-api.ts'
import { createPersonalApiKeyStore } from '../../accounts/personal-api-keys.ts'
import { createUserStore } from '../../accounts/users.ts'
import { subscriptions as rows, deliveries as table } from '../../database/schema.ts'
import { createDeliveries } from '../../deliveries/deliveries.ts'
import { createActingFor } from '../../http/acting-for.ts'
import { createMailer } from '../../mail/mailer.ts'
import { createOutgoing } from '../../outgoing/outgoing.ts'
import { createSubscriptionStore } from './store.ts'
import { subscriptionTask } from './tasks.ts'

const closing: (() => Promise<void>)[] = []
let on: Ingested
let path: string
let insight: { id: number; short_id: string }
let dashboard: number
let received: ReceivedMail[]
let now = new Date()
/** Does what jobs do. */
let send: () => Promise<void>

beforeAll(async () => {
  on = await wholeApi((close) => closing.push(close), { canMail: true })
  path = `${on.base}subscriptions/`
  await on.send(
    { event: 'paid', distinct_id: 'ann', properties: { plan: '<b>pro</b>' } },
    { event: 'paid', distinct_id: 'bob', properties: { plan: 'free' } },
  )
  const series = [{ kind: 'EventsNode', event: 'paid' }]
  dashboard = (await on.api.post(`${on.base}dashboards/`, { name: 'Money' })).body.id
  const query = {
    kind: 'InsightVizNode',
    source: { kind: 'TrendsQuery', series, breakdownFilter: { breakdown: 'plan' } },
  }
  insight = (
    await on.api.post(`${on.base}insights/`, { name: 'Paid & <gone>', query, dashboards: [dashboard] })
  ).body
  const mail = await testMailServer((close) => closing.push(close))
  received = mail.received
  const { database, app } = on.api
  const deliveries = createDeliveries(database)
  const task = subscriptionTask({
    subscriptions: createSubscriptionStore({ database, deliveries, now: () => now }),
    deliveries,
    actingFor: createActingFor({
      users: createUserStore(database),
      keys: createPersonalApiKeyStore(database),
    }),
    askAs: app.askAs,
    outgoing: createOutgoing({ privateHosts: ['127.0.0.1'], timeoutMs: 1000 }),
    mailer: createMailer({ url: mail.url, from: 'Hedgerow <hedgerow@example.com>' }),
    siteUrl: 'https://hedgerow.example',
  })
  send = () => task.run({}, new AbortController().signal)
}, 120_000)
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})
beforeEach(async () => {
  received.splice(0)
  now = new Date()
  await on.api.database.db.delete(rows)
  await on.api.database.db.delete(table)
})

const body = (given: object = {}) => ({
  insight: insight.id,
  target_type: 'email',
  target_value: 'ann@example.com, bob@example.com',
  frequency: 'weekly',
  byweekday: ['monday'],
  start_date: '2026-01-05T09:00:00Z',
  ...given,
})
const made = async (given: object = {}) => {
  const { status, body: answer } = await on.api.post(path, body(given))
  expect([status, answer]).toMatchObject([201, {}])
  return answer
}
const days = (n: number) => new Date(Date.now() + n * 86_400_000)
/** The text of a mail, whatever it was packed in. */
const unpacked = (raw: string) =>
  raw
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))

test('one is made, read, changed and ended', async () => {
  await on.api.activities()
  const one = await made({ title: 'Weekly money', bysetpos: null, invite_message: 'Look at this' })
  expect(one).toMatchObject({
    title: 'Weekly money',
    insight: insight.id,
    dashboard: null,
    summary: 'sent every week',
    interval: 1,
    next_delivery_date: expect.stringMatching(/T09:00:00.000000Z$/),
    created_by: expect.objectContaining({ id: on.api.user.id }),
    last_failure: null,
  })
  expect(one).not.toHaveProperty('invite_message')
  expect(one).not.toHaveProperty('webhook_secret')
  const next = new Date(one.next_delivery_date)
  expect([next.getUTCDay(), next > new Date(), next < days(8)]).toEqual([1, true, true])
  expect((await on.api.get(`${path}${one.id}/`)).body).toEqual(one)
  const monthly = { frequency: 'monthly', bysetpos: 1 }
  const changed = await on.api.patch(`${path}${one.id}/`, monthly)
  expect(changed.body).toMatchObject({ summary: 'sent every month on the first Monday' })
  expect((await on.api.get(`${path}?insight=${insight.id}`)).body.count).toBe(1)
  expect((await on.api.get(`${path}?dashboard=${dashboard}`)).body.count).toBe(0)
  const refused = await on.api.delete(`${path}${one.id}/`)
  expect([refused.status, refused.text]).toEqual([405, ''])
  await on.api.patch(`${path}${one.id}/`, { deleted: true })
  expect((await on.api.get(path)).body.count).toBe(0)
  expect((await on.api.get(`${path}?deleted=true`)).body.results[0].next_delivery_date).toBeNull()
  const entries = (await on.api.activities()).filter(({ scope }) => scope === 'Subscription')
  expect(entries.map(({ activity }) => activity)).toEqual(['created', 'updated', 'updated'])
  expect(JSON.stringify(entries)).not.toContain('Look at this')
})

test('days and hours are those of the project, in winter and in summer', async () => {
  const project = (timezone: string) => on.api.patch(on.base, { timezone })
  expect((await project('Australia/Sydney')).status).toBe(200)
  // Mondays, nine o'clock, in Sydney: in summer and in winter
  for (const start of ['2025-01-05T22:00:00Z', '2025-06-01T23:00:00Z']) {
    const { next_delivery_date: next } = await made({ start_date: start })
    const shown = new Date(next).toLocaleString('en-GB', {
      timeZone: 'Australia/Sydney',
      weekday: 'long',
      hour: '2-digit',
      minute: '2-digit',
    })
    expect(shown).toBe('Monday 09:00')
  }
  await project('UTC')
})

test('new recipients get the figures at once, with what they are invited with', async () => {
  const one = await made({ invite_message: 'Dear <all>' })
  await send()
  expect(received.map(({ to }) => to[0]).sort()).toEqual(['ann@example.com', 'bob@example.com'])
  const mail = received.find(({ to }) => to[0] === 'ann@example.com')!
  expect(mail.subject).toBe('Paid & <gone>')
  const text = unpacked(mail.raw)
  expect(text).toContain('Dear <all>')
  expect(text).toContain('Dear &#60;all&#62;')
  expect(text).toContain('<table')
  expect(text).toContain('&#60;b&#62;pro&#60;/b&#62;')
  expect(text.split('multipart/alternative')[1]).not.toContain('<b>pro</b></td>')
  expect(text).toContain(
    `https://hedgerow.example/project/${on.base.split('/')[3]}/insights/${insight.short_id}`,
  )
  expect(text).toMatch(/List-Unsubscribe:\s+<https:\/\/hedgerow\.example\/api\/unsubscribe\/\?token=/)
  await on.api.patch(`${path}${one.id}/`, { target_value: 'bob@example.com,cid@example.com' })
  await send()
  expect(received.slice(2).map(({ to }) => to[0])).toEqual(['cid@example.com'])
})

test('what is due is sent once, also when several processes look at the same time', async () => {
  const one = await made()
  await send()
  received.splice(0)
  now = days(8)
  await Promise.all([send(), send(), send()])
  await send()
  expect(received.map(({ to }) => to[0]).sort()).toEqual(['ann@example.com', 'bob@example.com'])
  const [row] = await on.api.database.db.select().from(rows).where(eq(rows.id, one.id))
  expect(Date.parse(row!.nextDeliveryDate!)).toBeGreaterThan(now.getTime())
  // times that nobody was there for come to one
  received.splice(0)
  now = days(60)
  await send()
  expect(received).toHaveLength(2)
})

test('a count and an end are kept to', async () => {
  const one = await made({ frequency: 'daily', byweekday: null, count: 1, start_date: days(1).toISOString() })
  await send()
  received.splice(0)
  for (const day of [2, 3, 4]) {
    now = days(day)
    await send()
  }
  expect(received).toHaveLength(2)
  expect((await on.api.get(`${path}${one.id}/`)).body.next_delivery_date).toBeNull()
})

test('a dashboard is sent to a webhook, signed', async () => {
  const messages: { body: string; signature: string }[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (piece) => {
      text += piece
    })
    request.on('end', () => {
      messages.push({ body: text, signature: String(request.headers['x-hedgerow-signature']) })
      response.end()
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const one = await made({
    insight: undefined,
    dashboard,
    target_type: 'webhook',
    target_value: `http://127.0.0.1:${port}/`,
  })
  await send()
  const [{ body: text, signature }] = messages as [(typeof messages)[number]]
  expect(JSON.parse(text)).toMatchObject({
    subscription: { id: one.id, title: 'Money' },
    resource: { type: 'dashboard', id: dashboard, name: 'Money' },
    tables: [
      { name: 'Paid & <gone>', columns: expect.arrayContaining(['series']), cut: expect.any(Boolean) },
    ],
  })
  const [, t, v1] = /^t=(\d+),v1=(\w+)$/.exec(signature)!
  expect(createHmac('sha256', one.webhook_secret).update(`${t}.${text}`).digest('hex')).toBe(v1)
})

test('what can not be sent says why; what may pass is tried again', async () => {
  const one = await made({ target_type: 'webhook', target_value: 'http://127.0.0.1:9/' })
  await send()
  const failure = async () => (await on.api.get(`${path}${one.id}/`)).body.last_failure
  expect(await failure()).toMatch(/^It could not be sent/)
  expect(await on.api.database.db.$count(table, sql`ended_at is null`)).toBe(1)
  await on.api.database.db.update(rows).set({ createdBy: null })
  await on.api.database.db.update(table).set({ dueAt: sql`now()` })
  await send()
  expect(await failure()).toBe('Who made it is gone: make it anew.')
  expect(await on.api.database.db.$count(table, sql`ended_at is null`)).toBe(0)
})

test('of somebody who may not see the project any more nothing is sent', async () => {
  const one = await made()
  const stranger = await on.api.stranger()
  await on.api.database.db.update(rows).set({ createdBy: stranger.user.id })
  await send()
  expect(received).toEqual([])
  expect((await on.api.get(`${path}${one.id}/`)).body.last_failure).toMatch(/access to the project/)
})

test('a recipient ends it by the link, which alone ends nothing; the last one ends it all', async () => {
  const one = await made()
  await send()
  for (const { raw, to } of [...received]) {
    const token = /token=([\w.-]+)/.exec(unpacked(raw))![1]!
    const link = `/api/unsubscribe/?token=${token}`
    const page = await on.api.get(link, { key: null })
    expect([page.status, page.text]).toEqual([200, expect.stringContaining(to[0]!)])
    expect((await on.api.get(`${path}${one.id}/`)).body.target_value).toContain(to[0])
    const form = { key: null, headers: { 'content-type': 'application/x-www-form-urlencoded' } }
    const forged = token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    expect((await on.api.post(`/api/unsubscribe/?token=${forged}`, 'x=1', form)).status).toBe(400)
    expect((await on.api.post(link, 'List-Unsubscribe=One-Click', form)).status).toBe(200)
  }
  expect((await on.api.get(`${path}${one.id}/`)).body.deleted).toBe(true)
  received.splice(0)
  now = days(8)
  await send()
  expect(received).toEqual([])
})

test.each([
  [{ insight: undefined }, 'insight'],
  [{ dashboard: 1 }, 'dashboard'],
  [{ insight: 999_999 }, 'insight'],
  [{ target_type: 'slack', target_value: 'C1|#general' }, 'target_type'],
  [{ target_value: 'nobody' }, 'target_value'],
  [{ target_value: ' , ' }, 'target_value'],
  [{ target_type: 'webhook', target_value: 'http://169.254.169.254/' }, 'target_value'],
  [{ target_type: 'fax' }, 'target_type'],
  [{ frequency: 'hourly' }, 'frequency'],
  [{ interval: 0 }, 'interval'],
  [{ bysetpos: 7 }, 'bysetpos'],
  [{ byweekday: null, bysetpos: 1 }, 'bysetpos'],
  [{ start_date: undefined }, 'start_date'],
  [{ title: 'x'.repeat(101) }, 'title'],
])('refuses %j', async (given, attr) => {
  expect(await on.api.post(path, body(given))).toMatchObject({ status: 400, body: { attr } })
})

test("another project's are not there", async () => {
  const one = await made()
  const stranger = await on.api.stranger()
  const theirs = `/api/projects/${stranger.project.id}/subscriptions/`
  expect((await on.api.get(theirs, { key: stranger.key })).body.results).toEqual([])
  expect((await on.api.get(`${theirs}${one.id}/`, { key: stranger.key })).status).toBe(404)
  expect((await on.api.patch(`${theirs}${one.id}/`, { title: 'x' }, { key: stranger.key })).status).toBe(404)
})
