import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../../../test/app.ts'
import { type Ingested, ingested } from '../../../test/ingested.ts'
import { testAnswers } from '../../../test/insights.ts'
import { createPropertyTypes } from '../../insights/property-types.ts'
import { createInsights } from '../../insights/run.ts'
import { featureFlagRoutes } from '../feature-flags/routes.ts'
import { createFlagStore } from '../feature-flags/store.ts'
import { holdoutRoutes } from './holdout-routes.ts'
import { createHoldoutStore } from './holdout-store.ts'
import { experimentRoutes } from './routes.ts'
import { createExperimentStore } from './store.ts'

/** Experiments over a real pipeline: people see variants and do things, and the numbers are those. */

let on: Ingested
let path: string
let asked = 0

beforeAll(async () => {
  on = await ingested(afterAll, ({ database, warehouse, activity, cohorts }) => {
    const flags = createFlagStore({
      database,
      activity,
      findCohorts: cohorts.load,
      changed: async () => {},
    })
    const insights = createInsights({
      warehouse: {
        ...warehouse,
        query: (query) => {
          asked++
          return warehouse.query(query)
        },
      },
      findProject: () => ({
        timezone: 'America/New_York',
        testAccountFilters: [],
        botFilter: 'off',
        dropEventsOlderThan: null,
      }),
      propertyTypes: createPropertyTypes(database),
      findAction: async (_, id) =>
        id === 7 ? { id: 7, name: 'bought', steps: [{ event: 'buy' }] } : undefined,
      now: () => new Date('2024-02-12T12:00:00Z'),
    })
    const holdouts = createHoldoutStore({ database, activity, flags })
    const experiments = createExperimentStore({ database, activity, holdouts, flags })
    return [
      featureFlagRoutes({ flags, activity }),
      holdoutRoutes({ holdouts }),
      experimentRoutes({
        experiments,
        activity,
        answers: testAnswers(insights, () => new Date('2024-02-12T12:00:00Z')),
      }),
    ]
  })
  path = `${on.base}experiments/`
})

const one = (id: number) => `${path}${id}/`
const flagOf = async (id: number) => (await on.api.get(`${on.base}feature_flags/${id}/`)).body
let keys = 0
const newKey = () => `experiment-${++keys}`
const trend = { insight: 'TRENDS', events: [{ id: 'buy', order: 0 }] }
const funnel = {
  insight: 'FUNNELS',
  events: [
    { id: 'view', order: 0 },
    { id: 'buy', order: 1 },
  ],
}
const made = async (body: object = {}) => {
  const given = { name: 'Test', feature_flag_key: newKey(), filters: trend, parameters: null, ...body }
  const answer = await on.api.post(path, given)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}
const refused = ({ status, body }: Answer) => [status, body.code, body.attr, body.detail]
const variants = (...shares: [key: string, share: number][]) => ({
  feature_flag_variants: shares.map(([key, rollout_percentage]) => ({ key, rollout_percentage })),
})

