import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, type TestApp, testApp } from '../../../test/app.ts'
import { type TestFlags, testFlags } from '../../../test/flags.ts'
import { flagValue } from '../../flags/evaluate.ts'
import { createCohortStore } from '../cohorts/store.ts'
import { featureFlagRoutes } from '../feature-flags/routes.ts'
import { createFlagStore } from '../feature-flags/store.ts'
import { holdoutRoutes } from './holdout-routes.ts'
import { createHoldoutStore } from './holdout-store.ts'
import { experimentRoutes } from './routes.ts'
import { createExperimentStore } from './store.ts'

/** Holdouts over HTTP, and what the evaluator then gives to people. */

let api: TestApp
let evaluated: TestFlags
let base: string
let path: string
beforeAll(async () => {
  api = await testApp(afterAll, ({ database, activity }) => {
    const flags = createFlagStore({
      database,
      activity,
      findCohorts: createCohortStore(database).load,
      changed: (projectId) => evaluated.changed(projectId),
    })
    const holdouts = createHoldoutStore({ database, activity, flags })
    const experiments = createExperimentStore({ database, activity, holdouts, flags })
    const answers = {
      ask: async () => {
        throw new Error('nothing is asked here')
      },
    }
    return [
      featureFlagRoutes({ flags, activity }),
      experimentRoutes({ experiments, answers, activity }),
      holdoutRoutes({ holdouts }),
    ]
  })
  evaluated = await testFlags(api.database, afterAll)
  base = `/api/projects/${api.project.id}/`
  path = `${base}experiment_holdouts/`
})

let keys = 0
const newKey = () => `experiment-${++keys}`
const one = (id: number) => `${path}${id}/`
const experiment = (id: number) => `${base}experiments/${id}/`
const flagOf = async ({ feature_flag: id }: { feature_flag: number }) =>
  (await api.get(`${base}feature_flags/${id}/`)).body
const heldBy = async (of: { feature_flag: number }) => (await flagOf(of)).filters.holdout
const groups = (rollout_percentage: number) => [{ properties: [], rollout_percentage }]
const posted = async (to: string, body: object) => {
  const answer = await api.post(to, body)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}
const holdout = (body: object = {}) => posted(path, { name: 'Held', filters: groups(10), ...body })
const made = (body: object = {}) =>
  posted(`${base}experiments/`, {
    name: 'Test',
    feature_flag_key: newKey(),
    filters: { events: [{ id: 'buy' }] },
    parameters: null,
    ...body,
  })
const refused = ({ status, body }: Answer) => [status, body.code, body.attr, body.detail]
const started = { start_date: '2024-02-01T00:00:00Z' }

/** How many of 4,000 people get each value of a flag. */
async function valuesOf(key: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (let i = 0; i < 4000; i++) {
    const all = await evaluated.evaluator.evaluate({
      project: { id: api.project.id, timezone: 'UTC' },
      distinctId: `person-${i}`,
      keys: [key],
    })
    const value = String(flagValue(all.find(({ flag }) => flag.key === key)!.evaluation))
    counts[value] = (counts[value] ?? 0) + 1
  }
  return counts
}

