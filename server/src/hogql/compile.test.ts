import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { insertEvents, insertGroups, personIdOf } from '../../test/events.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import { compile } from './compile.ts'
import type { Schema } from './context.ts'
import { parseSelect } from './parse.ts'
import { propertyMap } from './property-column.ts'

const project = 7
let warehouse: Warehouse
let cleanup: () => Promise<void>

async function ask(query: string, schema: Partial<Schema> = {}): Promise<unknown[][]> {
  const { sql, params } = compile(parseSelect(query), { projectId: project, ...schema })
  try {
    return (await warehouse.query({ sql, params, question: true })).rows
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${sql}`)
  }
}

async function insertPersons(
  rows: {
    id: string
    properties: Record<string, unknown>
    version: number
    deleted?: boolean
    projectId?: number
  }[],
) {
  await warehouse.insert({
    table: 'persons',
    token: randomUUID(),
    rows: rows.map(({ id, properties, version, deleted = false, projectId = project }) =>
      JSON.stringify({
        team_id: projectId,
        id,
        created_at: '2020-01-01 00:00:00.000',
        properties: JSON.stringify(properties),
        properties_map: propertyMap(properties),
        is_identified: true,
        is_deleted: deleted,
        version,
        inserted_at: '2020-01-01 00:00:00.000',
      }),
    ),
  })
}

beforeAll(async () => {
  ;({ warehouse, cleanup } = await testWarehouse())
  await insertEvents(warehouse, project, [
    {
      event: 'pageview',
      distinct_id: 'ann',
      timestamp: '2020-01-10T23:30:00Z',
      properties: {
        $browser: 'Chrome',
        amount: 12,
        paid: true,
        at: '2020-01-01T00:00:00Z',
        nothing: null,
        empty: '',
      },
      person: { email: 'ann@a.test' },
      groups: { 0: 'acme' },
    },
    {
      event: 'pageview',
      distinct_id: 'bob',
      timestamp: '2020-01-10T12:00:00Z',
      properties: { $browser: 'Firefox', amount: 3, paid: false, odd: "it's a \\ {p0:String} \n" },
      person: { email: 'bob@b.test' },
    },
    { event: 'click', distinct_id: 'ann', timestamp: '2020-01-11T12:00:00Z', properties: { amount: 'many' } },
    {
      event: 'deep',
      distinct_id: 'cid',
      timestamp: '2020-01-12T00:00:00Z',
      properties: {
        list: ['deep-value'],
        object: { id: ['deep-value'], n: 5, none: null },
        lists: [['deep-value']],
        objects: [{ id: [{ id: 'deep-value' }] }],
        text: 'deep-value',
      },
    },
  ])
  await insertEvents(warehouse, project + 1, [
    { event: 'pageview', distinct_id: 'eve', timestamp: '2020-01-10T12:00:00Z', properties: { secret: 1 } },
  ])
  await insertGroups(warehouse, project, [{ index: 0, key: 'acme', properties: { plan: 'free', seats: 5 } }])
  await insertGroups(warehouse, project, [{ index: 1, key: 'acme', properties: { plan: 'other' } }])
  await insertPersons([
    { id: personIdOf('ann'), properties: { email: 'old@a.test', gone: 'x' }, version: 1 },
    { id: personIdOf('ann'), properties: { email: 'ann@today.test' }, version: 2 },
    { id: personIdOf('bob'), properties: { email: 'bob@b.test' }, version: 1 },
    { id: personIdOf('dead'), properties: { email: 'dead@d.test' }, version: 1 },
    { id: personIdOf('dead'), properties: {}, version: 2, deleted: true },
    { id: personIdOf('eve'), properties: { email: 'eve@e.test' }, version: 1, projectId: project + 1 },
  ])
  await warehouse.insert({
    table: 'person_distinct_ids',
    token: randomUUID(),
    rows: ['ann', 'bob'].map((id) =>
      JSON.stringify({
        team_id: project,
        distinct_id: id,
        person_id: personIdOf(id),
        is_deleted: false,
        version: 1,
      }),
    ),
  })
})
afterAll(() => cleanup())

describe('select', () => {
  test('rows in order, and only of the project', async () => {
    expect(
      await ask("select event, distinct_id from events where event like 'p%' order by timestamp"),
    ).toEqual([
      ['pageview', 'bob'],
      ['pageview', 'ann'],
    ])
    expect(await ask('select count() from events')).toEqual([['4']])
  })

  test('the default and the greatest limit', async () => {
    expect(await ask('select number from numbers(500)')).toHaveLength(100)
    expect(await ask('select number from numbers(500) limit 300')).toHaveLength(300)
    const limits = { default: 5, max: 50 }
    expect(await ask('select number from numbers(500)', { limits })).toHaveLength(5)
    expect(await ask('select number from numbers(500) limit 300', { limits })).toHaveLength(50)
    expect(await ask('select number from numbers(500) limit 100 + 200', { limits })).toHaveLength(50)
    expect(
      await ask('select 1 from numbers(40) union all select 2 from numbers(40)', { limits }),
    ).toHaveLength(5)
    expect(await ask('select number from numbers(500)', { limits: null })).toHaveLength(500)
  })

  test('a subquery, its columns, CTEs of both kinds, set operators', async () => {
    expect(
      await ask(
        'select cnt, event from (select count() as cnt, event from events group by event) as c order by event',
      ),
    ).toEqual([
      ['1', 'click'],
      ['1', 'deep'],
      ['2', 'pageview'],
    ])
    expect(
      await ask(
        "with e as (select event from events), 'click' as wanted select count() from e where event = wanted",
      ),
    ).toEqual([['1']])
    expect(await ask('select 1 union all select 2 order by 1')).toEqual([[1], [2]])
    expect(
      await ask(
        "select count() from events where distinct_id in (select distinct_id from events where event = 'click')",
      ),
    ).toEqual([['2']])
  })

  test('joins: inner, left with USING, right, full, two tables of events', async () => {
    expect(
      await ask(
        "select e.event, persons.properties.email from events as e join persons on e.person_id = persons.id where e.event = 'click'",
      ),
    ).toEqual([['click', 'ann@today.test']])
    expect(
      await ask(
        'select a.distinct_id, count() from events a left join events b using (distinct_id) group by a.distinct_id order by a.distinct_id',
      ),
    ).toEqual([
      ['ann', '4'],
      ['bob', '1'],
      ['cid', '1'],
    ])
    for (const kind of ['right', 'full']) {
      expect(
        await ask(`select count(), uniq(p.id) from events e ${kind} join persons p on e.person_id = p.id`),
      ).toEqual([[kind === 'full' ? '4' : '3', kind === 'full' ? '3' : '2']])
    }
  })

  test('windows, array join, limit by, qualify', async () => {
    expect(
      await ask(
        'select distinct_id, row_number() over w as n, lag(event) over w from events window w as (partition by distinct_id order by timestamp) order by distinct_id, n',
      ),
    ).toEqual([
      ['ann', '1', null],
      ['ann', '2', 'pageview'],
      ['bob', '1', null],
      ['cid', '1', null],
    ])
    expect(
      await ask(
        'select number, lag(number) over (order by number), lead(number, 1, 9) over (order by number) from numbers(2)',
      ),
    ).toEqual([
      ['0', null, '1'],
      ['1', '0', '9'],
    ])
    expect(await ask('select x, y from (select [1, 2] as xs, 3 as y) array join xs as x')).toEqual([
      [1, 3],
      [2, 3],
    ])
    expect(
      await ask('select distinct_id, event from events order by timestamp desc limit 1 by distinct_id'),
    ).toHaveLength(3)
    expect(
      await ask(
        'select distinct_id from events qualify row_number() over (partition by distinct_id order by timestamp) = 2',
      ),
    ).toEqual([['ann']])
  })

  test('star is the columns of the table', async () => {
    const printed = compile(parseSelect('select * from events'), { projectId: project })
    expect(printed.columns.map(({ name }) => name)).toContain('person_id')
    const [row] = await ask("select * from events where event = 'click'")
    expect(row![1]).toBe('click')
    expect(row![2]).toBe('{"amount":"many"}')
    expect(await ask('select p.* from persons p order by p.created_at')).toHaveLength(2)
  })
})

describe('values', () => {
  test('comparisons with null are yes or no', async () => {
    const cases =
      'null = 2, 2 = null, 3 = 4, 3 = 3, null = null, null != 2, 2 != null, 3 != 4, 3 != 3, null != null, null < 2, 2 < null, 3 < 4, 3 < 3, null <= null, 3 <= 3, null > 2, 4 > 3, null >= null, 2 >= 3'
    const [row] = await ask(
      `select ${cases
        .split(', ')
        .map((one) => `if(${one}, 'y', 'n')`)
        .join(', ')}`,
    )
    expect(row!.join('')).toBe('nnnyyyyynnnnynnynynn')
    const [computed] = await ask(
      `select ${cases
        .split(', ')
        .map((one) => `if(not (${one.replaceAll('null', 'nullIf(1, 1)')}), 'n', 'y')`)
        .join(', ')}`,
    )
    expect(computed!.join('')).toBe(row!.join(''))
  })

  test('between, arrays, lambdas, tuples, dicts, ternary, templates', async () => {
    expect(
      await ask("select if(10 between 1 and 10, 'y', 'n'), if(10 not between 1 and 10, 'y', 'n')"),
    ).toEqual([['y', 'n']])
    expect(await ask('select [10, 11][1], arrayMap(x -> x * 2, [1, 2]), (1, 2).2, 1 > 2 ? 3 : 4')).toEqual([
      [10, [2, 4], 2, 4],
    ])
    expect(
      await ask("select {'a': 1}['a'], f'a{1 + 1}b', case 2 when 1 then 'x' when 2 then 'y' end"),
    ).toEqual([[1, 'a2b', 'y']])
    expect(
      await ask("select arrayMap((k, v) -> concat(k, toString(v)), ['a'], [1]), [(1, 'x')][1].2"),
    ).toEqual([[['a1'], 'x']])
  })

  test('text with quotes, backslashes and braces reaches the engine as it is', async () => {
    expect(await ask("select properties.odd from events where distinct_id = 'bob'")).toEqual([
      ["it's a \\ {p0:String} \n"],
    ])
    expect(await ask("select 'it''s a \\\\ {p0:String} \\n', 'a%sd'")).toEqual([
      ["it's a \\ {p0:String} \n", 'a%sd'],
    ])
    expect(
      await ask("select count() from events where properties.odd = 'it''s a \\\\ {p0:String} \\n'"),
    ).toEqual([['1']])
  })

  test('casts', async () => {
    expect(
      await ask("select '12'::int, 'x'::int, '1.5'::float, 1::string, toInt('7'), '2020-01-02'::date"),
    ).toEqual([['12', null, 1.5, '1', '7', '2020-01-02']])
  })

  test('a time range is a bare comparison, which the indexes know', () => {
    const { sql } = compile(
      parseSelect(
        "select count() from events where timestamp >= '2020-01-01' and timestamp < today() and event = 'x'",
      ),
      { projectId: project, timezone: 'Europe/Berlin' },
    )
    expect(sql).toBe(
      [
        'SELECT count() AS `count()`',
        'FROM events',
        `WHERE events.team_id = 7 AND events.\`timestamp\` >= parseDateTime64BestEffort('2020-01-01', 6, 'Europe/Berlin') AND events.\`timestamp\` < toDateTime64(toDate(now64(6, 'Europe/Berlin')), 6, 'Europe/Berlin') AND events.event = 'x'`,
        'LIMIT 100',
      ].join('\n'),
    )
  })

  test('weeks begin on the day of the project, unless the query says which', async () => {
    const weeks = (weekStartDay?: number) =>
      ask(
        "select toStartOfWeek(toDate('2020-01-08')), toStartOfWeek(toDate('2020-01-08'), 0), toStartOfWeek(toDate('2020-01-08'), 1)",
        { weekStartDay },
      )
    expect(await weeks()).toEqual([['2020-01-05', '2020-01-05', '2020-01-06']])
    expect(await weeks(0)).toEqual([['2020-01-05', '2020-01-05', '2020-01-06']])
    expect(await weeks(1)).toEqual([['2020-01-06', '2020-01-05', '2020-01-06']])
  })

  test('intervals and times in the project zone', async () => {
    const schema = { timezone: 'Europe/Berlin' }
    expect(
      await ask(
        "select toString(toStartOfDay(timestamp)), toString(timestamp) from events where distinct_id = 'ann' order by timestamp limit 1",
        schema,
      ),
    ).toEqual([['2020-01-11 00:00:00', '2020-01-11 00:30:00.000000']])
    const count = (where: string) => ask(`select count() from events where ${where}`, schema)
    expect(await count("timestamp >= '2020-01-11'")).toEqual([['3']])
    expect(
      await count("timestamp >= '2020-01-11' and timestamp < toDateTime('2020-01-11 12:00:00')"),
    ).toEqual([['1']])
    expect(await count("timestamp < '2020-01-11T00:00:00Z' - interval 1 hour")).toEqual([['1']])
    expect(await count("toDate(timestamp) = '2020-01-11'")).toEqual([['2']])
    expect(await count("timestamp between '2020-01-11' and '2020-01-12'")).toEqual([['2']])
    expect(await count('timestamp > now() - interval 7 day')).toEqual([['0']])
    expect(await count("timestamp >= toDate('2020-01-11')")).toEqual([['3']])
    expect(await count('timestamp < toStartOfMonth(timestamp)')).toEqual([['0']])
    expect(await count('timestamp < today() and today() > timestamp')).toEqual([['4']])
    expect(await count("dateAdd('day', 1, timestamp) > '2020-01-12 12:00:00'")).toEqual([['2']])
  })
})

