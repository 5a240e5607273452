import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDefinition, shownFilters } from '../insights/cohort-definition.ts'
import type { CohortRecord, FlagLookUp, FlagRecord, LookedUp, ProjectDefinitions } from '../model/flags.ts'
import type { CohortTree } from './cohort-tree.ts'
import { flagValue, type Trace } from './evaluate.ts'
import { createEvaluator, type FlagRequest } from './evaluator.ts'
import { placeInFlag } from './hash.ts'
import { runtimeOf } from './select.ts'

const now = Date.parse('2024-03-31T12:00:00Z')
const project = { id: 1, timezone: 'UTC' }

let ids = 0
const flag = (key: string, filters: object = {}, more: Partial<FlagRecord> = {}): FlagRecord => ({
  id: ++ids,
  key,
  name: '',
  filters: filters as Record<string, unknown>,
  active: true,
  version: 1,
  ensureExperienceContinuity: false,
  bucketingIdentifier: null,
  evaluationRuntime: 'all',
  evaluationContexts: [],
  isRemoteConfiguration: false,
  hasExperiment: false,
  ...more,
})
const cohort = (id: number, values: object[] | null, more: Partial<CohortRecord> = {}): CohortRecord => ({
  id,
  isStatic: values === null,
  isCopied: true,
  filters: values && { properties: { type: 'OR', values } },
  groups: [],
  ...more,
})
const person = (key: string, value: unknown, operator = 'exact') => ({ type: 'person', key, value, operator })
const inCohort = (value: number, more: object = {}) => ({ type: 'cohort', key: 'id', value, ...more })
const asks = (one: FlagRecord, value: unknown) => ({
  type: 'flag',
  key: String(one.id),
  operator: 'flag_evaluates_to',
  value,
})
const when = (...properties: object[]) => ({ groups: [{ properties, rollout_percentage: 100 }] })

type World = Partial<Pick<ProjectDefinitions, 'flags' | 'cohorts'>> & {
  found?: Partial<LookedUp>
  lookUp?: (wanted: FlagLookUp) => LookedUp
}

const none: LookedUp = { person: null, memberOf: new Set(), hashKeys: {}, groups: new Map() }

function world({ flags = [], cohorts = [], found = {}, lookUp }: World) {
  const asked: FlagLookUp[] = []
  const definitions = {
    projectId: 1,
    flags,
    earlyAccessFeatures: [],
    surveys: [],
    cohorts,
    groupTypes: [
      { groupType: 'organization', groupTypeIndex: 0 },
      { groupType: 'project', groupTypeIndex: 1 },
    ],
  }
  const evaluator = createEvaluator({
    definitionsOf: () => definitions,
    cohorts: { read: parseDefinition as (one: CohortRecord) => CohortTree, show: shownFilters },
    lookUp: async (wanted) => {
      asked.push(wanted)
      return lookUp ? lookUp(wanted) : { ...none, ...found }
    },
    now: () => now,
  })
  const evaluate = (request: Partial<FlagRequest> = {}) =>
    evaluator.evaluate({ project, distinctId: 'user-1', ...request })
  return {
    asked,
    evaluator,
    details: async (request?: Partial<FlagRequest>) =>
      Object.fromEntries((await evaluate(request)).map((one) => [one.flag.key, one.evaluation])),
    values: async (request?: Partial<FlagRequest>) =>
      Object.fromEntries((await evaluate(request)).map((one) => [one.flag.key, flagValue(one.evaluation)])),
  }
}
const knownPerson = (properties: Record<string, unknown>, createdAt = '2024-01-01T00:00:00.000000Z') => ({
  person: { properties, createdAt },
})

