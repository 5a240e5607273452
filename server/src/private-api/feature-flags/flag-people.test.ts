import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestFlags, testFlags } from '../../../test/flags.ts'
import { type Ingested, ingested } from '../../../test/ingested.ts'
import { flagCohortPeople } from '../../database/schema.ts'
import { flagValue } from '../../flags/evaluate.ts'
import { createPropertyTypes } from '../../insights/property-types.ts'
import { createCalculation } from '../cohorts/calculate.ts'
import { createFlagCopies, type FlagCohortCopies } from '../cohorts/flag-copies.ts'
import { cohortRoutes } from '../cohorts/routes.ts'
import { createCohortStore } from '../cohorts/store.ts'
import { flagEvaluationRoutes } from './evaluation-routes.ts'
import { featureFlagRoutes } from './routes.ts'
import { createFlagStore } from './store.ts'

/** Flags over people who were really sent, cohorts that were really calculated. */
let on: Ingested
let flags: TestFlags
let copies: FlagCohortCopies
let calculation: ReturnType<typeof createCalculation>
let projectId: number
let later: number[]

beforeAll(async () => {
  later = []
  on = await ingested(afterAll, ({ database, activity, warehouse, questions, persons }) => {
    const cohorts = createCohortStore(database, (id) => flagsChanged(id))
    const logger = { info: () => {}, warn: () => {} }
    copies = createFlagCopies({
      database,
      warehouse,
      cohorts,
      neededBy: (id) => flags.evaluator.membersNeededBy(id),
      changed: (id) => flags.changed(id),
      copyLater: async (_, id) => {
        later.push(id)
      },
      logger,
    })
    const flagsChanged = async (id: number) => {
      await flags.changed(id)
      await copies.flagsChanged(id)
    }
    calculation = createCalculation({
      cohorts,
      warehouse,
      findProject: () => ({ timezone: 'UTC' }),
      findAction: async () => undefined,
      propertyTypes: createPropertyTypes(database),
      peopleChanged: copies.peopleChanged,
      logger,
    })
    const jobs = {
      send: async (_: object, data: object) => void calculate((data as { cohortId: number }).cohortId),
    }
    const store = createFlagStore({ database, activity, findCohorts: cohorts.load, changed: flagsChanged })
    return [
      cohortRoutes({
        cohorts,
        calculation,
        jobs,
        persons,
        questions,
        activity,
        actorsOf: () => ({}) as never,
      }),
      featureFlagRoutes({ flags: store, activity }),
      flagEvaluationRoutes({
        flags: store,
        evaluator: {
          evaluate: (request) => flags.evaluator.evaluate(request),
          flagsOf: (id) => flags.evaluator.flagsOf(id),
          definitionsAgeMs: () => flags.evaluator.definitionsAgeMs(),
        },
        questions,
      }),
    ]
  })
  projectId = on.pipeline.projectId
  flags = await testFlags(on.api.database, afterAll)
  await on.send(
    ...['ann', 'bob', 'cid'].map((id, n) => ({
      event: n === 0 ? 'paid' : 'seen',
      distinct_id: id,
      properties: { $set: { plan: n === 0 ? 'pro' : 'free', age: n } },
    })),
    {
      event: '$groupidentify',
      distinct_id: 'ann',
      properties: { $group_type: 'company', $group_key: 'acme', $group_set: { size: 3 } },
    },
    {
      event: '$groupidentify',
      distinct_id: 'ann',
      properties: { $group_type: 'company', $group_key: 'tiny', $group_set: { size: 1 } },
    },
  )
}, 60_000)

const calculating: Promise<void>[] = []
const calculate = (id: number) => {
  calculating.push(calculation.calculate(projectId, id))
}
const make = async (resource: string, body: object) => {
  const { status, body: made } = await on.api.post(`${on.base}${resource}/`, body)
  expect(status, JSON.stringify(made)).toBe(201)
  await Promise.all(calculating.splice(0))
  return made
}
const inCohort = (id: number) => ({
  groups: [{ properties: [{ type: 'cohort', key: 'id', value: id }], rollout_percentage: 100 }],
})
const values = async (key: string, ...ids: string[]) => {
  const all = await Promise.all(
    ids.map((distinctId) =>
      flags.evaluator.evaluate({ project: { id: projectId, timezone: 'UTC' }, distinctId, keys: [key] }),
    ),
  )
  return all.map(([one]) => (one!.evaluation.failed ? one!.evaluation.reason : flagValue(one!.evaluation)))
}
const uuidOf = async (distinctId: string) => {
  const rows = await on.api.database.db.execute<{ uuid: string }>(
    `select p.uuid from persons p join person_distinct_ids d on d.person_id = p.id where d.distinct_id = '${distinctId}'`,
  )
  return rows[0]!.uuid
}
const copied = () => on.api.database.db.select().from(flagCohortPeople)
const people = ['ann', 'bob', 'cid']

