import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApp, testApp } from '../../../test/app.ts'
import { insertEvents, personIdOf } from '../../../test/events.ts'
import { testAnswers } from '../../../test/insights.ts'
import { testWarehouse } from '../../../test/warehouse.ts'
import { persons, propertyDefinitions } from '../../database/schema.ts'
import { createPropertyNames, createPropertyTypes } from '../../insights/property-types.ts'
import { createInsights } from '../../insights/run.ts'
import { createGroupStore } from '../../persons/group-store.ts'
import { createPersonReader } from '../../persons/read-persons.ts'
import { queryRoutes } from './routes.ts'

const closing: (() => Promise<void>)[] = []
let app: TestApp
let path: string

beforeAll(async () => {
  const { warehouse, cleanup } = await testWarehouse()
  closing.push(cleanup)
  app = await testApp(
    (close) => closing.push(close),
    ({ database }) => {
      const insights = createInsights({
        warehouse,
        findProject: () => ({
          timezone: 'UTC',
          testAccountFilters: [],
          botFilter: 'off',
          dropEventsOlderThan: null,
        }),
        propertyTypes: createPropertyTypes(database),
        findProperties: createPropertyNames(database),
      })
      return [
        queryRoutes({
          insights,
          answers: testAnswers(insights),
          persons: createPersonReader(database),
          groups: createGroupStore(database),
        }),
      ]
    },
  )
  path = `/api/projects/${app.project.id}/query/`
  const define = (name: string, type: number, propertyType: string, projectId = app.project.id) => ({
    projectId,
    name,
    type,
    propertyType,
    groupTypeIndex: type === 3 ? 0 : -1,
  })
  const stranger = await app.stranger()
  await app.database.db
    .insert(propertyDefinitions)
    .values([
      define('n', 1, 'Numeric'),
      define('path', 1, 'String'),
      define('a name', 1, 'String'),
      define('plan', 2, 'String'),
      define('seats', 3, 'Numeric'),
      define('secret', 1, 'String', stranger.project.id),
    ])
  await app.database.db.insert(persons).values({
    projectId: app.project.id,
    uuid: personIdOf('ann'),
    createdAt: '2023-01-01T00:00:00.000Z',
    properties: { email: 'ann@example.com' },
  })
  await insertEvents(warehouse, app.project.id, [
    {
      event: 'view',
      distinct_id: 'ann',
      timestamp: '2023-02-01T10:00:00Z',
      properties: { n: 1, path: '/a' },
    },
    {
      event: 'view',
      distinct_id: 'bob',
      timestamp: '2023-02-02T10:00:00.5Z',
      properties: { n: 2, path: '/b' },
    },
    { event: 'buy', distinct_id: 'ann', timestamp: '2023-02-02T11:00:00Z' },
  ])
  await insertEvents(warehouse, app.project.id + 1000, [
    { event: 'view', distinct_id: 'not ours', timestamp: '2023-02-01T10:00:00Z' },
  ])
})
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

const trends = {
  kind: 'TrendsQuery',
  series: [{ kind: 'EventsNode', event: 'view' }],
  dateRange: { date_from: '2023-02-01', date_to: '2023-02-03' },
}
const hogql = { kind: 'HogQLQuery', query: 'select distinct_id, count() from events group by 1 order by 1' }

describe('the ways of asking', () => {
  it('POST with the query inside, or as the body itself, or inside a node that shows it', async () => {
    for (const [index, body] of [
      { query: trends, client_query_id: 'x', refresh: 'blocking' },
      trends,
      { query: { kind: 'InsightVizNode', source: trends } },
    ].entries()) {
      const { status, body: answer } = await app.post(path, body)
      expect(status).toBe(200)
      expect(answer.results).toMatchObject([{ label: 'view', data: [1, 1, 0], count: 2 }])
      expect(answer).toMatchObject({
        // it is the same question each time
        is_cached: index > 0,
        timezone: 'UTC',
        statistics: { rows_read: expect.any(Number) },
      })
    }
  })
  it('GET with the query as JSON, and JSON sent as text', async () => {
    const got = await app.get(`${path}?query=${encodeURIComponent(JSON.stringify(hogql))}`)
    expect(got.body.results).toEqual([
      ['ann', 2],
      ['bob', 1],
    ])
    const sent = await app.post(path, JSON.stringify({ query: hogql }), {
      headers: { 'content-type': 'text/plain' },
    })
    expect(sent.body.results).toEqual(got.body.results)
  })
})