describe('conditions', () => {
  test('are tried in order, the first that holds decides, and its percentage is its own', async () => {
    const { details } = world({
      flags: [
        flag('beta', {
          groups: [
            { properties: [person('plan', 'pro')], rollout_percentage: 0 },
            { properties: [person('plan', 'pro')], rollout_percentage: 100 },
            { rollout_percentage: 100 },
          ],
        }),
      ],
    })
    expect(await details({ personProperties: { plan: 'pro' } })).toMatchObject({
      beta: { enabled: true, reason: 'condition_match', conditionIndex: 1 },
    })
    expect(await details({ personProperties: { plan: 'free' } })).toMatchObject({
      beta: { enabled: true, conditionIndex: 2 },
    })
  })

  test('that fail tell the reason that comes nearest, and of equal ones the last', async () => {
    const missed = { rollout_percentage: 0 }
    const other = { properties: [person('plan', 'pro')] }
    const { details } = world({
      flags: [
        flag('a', { groups: [missed, other] }),
        flag('b', { groups: [other, missed] }),
        flag('c', { groups: [other, other] }),
        flag('d', { groups: [] }),
        flag('e', { groups: [{ ...missed, aggregation_group_type_index: 0 }, other] }),
        flag('f', { groups: [{}], aggregation_group_type_index: 0 }),
      ],
    })
    const off = (reason: string, conditionIndex: number | null) => ({
      enabled: false,
      reason,
      conditionIndex,
    })
    expect(await details()).toMatchObject({
      a: off('out_of_rollout_bound', 0),
      b: off('out_of_rollout_bound', 1),
      c: off('no_condition_match', 1),
      d: off('no_condition_match', null),
      e: off('no_condition_match', 1),
      f: off('no_group_type', 0),
    })
  })

  test('end the matter at once where the flag says so', async () => {
    const groups = [{ rollout_percentage: 0 }, { rollout_percentage: 100 }]
    const { values } = world({ flags: [flag('a', { groups }), flag('b', { groups, early_exit: true })] })
    expect(await values()).toEqual({ a: true, b: false })
  })

  test('of the oldest flags are those of today', async () => {
    const { values } = world({
      flags: [
        flag('all', {}),
        flag('some', { properties: [person('plan', 'pro')], rollout_percentage: 100 }),
        flag('nobody', { rollout_percentage: 0 }),
        flag('nonsense', { groups: 'x', multivariate: 3, payloads: [] }),
      ],
    })
    expect(await values({ personProperties: { plan: 'pro' } })).toEqual({
      all: true,
      some: true,
      nobody: false,
      nonsense: false,
    })
  })

  test('with what is not understood match nobody', async () => {
    const { values } = world({
      flags: [
        flag('type', when({ type: 'event', key: 'x', value: 'y' })),
        flag('operator', when(person('x', 'y', 'sounds_like'))),
        flag('pattern', when(person('x', '(', 'regex'))),
        flag('not', when(person('y', '(', 'not_regex'))),
      ],
    })
    expect(await values({ personProperties: { x: 'y' } })).toEqual({
      type: false,
      operator: false,
      pattern: false,
      not: true,
    })
  })
})

describe('percentages and variants', () => {
  const variants = [
    { key: 'a', rollout_percentage: 50 },
    { key: 'b', rollout_percentage: 30 },
    { key: 'c', rollout_percentage: 20 },
  ]

  test('are drawn by flag and id, the same for everybody who knows them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), fc.integer({ min: 0, max: 100 }), async (id, rollout) => {
        const { details } = world({
          flags: [flag('multi', { groups: [{ rollout_percentage: rollout }], multivariate: { variants } })],
        })
        const { multi } = await details({ distinctId: id })
        const isIn = rollout === 100 || placeInFlag('multi', id) <= rollout / 100
        const place = placeInFlag('multi', id, 'variant')
        const drawn = place < 0.5 ? 'a' : place < 0.8 ? 'b' : place < 1 ? 'c' : null
        expect(multi).toMatchObject({ enabled: isIn, variant: isIn ? drawn : null })
      }),
    )
  })

  test('a condition may name the variant, if there is such a one', async () => {
    const { values } = world({
      flags: [
        flag('named', { groups: [{ variant: 'c' }], multivariate: { variants } }),
        flag('unknown', { groups: [{ variant: 'x' }], multivariate: { variants } }),
        flag('holes', { groups: [{}], multivariate: { variants: [{ key: 'a', rollout_percentage: 0 }] } }),
      ],
    })
    const got = await values()
    expect(got).toMatchObject({ named: 'c', holes: true })
    expect(['a', 'b', 'c']).toContain(got.unknown)
  })

  test('the payload is that of the variant, as it was stored, and only where the flag is on', async () => {
    const payloads = { a: '{"x":1}', c: { y: [2] } }
    const filters = (variant: string) => ({ groups: [{ variant }], multivariate: { variants }, payloads })
    const { details } = world({
      flags: [
        flag('a', filters('a')),
        flag('b', filters('b')),
        flag('c', filters('c')),
        flag('boolean', { groups: [{}], payloads: { true: 'hello' } }),
        flag('off', { groups: [], payloads: { true: 'hello' } }),
      ],
    })
    const got = await details()
    expect(Object.values(got).map(({ payload }) => payload)).toEqual([
      '{"x":1}',
      null,
      { y: [2] },
      'hello',
      null,
    ])
  })
})

