import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ingested, ingested } from '../../../test/ingested.ts'
import { testAnswers } from '../../../test/insights.ts'
import { createPropertyTypes } from '../../insights/property-types.ts'
import { createInsights } from '../../insights/run.ts'
import { createJobs } from '../../jobs/jobs.ts'
import { createActionStore } from '../actions/store.ts'
import { actorsOf } from '../insights/actors-of.ts'
import { personRoutes } from '../persons/routes.ts'
import { queryRoutes } from '../query/routes.ts'
import { type Calculation, createCalculation } from './calculate.ts'
import { cohortRoutes } from './routes.ts'
import type { CohortStore } from './store.ts'
import { cohortTasks } from './tasks.ts'

let on: Ingested
let path: string
let cohorts: CohortStore
let calculation: Calculation
let commands: string[]

beforeAll(async () => {
  on = await ingested(afterAll, (deps) => {
    const { database, activity, warehouse, questions, persons, writer } = deps
    cohorts = deps.cohorts
    commands = []
    const propertyTypes = createPropertyTypes(database)
    const findProject = () => ({ timezone: 'UTC', testAccountFilters: [] })
    const findAction = createActionStore(database).findForQuestions
    const insights = createInsights({
      warehouse,
      findProject,
      propertyTypes,
      findAction,
      cohorts: cohorts.finder,
    })
    const logger = { info: () => {}, warn: () => {} }
    const told = {
      query: warehouse.query,
      command: async (...asked: Parameters<typeof warehouse.command>) => {
        commands.push(asked[0])
        await warehouse.command(...asked)
      },
    }
    calculation = createCalculation({
      cohorts,
      warehouse: told,
      findProject,
      findAction,
      propertyTypes,
      logger,
    })
    const jobs = createJobs({
      database,
      tasks: cohortTasks({
        cohorts,
        calculation,
        copies: { refresh: async () => {}, flagsChanged: async () => {} },
        insights,
        projectsWithFlags: () => [],
      }),
      logger,
    })
    afterAll(() => jobs.stop())
    jobs.start()
    return [
      cohortRoutes({ cohorts, calculation, jobs, persons, questions, activity, actorsOf }),
      personRoutes({ persons, questions, writer, activity }),
      queryRoutes({
        insights,
        answers: testAnswers(insights),
        persons,
        groups: { findAll: async () => [] } as never,
      }),
    ]
  })
  path = `${on.base}cohorts/`
  await on.send(
    ...['ann', 'bob', 'cid'].map((id, n) => ({
      event: 'seen',
      distinct_id: id,
      timestamp: new Date(Date.now() - (n + 1) * 86_400_000).toISOString(),
      properties: { $set: { name: id, email: `${id}@x.y`, plan: n === 0 ? 'pro' : 'free' } },
    })),
  )
}, 60_000)

const one = (id: number) => `${path}${id}/`
const made = async (body: object) => {
  const answer = await on.api.post(path, body)
  expect([answer.status, answer.text]).toEqual([201, expect.any(String)])
  return answer.body
}
const calculated = async (id: number) => {
  await expect
    .poll(async () => (await on.api.get(one(id))).body, { timeout: 20_000, interval: 20 })
    .toMatchObject({ is_calculating: false, count: expect.any(Number) })
  return (await on.api.get(one(id))).body
}
const namesOf = (answer: { body: { results: { name: string }[] } }) =>
  answer.body.results.map(({ name }) => name.replace(/@.*/, '')).sort()
const members = async (id: number) => namesOf(await on.api.get(`${one(id)}persons/`))
const filters = (...values: object[]) => ({
  filters: { properties: { type: 'AND', values: [{ type: 'AND', values }] } },
})
const plan = (value: string) => ({ key: 'plan', type: 'person', operator: 'exact', value })
const seen = (days: number) => ({
  key: 'seen',
  type: 'behavioral',
  event_type: 'events',
  value: 'performed_event',
  time_value: days,
  time_interval: 'day',
})
const hogql = async (query: string) =>
  (await on.api.post(`${on.base}query/`, { query: { kind: 'HogQLQuery', query } })).body