describe('an experiment', () => {
  test('is made with its flag, as a draft', async () => {
    const given = {
      name: ' Button ',
      description: null,
      feature_flag_key: 'button',
      parameters: { recommended_sample_size: 400, more: [1, null] },
      filters: { ...trend, properties: [{ key: 'plan', value: 'pro', type: 'person' }] },
      secondary_metrics: [{ name: 'Funnel', filters: funnel }],
      id: 99,
    }
    const { status, body } = await on.api.post(path, given)
    expect(status).toBe(201)
    expect(body).toEqual({
      ...given,
      id: expect.any(Number),
      name: 'Button',
      start_date: null,
      end_date: null,
      feature_flag: expect.any(Number),
      holdout_id: null,
      holdout: null,
      archived: false,
      created_by: expect.objectContaining({ id: on.api.user.id }),
      created_at: expect.stringMatching(/\.\d{6}Z$/),
      updated_at: expect.stringMatching(/\.\d{6}Z$/),
    })
    expect((await on.api.get(one(body.id))).body).toEqual(body)
    expect(await flagOf(body.feature_flag)).toMatchObject({
      key: 'button',
      name: 'Feature Flag for Experiment Button',
      active: false,
      experiment_set: [body.id],
      filters: {
        groups: [{ properties: given.filters.properties, rollout_percentage: null }],
        multivariate: {
          variants: [
            { key: 'control', rollout_percentage: 50 },
            { key: 'test', rollout_percentage: 50 },
          ],
        },
      },
    })
    const found = await on.api.get(`${on.base}feature_flags/?type=experiment`)
    expect(found.body.results.map(({ key }: { key: string }) => key)).toEqual(['button'])
  })

  test('is launched, ended and archived; the first start turns the flag on', async () => {
    const { id, feature_flag, feature_flag_key } = await made()
    const launched = await on.api.patch(one(id), { start_date: '2024-02-01T10:00:00+02:00' })
    expect(launched.body.start_date).toBe('2024-02-01T08:00:00.000000Z')
    expect((await flagOf(feature_flag)).active).toBe(true)
    await on.api.patch(`${on.base}feature_flags/${feature_flag}/`, { active: false })
    await on.api.patch(one(id), { start_date: '2024-02-02T00:00:00Z' })
    expect((await flagOf(feature_flag)).active).toBe(false)
    const ended = await on.api.ask('PUT', one(id), {
      name: 'Ended',
      feature_flag_key,
      end_date: '2024-02-10T00:00:00Z',
      archived: true,
    })
    expect(ended.body).toMatchObject({
      name: 'Ended',
      end_date: '2024-02-10T00:00:00.000000Z',
      archived: true,
    })
    const early = await on.api.patch(one(id), { end_date: '2024-02-01T00:00:00Z' })
    expect(refused(early).slice(0, 3)).toEqual([400, 'invalid_input', 'end_date'])
    const started = await made({ start_date: '2024-02-01T00:00:00Z' })
    expect((await flagOf(started.feature_flag)).active).toBe(true)
  })

  test('changes its flag only by the people that its filters describe', async () => {
    const { id, feature_flag } = await made({ filters: { ...trend, properties: [] } })
    const rolledOut = { groups: [{ properties: [], rollout_percentage: 20 }] }
    const { filters } = await flagOf(feature_flag)
    await on.api.patch(`${on.base}feature_flags/${feature_flag}/`, { filters: { ...filters, ...rolledOut } })
    await on.api.patch(one(id), { filters: { ...funnel, properties: [] } })
    expect((await flagOf(feature_flag)).filters.groups).toEqual(rolledOut.groups)
    const properties = [{ key: 'plan', value: 'pro', type: 'person' }]
    await on.api.patch(one(id), { filters: { ...funnel, properties } })
    expect((await flagOf(feature_flag)).filters.groups).toEqual([{ properties }])
    const wrong = await on.api.patch(one(id), {
      name: 'not kept',
      filters: { ...funnel, properties: [{ key: 'x', value: 1, type: 'event' }] },
    })
    expect(refused(wrong).slice(0, 3)).toEqual([400, 'invalid_input', 'filters'])
    expect((await on.api.get(one(id))).body.name).toBe('Test')
  })

  test('takes a flag that can be compared, and leaves it when it is deleted', async () => {
    const key = newKey()
    const multivariate = {
      variants: [
        { key: 'test', rollout_percentage: 90 },
        { key: 'control', rollout_percentage: 10 },
      ],
    }
    const groups = [{ properties: [], rollout_percentage: 5 }]
    const flags = `${on.base}feature_flags/`
    const flag = (await on.api.post(flags, { key, filters: { groups, multivariate } })).body
    const other = {
      name: 'x',
      feature_flag_key: key,
      filters: trend,
      parameters: variants(['control', 50], ['test', 50]),
    }
    expect(refused(await on.api.post(path, other))).toEqual([
      400,
      'invalid_input',
      'parameters',
      'The feature flag of this key has other variants.',
    ])
    const { id, feature_flag } = await made({ feature_flag_key: key, start_date: '2024-02-01T00:00:00Z' })
    expect(feature_flag).toBe(flag.id)
    expect(await flagOf(flag.id)).toMatchObject({ experiment_set: [id], filters: { groups, multivariate } })
    expect((await on.api.delete(one(id))).status).toBe(204)
    expect(await flagOf(flag.id)).toMatchObject({ experiment_set: [], deleted: false })
  })

  test('is deleted with its flag, whose key is free again', async () => {
    const { id, feature_flag, feature_flag_key } = await made()
    const deleted = await on.api.delete(one(id))
    expect([deleted.status, deleted.text]).toEqual([204, ''])
    expect((await flagOf(feature_flag)).deleted).toBe(true)
    for (const gone of [on.api.get(one(id)), on.api.patch(one(id), { name: 'x' }), on.api.delete(one(id))]) {
      expect((await gone).status).toBe(404)
    }
    await made({ feature_flag_key })
  })

  test.each<[string, object, (string | number | null)[]]>([
    ['no filters', { filters: {} }, ['invalid_input', null, 'Filters are required to create an Experiment']],
    ['no name', { name: undefined }, ['required', 'name', 'This field is required.']],
    ['a blank name', { name: ' ' }, ['blank', 'name', 'This field may not be blank.']],
    ['no key', { feature_flag_key: undefined }, ['required', 'feature_flag_key', 'This field is required.']],
    [
      'no control',
      { parameters: variants(['a', 50], ['b', 50]) },
      ['invalid_input', 'parameters', 'Feature flag variants must contain a control variant'],
    ],
    [
      'eleven variants',
      { parameters: variants(...Array.from({ length: 11 }, (_, i): [string, number] => [`v${i}`, 0])) },
      ['invalid_input', 'parameters', 'Feature flag variants must be less than 11'],
    ],
    [
      'shares that are not 100 %',
      { parameters: variants(['control', 50], ['test', 40]) },
      ['invalid_input', null, 'Invalid variant definitions: Variant rollout percentages must sum to 100.'],
    ],
  ])('with %s is refused', async (_, body, expected) => {
    const given = { name: 'Test', feature_flag_key: newKey(), filters: trend, ...body }
    expect(refused(await on.api.post(path, given))).toEqual([400, ...expected])
  })

  test('refuses a key that is taken, and other keys and variants later', async () => {
    const { id, feature_flag_key } = await made({ parameters: variants(['control', 30], ['test', 70]) })
    const taken = [400, 'unique', 'key', 'There is already a feature flag with this key.']
    const again = { name: 'x', feature_flag_key, filters: trend, parameters: null }
    expect(refused(await on.api.post(path, again))).toEqual(taken)
    const plain = newKey()
    await on.api.post(`${on.base}feature_flags/`, { key: plain })
    expect(refused(await on.api.post(path, { ...again, feature_flag_key: plain }))).toEqual(taken)
    expect(refused(await on.api.patch(one(id), { feature_flag_key: 'other' }))[3]).toBe(
      "Can't update keys: get_feature_flag_key on Experiment",
    )
    for (const parameters of [
      variants(['control', 40], ['test', 60]),
      variants(['control', 30], ['test', 60], ['b', 10]),
      variants(['control', 30], ['b', 70]),
    ]) {
      expect(refused(await on.api.patch(one(id), { parameters }))[3]).toBe(
        "Can't update feature_flag_variants on Experiment",
      )
    }
    const same = await on.api.patch(one(id), { parameters: variants(['test', 70], ['control', 30]) })
    expect(same.status).toBe(200)
  })

  test("is listed in its project's order by pages, and is nobody else's", async () => {
    const { body } = await on.api.get(`${path}?limit=2&offset=1`)
    const all = (await on.api.get(path)).body
    expect(body).toMatchObject({ count: all.count, next: expect.stringContaining('offset=3') })
    expect(body.results).toEqual(all.results.slice(1, 3))
    const ids = all.results.map(({ id }: { id: number }) => id)
    expect(ids).toEqual([...ids].sort((a, b) => a - b))
    const theirs = `/api/projects/${on.api.project.id}/experiments/`
    expect((await on.api.get(theirs)).body.results).toEqual([])
    for (const what of ['', 'results/', 'secondary_results/?id=0', 'activity/']) {
      expect((await on.api.get(`${theirs}${ids[0]}/${what}`)).status).toBe(404)
    }
  })

  test('is found by its name, its state, and whether it is archived', async () => {
    const word = 'findable'
    const draft = await made({ name: `A ${word}` })
    const running = await made({ name: 'B', description: `so ${word}`, start_date: '2024-01-01T00:00:00Z' })
    const over = await made({
      name: `C ${word}`,
      start_date: '2024-01-01T00:00:00Z',
      end_date: '2024-01-20T00:00:00Z',
      archived: true,
    })
    const ids = async (query: string) =>
      (await on.api.get(`${path}?search=${word.toUpperCase()}${query}`)).body.results.map(
        ({ id }: { id: number }) => id,
      )
    expect(await ids('')).toEqual([draft.id, running.id, over.id])
    expect(await ids('&status=draft')).toEqual([draft.id])
    expect(await ids('&status=running')).toEqual([running.id])
    expect(await ids('&status=complete')).toEqual([over.id])
    expect(await ids('&status=nonsense')).toHaveLength(3)
    expect(await ids('&archived=true')).toEqual([over.id])
    expect(await ids('&archived=false&status=complete')).toEqual([])
  })

  test('is told of in the activity log, with its flag', async () => {
    await on.api.activities()
    const { id } = await made({ name: 'Told' })
    await on.api.patch(one(id), { start_date: '2024-02-01T00:00:00Z' })
    await on.api.patch(one(id), { name: 'Told' })
    const { body } = await on.api.get(`${one(id)}activity/`)
    expect(body.results.map((entry: { activity: string }) => entry.activity)).toEqual(['updated', 'created'])
    await on.api.delete(one(id))
    const start = { type: 'Experiment', action: 'created', field: 'start_date', before: null }
    expect(await on.api.activities()).toMatchObject([
      { scope: 'FeatureFlag', activity: 'created' },
      { scope: 'Experiment', activity: 'created', itemId: String(id), detail: { name: 'Told' } },
      { scope: 'FeatureFlag', activity: 'updated' },
      { scope: 'Experiment', activity: 'updated', detail: { changes: [start] } },
      { scope: 'FeatureFlag', activity: 'deleted' },
      { scope: 'Experiment', activity: 'deleted', itemId: String(id) },
    ])
  })
})