describe('what is known of a person', () => {
  test('is looked up only where the request does not say it', async () => {
    const { asked, values } = world({
      flags: [flag('pro', when(person('plan', 'pro'))), flag('all', when())],
      found: knownPerson({ plan: 'pro' }),
    })
    expect(await values({ personProperties: { plan: 'free' } })).toEqual({ pro: false, all: true })
    expect(await values({ keys: ['all'] })).toEqual({ all: true })
    expect(asked).toEqual([])
    expect(await values()).toEqual({ pro: true, all: true })
    expect(asked).toMatchObject([
      { projectId: 1, distinctId: 'user-1', person: true, members: [], groups: [] },
    ])
  })

  test('comes from the request, then from where the caller is, then from the database', async () => {
    const on = (key: string, value: unknown) => flag(`${key}-${value}`, when(person(key, value)))
    const { values } = world({
      flags: [
        on('$geoip_country_code', 'FR'),
        on('$geoip_city_name', 'Lyon'),
        on('$geoip_city_name', 'Paris'),
        on('distinct_id', 'user-1'),
        on('$initial_utm_source', 'x'),
        on('$initial_browser', 'Chrome'),
        on('plan', 'pro'),
      ],
      found: knownPerson({
        $geoip_country_code: 'DE',
        plan: 'pro',
        $initial_browser: 'Chrome',
        distinct_id: 'other',
      }),
    })
    expect(
      await values({
        personProperties: {
          $geoip_city_name: 'Lyon',
          $geoip_country_code: null,
          utm_source: 'x',
          $browser: 'Safari',
        },
        place: { $geoip_country_code: 'FR', $geoip_city_name: 'Paris' },
      }),
    ).toEqual({
      '$geoip_country_code-FR': true,
      '$geoip_city_name-Lyon': true,
      '$geoip_city_name-Paris': false,
      'distinct_id-user-1': true,
      '$initial_utm_source-x': true,
      '$initial_browser-Chrome': true,
      'plan-pro': true,
    })
  })

  test('may be when they were first seen', async () => {
    const since = (operator: string) =>
      when({ type: 'person_metadata', key: 'created_at', value: '-7d', operator })
    const { values } = world({
      flags: [flag('new', since('is_date_after')), flag('old', since('is_date_before'))],
      found: knownPerson({}, '2024-03-30T00:00:00.000000Z'),
    })
    expect(await values()).toEqual({ new: true, old: false })
    const nobody = world({ flags: [flag('new', since('is_date_after'))] })
    expect(await nobody.values()).toEqual({ new: false })
  })

  test('that could not be found out fails the flags that need it, and no other', async () => {
    const pro = flag('pro', when(person('plan', 'pro')))
    const { details } = world({
      flags: [
        pro,
        flag('first', {
          groups: [{ properties: [person('a', 1)] }, { properties: [person('plan', 'pro')] }],
        }),
        flag('all', when()),
        flag('depends', when(asks(pro, false))),
        flag('group', { ...when({ type: 'group', key: 'x', value: 1 }), aggregation_group_type_index: 0 }),
        flag('continuity', { groups: [{ rollout_percentage: 50 }] }, { ensureExperienceContinuity: true }),
        flag('everyone', { groups: [{ rollout_percentage: 100 }] }, { ensureExperienceContinuity: true }),
      ],
      found: { person: 'timeout', groups: 'timeout', memberOf: 'timeout', hashKeys: 'timeout' },
    })
    const failed = { enabled: false, failed: true, reason: 'timeout' }
    expect(await details({ personProperties: { a: 1 }, groups: { organization: 'acme' } })).toMatchObject({
      pro: failed,
      first: { enabled: true, failed: false },
      all: { enabled: true, failed: false },
      depends: failed,
      group: failed,
      continuity: failed,
      everyone: { enabled: true, failed: false },
    })
  })
})