test('a dynamic cohort answers at once, is calculated soon, and again when it is changed', async () => {
  const cohort = await made({ name: 'free', description: 'who pays nothing', ...filters(plan('free')) })
  expect(cohort).toEqual({
    id: expect.any(Number),
    name: 'free',
    description: 'who pays nothing',
    groups: [],
    deleted: false,
    ...filters(plan('free')),
    is_calculating: true,
    created_by: expect.objectContaining({ id: on.api.user.id }),
    created_at: expect.stringMatching(/Z$/),
    last_calculation: null,
    errors_calculating: 0,
    last_error: null,
    count: null,
    is_static: false,
  })
  const done = await calculated(cohort.id)
  expect(done).toMatchObject({ count: 2, last_calculation: expect.stringMatching(/Z$/) })
  expect(await members(cohort.id)).toEqual(['bob', 'cid'])
  const changed = await on.api.patch(one(cohort.id), { name: 'paying', ...filters(plan('pro')) })
  expect(changed.body).toMatchObject({ name: 'paying', is_calculating: true, count: 2 })
  expect(await calculated(cohort.id)).toMatchObject({ count: 1 })
  expect(await members(cohort.id)).toEqual(['ann'])
  expect((await on.api.get(path)).body).toMatchObject({
    count: expect.any(Number),
    results: [expect.objectContaining({ id: cohort.id })],
  })
})

test('a cohort filters people, questions and HogQL, by its id or its name', async () => {
  const { id } = await made({ name: 'the recent', ...filters(seen(2)) })
  await calculated(id)
  expect(await members(id)).toEqual(['ann'])
  expect(namesOf(await on.api.get(`${on.base}persons/?cohort=${id}`))).toEqual(['ann'])
  const not = JSON.stringify([{ key: 'id', type: 'cohort', value: id, operator: 'not_in' }])
  expect(namesOf(await on.api.get(`${on.base}persons/?properties=${encodeURIComponent(not)}`))).toEqual([
    'bob',
    'cid',
  ])
  const asked = [
    `select distinct_id from events where event = 'seen' and person_id in cohort ${id}`,
    "select distinct_id from events where event = 'seen' and person_id in cohort 'the recent'",
    `select distinct_id from events where event = 'seen' and person_id in (
      select person_id from cohort_people where cohort_id = ${id})`,
  ]
  for (const query of asked) expect((await hogql(query)).results, query).toEqual([['ann']])
  expect((await hogql(`select count() from cohort_people where cohort_id = ${id}`)).results).toEqual([[1]])
  expect((await hogql(`select count() from static_cohort_people`)).results).toEqual([[0]])
  expect(await hogql("select 1 from events where person_id in cohort 'nobody'")).toMatchObject({
    type: 'validation_error',
    detail: expect.stringContaining('Could not find a cohort with name nobody'),
  })
  const person = (await on.api.get(`${on.base}persons/?cohort=${id}`)).body.results[0].uuid
  const theirs = (await on.api.get(`${on.base}persons/cohorts/?person_id=${person}`)).body.results
  expect(theirs.map((cohort: { id: number }) => cohort.id)).toContain(id)
  await on.api.patch(one(id), { deleted: true })
  expect(await hogql(asked[0]!)).toMatchObject({ detail: `Cohort ${id} ("the recent") was deleted.` })
  expect(await hogql(asked[1]!)).toMatchObject({ detail: expect.stringContaining('Could not find') })
})

test('a deleted cohort leaves the list, stays readable and comes back; DELETE is not allowed', async () => {
  const { id } = await made({ name: 'fleeting', ...filters(plan('pro')) })
  await calculated(id)
  await on.api.patch(one(id), { deleted: true })
  const listed = (await on.api.get(path)).body.results.map((cohort: { id: number }) => cohort.id)
  expect(listed).not.toContain(id)
  expect((await on.api.get(one(id))).body.deleted).toBe(true)
  expect((await on.api.patch(one(id), { deleted: false })).body.is_calculating).toBe(true)
  await calculated(id)
  expect(await members(id)).toEqual(['ann'])
  expect((await on.api.delete(one(id))).status).toBe(405)
})