test('a list of people is looked up where a flag needs it, and as it is now', async () => {
  const list = await make('cohorts', { name: 'list', is_static: true })
  const at = `${on.base}cohorts/${list.id}/`
  await on.api.patch(`${at}add_persons_to_static_cohort/`, { person_ids: [await uuidOf('ann')] })
  expect(await copied()).toEqual([])
  const flag = await make('feature_flags', { key: 'list', filters: inCohort(list.id) })
  expect(await values('list', ...people, 'nobody')).toEqual([true, false, false, false])

  await on.api.patch(`${at}add_persons_to_static_cohort/`, { person_ids: [await uuidOf('bob')] })
  await on.api.patch(`${at}remove_person_from_static_cohort/`, { person_id: await uuidOf('ann') })
  expect(await values('list', ...people)).toEqual([false, true, false])

  // off, it is still needed: turning it on must not wait
  await on.api.patch(`${on.base}feature_flags/${flag.id}/`, { active: false })
  expect(await copied()).toHaveLength(1)
  await on.api.patch(`${on.base}feature_flags/${flag.id}/`, { deleted: true })
  expect(await copied()).toEqual([])
  expect(later).toEqual([])
})

test('what people have done is looked up by what was calculated', async () => {
  const payers = await make('cohorts', {
    name: 'payers',
    filters: {
      properties: {
        type: 'AND',
        values: [
          {
            type: 'behavioral',
            value: 'performed_event',
            key: 'paid',
            event_type: 'events',
            time_value: 7,
            time_interval: 'day',
          },
        ],
      },
    },
  })
  const nested = await make('cohorts', {
    name: 'not paying',
    filters: {
      properties: {
        type: 'AND',
        values: [
          { type: 'cohort', key: 'id', value: payers.id, negation: true },
          { type: 'person', key: 'age', value: '0', operator: 'gt' },
        ],
      },
    },
  })
  await make('feature_flags', { key: 'payers', filters: inCohort(payers.id) })
  await make('feature_flags', { key: 'free', filters: inCohort(nested.id) })
  expect(await values('payers', ...people)).toEqual([true, false, false])
  expect(await values('free', ...people)).toEqual([false, true, true])

  await on.send({ event: 'paid', distinct_id: 'cid' })
  await on.api.patch(`${on.base}cohorts/${payers.id}/`, { description: 'again' })
  await Promise.all(calculating.splice(0))
  expect(await values('payers', ...people)).toEqual([true, false, true])
  expect(await values('free', ...people)).toEqual([false, true, false])
})

test('who is merged takes along what flags keep of them', async () => {
  const list = await make('cohorts', { name: 'early', is_static: true })
  await on.send({ event: 'seen', distinct_id: 'dora-before' }, { event: 'seen', distinct_id: 'dora' })
  await on.api.patch(`${on.base}cohorts/${list.id}/add_persons_to_static_cohort/`, {
    person_ids: [await uuidOf('dora-before')],
  })
  await make('feature_flags', { key: 'early', filters: inCohort(list.id) })
  await make('feature_flags', {
    key: 'kept',
    filters: { groups: [{ rollout_percentage: 50 }] },
    ensure_experience_continuity: true,
  })
  const kept = (distinctId: string, anonDistinctId: string | null = null) =>
    flags.evaluator
      .evaluate({ project: { id: projectId, timezone: 'UTC' }, distinctId, anonDistinctId, keys: ['kept'] })
      .then(([one]) => flagValue(one!.evaluation))
  const [before] = await values('kept', 'anonymous')
  expect(await kept('dora-before', 'anonymous')).toBe(before)
  expect(await values('early', 'dora', 'dora-before')).toEqual([false, true])

  await on.send({ event: '$merge_dangerously', distinct_id: 'dora', properties: { alias: 'dora-before' } })
  expect(await uuidOf('dora')).toBe(await uuidOf('dora-before'))
  expect(await values('early', 'dora', 'dora-before')).toEqual([true, true])
  expect([await kept('dora'), await kept('dora-before')]).toEqual([before, before])
})