describe('groups', () => {
  const finance = { type: 'group', key: 'industry', value: 'finance', group_type_index: 0 }

  test('decide by their own key and properties', async () => {
    const { values, asked } = world({
      flags: [
        flag('finance', { ...when(finance), aggregation_group_type_index: 0 }),
        flag('half', { groups: [{ rollout_percentage: 50 }], aggregation_group_type_index: 0 }),
        flag('key', {
          ...when({ type: 'group', key: '$group_key', value: 'acme' }),
          aggregation_group_type_index: 0,
        }),
      ],
      found: { groups: new Map([[0, { industry: 'finance' }]]) },
    })
    expect(await values()).toEqual({ finance: false, half: false, key: false })
    expect(await values({ groups: { unknown: 'acme', project: 'acme' } })).toMatchObject({ finance: false })
    const expected = { finance: true, half: placeInFlag('half', 'acme') <= 0.5, key: true }
    expect(await values({ groups: { organization: 'acme' } })).toEqual(expected)
    expect(await values({ distinctId: 'user-2', groups: { organization: 'acme' } })).toEqual(expected)
    expect(asked.at(-1)?.groups).toEqual([{ groupTypeIndex: 0, groupKey: 'acme' }])
    const said = {
      groups: { organization: 'acme' },
      groupProperties: { organization: { industry: 'steel' } },
    }
    expect(await values(said)).toMatchObject({ finance: false })
    expect(asked).toHaveLength(2)
  })

  test('and people may be conditions of one flag', async () => {
    const { details } = world({
      flags: [
        flag('mixed', {
          groups: [
            { properties: [{ ...finance }], aggregation_group_type_index: 0 },
            { properties: [person('plan', 'pro')], aggregation_group_type_index: null },
          ],
          aggregation_group_type_index: 0,
        }),
      ],
      found: { groups: new Map([[0, { industry: 'finance' }]]), ...knownPerson({ plan: 'pro' }) },
    })
    expect(await details()).toMatchObject({ mixed: { enabled: true, conditionIndex: 1 } })
    expect(await details({ groups: { organization: 'acme' } })).toMatchObject({
      mixed: { enabled: true, conditionIndex: 0 },
    })
  })
})