describe('properties', () => {
  test('empty, null, missing', async () => {
    expect(
      await ask(
        "select properties.empty, properties.nothing, properties.missing, properties.$browser from events where distinct_id = 'ann' order by timestamp limit 1",
      ),
    ).toEqual([['', null, null, 'Chrome']])
  })

  test('into nested lists and objects', async () => {
    const reads = [
      'text',
      'list.1',
      'list[1]',
      'object.id.1',
      'object.id[1]',
      'lists.1.1',
      'lists[1][1]',
      "objects[1]['id'][1]['id']",
      'objects.1.id.1.id',
    ]
    expect(
      await ask(
        `select ${reads.map((read) => `properties.${read}`).join(', ')} from events where event = 'deep'`,
      ),
    ).toEqual([reads.map(() => 'deep-value')])
    expect(
      await ask(
        "select properties.object.n, properties.object.none, properties.object.missing, properties.object from events where event = 'deep'",
      ),
    ).toEqual([['5', null, null, '{"id":["deep-value"],"n":5,"none":null}']])
    expect(
      await ask("select p.object.n from (select properties as p, event from events) where event = 'deep'"),
    ).toEqual([['5']])
  })

  test('types by definition', async () => {
    const propertyType: Schema['propertyType'] = (kind, key, index) =>
      kind === 'event'
        ? (({ amount: 'Numeric', paid: 'Boolean', at: 'DateTime' } as const)[key] ?? null)
        : kind === 'group' && index === 0 && key === 'seats'
          ? 'Numeric'
          : null
    const schema = { propertyType, timezone: 'Europe/Berlin' }
    expect(
      await ask(
        "select properties.amount, properties.paid, formatDateTime(properties.at, '%F %T') from events where event = 'pageview' order by timestamp desc",
        schema,
      ),
    ).toEqual([
      [12, true, '2020-01-01 01:00:00'],
      [3, false, null],
    ])
    const count = async (where: string) =>
      (await ask(`select count() from events where ${where}`, schema))[0]![0]
    expect(await count('properties.amount > 5')).toBe('1')
    expect(await count("properties.amount = '12'")).toBe('1')
    expect(await count("properties.amount = 'many'")).toBe('1')
    expect(await count("properties.amount in ('12', '3')")).toBe('2')
    expect(await count("properties.amount like '1%'")).toBe('1')
    expect(await count('properties.paid = true')).toBe('1')
    expect(await count("properties.paid = 'false'")).toBe('1')
    expect(await count('properties.paid')).toBe('1')
    expect(await count("properties.at < '2020-01-01 01:00:01'")).toBe('1')
    expect(await count("properties.at > '2020-01-01 01:00:00'")).toBe('0')
    expect(await count('group_0.properties.seats >= 5')).toBe('1')
    expect(await ask("select toString(properties.amount) from events where event = 'click'", schema)).toEqual(
      [['many']],
    )
  })

  test('without a definition, numbers in text compare and add up as numbers', async () => {
    const count = async (where: string) => (await ask(`select count() from events where ${where}`))[0]![0]
    expect(await count('properties.amount > 5')).toBe('1')
    expect(await count('properties.amount in (3, 12)')).toBe('2')
    expect(await count('properties.paid = true')).toBe('1')
    expect(
      await ask(
        'select sum(properties.amount), avg(properties.amount), max(properties.amount * 2) from events',
      ),
    ).toEqual([[15, 7.5, 24]])
  })

  test('not equal and not like let missing ones through', async () => {
    const count = async (where: string) => (await ask(`select count() from events where ${where}`))[0]![0]
    expect(await count("properties.$browser != 'Chrome'")).toBe('3')
    expect(await count("not (properties.$browser = 'Chrome')")).toBe('3')
    expect(await count("properties.$browser not like 'C%'")).toBe('3')
    expect(await count("properties.$browser not in ('Chrome', 'Safari')")).toBe('3')
    expect(await count("properties.$browser !~ 'C'")).toBe('3')
    expect(await count("properties.$browser =~* 'chr'")).toBe('1')
    expect(await count('properties.$browser is not null')).toBe('2')
    expect(await count('properties.$browser = properties.missing')).toBe('2')
    expect(await count('properties.$browser != properties.missing')).toBe('2')
    expect(await count("properties.missing not between 'a' and 'b'")).toBe('4')
  })

  test('of groups, of the person at the event, and of the person today', async () => {
    expect(
      await ask(
        "select group_0.properties.plan, group_0.key from events where event = 'pageview' order by timestamp desc",
      ),
    ).toEqual([
      ['free', 'acme'],
      [null, ''],
    ])
    const people = "select person.properties.email from events where event = 'pageview' order by timestamp"
    expect(await ask(people)).toEqual([['bob@b.test'], ['ann@a.test']])
    expect(await ask(people, { personProperties: 'joined' })).toEqual([['bob@b.test'], ['ann@today.test']])
    expect(
      await ask(
        "select pdi.person.properties.email, count() from events where event = 'pageview' group by pdi.person.properties.email order by 1",
      ),
    ).toEqual([
      ['ann@today.test', '1'],
      ['bob@b.test', '1'],
    ])
    expect(await ask('select uniq(poe.id), uniq(person.id), uniq(pdi.person_id) from events')).toEqual([
      ['3', '3', '3'],
    ])
  })
})

