import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Ingested } from '../../../test/ingested.ts'
import { wholeApi } from '../../../test/whole-api.ts'
import { levels } from '../../accounts/levels.ts'
import { fillProject, peopleInPart } from '../../demo/fill.ts'
import { createRandom } from '../../demo/random.ts'
import { createStory, type Happening } from '../../demo/story.ts'

const closing: (() => Promise<void>)[] = []
let on: Ingested
let path: string
beforeAll(async () => {
  on = await wholeApi((close) => closing.push(close))
  path = `/api/organizations/${on.api.organization.id}/demo_projects/`
}, 120_000)
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

const state = async (id: number) => (await on.api.get(`${path}${id}/`)).body
async function over(id: number) {
  for (let tries = 0; tries < 300; tries++) {
    const now = await state(id)
    if (now.finished_at) return now
    await sleep(200)
  }
  throw new Error(`it is not over: ${JSON.stringify(await state(id))}`)
}
async function ask(project: number, query: string): Promise<unknown[][]> {
  const { status, body } = await on.api.post(`/api/projects/${project}/query/`, {
    query: { kind: 'HogQLQuery', query },
  })
  expect([status, body]).toMatchObject([200, {}])
  return body.results
}

describe('a demo project', () => {
  const people = 600
  let project: number
  let base: string
  let events: number
  beforeAll(async () => {
    const { status, body } = await on.api.post(path, { people, seed: 7, name: 'Demo' })
    expect([status, body]).toMatchObject([
      201,
      { name: 'Demo', people, seed: 7, events: 0, progress: 0, error: null, finished_at: null },
    ])
    project = body.project
    base = `/api/projects/${project}/`
    expect((await on.api.post(path, {})).status).toBe(409)
    expect((await on.api.get(`${base}is_generating_demo_data/`)).body.is_generating_demo_data).toBe(true)
    const done = await over(body.id)
    expect(done).toMatchObject({ state: 'done', progress: 1, error: null, project })
    events = done.events
  }, 120_000)

  test('says that it is one, and is no longer filled', async () => {
    expect((await on.api.get(base)).body).toMatchObject({ name: 'Demo', is_demo: true })
    expect((await on.api.get(`${base}is_generating_demo_data/`)).body.is_generating_demo_data).toBe(false)
    expect((await on.api.get(`${path}?limit=1`)).body).toMatchObject({
      results: [{ project, state: 'done' }],
    })
  })

  test('has as many people and events as it says, of three months that end now', async () => {
    const [[count, first, last, persons] = []] = await ask(
      project,
      'select count(), min(timestamp), max(timestamp), uniq(person_id) from events',
    )
    expect([count, persons]).toEqual([events, people])
    expect(events / people).toBeGreaterThan(15)
    const day = 86_400_000
    expect((Date.now() - Date.parse(String(first))) / day).toBeGreaterThan(80)
    expect((Date.now() - Date.parse(String(first))) / day).toBeLessThan(92)
    expect(Date.now() - Date.parse(String(last))).toBeLessThan(3 * day)
    expect(await ask(project, 'select count() from persons')).toEqual([[people]])
  })

  test('has people whom every page finds, by each of their ids and with what is known of them', async () => {
    const { body } = await on.api.get(`${base}persons/?search=.example&limit=5`)
    expect(body.results.length).toBeGreaterThan(0)
    const [person] = body.results
    expect(person.distinct_ids).toHaveLength(2)
    expect(person.properties).toMatchObject({
      email: expect.stringMatching(/@.*[.]example$/),
      $initial_browser: expect.any(String),
      $geoip_country_code: expect.any(String),
      plan: expect.any(String),
    })
    for (const id of person.distinct_ids) {
      const found = await on.api.get(`${base}persons/?distinct_id=${id}`)
      expect(found.body.results).toMatchObject([{ uuid: person.uuid }])
    }
    expect(
      await ask(
        project,
        `select count() from events where person.properties.plan is null and event = 'signed_up'`,
      ),
    ).toEqual([[0]])
  })

  test('has companies, definitions and what was saved', async () => {
    expect((await on.api.get(`${base}groups_types/`)).body).toMatchObject([{ group_type: 'organization' }])
    const groups = await on.api.get(`${base}groups/?group_type_index=0`)
    expect(groups.body.results[0].group_properties).toMatchObject({
      name: expect.any(String),
      plan: expect.any(String),
      employees: expect.any(Number),
    })
    const definitions = (await on.api.get(`${base}event_definitions/?limit=100`)).body.results
    const signedUp = definitions.find((one: { name: string }) => one.name === 'signed_up')
    expect(Date.now() - Date.parse(signedUp.last_seen_at)).toBeLessThan(10 * 86_400_000)
    const properties = (await on.api.get(`${base}property_definitions/?search=amount`)).body.results
    expect(properties).toMatchObject([{ name: 'amount', property_type: 'Numeric' }])
    for (const [what, count] of Object.entries({
      actions: 2,
      annotations: 4,
      cohorts: 4,
      experiments: 1,
      feature_flags: 4,
    })) {
      expect([what, (await on.api.get(`${base}${what}/`)).body.results.length]).toEqual([what, count])
    }
    const { primary_dashboard } = (await on.api.get(base)).body
    expect((await on.api.get(`${base}dashboards/${primary_dashboard}/`)).body).toMatchObject({
      name: 'Growth',
    })
  })

  test('has insights that all say something', { timeout: 60_000 }, async () => {
    const { results } = (await on.api.get(`${base}insights/?limit=100&saved=true`)).body
    expect(results).toHaveLength(16)
    for (const { id, name } of results) {
      const { status, body } = await on.api.get(`${base}insights/${id}/?refresh=blocking`)
      expect([name, status]).toEqual([name, 200])
      // so few people may all stay; which of them there are depends on the day
      if (name === 'Why they leave') continue
      expect([name, JSON.stringify(body.result).length > 20]).toEqual([name, true])
    }
  })

  test('has a funnel that narrows, and an experiment whose variants are those of the flag', async () => {
    const { body } = await on.api.post(`${base}query/`, {
      query: {
        kind: 'FunnelsQuery',
        series: ['$pageview', 'signed_up', 'document_created', 'document_shared'].map((event) => ({
          kind: 'EventsNode',
          event,
        })),
        dateRange: { date_from: '-90d' },
        funnelsFilter: { funnelWindowInterval: 30, funnelWindowIntervalUnit: 'day' },
      },
    })
    const counts = body.results.map((step: { count: number }) => step.count)
    expect(counts).toEqual([...counts].sort((one, other) => other - one))
    expect(counts.at(-1)).toBeGreaterThan(5)

    const [experiment] = (await on.api.get(`${base}experiments/`)).body.results
    const results = await on.api.get(`${base}experiments/${experiment.id}/results/`)
    expect([results.status, Object.keys(results.body.total_exposures).sort()]).toEqual([
      200,
      ['control', 'test'],
    ])
    const [[distinctId, said] = []] = await ask(
      project,
      `select distinct_id, properties.$feature_flag_response from events
        where event = '$feature_flag_called' and properties.$feature_flag = 'onboarding-checklist' limit 1`,
    )
    const reasons = await on.api.get(
      `${base}feature_flags/evaluation_reasons/?distinct_id=${encodeURIComponent(String(distinctId))}`,
    )
    expect(reasons.body['onboarding-checklist'].value).toBe(said)
  })
})