describe('HogQLQuery', () => {
  const ask = async (query: object) =>
    (await app.post(path, { query: { kind: 'HogQLQuery', ...query } })).body
  it('answers columns, types and the query as understood', async () => {
    const answer = await ask({ query: "select event as e, timestamp from events where event = 'buy'" })
    expect(answer).toMatchObject({
      columns: ['e', 'timestamp'],
      results: [['buy', '2023-02-02T11:00:00Z']],
      types: [
        ['e', expect.stringContaining('String')],
        ['timestamp', expect.stringContaining('DateTime64')],
      ],
      hogql: expect.stringContaining('SELECT'),
    })
  })
  it('puts filters and values in place of placeholders', async () => {
    expect(
      await ask({
        query: 'select count() from events where {filters} and event = {name}',
        values: { name: 'view' },
        filters: {
          dateRange: { date_from: '2023-02-02', date_to: '2023-02-02' },
          properties: [{ key: 'path', value: '/b' }],
        },
      }),
    ).toMatchObject({ results: [[1]] })
    expect(await ask({ query: 'select 1 where {missing}' })).toMatchObject({
      detail: 'The placeholder {missing} has no value: give one in `values`.',
      attr: 'values',
    })
  })
  it('never sees another project', async () => {
    expect(
      (await ask({ query: "select count() from events where distinct_id = 'not ours'" })).results,
    ).toEqual([[0]])
  })
})

describe('explain and variables', () => {
  it('shows the SQL of the warehouse and its plan, in which the project stands', async () => {
    const query = { kind: 'HogQLQuery', query: 'select count() from events', explain: true }
    const { body } = await app.post(path, { query })
    expect(body.results).toEqual([[3]])
    expect(body.clickhouse).toContain(`team_id = ${app.project.id}`)
    const plan = body.explain.join('\n')
    expect(plan).toMatch(/ReadFrom|Aggregating/)
    // how much there is of all projects together
    expect(plan).not.toMatch(/Parts|Granules/)
    expect((await app.post(path, { query: { ...query, explain: false } })).body).not.toHaveProperty('explain')
  })
  it('takes variables by their code names', async () => {
    const variables = {
      1: { code_name: 'name', value: 'buy' },
      2: { code_name: 'none', value: 1, isNull: true },
    }
    const query = 'select count(), {variables.none} is null from events where event = {variables.name}'
    const { body } = await app.post(path, { query: { kind: 'HogQLQuery', query, variables } })
    expect(body.results).toEqual([[1, 1]])
  })
})

describe('HogQLMetadata', () => {
  const look = async (query: object) =>
    (await app.post(path, { query: { kind: 'HogQLMetadata', language: 'hogQL', ...query } })).body
  it('says what a query reads, and of which types', async () => {
    const query =
      'with x as (select 1 as y) select properties.n, person.properties.plan, group_0.properties.seats from events, x where {filters} and event = {name}'
    const answer = await look({ query })
    expect(answer).toMatchObject({ isValid: true, errors: [], warnings: [], query, table_names: ['events'] })
    const shown = answer.notices.map((one: { message: string; start: number; end: number }) => [
      one.message,
      query.slice(one.start, one.end),
    ])
    expect(shown).toEqual([
      ["Event property 'n' is of type 'Float'.", 'properties.n'],
      ["Person property 'plan' is of type 'String'.", 'person.properties.plan'],
      ["Group property 'seats' is of type 'Float'.", 'group_0.properties.seats'],
    ])
  })
  it('says what is wrong, and where', async () => {
    const query = 'select evnt from events'
    expect(await look({ query })).toMatchObject({
      isValid: false,
      errors: [{ message: 'Unable to resolve field: evnt. Did you mean "event"?', start: 7, end: 11 }],
    })
    const typed = 'select upper(event), lower(properties.n) from events'
    expect(await look({ query: typed })).toMatchObject({
      isValid: false,
      errors: [{ message: expect.stringContaining("Function 'lower' takes text"), start: 27, end: 39 }],
    })
    expect(await look({ query: 'select' })).toMatchObject({ isValid: false, errors: [{ start: 6, end: 6 }] })
    expect(await look({ query: '' })).toMatchObject({ isValid: false })
    expect(await look({ query: 'select * from system.tables' })).toMatchObject({
      isValid: false,
      errors: [{ message: expect.stringContaining('Unknown table') }],
    })
  })
  it('warns of a limit that is lowered', async () => {
    const query = 'select 1 from events limit 1000000'
    expect((await look({ query })).warnings).toMatchObject([{ message: 'At most 50000 rows are returned.' }])
  })
  it('looks at one expression, over events or the tables of another query', async () => {
    const expr = { language: 'hogQLExpr' }
    expect(await look({ ...expr, query: 'properties.n + 1' })).toMatchObject({
      isValid: true,
      notices: [{ start: 0, end: 12 }],
    })
    expect(await look({ ...expr, query: 'key' })).toMatchObject({
      isValid: false,
      errors: [{ start: 0, end: 3 }],
    })
    const sourceQuery = { kind: 'HogQLQuery', query: 'select 1 from groups' }
    expect(await look({ ...expr, query: 'key', sourceQuery })).toMatchObject({
      isValid: true,
      table_names: ['groups'],
    })
  })
})