describe('cohorts', () => {
  const pro = [person('plan', 'pro')]

  test('of properties are found out by the properties of the request too', async () => {
    const { values, asked } = world({
      flags: [
        flag('in', when(inCohort(1))),
        flag('not in', when(inCohort(1, { operator: 'not_in' }))),
        flag('negated', when(inCohort(1, { negation: true }))),
        flag('nested', when(inCohort(2))),
        flag('other', when(inCohort(3))),
      ],
      cohorts: [
        cohort(1, pro),
        cohort(2, [{ type: 'AND', values: [inCohort(1), { ...person('region', 'eu'), negation: true }] }]),
        cohort(3, [inCohort(1, { negation: true })]),
      ],
      found: knownPerson({ plan: 'pro' }),
    })
    expect(await values()).toEqual({ in: true, 'not in': false, negated: false, nested: true, other: false })
    expect(asked).toMatchObject([{ person: true, members: [] }])
    expect(await values({ personProperties: { plan: 'free', region: 'eu' } })).toEqual({
      in: false,
      'not in': true,
      negated: true,
      nested: false,
      other: true,
    })
    expect(asked).toHaveLength(1)
  })

  test('that are lists, or about what people have done, are looked up', async () => {
    const did = {
      type: 'behavioral',
      key: 'paid',
      event_type: 'events',
      value: 'performed_event',
      time_value: 1,
      time_interval: 'day',
    }
    const { values, asked, evaluator } = world({
      flags: [
        flag('list', when(inCohort(1))),
        flag('did', when(inCohort(2))),
        flag('both', when(inCohort(3))),
        flag('off', when(inCohort(4)), { active: false }),
      ],
      cohorts: [cohort(1, null), cohort(2, [did]), cohort(3, [inCohort(1), inCohort(2)]), cohort(4, null)],
      lookUp: ({ members }) => ({ ...none, memberOf: new Set(members.filter((id) => id === 2)) }),
    })
    expect(await values()).toEqual({ list: false, did: true, both: true })
    expect(asked[0]).toMatchObject({ person: false, members: [1, 2] })
    expect([...evaluator.membersNeededBy(1)].sort()).toEqual([1, 2, 4])
  })

  test('that are not there, not copied, or refer to themselves, fail their flags', async () => {
    const { details } = world({
      flags: [
        flag('missing', when(inCohort(9))),
        flag('inner', when(inCohort(2))),
        flag('circle', when(inCohort(3))),
        flag('nonsense', when(inCohort(5))),
        flag('waiting', when(inCohort(6))),
        flag('never asked', when(person('plan', 'x'), inCohort(9))),
        flag('nobody', when(inCohort(7))),
      ],
      cohorts: [
        cohort(2, [inCohort(9)]),
        cohort(3, [inCohort(4)]),
        cohort(4, [inCohort(3)]),
        cohort(5, [{ type: 'event', key: 'x', value: 'y' }]),
        cohort(6, null, { isCopied: false }),
        cohort(7, []),
      ],
    })
    const failed = (reason: string) => ({ failed: true, enabled: false, reason })
    expect(await details()).toMatchObject({
      missing: failed('dependency_not_found_cohort'),
      inner: failed('dependency_not_found_cohort'),
      circle: failed('dependency_cycle_cohort'),
      nonsense: failed('cohort_invalid'),
      waiting: failed('cohort_not_calculated'),
      'never asked': { failed: false, enabled: false },
      nobody: { failed: false, enabled: false },
    })
  })
})

describe('flags that ask for others', () => {
  test('get what these come to, also for flags that are off or not wanted', async () => {
    const boolean = flag('boolean', when(person('plan', 'pro')))
    const multi = flag('multi', {
      groups: [{ variant: 'b' }],
      multivariate: {
        variants: [
          { key: 'a', rollout_percentage: 50 },
          { key: 'b', rollout_percentage: 50 },
        ],
      },
    })
    const off = flag('off', when(), { active: false })
    const chain = flag('chain', when(asks(boolean, true), asks(multi, true)))
    const flags = [
      flag('chained', when(asks(chain, true))),
      flag('is b', when(asks(multi, 'b'))),
      flag('is a', when(asks(multi, 'a'))),
      flag('multi off', when(asks(multi, false))),
      flag('boolean off', when(asks(boolean, false))),
      flag('off off', when(asks(off, false))),
      chain,
      boolean,
      multi,
      off,
    ]
    const { values } = world({ flags })
    const pro = { personProperties: { plan: 'pro' } }
    expect(await values(pro)).toMatchObject({
      chained: true,
      'is b': true,
      'is a': false,
      'multi off': false,
      'boolean off': false,
      'off off': true,
    })
    expect(await values({ ...pro, keys: ['chained', 'nothing'] })).toEqual({ chained: true })
    expect(await values({ personProperties: { plan: 'free' } })).toMatchObject({
      chained: false,
      'boolean off': true,
    })
  })

  test('that are not there, or ask in a circle, are off', async () => {
    const gone = flag('gone')
    const [a, b] = [flag('a'), flag('b')]
    a.filters = when(asks(b, true))
    b.filters = when(asks(a, true))
    const broken = flag('broken', when(asks(gone, false)))
    const { details } = world({ flags: [a, b, broken, flag('above', when(asks(broken, false)))] })
    const missing = { enabled: false, failed: false, reason: 'missing_dependency' }
    expect(await details()).toMatchObject({ a: missing, b: missing, broken: missing, above: missing })
  })
})