type Person = { id: string; variant: string | null }
const did = (who: Person, key: string, event: string, time: string, properties: object = {}) => ({
  event,
  distinct_id: who.id,
  timestamp: `2024-02-${time}Z`,
  properties: { ...(who.variant && { [`$feature/${key}`]: who.variant }), ...properties },
})
const called = (who: Person, key: string, time = '03T10:00:00') =>
  did(who, key, '$feature_flag_called', time, { $feature_flag: key, $feature_flag_response: who.variant })
const people = (key: string, variant: string | null, count: number): Person[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${key} ${variant} ${i}`, variant }))

describe('results', () => {
  test('of a trend: counts, exposure, and what they say', async () => {
    const { id, feature_flag_key: key } = await made({
      start_date: '2024-02-02T12:00:00Z',
      end_date: '2024-02-10T12:00:00Z',
      filters: { ...trend, properties: [{ key: 'plan', value: 'nobody', type: 'person' }] },
    })
    const control = people(key, 'control', 120)
    const test = people(key, 'test', 150)
    const late = did(test[3]!, key, 'buy', '10T12:00:01')
    await on.send(
      ...[...control, ...test].map((who) => called(who, key)),
      // twice is once
      called(control[0]!, key, '04T10:00:00'),
      // before it began, another flag's, a variant that the flag does not have, somebody without a variant
      called({ id: 'early', variant: 'test' }, key, '02T11:59:59'),
      called({ id: 'other', variant: 'test' }, 'other-flag'),
      called({ id: 'gone', variant: 'gone' }, key),
      did({ id: 'gone', variant: 'gone' }, key, 'buy', '05T00:00:00'),
      did({ id: 'none', variant: null }, key, 'buy', '05T00:00:00'),
      ...control.slice(0, 40).map((who) => did(who, key, 'buy', '04T12:00:00')),
      ...test.slice(0, 60).map((who) => did(who, key, 'buy', '04T12:00:00')),
      ...test.slice(0, 40).map((who) => did(who, key, 'buy', '06T12:00:00')),
      did(test[0]!, key, 'buy', '02T12:00:00'),
      did(test[1]!, key, 'buy', '02T11:59:59'),
      late,
    )
    const { status, body } = await on.api.get(`${one(id)}results/`)
    expect(status, JSON.stringify(body)).toBe(200)
    expect(body.variants).toEqual([
      { key: 'control', count: 40, exposure: 1, absolute_exposure: 120 },
      { key: 'test', count: 101, exposure: 1.25, absolute_exposure: 150 },
    ])
    expect(body).toMatchObject({
      significant: true,
      significance_code: 'significant',
      is_cached: false,
      filters: {
        insight: 'TRENDS',
        date_from: '2024-02-02T12:00:00.000000Z',
        breakdown: `$feature/${key}`,
        properties: [{ key: `$feature/${key}`, value: ['control', 'test'] }],
      },
      sample_ratio: { observed: { control: 120, test: 150 }, mismatch: false, warning: null },
    })
    // P(Gamma(102) / 1.25 > Gamma(41)), twice the tail of Binomial(141, 1.25 / 2.25) from 101
    expect(body.probability.test).toBeCloseTo(0.9999513, 6)
    expect(body.probability.control + body.probability.test).toBe(1)
    expect(body.p_value).toBeCloseTo(0.0001271, 6)
    const [low, high] = body.credible_intervals.test
    expect([low, high]).toEqual([expect.closeTo(0.5545, 3), expect.closeTo(0.8182, 3)])
    const byKey = Object.fromEntries(
      body.insight.map((one: { breakdown_value: string; data: number[] }) => [one.breakdown_value, one.data]),
    )
    expect(byKey.test).toEqual([1, 1, 61, 61, 101, 101, 101, 101, 101])
    expect(byKey.control).toEqual([0, 0, 40, 40, 40, 40, 40, 40, 40])
  })

  test('are served again while they are fresh', async () => {
    const { id } = (await on.api.get(path)).body.results.at(-1)
    const before = asked
    const kept = await on.api.get(`${one(id)}results/`)
    expect(kept.body.is_cached).toBe(true)
    expect(asked).toBe(before)
    const fresh = await on.api.get(`${one(id)}results/?refresh=true`)
    expect(asked).toBe(before + 2)
    expect(fresh.body).toEqual({ ...kept.body, is_cached: false })
  })

  test('of a trend by unique people, and by an action', async () => {
    const { id, feature_flag_key: key } = await made({
      start_date: '2024-02-02T12:00:00Z',
      filters: { insight: 'TRENDS', actions: [{ id: 7, math: 'dau' }] },
      secondary_metrics: [
        { name: 'Sum', filters: { events: [{ id: 'buy', math: 'sum', math_property: 'price' }] } },
      ],
    })
    const [a, b] = people(key, 'control', 2) as [Person, Person]
    const [c] = people(key, 'test', 1) as [Person]
    await on.send(
      ...[a, b, c].map((who) => called(who, key)),
      did(a, key, 'buy', '04T12:00:00', { price: 2.5 }),
      did(a, key, 'buy', '05T12:00:00', { price: 1 }),
      did(c, key, 'buy', '06T12:00:00', { price: 10 }),
    )
    const { body } = await on.api.get(`${one(id)}results/`)
    expect(body.variants).toEqual([
      { key: 'control', count: 1, exposure: 1, absolute_exposure: 2 },
      { key: 'test', count: 1, exposure: 0.5, absolute_exposure: 1 },
    ])
    expect(body).toMatchObject({ significance_code: 'not_enough_exposure', p_value: 1, significant: false })
    expect(body.sample_ratio).toMatchObject({ chi_squared: null, p_value: null, mismatch: false })
    const sums = await on.api.get(`${one(id)}secondary_results/?id=0`)
    expect(sums.body).toMatchObject({ result: { control: 3.5, test: 10 }, verdict: { significant: false } })
  })

  test('of a funnel: who went through, and what it would cost to be wrong', async () => {
    const { id, feature_flag_key: key } = await made({
      start_date: '2024-02-02T00:00:00Z',
      filters: funnel,
      parameters: variants(['b', 20], ['control', 60], ['a', 20]),
      secondary_metrics: [
        { name: 'Buys', filters: trend },
        { name: 'The same', filters: funnel },
        { name: 'Nothing', filters: { events: [{ id: 'never' }] } },
      ],
    })
    const groups = {
      control: people(key, 'control', 130),
      a: people(key, 'a', 120),
      b: people(key, 'b', 110),
    }
    const buyers = [...groups.control.slice(0, 30), ...groups.a.slice(0, 33), ...groups.b.slice(0, 60)]
    await on.send(
      ...Object.values(groups)
        .flat()
        .flatMap((who) => [called(who, key), did(who, key, 'view', '04T12:00:00')]),
      ...buyers.map((who) => did(who, key, 'buy', '04T13:00:00')),
      did({ id: 'none', variant: null }, key, 'view', '04T12:00:00'),
    )
    const { status, body } = await on.api.get(`${one(id)}results/`)
    expect(status, JSON.stringify(body)).toBe(200)
    expect(body.variants).toEqual([
      { key: 'control', success_count: 30, failure_count: 100 },
      { key: 'b', success_count: 60, failure_count: 50 },
      { key: 'a', success_count: 33, failure_count: 87 },
    ])
    expect(body).toMatchObject({ significant: true, significance_code: 'significant' })
    expect(body.p_value).toBeUndefined()
    expect(body.expected_loss).toBeLessThan(0.0001)
    expect(body.probability.b).toBeGreaterThan(0.999)
    // Beta(31, 101)
    const [low, high] = body.credible_intervals.control
    expect([low, high]).toEqual([expect.closeTo(0.1668, 3), expect.closeTo(0.3105, 3)])
    expect(body.insight).toHaveLength(3)
    expect(body.sample_ratio).toMatchObject({
      observed: { control: 130, a: 120, b: 110 },
      expected: { control: 216, a: 72, b: 72 },
      mismatch: true,
      warning:
        "Variants (b, control, a) got 30.6/36.1/33.3 instead of 20/60/20 percent. Results can't be trusted.",
    })
    const secondary = async (index: string) => (await on.api.get(`${one(id)}secondary_results/${index}`)).body
    expect(await secondary('?id=0')).toMatchObject({
      result: { control: 30, a: 33, b: 60 },
      verdict: { variants: [{ key: 'control', count: 30, absolute_exposure: 130 }, {}, {}] },
    })
    expect((await secondary('?id=1')).result).toEqual({ control: 0.231, a: 0.275, b: 0.545 })
    // seen, but nobody did it
    expect((await secondary('?id=2')).result).toEqual({ control: 0, a: 0, b: 0 })
    for (const [index, detail] of [
      ['', 'Secondary metric id is required'],
      ['?id=x', 'Secondary metric id must be an integer'],
      ['?id=3', 'Invalid metric ID'],
      ['?id=-1', 'Invalid metric ID'],
    ] as const) {
      expect((await secondary(index)).detail).toBe(detail)
    }
  })

  test('leave out whom a holdout keeps out, and say how many they are', async () => {
    const holdout = { name: 'Held', filters: [{ properties: [], rollout_percentage: 10 }] }
    const { body: held } = await on.api.post(`${on.base}experiment_holdouts/`, holdout)
    for (const filters of [trend, funnel]) {
      const { id, feature_flag_key: key } = await made({
        start_date: '2024-02-02T00:00:00Z',
        holdout_id: held.id,
        filters,
      })
      const kept = people(key, `holdout-${held.id}`, 7)
      const others = people(key, 'holdout-999', 3)
      const seen = [...people(key, 'control', 4), ...people(key, 'test', 5)]
      await on.send(
        ...[...kept, ...others, ...seen].flatMap((who) => [
          called(who, key),
          did(who, key, 'view', '04T12:00:00'),
          did(who, key, 'buy', '04T13:00:00'),
        ]),
      )
      const { status, body } = await on.api.get(`${one(id)}results/`)
      expect(status, JSON.stringify(body)).toBe(200)
      expect(body.total_exposures).toEqual({ control: 4, test: 5, [`holdout-${held.id}`]: 7 })
      expect(body.variants).toMatchObject(
        filters === trend
          ? [
              { key: 'control', count: 4, absolute_exposure: 4 },
              { key: 'test', count: 5, absolute_exposure: 5 },
            ]
          : [
              { key: 'control', success_count: 4 },
              { key: 'test', success_count: 5 },
            ],
      )
      expect(body.sample_ratio.observed).toEqual({ control: 4, test: 5 })
    }
  })

  test('say why there are none', async () => {
    const start_date = '2024-02-02T00:00:00Z'
    const why = async (body: object, ...events: ((key: string) => object)[]) => {
      const { id, feature_flag_key: key } = await made(body)
      if (events.length) await on.send(...events.map((event) => event(key)))
      return refused(await on.api.get(`${one(id)}results/`))
    }
    const bought = (variant: string) => (key: string) =>
      did({ id: `${key} ${variant}`, variant }, key, 'buy', '04T12:00:00')
    expect((await why({}))[1]).toBe('no_data')
    expect(await why({ start_date })).toEqual([400, 'no_data', null, 'No control variant data found'])
    expect(await why({ start_date }, bought('test'))).toEqual([
      400,
      'no_data',
      null,
      'No control variant data found',
    ])
    expect(await why({ start_date }, bought('control'))).toEqual([
      400,
      'no_data',
      null,
      "Can't calculate A/B test results for less than 2 variants",
    ])
    const average = { events: [{ id: 'buy', math: 'avg', math_property: 'price' }] }
    expect((await why({ start_date, filters: average }))[3]).toContain('Experiments can not compare "avg"')
    expect((await why({ start_date, filters: { insight: 'PATHS' } }))[2]).toBe('filters')
    const { id } = await made({ start_date })
    await on.api.patch(one(id), { filters: {} })
    expect(refused(await on.api.get(`${one(id)}results/`))[3]).toBe('Experiment has no target metric')
    expect(refused(await on.api.get(`${one(id)}secondary_results/?id=0`))[3]).toBe(
      'Experiment has no secondary metrics',
    )
  })

  test('of a flag with more than ten variants are refused', async () => {
    const key = newKey()
    const many = ['control', ...'abcdefghij'].map((name, i) => ({
      key: name,
      rollout_percentage: i ? 9 : 10,
    }))
    const filters = { groups: [{ properties: [] }], multivariate: { variants: many } }
    await on.api.post(`${on.base}feature_flags/`, { key, filters })
    const { id } = await made({ feature_flag_key: key, start_date: '2024-02-02T00:00:00Z' })
    expect(refused(await on.api.get(`${one(id)}results/`)).slice(0, 2)).toEqual([400, 'too_much_data'])
  })

  test('need values of flags on events', async () => {
    const now = { timestamp: '2024-02-11T12:00:00Z' }
    await on.send(
      { event: 'flagged', distinct_id: 'x', properties: { '$feature/some': 'control' }, ...now },
      { event: 'plain', distinct_id: 'x', properties: { feature: '$feature/some' }, ...now },
    )
    const required = async (events: unknown) => {
      const address = `${path}requires_flag_implementation/?events=${encodeURIComponent(JSON.stringify(events))}`
      return (await on.api.get(address)).body.result
    }
    expect(await required([{ id: 'flagged' }])).toBe(false)
    expect(await required([{ id: 'plain' }])).toBe(true)
    expect(await required([{ id: 'plain' }, { id: 'flagged' }])).toBe(false)
    expect(await required([{ id: 'never' }])).toBe(true)
    expect(await required([])).toBe(true)
  })

  test('does not know an action by what is no number', async () => {
    const actions = encodeURIComponent(JSON.stringify([{ id: 'nothing', type: 'actions' }]))
    const { status, body } = await on.api.get(`${path}requires_flag_implementation/?actions=${actions}`)
    expect([status, body.attr]).toEqual([400, 'actionId'])
  })
})