describe('HogQLAutocomplete', () => {
  /** `|` is the cursor, behind the word that is being written. */
  const complete = async (marked: string, more: object = {}) => {
    const end = marked.indexOf('|')
    const query = marked.replace('|', '')
    const start = end - /[\w$]*$/.exec(query.slice(0, end))![0].length
    const asked = { kind: 'HogQLAutocomplete', query, startPosition: start, endPosition: end, ...more }
    const { status, body } = await app.post(path, { query: asked })
    expect(status).toBe(200)
    return body as { suggestions: { label: string; insertText: string; kind: string; detail?: string }[] }
  }
  const labels = async (marked: string, more?: object) =>
    (await complete(marked, more)).suggestions.map(({ label }) => label)

  it.each([
    ['tables after FROM', 'select event from ev|', 'events', 'Class'],
    ['tables given in WITH', 'with paid as (select 1) select 1 from pa|', 'paid', 'Class'],
    ['tables after JOIN, in what is no query yet', 'select from events e join per|', 'persons', 'Class'],
    ['columns of the tables', 'select dis| from events', 'distinct_id', 'Variable'],
    ['columns by an alias', 'select e.tim| from events as e where', 'timestamp', 'Variable'],
    [
      'columns of another alias',
      'select p.is_| from events e left join persons p on 1',
      'is_identified',
      'Variable',
    ],
    ['columns of the person', 'select person.pro| from events', 'properties', 'Folder'],
    ['columns of the session', 'select session.$session_d| from events', '$session_duration', 'Variable'],
    ['properties of events', 'select properties.pa| from events', 'path', 'Property'],
    ['properties of persons', 'select e.person.properties.| from events e', 'plan', 'Property'],
    ['properties of groups', 'select group_0.properties.| from events', 'seats', 'Property'],
    ['properties of the table persons', 'select properties.pl| from persons', 'plan', 'Property'],
    ['functions', 'select coun| from events', 'count', 'Function'],
    ['words of the language', 'select event from events gr|', 'group by', 'Keyword'],
  ])('%s: %s', async (_, marked, label, kind) => {
    const { suggestions } = await complete(marked)
    expect(suggestions).toContainEqual(expect.objectContaining({ label, kind }))
  })
  it('gives types, counts of arguments, and quotes where a name needs them', async () => {
    const { suggestions } = await complete('select properties.| from events')
    expect(suggestions).toContainEqual({ label: 'n', insertText: 'n', kind: 'Property', detail: 'Numeric' })
    expect(suggestions).toContainEqual(expect.objectContaining({ label: 'a name', insertText: '`a name`' }))
    expect((await complete('select lower| from events')).suggestions[0]).toEqual({
      label: 'lower',
      insertText: 'lower()',
      kind: 'Function',
      detail: '1 argument',
    })
  })
  it('nothing of another project, nothing of the server, nothing inside a text', async () => {
    expect(await labels('select properties.| from events')).toEqual(['a name', 'n', 'path'])
    expect(await labels('select team| from events')).toEqual([])
    expect(await labels("select 'ev| from events")).toEqual([])
  })
  it('an expression is about events, or the tables of another query', async () => {
    expect(await labels('distin|', { language: 'hogQLExpr' })).toContain('distinct_id')
    const sourceQuery = { kind: 'HogQLQuery', query: 'select 1 from groups' }
    expect(await labels('ke|', { language: 'hogQLExpr', sourceQuery })).toContain('key')
  })
})