describe('before all conditions', () => {
  test('come answers to early access features', async () => {
    const { details } = world({
      flags: [
        flag('new', {
          groups: [{ rollout_percentage: 0 }],
          feature_enrollment: true,
          payloads: { true: 'x' },
        }),
        flag('old', {
          groups: [{ rollout_percentage: 100 }],
          super_groups: [
            { properties: [person('$feature_enrollment/old', ['true'])], rollout_percentage: 100 },
          ],
        }),
      ],
    })
    const answered = (enabled: boolean) => ({ enabled, reason: 'super_condition_value', conditionIndex: 0 })
    const say = (value: unknown) => ({
      personProperties: { '$feature_enrollment/new': value, '$feature_enrollment/old': value },
    })
    expect(await details(say(true))).toMatchObject({
      new: { ...answered(true), payload: 'x' },
      old: answered(true),
    })
    expect(await details(say('true'))).toMatchObject({ new: answered(true), old: answered(true) })
    expect(await details(say(false))).toMatchObject({
      new: { ...answered(false), payload: null },
      old: answered(false),
    })
    expect(await details()).toMatchObject({
      new: { enabled: false, reason: 'out_of_rollout_bound' },
      old: { enabled: true },
    })
  })

  test('come those who are held out', async () => {
    const holdout = (percentage: number) => ({
      groups: [{}],
      holdout: { id: 7, exclusion_percentage: percentage },
    })
    const { details } = world({
      flags: [
        flag('all', { ...holdout(100), payloads: { 'holdout-7': 'held' } }),
        flag('none', holdout(0)),
        flag('some', holdout(40)),
        flag('older', { groups: [{}], holdout_groups: [{ variant: 'holdout-3', rollout_percentage: 40 }] }),
      ],
    })
    const held = (variant: string) => ({
      enabled: true,
      variant,
      reason: 'holdout_condition_value',
      conditionIndex: null,
    })
    // by the place of `holdout-user_1`, 0.359…, and `holdout-test`, 0.627…
    expect(await details({ distinctId: 'user_1' })).toMatchObject({
      all: { ...held('holdout-7'), payload: 'held' },
      none: { variant: null, reason: 'condition_match' },
      some: held('holdout-7'),
      older: held('holdout-3'),
    })
    expect(await details({ distinctId: 'test' })).toMatchObject({
      some: { reason: 'condition_match' },
      older: { reason: 'condition_match' },
    })
  })
})

describe('what decides', () => {
  const half = { groups: [{ rollout_percentage: 50 }] }
  const drawn = (key: string, id: string) => placeInFlag(key, id) <= 0.5
  const [inside, outside] = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].reduce<[string, string]>(
    ([yes, no], id) => (drawn('half', id) ? [id, no] : [yes, id]),
    ['', ''],
  )

  test('with experience continuity is what was kept, then the id from before, then the present one', async () => {
    const flags = [flag('half', half, { ensureExperienceContinuity: true }), flag('plain', half)]
    const kept = world({ flags, found: { hashKeys: { half: inside, plain: inside } } })
    expect(await kept.values({ distinctId: outside, anonDistinctId: outside })).toEqual({
      half: true,
      plain: drawn('plain', inside),
    })
    expect(kept.asked[0]).toMatchObject({ continuity: ['half'], anonDistinctId: outside })
    const fresh = world({ flags })
    expect(await fresh.values({ distinctId: outside, anonDistinctId: inside })).toEqual({
      half: true,
      plain: drawn('plain', outside),
    })
    expect(await fresh.values({ distinctId: outside })).toMatchObject({ half: false })
  })

  test('is the device where the flag says so', async () => {
    const { details, values } = world({ flags: [flag('half', half, { bucketingIdentifier: 'device_id' })] })
    expect(await values({ distinctId: outside, deviceId: inside })).toEqual({ half: true })
    expect(await values({ distinctId: inside, deviceId: outside })).toEqual({ half: false })
    expect(await details({ distinctId: inside })).toMatchObject({
      half: { enabled: false, reason: 'out_of_rollout_bound', conditionIndex: 0 },
    })
  })
})

