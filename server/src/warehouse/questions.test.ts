import { readFileSync } from 'node:fs'
import type { ClickHouseClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testEngine } from '../../test/engine.ts'
import { insertEvents } from '../../test/events.ts'
import { connectWarehouse } from './create-warehouse.ts'
import type { Warehouse, WarehouseError } from './warehouse.ts'

// What the engine itself refuses to a question, should HogQL ever let it through.
let warehouse: Warehouse
let client: ClickHouseClient
const closing: (() => Promise<void>)[] = []
beforeAll(async () => {
  const { engine, client: plain, cleanup } = await testEngine({ queryConcurrency: 1 })
  client = plain
  closing.push(cleanup)
  warehouse = await connectWarehouse({
    home: { engine },
    maxExecutionMs: 10_000,
    maxMemoryBytes: 1024 ** 3,
  })
  closing.push(() => warehouse.close())
  await insertEvents(warehouse, 1, [{ event: 'seen', distinct_id: 'ann', timestamp: '2024-01-01T00:00:00Z' }])
  await warehouse.command('CREATE DATABASE other')
  await warehouse.command('CREATE TABLE other.events (event String) ENGINE = Memory')
  await warehouse.command("INSERT INTO other.events VALUES ('hidden')")
})
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

const ask = (sql: string, question = true) => warehouse.query({ sql, question })
const refusal = (sql: string) =>
  ask(sql).then(
    ({ rows }) => `answered ${JSON.stringify(rows)}`,
    (error: WarehouseError) => `refused ${error.code}`,
  )
const denied = 497

describe('a question reads', () => {
  test.each([
    ['the tables of HogQL', 'SELECT event FROM events', [['seen']]],
    ['their full names', 'SELECT event FROM hedgerow.events', [['seen']]],
    ['numbers', 'SELECT number FROM numbers(1)', [['0']]],
    [
      'what only spells like something else',
      "SELECT 'system.one', 'file(1)' AS settings_",
      [['system.one', 'file(1)']],
    ],
  ])('%s', async (_, sql, rows) => {
    expect((await ask(sql)).rows).toEqual(rows)
  })
  test('and its plan', async () => {
    expect((await ask('EXPLAIN SELECT event FROM events')).rows.length).toBeGreaterThan(0)
  })
})

describe('a question does not reach', () => {
  test.each([
    'SELECT * FROM other.events',
    'SELECT event FROM events UNION ALL SELECT event FROM other.events',
    'SELECT (SELECT any(event) FROM other.events)',
    'SELECT * FROM dead_letters',
    'SELECT * FROM schema_migrations',
    'SELECT * FROM system.tables',
    'SELECT * FROM `system`.`processes`',
    'SELECT * FROM "SYSTEM".one',
    'SELECT * FROM system /* x */ . one',
    'SELECT * FROM information_schema.tables',
    "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')",
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "SELECT file('/etc/passwd')",
    "SELECT FILE('/etc/passwd')",
    "SELECT `file`('/etc/passwd')",
    "SELECT * FROM remote('127.0.0.1', 'other', 'events')",
    "SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
    "SELECT * FROM postgresql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
    "SELECT * FROM sqlite('/tmp/x.db', 't')",
    "SELECT * FROM executable('id', 'TSV', 'a String')",
    "SELECT * FROM merge('other', '.*')",
    "SELECT * FROM merge('system', 'one')",
    'SELECT * FROM view(SELECT 1)',
    'SELECT * FROM loop(events)',
    "SELECT * FROM dictionary('x')",
    'SELECT * FROM mergeTreeIndex(hedgerow, dead_letters)',
    "SELECT * FROM generateRandom('a Int8') LIMIT 1",
    "SELECT * FROM filesystem('/etc')",
    'SELECT hostName()',
    'SELECT currentDatabase()',
    "SELECT getSetting('max_memory_usage')",
    'SELECT sleep(1)',
    'SELECT 1 SETTINGS max_memory_usage = 0',
    'SELECT count() FROM (SELECT 1 SETTINGS max_execution_time = 0)',
    "SELECT 1 INTO OUTFILE '/tmp/hedgerow-test.out'",
  ])('%s', async (sql) => {
    expect(await refusal(sql)).toBe(`refused ${denied}`)
  })

  test.each([
    'INSERT INTO events SELECT * FROM events',
    'CREATE TABLE x (a Int8) ENGINE = Memory',
    'DROP TABLE events',
    'ALTER TABLE events DELETE WHERE 1',
    'SET ROLE keeper',
    'SET max_memory_usage = 0',
    'KILL QUERY WHERE 1',
    'SYSTEM FLUSH LOGS',
    'USE other',
    'SELECT 1; SELECT 2',
  ])('%s', async (sql) => {
    expect(await refusal(sql)).toMatch(/^refused (?:164|62|497)$/)
  })
})