describe('a holdout', () => {
  test('is made, found, changed and replaced; the server says the variant', async () => {
    const given = {
      name: ' Autumn ',
      description: 'Nothing new until winter.',
      filters: [{ properties: [], rollout_percentage: 12.5, variant: 'mine', more: 1 }],
      id: 99,
    }
    const body = await holdout(given)
    const variant = `holdout-${body.id}`
    expect(body).toEqual({
      id: expect.any(Number),
      name: 'Autumn',
      description: given.description,
      filters: [{ properties: [], rollout_percentage: 12.5, variant, more: 1 }],
      created_by: expect.objectContaining({ id: api.user.id }),
      created_at: expect.stringMatching(/\.\d{6}Z$/),
      updated_at: expect.stringMatching(/\.\d{6}Z$/),
    })
    expect((await api.get(one(body.id))).body).toEqual(body)
    const changed = await api.patch(one(body.id), { description: null })
    expect(changed.body).toEqual({ ...body, description: null, updated_at: expect.any(String) })
    const put = await api.ask('PUT', one(body.id), { name: 'Winter', filters: groups(0) })
    expect(put.body).toMatchObject({ name: 'Winter', filters: [{ rollout_percentage: 0, variant }] })
    expect(refused(await api.ask('PUT', one(body.id), {})).slice(0, 3)).toEqual([400, 'required', 'name'])
    expect((await api.delete(one(body.id))).status).toBe(204)
    for (const gone of [
      api.get(one(body.id)),
      api.patch(one(body.id), { filters: groups(1) }),
      api.delete(one(body.id)),
    ]) {
      expect((await gone).status).toBe(404)
    }
  })

  test.each<[string, object, (string | null)[]]>([
    ['no filters', { filters: undefined }, [null, 'Filters are required to create an holdout group']],
    ['no groups', { filters: [] }, ['filters', 'Filters must not be empty.']],
    ['no percentage', { filters: [{ properties: [] }] }, ['filters', 'Rollout percentage must be present.']],
    ['101 %', { filters: groups(101) }, ['filters', 'Rollout percentage must be between 0 and 100.']],
    ['less than 0 %', { filters: groups(-1) }, ['filters', 'Rollout percentage must be between 0 and 100.']],
    ['a blank name', { name: ' ' }, ['name', 'This field may not be blank.']],
  ])('with %s is refused', async (_, body, expected) => {
    const answer = await api.post(path, { name: 'Held', filters: groups(10), ...body })
    expect([answer.status, answer.body.attr, answer.body.detail]).toEqual([400, ...expected])
  })

  test("is listed with the newest first, and is nobody else's", async () => {
    const [first, second] = [await holdout(), await holdout()]
    const { body } = await api.get(`${path}?limit=1`)
    expect(body).toMatchObject({ results: [{ id: second.id }], next: expect.stringContaining('offset=1') })
    const all = (await api.get(path)).body.results
    expect(all.slice(0, 2)).toEqual([second, first])
    expect(body.count).toBe(all.length)
    const stranger = await api.stranger()
    const key = { key: stranger.key }
    const theirs = `/api/projects/${stranger.project.id}/`
    expect((await api.get(`${theirs}experiment_holdouts/`, key)).body.results).toEqual([])
    const address = `${theirs}experiment_holdouts/${first.id}/`
    expect((await api.get(address, key)).status).toBe(404)
    expect((await api.patch(address, { name: 'x' }, key)).status).toBe(404)
    expect((await api.delete(address, key)).status).toBe(404)
    const wanting = { name: 'x', feature_flag_key: 'x', filters: { events: [] }, holdout_id: first.id }
    expect(refused(await api.post(`${theirs}experiments/`, wanting, key))[1]).toBe('does_not_exist')
  })
})