describe('a client', () => {
  test('gets the flags that are for it; for flags that ask for others those are off', async () => {
    const server = flag('server', when(), { evaluationRuntime: 'server' })
    const { values } = world({
      flags: [
        server,
        flag('client', when(), { evaluationRuntime: 'client' }),
        flag('all', when(asks(server, true))),
        flag('docs', when(), { evaluationContexts: ['docs', 'app'] }),
        flag('survey-targeting-1', when()),
      ],
    })
    const as = (client: Partial<FlagRequest['client']>) =>
      values({ client: { runtime: 'all', contexts: null, onlySurveys: false, ...client } })
    expect(Object.keys(await as({}))).toHaveLength(5)
    expect(await as({ runtime: 'client' })).toEqual({
      client: true,
      all: false,
      docs: true,
      'survey-targeting-1': true,
    })
    expect(await as({ runtime: 'server' })).toMatchObject({ server: true, all: true })
    expect(Object.keys(await as({ runtime: null }))).toEqual(['all', 'docs', 'survey-targeting-1'])
    expect(Object.keys(await as({ contexts: ['app'] }))).toContain('docs')
    expect(Object.keys(await as({ contexts: ['other'] }))).not.toContain('docs')
    expect(Object.keys(await as({ onlySurveys: true }))).toEqual(['survey-targeting-1'])
  })

  test.each([
    [{ userAgent: 'Mozilla/5.0 …' }, 'client'],
    [{ userAgent: 'posthog-ios/3.1' }, 'client'],
    [{ userAgent: 'posthog-node/5.70.0' }, 'server'],
    [{ userAgent: 'curl/8' }, 'server'],
    [{ userAgent: 'okhttp', origin: 'https://shop.test' }, 'client'],
    [{ secFetchMode: 'cors' }, 'client'],
    [{ userAgent: 'okhttp' }, null],
    [{}, null],
  ])('that sends %j is %s', (headers, kind) => {
    expect(runtimeOf(headers)).toBe(kind)
  })
})

test('it can be told how a flag came to its value', async () => {
  const { evaluator } = world({
    flags: [
      flag('why', {
        groups: [
          { properties: [person('plan', 'pro'), person('age', 3, 'gt')], rollout_percentage: 100 },
          { properties: [person('plan', 'free')], rollout_percentage: 0 },
          { properties: [], rollout_percentage: 100 },
          { properties: [] },
        ],
        multivariate: { variants: [{ key: 'a', rollout_percentage: 100 }] },
      }),
    ],
    found: knownPerson({ plan: 'free' }),
  })
  const trace: Trace = new Map()
  await evaluator.evaluate({ project, distinctId: 'user_1', trace })
  expect(trace.get('why')).toMatchObject([
    {
      conditionIndex: 0,
      outcome: 'no_condition_match',
      tests: [{ property: { key: 'plan', value: 'pro' }, value: 'free', matched: false }],
      bucket: null,
    },
    {
      conditionIndex: 1,
      outcome: 'out_of_rollout_bound',
      tests: [{ matched: true }],
      bucket: { id: 'user_1', place: placeInFlag('why', 'user_1'), upTo: 0 },
    },
    { conditionIndex: 2, outcome: 'condition_match', variantBucket: placeInFlag('why', 'user_1', 'variant') },
  ])
})

test('names that objects have of their own are names like all', async () => {
  const { values } = world({
    flags: [
      flag('__proto__', when(person('__proto__', 'x', 'is_not_set'))),
      flag('constructor', { ...when(person('constructor', 'x', 'is_set')), payloads: {} }),
    ],
    found: knownPerson({}),
  })
  const got = await values()
  expect(Object.entries(got)).toEqual([
    ['__proto__', true],
    ['constructor', false],
  ])
})