describe('people', () => {
  test('the newest version, without the deleted', async () => {
    expect(
      await ask(
        'select properties.email, properties.gone, is_identified from persons order by properties.email',
      ),
    ).toEqual([
      ['ann@today.test', null, true],
      ['bob@b.test', null, true],
    ])
    expect(await ask("select count() from persons where properties.email = 'old@a.test'")).toEqual([['0']])
    expect(
      await ask('select distinct_id, person_id from person_distinct_ids order by distinct_id limit 1'),
    ).toEqual([['ann', personIdOf('ann')]])
    expect(await ask('select index, key, properties.plan from groups order by index')).toEqual([
      [0, 'acme', 'free'],
      [1, 'acme', 'other'],
    ])
  })

  test('a merge counts at once, wherever events stand', async () => {
    const other = project + 5
    await insertEvents(warehouse, other, [
      { event: 'a', distinct_id: 'x', timestamp: '2020-01-10T12:00:00Z' },
      { event: 'a', distinct_id: 'y', timestamp: '2020-01-10T12:00:00Z' },
    ])
    const schema = { projectId: other }
    expect(await ask('select uniq(person_id) from events', schema)).toEqual([['2']])
    const override = (to: string, version: number) =>
      warehouse.insert({
        table: 'person_overrides',
        token: randomUUID(),
        rows: [
          JSON.stringify({
            team_id: other,
            old_person_id: personIdOf('x'),
            person_id: personIdOf(to),
            version,
          }),
        ],
      })
    await override('nobody', 1)
    await override('y', 2)
    expect(await ask('select distinct person_id from events', schema)).toEqual([[personIdOf('y')]])
    expect(
      await ask('select uniq(b.person_id) from events a join events b on a.event = b.event', schema),
    ).toEqual([['1']])
    expect(await ask(`select count() from events where person.id = '${personIdOf('y')}'`, schema)).toEqual([
      ['2'],
    ])
  })

  test('of a cohort', async () => {
    const cohort: Schema['cohort'] = (id) =>
      id === 5 ? parseSelect("select id from persons where properties.email like 'ann%'") : null
    expect(await ask('select count() from events where person_id in cohort 5', { cohort })).toEqual([['2']])
    expect(await ask('select count() from events where person_id not in cohort 5', { cohort })).toEqual([
      ['2'],
    ])
    await expect(ask('select 1 from events where person_id in cohort 6', { cohort })).rejects.toThrow(
      'cohort',
    )
  })
})