describe("an experiment's holdout", () => {
  test('is written into its flag, and is another or none as long as it is a draft', async () => {
    const [first, second] = [await holdout(), await holdout({ filters: groups(5) })]
    const it = await made({ holdout_id: first.id })
    expect(it).toMatchObject({ holdout_id: first.id, holdout: first })
    expect(await heldBy(it)).toEqual({ id: first.id, exclusion_percentage: 10 })
    const properties = [{ key: 'plan', value: 'pro', type: 'person' }]
    const changed = await api.patch(experiment(it.id), {
      holdout_id: second.id,
      filters: { events: [{ id: 'buy' }], properties },
    })
    expect(changed.body).toMatchObject({ holdout_id: second.id, holdout: second })
    expect((await flagOf(it)).filters).toMatchObject({
      groups: [{ properties }],
      holdout: { id: second.id, exclusion_percentage: 5 },
    })
    const none = await api.patch(experiment(it.id), { holdout_id: null })
    expect(none.body).toMatchObject({ holdout_id: null, holdout: null })
    expect(await heldBy(it)).toBeNull()
    const missing = await api.patch(experiment(it.id), { holdout_id: 123456 })
    expect(refused(missing)).toEqual([
      400,
      'does_not_exist',
      'holdout_id',
      'Invalid pk "123456" - object does not exist.',
    ])
    const launched = await api.patch(experiment(it.id), { ...started, holdout_id: first.id })
    expect(launched.body).toMatchObject({ holdout_id: first.id })
    for (const holdout_id of [second.id, null]) {
      const late = await api.patch(experiment(it.id), { holdout_id, name: 'not kept' })
      expect(refused(late).slice(3)).toEqual(["Can't update holdout on running Experiment"])
    }
    const same = await api.patch(experiment(it.id), { holdout_id: first.id, name: 'Same' })
    expect(same.body).toMatchObject({ name: 'Same', holdout_id: first.id })
    expect(await heldBy(it)).toEqual({ id: first.id, exclusion_percentage: 10 })
  })

  test('is also of a flag that was there, which is as before when the experiment is deleted', async () => {
    const { id } = await holdout()
    const key = newKey()
    const variants = ['control', 'b'].map((name) => ({ key: name, rollout_percentage: 50 }))
    const older = [{ properties: [], rollout_percentage: 40, variant: 'holdout-old' }]
    const filters = { groups: [{ properties: [], rollout_percentage: 20 }], multivariate: { variants } }
    await posted(`${base}feature_flags/`, { key, filters: { ...filters, holdout_groups: older } })
    const it = await made({ feature_flag_key: key, holdout_id: id })
    const holdout_ = { id, exclusion_percentage: 10 }
    expect((await flagOf(it)).filters).toEqual({ ...filters, holdout: holdout_ })
    expect((await api.delete(experiment(it.id))).status).toBe(204)
    expect(await flagOf(it)).toMatchObject({ deleted: false, filters: { ...filters, holdout: null } })
    // no longer its experiment
    await api.patch(one(id), { filters: groups(30) })
    expect(await heldBy(it)).toBeNull()
  })

  test('changes with the holdout, and goes with it, while the experiment runs', async () => {
    const held = await holdout()
    const [running, draft] = [
      await made({ holdout_id: held.id, ...started }),
      await made({ holdout_id: held.id }),
    ]
    const other = await made({ holdout_id: (await holdout()).id })
    await api.patch(one(held.id), { filters: groups(25) })
    for (const of of [running, draft]) {
      expect(await heldBy(of)).toEqual({ id: held.id, exclusion_percentage: 25 })
    }
    expect(await heldBy(other)).toMatchObject({ exclusion_percentage: 10 })
    const { version } = await flagOf(running)
    await api.patch(one(held.id), { name: 'Renamed', filters: groups(25) })
    expect((await flagOf(running)).version).toBe(version)
    expect((await api.delete(one(held.id))).status).toBe(204)
    for (const of of [running, draft]) {
      expect(await heldBy(of)).toBeNull()
      expect((await api.get(experiment(of.id))).body).toMatchObject({ holdout_id: null, holdout: null })
    }
    expect(await heldBy(other)).toMatchObject({ exclusion_percentage: 10 })
  })

  test('is what the holdout says, whoever is first', async () => {
    for (let i = 0; i < 5; i++) {
      const { id } = await holdout()
      const it = await made()
      const answers = await Promise.all([
        api.patch(one(id), { filters: groups(60) }),
        api.patch(experiment(it.id), { holdout_id: id }),
      ])
      for (const { status, text } of answers) expect([200, 409], text).toContain(status)
      const { holdout_id, holdout: shown } = (await api.get(experiment(it.id))).body
      const exclusion_percentage = shown?.filters[0].rollout_percentage
      expect(await heldBy(it)).toEqual(holdout_id ? { id, exclusion_percentage } : null)
    }
  })

  test('keeps its share of people out, the same ones in every experiment', { timeout: 30_000 }, async () => {
    const held = await holdout({ filters: groups(20) })
    const [first, second] = [
      await made({ holdout_id: held.id, ...started }),
      await made({ holdout_id: held.id, ...started }),
    ]
    const variant = `holdout-${held.id}`
    const counts = await valuesOf(first.feature_flag_key)
    expect(Object.keys(counts).sort()).toEqual(['control', variant, 'test'].sort())
    // four standard deviations of 4,000 draws at a fifth, and of what is left at a half
    expect(Math.abs(counts[variant]! - 800)).toBeLessThan(101)
    expect(Math.abs(counts.control! - counts.test!)).toBeLessThan(230)
    expect((await valuesOf(second.feature_flag_key))[variant]).toBe(counts[variant])
    await api.patch(one(held.id), { filters: groups(0) })
    expect(await valuesOf(first.feature_flag_key)).not.toHaveProperty(variant)
    await api.patch(one(held.id), { filters: groups(100) })
    expect(await valuesOf(first.feature_flag_key)).toEqual({ [variant]: 4000 })
    await api.delete(one(held.id))
    expect(await valuesOf(first.feature_flag_key)).not.toHaveProperty(variant)
  })
})

test('what is done is in the activity log', async () => {
  await api.activities()
  const { id } = await holdout({ name: 'Told' })
  const it = await made({ holdout_id: id })
  await api.patch(experiment(it.id), { holdout_id: null })
  await api.patch(experiment(it.id), { holdout_id: id })
  await api.patch(one(id), { filters: groups(20) })
  await api.patch(one(id), { name: 'Told' })
  await api.delete(one(id))
  const its = {
    scope: 'ExperimentHoldout',
    itemId: String(id),
    userId: api.user.id,
    detail: { name: 'Told' },
  }
  const flag = { scope: 'FeatureFlag', activity: 'updated', detail: { changes: [{ field: 'filters' }] } }
  const ofExperiment = (before: number | null, after: number | null) => ({
    scope: 'Experiment',
    activity: 'updated',
    detail: { changes: [{ field: 'holdout_id', before, after }] },
  })
  expect(await api.activities()).toMatchObject([
    { ...its, activity: 'created' },
    { scope: 'FeatureFlag', activity: 'created' },
    { scope: 'Experiment', activity: 'created' },
    flag,
    ofExperiment(id, null),
    flag,
    ofExperiment(null, id),
    flag,
    { ...its, activity: 'updated', detail: { changes: [{ field: 'filters' }] } },
    flag,
    { ...its, activity: 'deleted' },
  ])
})