test('the list is searched by name and description, and narrowed to static or dynamic ones', async () => {
  const found = async (query: string) => {
    const { results, count } = (await on.api.get(`${path}?${query}`)).body
    expect(count).toBe(results.length)
    return results.map(({ name }: { name: string }) => name)
  }
  await made({ name: 'Whales 100%', description: 'they pay a lot', ...filters(plan('pro')) })
  await made({ name: 'Whales, listed', is_static: true })
  await made({ name: null, description: 'no whale has a name', is_static: true })
  expect(await found('search=whales')).toEqual(['Whales, listed', 'Whales 100%'])
  expect(await found('search=WHALE')).toEqual([null, 'Whales, listed', 'Whales 100%'])
  expect(await found('search=pay%20a')).toEqual(['Whales 100%'])
  expect(await found('search=100%25')).toEqual(['Whales 100%'])
  expect(await found('search=whales&type=static')).toEqual(['Whales, listed'])
  expect(await found('search=whales&type=dynamic')).toEqual(['Whales 100%'])
  expect(await found('search=a%25b')).toEqual([])
  expect((await on.api.get(`${path}?type=other`)).status).toBe(400)
})

/** Sends a form with a file of distinct ids, as browsers do. */
async function sendFile(method: 'POST' | 'PATCH', url: string, fields: Record<string, string>, csv: string) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('csv', new Blob([csv]), 'people.csv')
  const request = new Request('http://x.y', { method: 'POST', body: form })
  const response = await on.api.app.inject({
    method,
    url,
    headers: {
      authorization: `Bearer ${on.api.key}`,
      'content-type': request.headers.get('content-type')!,
    },
    payload: Buffer.from(await request.arrayBuffer()),
  })
  return response.json()
}

test('a static cohort has whom it was given: by ids, by a file, by a copy, by a question', async () => {
  const uuid = async (id: string) =>
    (await on.api.get(`${on.base}persons/?distinct_id=${id}`)).body.results[0].uuid
  const listed = 'distinct_id,note\r\nann,x\r\n"bob",y\r\nnobody,z\r\nann,x\r\n'
  const cohort = await sendFile('POST', path, { name: 'from a file', is_static: 'true' }, listed)
  expect(cohort).toMatchObject({ is_static: true, is_calculating: false, count: 2, name: 'from a file' })
  expect(await members(cohort.id)).toEqual(['ann', 'bob'])

  const ids = [await uuid('bob'), await uuid('cid'), '00000000-0000-4000-8000-000000000000']
  const added = await on.api.patch(`${one(cohort.id)}add_persons_to_static_cohort/`, { person_ids: ids })
  expect(added.body).toEqual({ success: true })
  expect((await on.api.get(one(cohort.id))).body.count).toBe(3)
  await on.api.patch(`${one(cohort.id)}remove_person_from_static_cohort/`, { person_id: await uuid('ann') })
  expect(await members(cohort.id)).toEqual(['bob', 'cid'])

  const copy = (await on.api.get(`${one(cohort.id)}duplicate_as_static_cohort/`)).body
  expect(copy).toMatchObject({ name: 'from a file (static copy)', is_static: true, count: 2 })
  expect(await members(copy.id)).toEqual(['bob', 'cid'])

  const events = encodeURIComponent(JSON.stringify([{ id: 'seen' }]))
  const asked = `insight=TRENDS&events=${events}&entity_id=seen&date_from=-7d&interval=day`
  const linked = (await on.api.post(`${path}?${asked}`, { name: 'of a trend', is_static: true })).body
  expect(linked).toMatchObject({ is_calculating: true })
  expect(await calculated(linked.id)).toMatchObject({ count: 3 })
  const source = {
    kind: 'InsightActorsQuery',
    source: { kind: 'TrendsQuery', series: [{ kind: 'EventsNode', event: 'seen' }] },
  }
  const queried = await made({
    name: 'of a query',
    is_static: true,
    query: { kind: 'ActorsQuery', source, properties: [plan('pro')] },
  })
  expect(await calculated(queried.id)).toMatchObject({ count: 1 })
  const ever = { ...source, source: { ...source.source, dateRange: { date_from: 'all' } } }
  const ofAllTime = await made({
    name: 'ever',
    is_static: true,
    query: { kind: 'ActorsQuery', source: ever },
  })
  expect(await calculated(ofAllTime.id)).toMatchObject({ count: 3 })

  const csv = await on.api.get(`${one(copy.id)}persons/?format=csv`)
  expect(csv.headers['content-type']).toContain('text/csv')
  const [header, ...lines] = csv.text.trim().split('\r\n')
  expect(header).toBe('id,email,name,created_at,properties.plan,distinct_ids.0')
  expect(lines.map((line) => line.split(',')[1]).sort()).toEqual(['bob@x.y', 'cid@x.y'])
  expect((await on.api.get(`${path}${copy.id}/persons.csv`)).text).toBe(csv.text)
  expect(await hogql(`select count() from static_cohort_people where cohort_id = ${copy.id}`)).toMatchObject({
    results: [[2]],
  })
})

