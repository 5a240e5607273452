import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Account, type TestApp, testApp } from '../../../test/app.ts'
import { testEventLog } from '../../../test/event-log.ts'
import { testWarehouse } from '../../../test/warehouse.ts'
import type { EventLog } from '../../event-log/event-log.ts'
import { createDeadLetters } from '../../pipeline/dead-letters.ts'
import { readWarnings } from '../../pipeline/ingestion-warnings.ts'
import type { Warehouse } from '../../warehouse/warehouse.ts'
import { ingestionWarningRoutes } from './routes.ts'

let api: TestApp
let log: EventLog
let warehouse: Warehouse
let stranger: Account
const uuid = (n: number) => `0199d5c2-0000-7000-8000-${String(n).padStart(12, '0')}`

beforeAll(async () => {
  const made = await testWarehouse()
  afterAll(made.cleanup)
  warehouse = made.warehouse
  log = await testEventLog(afterAll)
  const deadLetters = createDeadLetters({ warehouse, log })
  api = await testApp(afterAll, ({ activity }) => [
    ingestionWarningRoutes({ deadLetters, readWarnings: readWarnings({ warehouse }), activity }),
  ])
  stranger = await api.stranger()
  const letter = (n: number, other: object = {}) =>
    JSON.stringify({
      team_id: api.project.id,
      uuid: uuid(n),
      reason: 'step_failed',
      step: 'locate',
      detail: 'RangeError',
      raw: JSON.stringify({ event: 'fragile', distinct_id: 'ann', properties: { n } }),
      received_at: '2026-03-01 12:00:00.000',
      inserted_at: `2026-03-01 12:00:0${n}.000`,
      ...other,
    })
  await warehouse.insert({
    table: 'dead_letters',
    rows: [
      letter(1),
      letter(2),
      letter(3, { reason: 'refused_by_warehouse', step: 'insert', raw: 'not JSON' }),
      letter(4, { team_id: stranger.project.id }),
    ],
    token: 'letters',
  })
  await warehouse.insert({
    table: 'ingestion_warnings',
    rows: [
      JSON.stringify({
        team_id: api.project.id,
        type: 'ignored_invalid_timestamp',
        details: JSON.stringify({ distinctId: 'ann', value: 'yesterday' }),
        timestamp: new Date().toISOString().replace('T', ' ').replace('Z', ''),
      }),
    ],
    token: 'warnings',
  })
})

const base = () => `/api/projects/${api.project.id}`

it('warnings are listed by type', async () => {
  const { status, body } = await api.get(`${base()}/ingestion_warnings/`)
  expect(status).toBe(200)
  expect(body.results).toEqual([
    expect.objectContaining({
      type: 'ignored_invalid_timestamp',
      count: 1,
      warnings: [expect.objectContaining({ details: { distinctId: 'ann', value: 'yesterday' } })],
    }),
  ])
  expect((await api.get(`${base()}/ingestion_warnings/?q=ANN`)).body.results).toHaveLength(1)
  expect((await api.get(`${base()}/ingestion_warnings/?q=grace`)).body.results).toEqual([])
})

it('dead letters are listed, newest first, paged and filtered', async () => {
  const { body, text } = await api.get(`${base()}/dead_letters/?limit=2`)
  expect(body.count, text).toBe(3)
  expect(body.next).toContain('offset=2')
  expect(body.results.map((one: { event_uuid: string }) => one.event_uuid)).toEqual([uuid(3), uuid(2)])
  expect(body.results[0]).toMatchObject({ reason: 'refused_by_warehouse', step: 'insert', replayable: false })
  const locate = await api.get(`${base()}/dead_letters/?step=locate&waiting=true`)
  expect(locate.body.count).toBe(2)
  expect((await api.get(`${base()}/dead_letters/?reason=nonsense`)).status).toBe(400)
})

it('letters are sent again by name, by reason, or all; those that can not be are left', async () => {
  const { body: first } = await api.get(`${base()}/dead_letters/?step=locate`)
  const { id } = first.results[0]
  const one = await api.post(`${base()}/dead_letters/replay/`, { ids: [id] })
  expect(one).toMatchObject({ status: 200, body: { replayed: 1, already_stored: 0, left: 0 } })
  const all = await api.post(`${base()}/dead_letters/replay/`, {})
  expect(all.body).toEqual({ replayed: 1, already_stored: 0, left: 1 })
  expect((await api.post(`${base()}/dead_letters/replay/`, {})).body).toEqual({
    replayed: 0,
    already_stored: 0,
    left: 0,
  })
  expect((await api.get(`${base()}/dead_letters/?waiting=false`)).body.count).toBe(2)
  expect(log.backlog().records).toBe(2)
  expect((await api.post(`${base()}/dead_letters/replay/`, { ids: ['x'] })).status).toBe(400)
})

it("strangers see nothing of it, and can't send it again", async () => {
  const { body } = await api.get(`${base()}/dead_letters/`)
  expect((await api.get(`${base()}/dead_letters/`, { key: stranger.key })).status).toBe(403)
  const own = `/api/projects/${stranger.project.id}`
  const tried = await api.post(
    `${own}/dead_letters/replay/`,
    { ids: body.results.map((one: { id: string }) => one.id) },
    { key: stranger.key },
  )
  expect(tried.body).toEqual({ replayed: 0, already_stored: 0, left: 0 })
})