test('hostile queries sent to the engine as they are, past HogQL, tell of nothing that is not its', async () => {
  const file = readFileSync(new URL('../../test/hostile-queries.txt', import.meta.url), 'utf8')
  const told: string[] = []
  for (const sql of file.split('\n').filter((line) => line && !line.startsWith('# '))) {
    const outcome = await refusal(sql)
    if (/hidden|root:|dead_letters|schema_migrations/.test(outcome)) told.push(`${sql} ${outcome}`)
  }
  expect(told).toEqual([])
}, 60_000)

test('what the server itself asks keeps its rights, on the same connection', async () => {
  for (const question of [true, false, true, false]) {
    const answer = ask('SELECT count() FROM other.events', question)
    if (question) await expect(answer).rejects.toMatchObject({ code: denied })
    else expect((await answer).rows).toEqual([['1']])
  }
  expect(
    (await ask('SELECT count() FROM system.tables WHERE database = currentDatabase()', false)).rows,
  ).not.toEqual([['0']])
})

describe('the answer after a failure is whole, and holds nothing of what had failed', () => {
  const failing = [
    'SELECT throwIf(number = 100000) FROM numbers(200000)',
    "SELECT 'hidden' AS a, intDiv(1, number - 9) FROM numbers(10) SETTINGS max_block_size = 1",
    'SELECT nothing FROM events',
    'SELECT * FROM other.nothing',
    'no query',
  ]
  test.each(failing)('%s', async (sql) => {
    for (let round = 0; round < 3; round++) {
      await expect(ask(sql, false)).rejects.toThrow()
      expect(await ask('SELECT 1 AS one', false)).toMatchObject({ columns: [{ name: 'one' }], rows: [[1]] })
      await expect(ask(sql, false)).rejects.toThrow()
      expect(await ask('SELECT 1 AS one')).toMatchObject({ columns: [{ name: 'one' }], rows: [[1]] })
    }
  })

  test('also after rows that could not be inserted', async () => {
    const insert = { table: 'events', token: 'x', rows: ['{"no": "column"}'] } as const
    await expect(warehouse.insert({ ...insert, rows: [...insert.rows] })).rejects.toThrow()
    await insertEvents(warehouse, 1, [
      { event: 'seen', distinct_id: 'ann', timestamp: '2024-01-01T00:00:00Z' },
    ])
    expect((await ask('SELECT count() FROM events')).rows).toEqual([['2']])
  })

  test('also in an answer that is streamed, and after one that nobody read to its end', async () => {
    const stream = async (sql: string) => {
      const answer = await client.query({ query: sql, format: 'JSONCompactEachRow' })
      return (await answer.text()).trim()
    }
    for (const sql of failing) {
      await stream(sql).catch(() => {})
      expect(await stream('SELECT 1')).toBe('[1]')
    }
    const aborted = new AbortController()
    const long = await client.query({
      query: "SELECT 'hidden' FROM numbers(100000000)",
      format: 'JSONCompactEachRow',
      abort_signal: aborted.signal,
    })
    aborted.abort()
    await long.text().catch(() => {})
    expect(await stream('SELECT 1')).toBe('[1]')
    expect((await ask('SELECT 1 AS one')).rows).toEqual([[1]])
  })
})