test('cohorts refer to each other, and follow when one is changed', async () => {
  const inner = await made({ name: 'inner', ...filters(plan('pro')) })
  const outer = await made({
    name: 'outer',
    ...filters({ key: 'id', type: 'cohort', value: inner.id, negation: true }),
  })
  await calculated(outer.id)
  expect(await members(outer.id)).toEqual(['bob', 'cid'])
  await on.api.patch(one(inner.id), filters(plan('free')))
  await calculated(outer.id)
  expect(await members(outer.id)).toEqual(['ann'])
  const list = await made({ name: 'list', is_static: true })
  await on.api.patch(one(outer.id), filters({ key: 'id', type: 'cohort', value: list.id }))
  await calculated(outer.id)
  expect(await members(outer.id)).toEqual([])
  const { uuid } = (await on.api.get(`${on.base}persons/?distinct_id=cid`)).body.results[0]
  await on.api.patch(`${one(list.id)}add_persons_to_static_cohort/`, { person_ids: [uuid] })
  await calculated(outer.id)
  expect(await members(outer.id)).toEqual(['cid'])

  await on.api.patch(one(list.id), { deleted: true })
  await expect
    .poll(async () => (await on.api.get(one(outer.id))).body, { timeout: 20_000 })
    .toMatchObject({
      is_calculating: false,
      errors_calculating: 1,
      last_error: `It refers to cohort ${list.id} ("list"), which was deleted.`,
    })
  // who was in it stays
  expect(await members(outer.id)).toEqual(['cid'])
})

test.each([
  [filters({ key: 'id', type: 'cohort', value: 999_999 }), 'Invalid Cohort ID in filter'],
  [filters({ key: 'id', type: 'cohort', value: 'x' }), 'Invalid Cohort ID in filter'],
  [{ filters: { nothing: 1 } }, "Filters must be a dictionary with a 'properties' key."],
  [filters({ ...seen(1), time_value: 0 }), 'time_value must be a whole number, 1 or more.'],
  [filters({ ...seen(1), time_interval: 'eon' }), 'time_interval must be one of'],
  [filters({ ...seen(1), value: 'dreamt_of' }), 'value of the behaviour "dreamt_of"'],
  [filters({ ...seen(1), event_type: 'actions' }), '"seen" is not the id of an action.'],
  [
    filters({
      ...seen(7),
      value: 'performed_event_regularly',
      operator_value: 1,
      min_periods: 3,
      total_periods: 2,
    }),
    'min_periods (3) cannot be greater than total_periods (2)',
  ],
  [
    filters({
      ...seen(7),
      value: 'stopped_performing_event',
      seq_time_value: 2,
      seq_time_interval: 'week',
    }),
    'seq_time_value must reach less far back than time_value.',
  ],
  [filters({ key: 'x', type: 'event', value: 1 }), 'Cohorts can\'t have conditions of type "event".'],
  [{ groups: [{ days: 3 }] }, 'Cohort group needs properties or action_id or event_id'],
])('refuses %j', async (body, detail) => {
  expect(await on.api.post(path, body)).toMatchObject({
    status: 400,
    body: { type: 'validation_error', attr: 'filters', detail: expect.stringContaining(detail) },
  })
})