describe('definitions for SDKs', () => {
  const parsed = ({ json }: { json: Buffer }) => JSON.parse(json.toString())

  test('hold every flag but those for payloads, with dependencies by key', () => {
    const a = flag('a', when(person('email', '@example.com', 'icontains')), { name: 'first', version: 4 })
    const b = flag('b', when(asks(a, true)))
    const c = flag('c', when(asks(b, true)), { active: false })
    const gone = flag('gone')
    const { evaluator } = world({
      flags: [a, b, c, flag('d', when(asks(gone, true))), flag('rc', {}, { isRemoteConfiguration: true })],
    })
    const { flags, group_type_mapping, cohorts } = parsed(evaluator.definitionsFor(1, true))
    expect(flags.map(({ key, active }: { key: string; active: boolean }) => [key, active])).toEqual([
      ['a', true],
      ['b', true],
      ['c', false],
      ['d', true],
    ])
    expect(flags[0]).toEqual({
      id: a.id,
      team_id: 1,
      name: 'first',
      key: 'a',
      filters: a.filters,
      deleted: false,
      active: true,
      ensure_experience_continuity: false,
      version: 4,
      has_encrypted_payloads: false,
      bucketing_identifier: null,
      evaluation_runtime: 'all',
      evaluation_tags: [],
      has_experiment: false,
    })
    const dependency = (n: number) => flags[n].filters.groups[0].properties[0]
    expect(dependency(1)).toMatchObject({ key: 'a', dependency_chain: ['a'] })
    expect(dependency(2)).toMatchObject({ key: 'b', dependency_chain: ['a', 'b'] })
    expect(dependency(3)).toMatchObject({ dependency_chain: [] })
    expect(group_type_mapping).toEqual({ 0: 'organization', 1: 'project' })
    expect(cohorts).toEqual({})
  })

  test('have the cohorts that flags need and SDKs can evaluate', () => {
    const { evaluator } = world({
      flags: [flag('outer', when(inCohort(2))), flag('list', when(inCohort(3)))],
      cohorts: [cohort(1, [person('plan', 'pro')]), cohort(2, [inCohort(1)]), cohort(3, null), cohort(4, [])],
    })
    const { cohorts, flags } = parsed(evaluator.definitionsFor(1, true))
    expect(cohorts).toEqual({
      1: { type: 'OR', values: [person('plan', 'pro')] },
      2: { type: 'OR', values: [inCohort(1)] },
    })
    expect(flags[0].filters.groups[0].properties).toEqual([inCohort(2)])
  })

  test('write one plain cohort out for SDKs that know none', () => {
    const [pro, eu, adult] = [person('plan', 'pro'), person('region', 'eu'), person('age', 17, 'gt')]
    const { evaluator } = world({
      flags: [
        flag('one', { groups: [{ properties: [adult, inCohort(1)], rollout_percentage: 20, variant: 'x' }] }),
        flag('negated', when(inCohort(1, { operator: 'not_in' }))),
        flag('two', when(inCohort(1), inCohort(2))),
        flag('nested', when(inCohort(3))),
      ],
      cohorts: [
        cohort(1, [
          { type: 'AND', values: [pro, eu] },
          { type: 'OR', values: [adult] },
        ]),
        cohort(2, [pro]),
        cohort(3, [inCohort(2)]),
      ],
    })
    const { cohorts, flags } = parsed(evaluator.definitionsFor(1, false))
    expect(cohorts).toEqual({})
    const share = { rollout_percentage: 20, variant: 'x' }
    expect(flags[0].filters.groups).toEqual([
      { properties: [adult, pro, eu], ...share },
      { properties: [adult, adult], ...share },
    ])
    for (const n of [1, 2, 3]) expect(flags[n].filters.groups).toHaveLength(1)
    expect(flags[3].filters.groups[0].properties).toEqual([inCohort(3)])
  })

  test('are known again by their sum until something changes', () => {
    const { evaluator } = world({ flags: [flag('a')] })
    const [first, again] = [evaluator.definitionsFor(1, true), evaluator.definitionsFor(1, true)]
    expect(again).toBe(first)
    expect(world({ flags: [flag('a')] }).evaluator.definitionsFor(1, true).sum).not.toBe(first.sum)
  })
})