test('what is stopped leaves nothing behind', { timeout: 60_000 }, async () => {
  const { body } = await on.api.post(path, { people: 20_000 })
  await expect.poll(async () => (await state(body.id)).events, { timeout: 30_000 }).toBeGreaterThan(0)
  expect((await on.api.post(`${path}${body.id}/stop/`)).body).toMatchObject({ state: 'stopping' })
  expect(await over(body.id)).toMatchObject({ state: 'stopped', project: null, error: null })
  expect((await on.api.get(`/api/projects/${body.project}/`)).status).toBe(404)
  for (const table of ['events', 'persons', 'groups']) {
    const { rows } = await on.pipeline.warehouse.query({
      sql: `select count() from ${table} where team_id = ${body.project}`,
    })
    expect([table, Number(rows[0]![0])]).toEqual([table, 0])
  }
  expect((await on.api.post(`${path}${body.id}/stop/`)).status).toBe(400)
})

test('one whose project somebody deletes meanwhile ends', { timeout: 60_000 }, async () => {
  const { body } = await on.api.post(path, { people: 20_000 })
  await on.api.delete(`/api/projects/${body.project}/`)
  expect(await over(body.id)).toMatchObject({ state: 'stopped', project: null })
})

test('members see them, admins make them, others do not know of them', async () => {
  const member = { key: (await on.api.colleague()).key }
  const stranger = { key: (await on.api.stranger()).key }
  expect((await on.api.get(path, member)).status).toBe(200)
  expect((await on.api.post(path, {}, member)).status).toBe(403)
  expect((await on.api.get(path, stranger)).status).toBe(404)
  expect((await on.api.post(path, {}, stranger)).status).toBe(404)
  const admin = { key: (await on.api.colleague(levels.admin)).key }
  for (const body of [{ people: 19 }, { people: 100_001 }, { seed: -1 }, { people: 'many' }, { name: ' ' }]) {
    expect((await on.api.post(path, body, admin)).status).toBe(400)
  }
  expect((await on.api.get(`${path}2000000000/`)).status).toBe(404)
})