test('sessions are computed from their events', async () => {
  const other = project + 6
  const session = { $session_id: '016f8f5c-79c0-7007-8007-000000000007' }
  await insertEvents(warehouse, other, [
    {
      event: '$pageview',
      distinct_id: 'x',
      timestamp: '2020-01-10T12:10:00Z',
      properties: { ...session, $pathname: '/a' },
    },
    {
      event: '$pageview',
      distinct_id: 'x',
      timestamp: '2020-01-10T12:20:00Z',
      properties: { ...session, $pathname: '/b' },
    },
    { event: 'lonely', distinct_id: 'x', timestamp: '2020-01-10T12:30:00Z' },
  ])
  const schema = { projectId: other, timezone: 'Europe/Berlin' }
  expect(
    await ask(
      "select session.session_id, session.$session_duration from events where event = '$pageview'",
      schema,
    ),
  ).toEqual([
    [session.$session_id, '600'],
    [session.$session_id, '600'],
  ])
  expect(
    await ask(
      'select session_id, $entry_pathname, $end_pathname, $pageview_count, toString($start_timestamp) from sessions',
      schema,
    ),
  ).toEqual([[session.$session_id, '/a', '/b', '2', '2020-01-10 13:10:00.000000']])
})

test('a sample is always the same part of the people', async () => {
  const share = async (sample: string) =>
    (await ask(`select groupUniqArray(distinct_id) from events sample ${sample}`))[0]![0] as string[]
  const [first, second] = [await share('1/2'), await share('1/2 offset 1/2')]
  expect([...first, ...second].sort()).toEqual(['ann', 'bob', 'cid'])
  expect(await share('0.5')).toEqual(first)
})