describe('EventsQuery', () => {
  const ask = async (query: object) =>
    (await app.post(path, { query: { kind: 'EventsQuery', after: '2023-01-01', ...query } })).body
  it('lists events as objects, newest first', async () => {
    const answer = await ask({ select: ['*', 'event'], limit: 2 })
    expect(answer.columns).toEqual(['*', 'event'])
    expect(answer.hasMore).toBe(true)
    expect(answer.results).toMatchObject([
      [{ event: 'buy', distinct_id: 'ann', properties: {}, timestamp: '2023-02-02T11:00:00Z' }, 'buy'],
      [{ event: 'view', distinct_id: 'bob', properties: { n: 2, path: '/b' } }, 'view'],
    ])
  })
  it('groups by what does not aggregate, and filters groups', async () => {
    const answer = await ask({ select: ['event', 'count()'], where: ['count() > 1'] })
    expect(answer.results).toEqual([['view', 2]])
  })
  it('orders, pages and narrows', async () => {
    expect((await ask({ select: ['distinct_id'], orderBy: ['-distinct_id'], limit: 1 })).results).toEqual([
      ['bob'],
    ])
    expect(
      (await ask({ select: ['distinct_id'], orderBy: ['distinct_id DESC'], offset: 1 })).results,
    ).toEqual([['ann'], ['ann']])
    expect((await ask({ select: ['event'], event: 'buy' })).results).toEqual([['buy']])
    expect((await ask({ select: ['event'], properties: [{ key: 'n', value: 2 }] })).results).toEqual([
      ['view'],
    ])
    expect((await ask({ select: ['event'], before: '2023-02-02' })).results).toEqual([['view']])
    expect((await ask({ select: ['event'], after: undefined })).results).toEqual([])
    expect((await ask({ select: ['count()'], after: 'all' })).results).toEqual([[3]])
  })
  it('shows whose an event is: whole, or by name', async () => {
    const select = ['person -- Who', 'person_display_name', 'person.properties.plan']
    const { columns, results } = await ask({ select, event: 'buy', orderBy: ['person'] })
    expect(columns).toEqual(select)
    const uuid = personIdOf('ann')
    expect(results).toEqual([
      [
        {
          uuid,
          created_at: '2023-01-01T00:00:00.000000Z',
          properties: { email: 'ann@example.com' },
          distinct_id: 'ann',
        },
        { display_name: 'ann@example.com', id: uuid, distinct_id: 'ann' },
        null,
      ],
    ])
    const other = await ask({
      select: ['person', 'person_display_name'],
      properties: [{ key: 'n', value: 2 }],
    })
    expect(other.results).toEqual([
      [{ distinct_id: 'bob' }, { display_name: 'bob', id: expect.any(String), distinct_id: 'bob' }],
    ])
  })
  it('a filter that is not filled in says nothing', async () => {
    const properties = [{}, { type: 'empty' }, { type: 'AND', values: [{}, { key: 'n', value: 2 }] }]
    expect((await ask({ select: ['distinct_id'], properties })).results).toEqual([['bob']])
  })
  it('refuses an action that does not exist', async () => {
    expect(await ask({ select: ['event'], actionId: 7 })).toMatchObject({ detail: 'Action does not exist' })
  })
})

describe('what cannot be asked', () => {
  it.each([
    [undefined, 'Please provide a query in the request body or as a query parameter.'],
    [{ query: {} }, 'Unsupported query kind: undefined'],
    [{ query: { kind: 'Tomato Soup' } }, 'Unsupported query kind: Tomato Soup'],
    [{ query: { kind: 'TrendsQuery' } }, 'This field is required.'],
    [{ query: { ...trends, interval: 'fortnight' } }, '"fortnight" is not a valid choice.'],
    [{ query: { kind: 'HogQLQuery', query: 'select user_id from events' } }, 'user_id'],
    [{ query: { kind: 'HogQLQuery', query: 'select from' } }, 'xpected'],
    [
      { query: { kind: 'HogQLQuery', query: 'select toInt8(event) + toDate(1, 2, 3) from events' } },
      'toDate',
    ],
    [
      {
        query: {
          kind: 'HogQLQuery',
          query: "select dateDiff('fortnight', timestamp, timestamp) from events",
        },
      },
      'fortnight',
    ],
  ])('%j', async (body, sentence) => {
    const answer = await app.post(path, body)
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ type: 'validation_error', detail: expect.stringContaining(sentence) })
    expect(answer.text).not.toMatch(/DB::|team_id|properties_map/)
  })
  it('a question nested without end', async () => {
    const nested = `${'{"type":"AND","values":['.repeat(150)}${']}'.repeat(150)}`
    const body = JSON.stringify({ query: { ...trends, properties: 'here' } }).replace('"here"', nested)
    const answer = await app.post(path, body)
    expect(answer).toMatchObject({ status: 400, body: { detail: 'A query may be nested 100 deep.' } })
  })
  it('a stranger, or nobody', async () => {
    const stranger = await app.stranger()
    expect((await app.post(path, { query: trends }, { key: stranger.key })).status).toBe(403)
    expect((await app.post(path, { query: trends }, { key: null })).status).toBe(401)
  })
})