/** All that the first so many people do. */
function told(seed: number, people: number, end: number): Happening[][] {
  return [...createStory(createRandom(`${seed}:0`), end).units(people)]
}

test('the same seed tells the same story', () => {
  const end = Date.UTC(2026, 5, 1, 12)
  expect(told(1, 100, end)).toEqual(told(1, 100, end))
  expect(told(1, 100, end)).not.toEqual(told(2, 100, end))
})

test('what is left half done is gone on with, and nothing counts twice', { timeout: 120_000 }, async () => {
  const { database } = on.api
  const { warehouse } = on.pipeline
  const people = peopleInPart * 4
  const [first, second] = [await newProject(), await newProject()]
  const demo = { name: 'whole', seed: 3, people, end: Date.now() }
  const deps = { database, warehouse, now: Date.now }
  await fillProject(deps, { ...demo, projectId: first }, 0, async () => {})

  const halves = { ...demo, projectId: second, name: 'halves' }
  let written = 0
  const noted = async (_tx: unknown, { parts }: { parts: number }) => {
    written = parts
  }
  // what the engine had in hand then is lost with it
  let inserts = 0
  const dying: typeof warehouse = {
    ...warehouse,
    insert: async (rows) => {
      if (rows.table === 'events' && ++inserts > 1) throw new Error('the end of the engine')
      return warehouse.insert(rows)
    },
  }
  await expect(fillProject({ ...deps, warehouse: dying }, halves, 0, noted)).rejects.toThrow('the end of')
  await fillProject(deps, halves, written, async () => {})
  const counts = async (project: number) =>
    Promise.all(
      ['events', 'persons', 'groups'].map(
        async (table) =>
          (
            await warehouse.query({
              sql: `select count() from ${table} where team_id = {project:UInt32}`,
              params: { project },
            })
          ).rows[0]![0],
      ),
    )
  expect(await counts(second)).toEqual(await counts(first))
})

async function newProject(): Promise<number> {
  return (await on.api.post('/api/projects/', { name: 'to be filled' })).body.id
}

test('its rows are those that ingestion would have left', { timeout: 60_000 }, async () => {
  const end = Math.floor(Date.now() / 1000) * 1000
  const people = 60
  const project = await newProject()
  const { database } = on.api
  const { warehouse } = on.pipeline
  await fillProject(
    { database, warehouse, now: Date.now },
    { projectId: project, name: 'compared', seed: 11, people, end },
    0,
    async () => {},
  )
  for (const unit of told(11, people, end)) {
    // what a place sets on the person comes from the address elsewhere, which these events do not have
    await on.send(
      ...unit.map(({ uuid, event, distinctId, at, properties, place, elementsChain }) => ({
        uuid,
        event,
        distinct_id: distinctId,
        timestamp: new Date(Math.floor(at)).toISOString(),
        properties: {
          ...properties,
          ...place,
          ...(elementsChain && { $elements_chain: elementsChain }),
        },
      })),
    )
  }
  const rows = async (team: number) => {
    const { rows } = await warehouse.query({
      sql: `select uuid, event, distinct_id, toString(timestamp), person_mode, elements_chain, \`$group_0\`, \`$session_id\`, \`$window_id\`,
        mapSort(mapFilter((k, v) -> k not in ('$ip', '$geoip_disable'), properties_map)),
        mapSort(mapFilter((k, v) -> k not like '%geoip%' , person_properties_map))
        from events where team_id = {team:UInt32} order by uuid`,
      params: { team },
    })
    return rows
  }
  const ingested = await rows(Number(on.base.split('/')[3]))
  expect(ingested.length).toBeGreaterThan(500)
  expect(await rows(project)).toEqual(ingested)
})
