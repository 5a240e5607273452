import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testEngine } from '../../test/engine.ts'
import { insertEvents } from '../../test/events.ts'
import { connectWarehouse } from './create-warehouse.ts'
import type { Warehouse, WarehouseError } from './warehouse.ts'

// What the engine itself refuses to a question, should HogQL ever let it through.
let warehouse: Warehouse
const closing: (() => Promise<void>)[] = []
beforeAll(async () => {
  const { engine, cleanup } = await testEngine({ queryConcurrency: 1 })
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
    ({ rows }) => `answered ${JSON.stringify(rows).slice(0, 100)}`,
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