test('what a calculation can only find out later is told, and the next change puts it right', async () => {
  const { id } = await made({ ...filters({ ...seen(1), key: 424_242, event_type: 'actions' }) })
  await expect
    .poll(async () => (await on.api.get(one(id))).body, { timeout: 20_000 })
    .toMatchObject({
      is_calculating: false,
      errors_calculating: 1,
      last_error: 'Action 424242 does not exist.',
      count: null,
    })
  expect(await members(id)).toEqual([])
  await on.api.patch(one(id), filters(plan('pro')))
  expect(await calculated(id)).toMatchObject({ errors_calculating: 0, last_error: null, count: 1 })
})

test('the older groups mean what they meant, and are shown as filters', async () => {
  const day = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
  const cohort = await made({
    groups: [
      { properties: { name: 'cid' } },
      { event_id: 'seen', days: 2, count: 1, count_operator: 'gte' },
      { event_id: 'seen', start_date: day(200), end_date: day(100) },
    ],
  })
  expect(cohort.filters.properties).toMatchObject({
    type: 'OR',
    values: [
      { type: 'AND', values: [{ key: 'name', value: 'cid', type: 'person' }] },
      { type: 'AND', values: [{ key: 'seen', value: 'performed_event_multiple', operator_value: 1 }] },
      { type: 'AND', values: [{ key: 'seen', value: 'performed_event', explicit_datetime: day(200) }] },
    ],
  })
  await calculated(cohort.id)
  expect(await members(cohort.id)).toEqual(['ann', 'cid'])
})

test('who is merged stays in, at once and as one', async () => {
  await on.send(
    { event: 'seen', distinct_id: 'left', properties: { $set: { club: 'x' } } },
    { event: 'seen', distinct_id: 'right', properties: { $set: { other: 'y' } } },
  )
  const dynamic = await made({ ...filters({ key: 'club', type: 'person', operator: 'exact', value: 'x' }) })
  const list = await made({ is_static: true })
  await calculated(dynamic.id)
  const uuidOf = async (id: string) =>
    (await on.api.get(`${on.base}persons/?distinct_id=${id}`)).body.results[0].uuid
  const both = [await uuidOf('left'), await uuidOf('right')]
  await on.api.patch(`${one(list.id)}add_persons_to_static_cohort/`, { person_ids: both })
  await on.send({ event: '$identify', distinct_id: 'right', properties: { $anon_distinct_id: 'left' } })
  const survivor = await uuidOf('left')
  for (const { id } of [dynamic, list]) {
    const { results } = (await on.api.get(`${one(id)}persons/`)).body
    expect(results.map(({ uuid }: { uuid: string }) => uuid)).toEqual([survivor])
    const events = `select count() from events where event = 'seen' and person_id in cohort ${id}`
    expect((await hogql(events)).results).toEqual([[2]])
    expect((await hogql(`select count() from cohort_people where cohort_id = ${id}`)).results).toEqual([[1]])
  }
  await on.api.patch(`${one(list.id)}remove_person_from_static_cohort/`, { person_id: survivor })
  expect((await on.api.get(one(list.id))).body.count).toBe(0)
})