test('a cohort that is redefined counts at once, one that is deleted fails its flags', async () => {
  const filters = (plan: string) => ({
    properties: { type: 'AND', values: [{ type: 'person', key: 'plan', value: plan, operator: 'exact' }] },
  })
  const cohort = await make('cohorts', { name: 'plan', filters: filters('pro') })
  await make('feature_flags', { key: 'plan', filters: inCohort(cohort.id) })
  expect(await values('plan', ...people)).toEqual([true, false, false])
  await on.api.patch(`${on.base}cohorts/${cohort.id}/`, { filters: filters('free') })
  expect(await values('plan', ...people)).toEqual([false, true, true])
  await on.api.patch(`${on.base}cohorts/${cohort.id}/`, { deleted: true })
  expect(await values('plan', 'ann')).toEqual(['dependency_not_found_cohort'])
})

test('it is explained why somebody gets what they get', async () => {
  await make('feature_flags', {
    key: 'why',
    filters: {
      groups: [
        {
          properties: [{ type: 'person', key: 'plan', value: 'pro', operator: 'exact' }],
          rollout_percentage: 0,
        },
        { properties: [], rollout_percentage: 100 },
      ],
    },
  })
  await make('feature_flags', { key: 'why-off', active: false })
  const at = `${on.base}feature_flags/evaluation_reasons/`
  const { body } = await on.api.get(`${at}?distinct_id=ann&key=why&explain=1`)
  expect(body).toEqual({
    why: {
      value: true,
      evaluation: { reason: 'condition_match', condition_index: 1 },
      conditions: [
        {
          condition_index: 0,
          outcome: 'out_of_rollout_bound',
          properties: [
            { key: 'plan', type: 'person', operator: 'exact', value: 'pro', actual: 'pro', matched: true },
          ],
          bucket: { id: 'ann', value: expect.any(Number), upper_bound: 0 },
          variant_bucket: null,
        },
        {
          condition_index: 1,
          outcome: 'condition_match',
          properties: [],
          bucket: null,
          variant_bucket: null,
        },
      ],
      definitions_age_ms: 0,
    },
  })
  const all = (await on.api.get(`${at}?distinct_id=bob`)).body
  expect(all['why-off']).toEqual({ value: false, evaluation: { reason: 'disabled', condition_index: null } })
  expect(all.why).toEqual({ value: true, evaluation: { reason: 'condition_match', condition_index: 1 } })
  expect(await on.api.get(at)).toMatchObject({ status: 400, body: { detail: 'distinct_id is required' } })
  expect((await on.api.get(`${at}?distinct_id=a&groups=[1]`)).body).toMatchObject({ attr: 'groups' })
  expect((await on.api.get(`${at}?distinct_id=a&groups={`)).body).toMatchObject({ attr: 'groups' })
  const mine = (await on.api.get(`${on.base}feature_flags/my_flags/`)).body
  expect(mine.map((one: { feature_flag: { key: string } }) => one.feature_flag.key)).not.toContain('why-off')
  expect(mine[0]).toMatchObject({ feature_flag: { key: 'why', version: 1 }, value: true })
})

test('a condition is counted', async () => {
  const at = `${on.base}feature_flags/user_blast_radius/`
  const count = async (condition: object, index?: number) =>
    (await on.api.post(at, { condition, ...(index !== undefined && { group_type_index: index }) })).body
  const { total_users: total } = await count({})
  expect(total).toBeGreaterThanOrEqual(3)
  const pro = { type: 'person', key: 'plan', value: 'pro', operator: 'exact' }
  expect(await count({ properties: [pro], rollout_percentage: 5 })).toEqual({
    users_affected: 1,
    total_users: total,
  })
  const size = { type: 'group', key: 'size', value: '2', operator: 'gt', group_type_index: 0 }
  expect(await count({ properties: [size] }, 0)).toEqual({ users_affected: 1, total_users: 2 })
  expect(await count({ properties: [] }, 0)).toEqual({ users_affected: 2, total_users: 2 })
  expect(await on.api.post(at, { condition: { properties: [size] } })).toMatchObject({ status: 400 })
  expect(await on.api.post(at, { condition: { properties: [pro] }, group_type_index: 0 })).toMatchObject({
    status: 400,
  })
  expect(await on.api.post(at, {})).toMatchObject({
    status: 400,
    body: { code: 'required', attr: 'condition' },
  })
})
