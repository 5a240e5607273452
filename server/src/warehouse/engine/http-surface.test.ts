import { request } from 'node:http'
import { Readable } from 'node:stream'
import { type ClickHouseSettings, TupleParam } from '@clickhouse/client'
import fc from 'fast-check'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { connect } from '../../../test/engine.ts'

const socketPath = inject('engineSocket')
const client = connect(socketPath)
afterAll(() => client.close())

async function select(query: string, query_params?: Record<string, unknown>): Promise<unknown[][]> {
  const answer = await client.query({ query, query_params, format: 'JSONCompact' })
  return (await answer.json<unknown[]>()).data
}

/** One request, byte for byte. */
function raw(
  path: string,
  { method = 'GET', headers = {}, body = '' } = {},
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path, method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
      .on('error', reject)
      .end(body)
  })
}

describe('requests', () => {
  test('ping', async () => {
    expect(await client.ping()).toEqual({ success: true })
    expect((await raw('/ping')).body).toBe('Ok.\n')
    expect((await raw('/nowhere')).status).toBe(404)
  })

  test('a query in the address, with the format of the request', async () => {
    const answer = await raw('/?query=select+1+as+x,2+as+y&default_format=JSONEachRow')
    expect(answer.body).toBe('{"x":1,"y":2}\n')
    expect(answer.headers['x-clickhouse-format']).toBe('JSONEachRow')
    expect((await raw('/?query=select+1,2')).body).toBe('1\t2\n')
    expect((await raw('/?query=select+1,2+format+CSV')).headers['content-type']).toContain('text/csv')
  })

  test('a query in the body', async () => {
    expect((await raw('/', { method: 'POST', body: 'select 7' })).body).toBe('7\n')
    expect((await raw('/?query=select', { method: 'POST', body: '8' })).body).toBe('8\n')
  })

  test('a GET only reads', async () => {
    const answer = await raw('/?query=create+database+nope')
    expect(answer.status).toBe(400)
    expect(answer.headers['x-clickhouse-exception-code']).toBe('164')
  })

  test('the summary says what an answer cost', async () => {
    const { headers } = await raw('/?query=select+sum(number)+from+numbers(1000)&default_format=JSON')
    expect(JSON.parse(headers['x-clickhouse-summary'] as string)).toMatchObject({
      read_rows: '1000',
      read_bytes: '8000',
    })
  })

  test.each([
    ['select nothing', 404, '47'],
    ['select from where', 400, '62'],
    ['select * from nowhere', 404, '60'],
    ['select 1; drop database x', 400, '62'],
    ['', 400, '62'],
    ['select {x:String}', 400, '456'],
    ["select throwIf(1, 'stop')", 500, '395'],
  ])('%s is refused', async (body, status, code) => {
    const answer = await raw('/', { method: 'POST', body })
    expect(answer).toMatchObject({ status, headers: { 'x-clickhouse-exception-code': code } })
    expect(answer.body).toMatch(new RegExp(`^Code: ${code}\\. DB::Exception: .+\\([A-Z_]+\\)`, 's'))
  })
})