test('questions read one whole version, whatever is being calculated', async () => {
  const { id } = await made({ ...filters(plan('pro')) })
  await calculated(id)
  const asking = { going: true }
  const seenCounts = new Set<string>()
  const questions = (async () => {
    while (asking.going) {
      const query = `select count(), uniq(person_id) from events where event = 'seen' and person_id in cohort ${id}`
      seenCounts.add(JSON.stringify((await hogql(query)).results))
    }
  })()
  const before = commands.length
  for (let n = 0; n < 8; n++) {
    await on.api.patch(one(id), filters({ key: 'name', type: 'person', value: n % 2 ? 'bob' : 'cid' }))
    await calculated(id)
  }
  asking.going = false
  await questions
  expect([...seenCounts]).toEqual(['[[1,1]]'])
  expect(commands.slice(before).filter((sql) => /drop partition/.test(sql))).toEqual([])
})

test('versions that were replaced long ago are dropped, and those of attempts that died', async () => {
  const projectId = Number(/(\d+)\/$/.exec(on.base)![1])
  const { id } = await made({ ...filters(plan('pro')) })
  await calculated(id)
  const [stored] = await cohorts.load(projectId, [id])
  await cohorts.request(projectId, id)
  let dead: Awaited<ReturnType<typeof cohorts.begin>>
  // The attempt that calculated it may not be over yet.
  await expect
    .poll(async () => {
      dead ??= await cohorts.begin(projectId, id)
      return dead
    })
    .toBeTruthy()
  await on.pipeline.warehouse.command(
    'insert into cohort_people select {p:UInt32}, {c:UInt32}, {v:UInt32}, generateUUIDv4() from numbers(5)',
    { p: projectId, c: id, v: dead!.lastVersion },
  )
  expect(await members(id)).toEqual(['ann'])
  const versions = () =>
    on.pipeline.rows(
      'select version, count() as n from cohort_people where cohort_id = {c:UInt32} group by version order by version',
      { c: id },
    )
  const numbers = async () => (await versions()).map(({ version }) => Number(version))
  // The job may calculate once more, before the attempt that dies or after it; what that stored is there too.
  expect(await numbers()).toEqual(expect.arrayContaining([stored!.version, dead!.lastVersion]))
  // A job may be faster, to which the last calculation was not long ago.
  await expect
    .poll(async () => {
      await cohorts.request(projectId, id)
      await on.api.database.run(
        "update cohorts set last_calculation = now() - interval '1 hour' where id = $1",
        [id],
      )
      await calculation.calculate(projectId, id)
      return numbers()
    })
    .not.toContain(dead!.lastVersion)
  expect(await members(id)).toEqual(['ann'])
  await on.api.patch(one(id), { deleted: true })
  await expect.poll(versions, { timeout: 20_000 }).toEqual([])
  expect((await on.api.get(one(id))).body).toMatchObject({ count: null, is_calculating: false })
})

test('an attempt never touches the people of a later one', async () => {
  const projectId = Number(/(\d+)\/$/.exec(on.base)![1])
  const { id } = await made({ ...filters(plan('pro')) })
  await calculated(id)
  const [stored] = await cohorts.load(projectId, [id])
  await on.pipeline.warehouse.command(
    'insert into cohort_people select {p:UInt32}, {c:UInt32}, {v:UInt32}, generateUUIDv4() from numbers(5)',
    { p: projectId, c: id, v: stored!.lastVersion + 2 },
  )
  await cohorts.request(projectId, id)
  await on.api.database.run("update cohorts set last_calculation = now() - interval '1 hour' where id = $1", [
    id,
  ])
  await calculation.calculate(projectId, id)
  const later = await on.pipeline.rows(
    'select count() as n from cohort_people where cohort_id = {c:UInt32} and version = {v:UInt32}',
    { c: id, v: stored!.lastVersion + 2 },
  )
  expect(Number(later[0]!.n)).toBe(5)
})

