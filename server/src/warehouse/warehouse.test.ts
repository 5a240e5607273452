import { type AddressInfo, connect as connectSocket, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { connect } from '../../test/engine.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import { hotProperties, printPropertyRead, propertyMap } from '../hogql/property-column.ts'
import { connectWarehouse } from './create-warehouse.ts'
import type { Warehouse } from './warehouse.ts'
import { WarehouseError } from './warehouse.ts'

let t: Awaited<ReturnType<typeof testWarehouse>>
let warehouse: Warehouse
beforeAll(async () => {
  t = await testWarehouse()
  warehouse = t.warehouse
})
afterAll(() => t.cleanup())

let teams = 1

function event(team_id: number, timestamp: string, properties: Record<string, unknown> = {}) {
  return JSON.stringify({
    team_id,
    uuid: crypto.randomUUID(),
    event: 'viewed',
    distinct_id: 'd',
    person_id: crypto.randomUUID(),
    person_mode: 'full',
    timestamp,
    created_at: timestamp,
    properties: JSON.stringify(properties),
    properties_map: propertyMap(properties),
    person_properties: '{}',
    person_properties_map: {},
    person_created_at: timestamp,
  })
}

const one = async (sql: string, params?: Record<string, unknown>) =>
  (await warehouse.query({ sql, params })).rows[0]

describe('query', () => {
  test('an answer has columns, rows and its cost', async () => {
    const answer = await warehouse.query({
      sql: `SELECT number, number * 10000000000000000 AS big, {a:String} AS text, nan AS nothing,
        toDecimal64('1.50', 2) AS price, [1, 2] AS list FROM numbers(2)`,
      params: { a: "x'y" },
    })
    expect(answer.columns).toEqual([
      { name: 'number', type: 'UInt64' },
      { name: 'big', type: 'UInt64' },
      { name: 'text', type: 'String' },
      { name: 'nothing', type: 'Float64' },
      { name: 'price', type: 'Decimal(18, 2)' },
      { name: 'list', type: 'Array(UInt8)' },
    ])
    expect(answer.rows).toEqual([
      ['0', '0', "x'y", null, '1.5', [1, 2]],
      ['1', '10000000000000000', "x'y", null, '1.5', [1, 2]],
    ])
    expect(answer.stats).toMatchObject({ rowsRead: 2, bytesRead: 16 })
    expect(answer.stats.elapsedMs).toBeGreaterThan(0)
  })

  test("a refusal carries ClickHouse's number and sentence", async () => {
    const error = await warehouse.query({ sql: 'SELECT missing FROM events' }).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(WarehouseError)
    expect(error).toMatchObject({ code: 47, message: expect.stringContaining('missing') })
  })

  test.each([
    [
      159,
      { maxExecutionMs: 200 },
      'SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))',
    ],
    [241, { maxMemoryBytes: 30_000_000 }, 'SELECT length(groupArray(number)) FROM numbers(100000000)'],
    [396, { maxResultRows: 10 }, 'SELECT number FROM numbers(11)'],
  ])('its limits end it with %i', async (code, limits, sql) => {
    await expect(warehouse.query({ sql, limits })).rejects.toMatchObject({ name: 'WarehouseError', code })
  })

  test('one that was cancelled before it began is never sent', async () => {
    const answer = warehouse.query({ sql: 'SELECT 1', signal: AbortSignal.abort() })
    await expect(answer).rejects.toMatchObject({ code: 394 })
  })
})

describe('insert', () => {
  test('the same token inserts once, another one again, and tables do not share tokens', async () => {
    const team = teams++
    const row = event(team, '2026-01-01 00:00:00')
    for (const token of ['a', 'a', 'b'])
      await warehouse.insert({ table: 'events', rows: [row], token: `${team}${token}` })
    expect(await one(`SELECT count() FROM events WHERE team_id = ${team}`)).toEqual(['2'])
    const id = crypto.randomUUID()
    const override = JSON.stringify({ team_id: team, old_person_id: id, person_id: id, version: 1 })
    await warehouse.insert({ table: 'person_overrides', rows: [override], token: `${team}a` })
    expect(await one(`SELECT count() FROM person_overrides WHERE team_id = ${team}`)).toEqual(['1'])
  })

  test('nothing is nothing', async () => {
    await warehouse.insert({ table: 'events', rows: [], token: 'nothing' })
  })

  test('a batch may span more months than ClickHouse likes, and its repetition counts once', async () => {
    const team = teams++
    const rows = Array.from({ length: 130 }, (_, month) =>
      event(
        team,
        `${1990 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}-15 12:00:00.123456`,
      ),
    )
    for (let i = 0; i < 2; i++) await warehouse.insert({ table: 'events', rows, token: `months ${team}` })
    expect(
      await one(`SELECT count(), uniqExact(toYYYYMM(timestamp)) FROM events WHERE team_id = ${team}`),
    ).toEqual(['130', '130'])
  })

  test('a batch of many megabytes counts once too', async () => {
    const team = teams++
    const long = 'x'.repeat(2000)
    const rows = Array.from({ length: 20_000 }, (_, index) =>
      event(team, '2026-01-01 00:00:00', { index, long }),
    )
    for (let i = 0; i < 2; i++) await warehouse.insert({ table: 'events', rows, token: `large ${team}` })
    expect(await one(`SELECT count(), uniqExact(uuid) FROM events WHERE team_id = ${team}`)).toEqual([
      '20000',
      '20000',
    ])
  })

  test.each([
    ['a value of the wrong kind', { team_id: 'many' }],
    ['an unknown column', { nowhere: 1 }],
  ])('%s refuses the batch with its number and leaves nothing', async (_, wrong) => {
    const team = teams++
    const good = event(team, '2026-01-01 00:00:00')
    const bad = JSON.stringify({ ...JSON.parse(good), ...wrong })
    await expect(
      warehouse.insert({ table: 'events', rows: [good, bad, good], token: `bad ${team}` }),
    ).rejects.toMatchObject({ name: 'WarehouseError', code: expect.any(Number) })
    expect(await one(`SELECT count() FROM events WHERE team_id = ${team}`)).toEqual(['0'])
  })

  test('timestamps keep their microseconds', async () => {
    const team = teams++
    await warehouse.insert({
      table: 'events',
      rows: [event(team, '2026-01-02 03:04:05.678901')],
      token: `t${team}`,
    })
    expect(await one(`SELECT timestamp FROM events WHERE team_id = ${team}`)).toEqual([
      '2026-01-02 03:04:05.678901',
    ])
  })
})

describe('properties', () => {
  test('the tables compute a column for each hot property, and for no other', async () => {
    const { rows } = await warehouse.query({
      sql: `SELECT table, name FROM system.columns
        WHERE database = currentDatabase() AND default_kind = 'MATERIALIZED' ORDER BY position`,
    })
    const expected = Object.entries(hotProperties).flatMap(([column, keys]) =>
      keys.map((key) => [column.split('.')[0], `${column.split('.')[1]}:${key}`]),
    )
    expect(rows).toEqual(expected)
  })

  test('a hot property reads the same from its column and from the map', async () => {
    const team = teams++
    const values = ['Chrome', '', null, 'x\0y', "it's", 5, ['a'], '\x01\x01']
    const rows = values.map((value, index) =>
      event(team, `2026-01-01 00:00:0${index}`, value === null ? {} : { $browser: value }),
    )
    await warehouse.insert({ table: 'events', rows, token: `hot ${team}` })
    const hot = printPropertyRead('events.properties_map', '$browser', 'events')
    expect(hot).toBe('events.`properties_map:$browser`')
    expect(printPropertyRead('`e`.`properties_map`', '$browser', 'events')).toBe(
      '`e`.`properties_map:$browser`',
    )
    const cold = printPropertyRead('events.properties_map', '$browser')
    const answer = await warehouse.query({
      sql: `SELECT ${hot}, ${cold}, toTypeName(${cold}) FROM events WHERE team_id = ${team} ORDER BY timestamp`,
    })
    const texts = ['Chrome', '', null, 'x\0y', "it's", '5', '["a"]', '\x01\x01']
    expect(answer.rows).toEqual(texts.map((text) => [text, text, 'Nullable(String)']))
  })

  test('a question about one property reads a small part of the map', async () => {
    const team = teams++
    const keys = Array.from({ length: 64 }, (_, index) => `key ${index}`)
    const rows = Array.from({ length: 2000 }, (_, row) =>
      event(
        team,
        '2026-01-01 00:00:00',
        Object.fromEntries(keys.map((key) => [key, `value ${row} of ${key}`])),
      ),
    )
    await warehouse.insert({ table: 'events', rows, token: `wide ${team}` })
    const bytes = async (expression: string) =>
      (await warehouse.query({ sql: `SELECT uniq(${expression}) FROM events WHERE team_id = ${team}` })).stats
        .bytesRead
    const whole = await bytes('properties_map')
    expect(await bytes(printPropertyRead('events.properties_map', 'key 7'))).toBeLessThan(whole / 8)
  })
})

describe('the database', () => {
  test('a second start on it migrates nothing and keeps what is there', async () => {
    const before = await one('SELECT count() FROM events')
    const again = await connectWarehouse({
      home: { engine: { socketPath: inject('engineSocket') } },
      database: t.database,
      maxExecutionMs: 1000,
      maxMemoryBytes: 1024 ** 3,
    })
    expect((await again.query({ sql: 'SELECT count() FROM events' })).rows[0]).toEqual(before)
    expect((await again.query({ sql: 'SELECT count() FROM schema_migrations' })).rows[0]).toEqual(
      await one('SELECT uniqExact(name) FROM schema_migrations'),
    )
    await again.close()
  })

  test('every table that receives inserts remembers their tokens and syncs its parts', async () => {
    const client = connect(inject('engineSocket'))
    const answer = await client.query({
      query: `SELECT name FROM system.tables WHERE database = '${t.database}' AND name != 'schema_migrations' AND NOT (
        create_table_query LIKE '%non_replicated_deduplication_window = 10000%'
        AND create_table_query LIKE '%fsync_after_insert = 1%' AND create_table_query LIKE '%fsync_part_directory = 1%')`,
      format: 'JSONCompact',
    })
    expect((await answer.json()).data).toEqual([])
    await client.close()
  })
})

test('a server at an address answers the same', async () => {
  const proxy = createServer((socket) => {
    const upstream = connectSocket(inject('engineSocket'))
    socket.pipe(upstream).pipe(socket)
    socket.on('error', () => upstream.destroy())
    upstream.on('error', () => socket.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const { port } = proxy.address() as AddressInfo
  const remote = await connectWarehouse({
    home: { url: `http://127.0.0.1:${port}` },
    database: t.database,
    maxExecutionMs: 1000,
    maxMemoryBytes: 1024 ** 3,
  })
  const team = teams++
  await remote.insert({ table: 'events', rows: [event(team, '2026-01-01 00:00:00')], token: `url ${team}` })
  const answer = await remote.query({
    sql: 'SELECT count() FROM events WHERE team_id = {team:UInt32}',
    params: { team },
  })
  expect(answer.rows).toEqual([['1']])
  const cancel = new AbortController()
  const cancelled = remote.query({ sql: 'SELECT sleep(1)', signal: cancel.signal })
  setTimeout(() => cancel.abort(), 50)
  await expect(cancelled).rejects.toMatchObject({ code: 394 })
  expect(remote.health().up).toBe(true)
  proxy.close()
  await remote.close()
})