describe('settings and databases', () => {
  test('a setting holds for its query and no longer', async () => {
    const threads = "select getSetting('max_threads'), getSetting('max_block_size')"
    const [before] = await select(threads)
    const answer = await client.query({
      query: threads,
      format: 'JSONCompact',
      clickhouse_settings: { max_threads: 3 },
    })
    expect((await answer.json<unknown[]>()).data[0]![0]).toBe(3)
    for (let i = 0; i < 8; i++) expect(await select(threads)).toEqual([before])
  })

  test('an unknown or wrong setting is an error and spoils nothing', async () => {
    expect((await raw('/?query=select+1&no_such_setting=1')).headers['x-clickhouse-exception-code']).toBe(
      '115',
    )
    expect((await raw("/?query=select+1&max_threads='")).status).not.toBe(200)
    expect((await raw('/?query=select+1&a%27b=1')).headers['x-clickhouse-exception-code']).toBe('115')
    for (let i = 0; i < 8; i++) expect(await select('select 1')).toEqual([[1]])
  })

  test('every query brings its own database', async () => {
    const name = (path: string) =>
      raw(`/?query=select+currentDatabase()${path}`).then(({ body }) => body.trim())
    expect(await name('&database=system')).toBe('system')
    expect(await name('')).toBe('default')
    expect((await raw('/?query=select+1&database=nowhere')).headers['x-clickhouse-exception-code']).toBe('81')
    expect(await name('')).toBe('default')
  })

  test('time and memory have limits', async () => {
    const run = (query: string, clickhouse_settings: ClickHouseSettings) =>
      client.query({ query, clickhouse_settings, format: 'JSONCompact' }).then((answer) => answer.json())
    await expect(
      run('select count() from numbers(100000000000) where not ignore(sipHash64(number))', {
        max_execution_time: 0.3,
      }),
    ).rejects.toMatchObject({ code: '159' })
    await expect(
      run('select length(groupArray(number)) from numbers(100000000)', { max_memory_usage: '50000000' }),
    ).rejects.toMatchObject({ code: '241' })
  })
})

describe('parameters', () => {
  test('every text arrives as it is', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "'",
        '\\',
        '\\N',
        '\0',
        '\n',
        '\t',
        '\r',
        '\b',
        '`',
        '"',
        '{x:String}',
        '}',
        '--',
        '/*',
        '; drop',
        "\\'",
        '😀',
        '$$',
        '‘',
        '’',
      ),
      fc.string({ unit: 'grapheme', maxLength: 5 }),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 6 }),
        fc.array(piece, { maxLength: 4 }),
        async (parts, list) => {
          const text = parts.join('')
          expect(
            await select('select {text:String}, {list:Array(String)}, {some:Nullable(String)}', {
              text,
              list,
              some: text,
            }),
          ).toEqual([[text, list, text]])
        },
      ),
      { numRuns: 150 },
    )
  })

  test.each([
    ['UInt8', 255, 255],
    ['Int64', '-9223372036854775808', '-9223372036854775808'],
    ['Float64', -1.5e300, -1.5e300],
    ['Bool', true, true],
    ['Nullable(UInt32)', null, null],
    ['Nullable(String)', null, null],
    ['UUID', '0190a0b0-0000-7000-8000-000000000001', '0190a0b0-0000-7000-8000-000000000001'],
    ['Date', '2026-01-02', '2026-01-02'],
    ["DateTime('UTC')", new Date('2026-01-02T03:04:05Z'), '2026-01-02 03:04:05'],
    ["DateTime64(6, 'UTC')", '2026-01-02 03:04:05.123456', '2026-01-02 03:04:05.123456'],
    ["DateTime64(3, 'UTC')", new Date('2026-01-02T03:04:05.678Z'), '2026-01-02 03:04:05.678'],
    ["Enum8('it\\'s' = 1, 'b' = 2)", "it's", "it's"],
    ['Array(Array(UInt8))', [[1], []], [[1], []]],
    ['Array(Nullable(String))', ['a', null], ['a', null]],
    ['Tuple(String, UInt8)', new TupleParam(["a'b", 2]), ["a'b", 2]],
    ['Decimal(20, 4)', '12345678.7891', 12345678.7891],
  ])('%s', async (type, value, expected) => {
    const [row] = await select(`select {value:${type}} as value, toTypeName(value)`, { value })
    expect(row![0]).toEqual(typeof expected === 'string' && type === 'Int64' ? Number(expected) : expected)
    expect(row![1]).toBe(type)
  })

  test('a name is quoted', async () => {
    const [row] = await select('select {a:Identifier}.1 from (select tuple(5) as {a:Identifier})', {
      a: 'x`; drop',
    })
    expect(row).toEqual([5])
  })

  test.each([
    ['UInt8', '1) or sleep(1) or (1', /Cannot parse|Syntax/],
    ['UInt8', '1; drop database default', /Cannot parse|Syntax/],
    ['UInt8', '\\N', /NULL/],
    ["Enum8('a' = 1)", 'b', /nknown element/],
    ['Array(UInt8)', "[1]') or (select 1", /after parsed Array/],
  ])('%s takes nothing else: %s', async (type, value, message) => {
    const path = `/?query=${encodeURIComponent(`select {x:${type}}`)}&param_x=${encodeURIComponent(value)}`
    const answer = await raw(path)
    expect(answer.status).not.toBe(200)
    expect(answer.body).toMatch(message)
  })

  test('what only looks like a placeholder stays', async () => {
    expect(await select("select '{x:String}', /* {x:String} */ 2 as `{x:String}` -- {x:String}")).toEqual([
      ['{x:String}', 2],
    ])
  })

  test('they fit where only a constant fits, and prune like one', async () => {
    expect(
      await select(
        'select number from numbers({n:UInt64}) where number in {list:Array(UInt64)} limit {limit:UInt64}',
        {
          n: 10,
          list: [3, 4, 5],
          limit: 2,
        },
      ),
    ).toEqual([['3'], ['4']].map(([n]) => [Number(n)]))
  })

  test('a list longer than an address may be', async () => {
    const list = Array.from({ length: 200_000 }, (_, index) => `value ${index}`)
    expect(await select('select length({list:Array(String)})', { list })).toEqual([[200_000]])
  })
})