test('stale ones are asked for again, the stalest first; those that keep failing are not', async () => {
  const projectId = Number(/(\d+)\/$/.exec(on.base)![1])
  const ids: number[] = []
  for (const name of ['young', 'old', 'older', 'broken']) {
    const { id } = await made({ name, ...filters(plan('pro')) })
    await calculated(id)
    ids.push(id)
  }
  const [young, old, older, broken] = ids as [number, number, number, number]
  const age = (id: number, minutes: number, errors = 0) =>
    on.api.database.run(
      `update cohorts set last_calculation = now() - make_interval(mins => $2::int),
        requested_at = now() - make_interval(mins => $2::int), errors_calculating = $3 where id = $1`,
      [id, minutes, errors],
    )
  await on.api.database.run('update cohorts set requested_at = now(), last_calculation = now()')
  await age(young, 10)
  await age(old, 20)
  await age(older, 30)
  await age(broken, 40, 20)
  expect(await cohorts.requestStale(1)).toEqual([{ projectId, id: older }])
  expect(await cohorts.requestStale(10)).toEqual([{ projectId, id: old }])
  expect(await cohorts.requestStale(10)).toEqual([])
  for (const id of [old, older]) await calculation.calculate(projectId, id)
})

test("another project's cohort is not there", async () => {
  const { id } = await made({ name: 'mine', is_static: true })
  const theirs = `/api/projects/${on.api.project.id}/cohorts/`
  expect((await on.api.get(`${theirs}${id}/`)).status).toBe(404)
  expect((await on.api.get(`${theirs}${id}/persons/`)).status).toBe(404)
  expect((await on.api.patch(`${theirs}${id}/`, { name: 'x' })).status).toBe(404)
  const added = `${theirs}${id}/add_persons_to_static_cohort/`
  const nobody = '00000000-0000-4000-8000-000000000000'
  expect((await on.api.patch(added, { person_ids: [nobody] })).status).toBe(404)
  expect(await on.api.post(theirs, filters({ key: 'id', type: 'cohort', value: id }))).toMatchObject({
    status: 400,
    body: { detail: 'Invalid Cohort ID in filter' },
  })
})

test('what is done to one is in the activity log', async () => {
  await on.api.activities()
  const { id } = (await on.api.post(path, { name: 'told', is_static: true })).body
  const person_id = crypto.randomUUID()
  await on.api.patch(`${path}${id}/`, { name: 'tales' })
  expect((await on.api.patch(`${path}${id}/`, {})).status).toBe(200)
  await on.api.patch(`${path}${id}/add_persons_to_static_cohort/`, { person_ids: [person_id] })
  await on.api.patch(`${path}${id}/remove_person_from_static_cohort/`, { person_id })
  const { body: copy } = await on.api.get(`${path}${id}/duplicate_as_static_cohort/`)
  const its = { scope: 'Cohort', itemId: String(id), itemCreatedBy: on.api.user.id }
  expect(await on.api.activities()).toMatchObject([
    { ...its, activity: 'created', detail: { name: 'told' } },
    {
      ...its,
      activity: 'updated',
      detail: { changes: [{ field: 'name', before: 'told', after: 'tales' }] },
    },
    { ...its, activity: 'persons_added_manually' },
    { ...its, activity: 'person_removed_manually' },
    { scope: 'Cohort', itemId: String(copy.id), activity: 'created', detail: { name: copy.name } },
  ])
})

test('people who are added by a file are told of, and how many there are then', async () => {
  const cohort = await sendFile('POST', path, { name: 'listed', is_static: 'true' }, 'ann\n')
  await on.api.activities()
  await sendFile('PATCH', one(cohort.id), {}, 'bob\nnobody\n')
  expect(await on.api.activities()).toMatchObject([
    {
      ...{ scope: 'Cohort', itemId: String(cohort.id), activity: 'persons_added_by_csv' },
      detail: { name: 'listed', changes: [{ field: 'count', before: 1, after: 2 }] },
    },
  ])
})

test('a calculation that somebody asks for is no change to tell of', async () => {
  const { id } = (await on.api.post(path, { name: 'asked for', ...filters(plan('pro')) })).body
  await calculated(id)
  await on.api.activities()
  expect((await on.api.patch(one(id), {})).body.is_calculating).toBe(true)
  await calculated(id)
  expect(await on.api.activities()).toEqual([])
})