describe('answers', () => {
  const count = 300_000

  test('compressed both ways', async () => {
    const zipped = connect(socketPath, true)
    const answer = await zipped.query({
      query: `select toString(number) n from numbers(${count})`,
      format: 'JSONEachRow',
    })
    expect((await answer.json()).length).toBe(count)
    const compact = await zipped.query({ query: 'select 1 as a', format: 'JSONCompact' })
    expect((await compact.json()).data).toEqual([[1]])
    await zipped.close()
  })

  test('in pieces, before the last one is made', async () => {
    const answer = await client.query({
      query: `select number from numbers(${count})`,
      format: 'JSONEachRow',
    })
    let rows = 0
    let pieces = 0
    for await (const piece of answer.stream()) {
      pieces++
      rows += piece.length
    }
    expect(rows).toBe(count)
    expect(pieces).toBeGreaterThan(2)
  })

  test('an error after the 200 reaches the reader', async () => {
    const answer = await client.query({
      query: 'select number, throwIf(number = 200000) from numbers(1000000)',
      format: 'JSONEachRow',
      clickhouse_settings: { max_block_size: '1000' },
    })
    const read = async () => {
      for await (const _ of answer.stream());
    }
    await expect(read()).rejects.toMatchObject({ code: '395' })
  })
})

describe('inserts', () => {
  test('rows in the body, zipped or not, columns named or not', async () => {
    const table = `http_${crypto.randomUUID().slice(0, 8)}`
    await client.command({
      query: `create table ${table} (a UInt32, b String) engine = MergeTree order by a`,
    })
    await client.insert({ table, values: [{ a: 1, b: 'x' }], format: 'JSONEachRow' })
    await client.insert({ table, values: [{ a: 2 }], columns: ['a'], format: 'JSONEachRow' })
    await client.insert({ table, values: Readable.from(['3,"y"\n'], { objectMode: false }), format: 'CSV' })
    const zipped = connect(socketPath, true)
    const { summary } = await zipped.insert({ table, values: [{ a: 4, b: 'z' }], format: 'JSONEachRow' })
    expect(summary?.written_rows).toBe('1')
    await client.command({ query: `insert into ${table} values (5, 'v')` })
    await client.command({ query: `insert into ${table} select 6, 'w'` })
    expect(await select(`select a, b from ${table} order by a`)).toEqual([
      [1, 'x'],
      [2, ''],
      [3, 'y'],
      [4, 'z'],
      [5, 'v'],
      [6, 'w'],
    ])
    await expect(
      client.insert({ table, values: Readable.from(['no number\n'], { objectMode: false }), format: 'CSV' }),
    ).rejects.toMatchObject({ code: '27' })
    await zipped.close()
    await client.command({ query: `drop table ${table} sync` })
  })
})
