import fc from 'fast-check'
import { PostHog } from 'posthog-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../browser/chromium.ts'
import { startSite } from '../browser/site.ts'
import { api, eventually, type Json } from '../support/api.ts'
import { init, type RunningServer, startServer } from '../support/server.ts'

/**
 * Flags of every operator and people who have all that they ask for, drawn anew each time: posthog-node on its own,
 * posthog-node asking the server, and posthog-js must say the same of every pair. What is drawn leaves out where
 * PostHog's own SDK differs from its own server; those differences are tests of their own below.
 */
const seed = Date.now() % 2 ** 31
const usersDrawn = 50
const flagsOfAnOperator = 2

type Values = Record<string, unknown>
type User = { id: string; properties: Values; group: { key: string; properties: Values } }
type Condition = { properties: Values[]; rollout_percentage: number | null; variant?: string | null }

const words = ['Pro', 'pro plan', 'ENTERPRISE', 'enter', '', 'näive', 'a.b', '3.5', 2.5]
const pools = {
  word: [...words, null],
  filled: words,
  truth: [true, false, 'true', 'FALSE', 'yes', [true, 'true'], [true, false], null],
  number: [-1, 0, 7, 7.25, '7', '-3.5', '1e3', 1e6, '0042'],
  date: [
    '2020-01-01',
    '2024-02-29T12:30:00Z',
    '2024-02-29T12:30:00+02:00',
    '2999-12-31',
    '2023-06-01T00:00:00.5Z',
  ],
  version: ['1.2.3', 'v1.2.3', '1.2', '1', '0.2.3', '0.0.3', '1.10.0', '2.0.0', '1.3.0', 'not a version'],
} satisfies Record<string, unknown[]>
type Kind = keyof typeof pools
const kinds = Object.keys(pools) as Kind[]

const goodVersions = pools.version.filter((version) => version !== 'not a version')
const texts = ['pro', 'PRO', 'e', 'plan', 'X', '.', '', 'null', 'ä']
const relative = ['-1d', '3w', '-2m', '5y', '-9000d', '12h']

/** What filters of an operator want, and of which kind of property they ask. */
const operators: Record<string, [kind: Kind, wanted: readonly unknown[]]> = {
  exact: ['word', ['pro', 'PRO', ['ENTERPRISE', 'a.b'], '3.5', 2.5, 'null', '', ['NÄIVE']]],
  is_not: ['word', ['pro', 'Enterprise', ['enter', 'a.b', ''], 2.5, 'NULL']],
  'exact (truth)': ['truth', [true, false, 'True', 'false', ['true', true], []]],
  'is_not (truth)': ['truth', [true, false, 'True', ['false']]],
  is_set: ['word', ['is_set']],
  is_not_set: ['word', ['is_not_set']],
  icontains: ['word', texts],
  not_icontains: ['word', texts],
  icontains_multi: ['filled', [['pro', 'X'], ['ENTER']]],
  not_icontains_multi: ['filled', [['pro', 'X'], ['ENTER']]],
  starts_with: ['word', texts],
  not_starts_with: ['word', texts],
  ends_with: ['word', texts],
  not_ends_with: ['word', texts],
  regex: ['word', ['^pro', '[A-Z]{3}', 'o|x', '', '\\d+\\.\\d$', '^$']],
  not_regex: ['word', ['^pro', '[A-Z]{3}', 'o|x', '', '^.{3,}$']],
  gt: ['number', [0, 7, '7', -3.5, 1000]],
  gte: ['number', [0, 7, '7.25', -3.5, 1000]],
  lt: ['number', [0, 7, '42', -3.5, 1000]],
  lte: ['number', [0, 7, '42.0', -3.5, 1000]],
  between: [
    'number',
    [
      [0, 7],
      ['-4', 7.25],
      [7, 7],
    ],
  ],
  not_between: [
    'number',
    [
      [0, 7],
      ['-4', 7.25],
      [7, 7],
    ],
  ],
  is_date_exact: ['date', ['2024-02-29T12:30:00Z', '2020-01-01']],
  is_date_before: ['date', [...pools.date, ...relative]],
  is_date_after: ['date', [...pools.date, ...relative]],
  semver_eq: ['version', goodVersions],
  semver_neq: ['version', goodVersions],
  semver_gt: ['version', goodVersions],
  semver_gte: ['version', goodVersions],
  semver_lt: ['version', goodVersions],
  semver_lte: ['version', goodVersions],
  semver_tilde: ['version', goodVersions],
  semver_caret: ['version', goodVersions],
  semver_wildcard: ['version', ['1.*', '1.2.*', '0.2.*', '2.*']],
}
/** posthog-node asks the server about these, and would take a later condition that it knows before it does. */
const onlyTheServerKnows = [
  'icontains_multi',
  'not_icontains_multi',
  'between',
  'not_between',
  'is_date_exact',
  'regex',
  'not_regex',
]
const operatorOf = (name: string) => name.replace(/ .*/, '')

const property = (name: string, type: 'person' | 'group' = 'person'): fc.Arbitrary<Values> => {
  const [kind, wanted] = operators[name]!
  return fc.record({
    key: fc.constant(kind),
    type: fc.constant(type),
    operator: fc.constant(operatorOf(name)),
    value: fc.constantFrom(...wanted),
  })
}
const wellKnown = Object.keys(operators).filter((name) => !onlyTheServerKnows.includes(name))
const anyProperty = fc.constantFrom(...wellKnown).chain((name) => property(name))

const rollout = fc.constantFrom(null, 100, 100, 70, 37.5, 0)
const variants = fc.constantFrom(
  null,
  [
    ['control', 50],
    ['test', 50],
  ] as const,
  [
    ['a', 33.3],
    ['b', 33.3],
    ['c', 33.4],
  ] as const,
)

function condition(first: fc.Arbitrary<Values>, others: fc.Arbitrary<Values>): fc.Arbitrary<Condition> {
  return fc.record({
    properties: fc
      .tuple(first, fc.array(others, { maxLength: 1 }))
      .map(([one, more]) => (more.some(({ key }) => key === one.key) ? [one] : [one, ...more])),
    rollout_percentage: rollout,
  })
}

/** Filters whose first condition asks by the operator. */
function filters(name: string): fc.Arbitrary<Values> {
  const isKnown = wellKnown.includes(name)
  const conditions = fc
    .tuple(
      isKnown ? condition(property(name), anyProperty) : condition(property(name), property(name)),
      fc.array(condition(anyProperty, anyProperty), { maxLength: isKnown ? 2 : 0 }),
    )
    .map(([first, others]) => [first, ...others])
  return fc.tuple(conditions, variants, fc.boolean(), fc.boolean()).map(([groups, parts, early, chosen]) => ({
    groups: groups.map((group, index) => ({
      ...group,
      variant: parts && chosen && index === 0 ? parts[0][0] : null,
    })),
    ...(parts && {
      multivariate: {
        variants: parts.map(([key, percentage]) => ({ key, rollout_percentage: percentage })),
      },
    }),
    payloads: { [parts ? parts[0][0] : 'true']: `{"of": "${name}"}` },
    ...(early && { early_exit: true }),
  }))
}

const users: User[] = fc
  .sample(
    fc.record({
      properties: fc.record(
        Object.fromEntries(kinds.map((kind) => [kind, fc.constantFrom<unknown>(...pools[kind])])),
      ),
      company: fc.record({
        plan: fc.constantFrom<unknown>(...pools.word),
        seats: fc.constantFrom<unknown>(...pools.number),
      }),
    }),
    { numRuns: usersDrawn, seed },
  )
  .map(({ properties, company }, index) => ({
    id: index % 5 === 0 ? `Jürgen ${index}` : `user-${index}`,
    properties: { ...properties, $device_id: `device-${index % 7}` },
    group: { key: `company-${index % 11}`, properties: company },
  }))

let server: RunningServer
let alone: PostHog
let asking: PostHog
const flagKeys: string[] = []

async function create(key: string, filters: Values, more: Values = {}): Promise<number> {
  const flag = await api(server.url, 'POST', '/api/projects/@current/feature_flags/', {
    key,
    filters,
    ...more,
  })
  flagKeys.push(key)
  return flag.id
}

async function cohort(name: string, properties: Values): Promise<number> {
  const made = await api(server.url, 'POST', '/api/projects/@current/cohorts/', {
    name,
    filters: { properties },
  })
  return made.id
}

const everyone = (properties: Values[], more: Values = {}) => ({
  groups: [{ properties, rollout_percentage: 100 }],
  ...more,
})
const of = (key: string, operator: string, value: unknown, more: Values = {}) => ({
  key,
  type: 'person',
  operator,
  value,
  ...more,
})

/**
 * Where PostHog's SDK decides otherwise than PostHog's server, or leaves it to the server (undefined), and we do as
 * the server does.
 */
const knownDifferences: Array<{
  key: string
  why: string
  filter: Values
  value: unknown
  alone: boolean | undefined
  asking: boolean
}> = [
  {
    key: 'pre-release',
    why: 'the SDK takes 1.2.3-beta for 1.2.3; by semver it comes before',
    filter: of('version', 'semver_gte', '1.2.3'),
    value: '1.2.3-beta',
    alone: true,
    asking: false,
  },
  {
    key: 'text-and-number',
    why: 'the SDK compares as texts what is no number; to the server it is no match',
    filter: of('number', 'gt', 5),
    value: 'many',
    alone: true,
    asking: false,
  },
  {
    key: 'number-at-the-start',
    why: 'the SDK reads 12 from "12 apples"',
    filter: of('number', 'gt', 5),
    value: '12 apples',
    alone: true,
    asking: false,
  },
  {
    key: 'seconds',
    why: 'a number is milliseconds to the SDK, seconds to the server',
    filter: of('date', 'is_date_after', '2001-01-01'),
    value: 1_700_000_000,
    alone: false,
    asking: true,
  },
  {
    key: 'whole-number',
    why: 'the SDK cannot tell 3 from 3.0, which the server writes in another way',
    filter: of('word', 'exact', '3'),
    value: 3,
    alone: undefined,
    asking: true,
  },
  {
    key: 'list-as-text',
    why: 'a list is x,y to the SDK, and JSON to the server',
    filter: of('word', 'starts_with', 'x'),
    value: ['x', 'y'],
    alone: true,
    asking: false,
  },
  {
    key: 'null-of-many',
    why: 'the SDK says no to null before it sees that it does not know the operator',
    filter: of('filled', 'not_icontains_multi', ['pro']),
    value: null,
    alone: false,
    asking: true,
  },
  {
    key: 'unicode-regex',
    why: 'the SDK leaves patterns to the server where JavaScript may differ',
    filter: of('word', 'regex', '^n.ive$'),
    value: 'näive',
    alone: undefined,
    asking: true,
  },
]

/** Flags on cohorts, on flags, on groups, by device and held out: what drawing alone would not find. */
async function createTheOthers() {
  const paying = await cohort('paying', {
    type: 'OR',
    values: [
      { type: 'AND', values: [of('word', 'icontains', 'pro'), of('number', 'gt', 0)] },
      {
        type: 'AND',
        values: [of('truth', 'exact', true, { negation: true }), of('version', 'semver_gt', '1.2.3')],
      },
    ],
  })
  const nested = await cohort('nested', {
    type: 'AND',
    values: [
      {
        type: 'OR',
        values: [{ key: 'id', type: 'cohort', value: paying }, of('word', 'exact', ['ENTERPRISE', 'a.b'])],
      },
      { type: 'OR', values: [of('number', 'lt', 1000)] },
    ],
  })
  const inCohort = (value: number, operator = 'in') => ({ key: 'id', type: 'cohort', value, operator })
  await create('in a cohort'.replaceAll(' ', '-'), everyone([inCohort(paying)]))
  await create('not-in-a-cohort', everyone([inCohort(paying, 'not_in')]))
  await create('in-a-nested-cohort', {
    groups: [
      { properties: [inCohort(nested), of('date', 'is_date_after', '2022-01-01')], rollout_percentage: 60 },
      { properties: [inCohort(nested, 'not_in')], rollout_percentage: 30 },
    ],
  })
  const base = await create('base', everyone([of('number', 'gte', 7)]))
  const varied = await create('varied', {
    ...everyone([]),
    multivariate: {
      variants: [
        { key: 'x', rollout_percentage: 40 },
        { key: 'y', rollout_percentage: 60 },
      ],
    },
  })
  await create('off', everyone([]), { active: false })
  const wants = (id: number, value: unknown) => ({
    key: String(id),
    type: 'flag',
    operator: 'flag_evaluates_to',
    value,
  })
  const onBase = await create('on-base', everyone([wants(base, true)]))
  await create('off-base', everyone([wants(base, false), of('truth', 'is_not', true)]))
  await create('on-x', everyone([wants(varied, 'x')]))
  await create('on-any', everyone([wants(varied, true), wants(onBase, true)]))
  await create(
    'by-device',
    { groups: [{ properties: [], rollout_percentage: 40 }] },
    {
      bucketing_identifier: 'device_id',
    },
  )
  await create('held-out', {
    ...everyone([of('number', 'gte', 0)]),
    holdout: { id: 7, exclusion_percentage: 25 },
  })
  const ofGroup = (key: string, operator: string, value: unknown) => ({
    key,
    type: 'group',
    group_type_index: 0,
    operator,
    value,
  })
  await create('of-a-group', {
    aggregation_group_type_index: 0,
    groups: [
      { properties: [ofGroup('plan', 'icontains', 'e')], rollout_percentage: 100 },
      { properties: [ofGroup('seats', 'gt', 0)], rollout_percentage: 50 },
    ],
    multivariate: {
      variants: [
        { key: 'left', rollout_percentage: 50 },
        { key: 'right', rollout_percentage: 50 },
      ],
    },
  })
  for (const { key, filter } of knownDifferences) await create(key, everyone([filter]))
  await create('any-group', { aggregation_group_type_index: 0, groups: [{ rollout_percentage: 45 }] })
}

beforeAll(async () => {
  server = await startServer()
  asking = new PostHog(init.projectApiKey, { host: server.url })
  asking.groupIdentify({ groupType: 'company', groupKey: 'company-0', properties: {} })
  await asking.flush()
  await eventually(
    async () => (await api(server.url, 'GET', '/api/projects/@current/groups_types/')).length === 1,
    'the group type',
  )
  for (const name of Object.keys(operators)) {
    const drawn = fc.sample(filters(name), { numRuns: flagsOfAnOperator, seed })
    for (const [index, one] of drawn.entries()) {
      await create(`${name.replace(/\W+/g, '-')}-${index}`, one)
    }
  }
  await createTheOthers()
  alone = new PostHog(init.projectApiKey, {
    host: server.url,
    personalApiKey: init.personalApiKey,
    featureFlagsPollingInterval: 3_600_000,
  })
  await alone.waitForLocalEvaluationReady()
})
afterAll(async () => {
  await Promise.all([alone?.shutdown(), asking?.shutdown()])
  await server?.stop()
})

type Said = Record<string, string | boolean>
const about = ({ properties, group }: User) => ({
  personProperties: properties as Record<string, string>,
  groups: { company: group.key },
  groupProperties: { company: group.properties as Record<string, string> },
})

/** What the server says of a user, by posthog-node. */
const remote = (user: User): Promise<Said> => asking.getAllFlags(user.id, about(user))

/** Pairs of which two say something else. */
const differences = (said: Array<[User, Said]>, other: Array<[User, Said]>) =>
  said.flatMap(([user, flags], index) =>
    Object.keys(flags)
      .filter((key) => flags[key] !== (other[index]![1][key] ?? false))
      .map((key) => `${key}: ${flags[key]} or ${other[index]![1][key]} ${JSON.stringify(user)}`),
  )

test('posthog-node says the same on its own and by the server', async () => {
  const theirs: Array<[User, Said]> = []
  const ours: Array<[User, Said]> = []
  for (const user of users) {
    const options = { ...about(user), onlyEvaluateLocally: true }
    theirs.push([user, await alone.getAllFlags(user.id, options)])
    ours.push([user, await remote(user)])
  }
  expect({ seed, differences: differences(theirs, ours) }).toEqual({ seed, differences: [] })
  const answers = theirs.flatMap(([, said]) => Object.values(said))
  expect(answers.length).toBeGreaterThanOrEqual(2_000)
  expect(answers.filter((answer) => answer !== false).length).toBeGreaterThan(answers.length / 10)
  expect(ours.every(([, said]) => flagKeys.every((key) => said[key] !== undefined || key === 'off'))).toBe(
    true,
  )
})

test('posthog-js says what posthog-node is told', async () => {
  const site = await startSite({
    '/': `<!doctype html><script type="module">
      import posthog from '/posthog-js.mjs'
      window.posthog = posthog
    </script>`,
  })
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    await page.goto(site.url)
    await page.waitForFunction('window.posthog')
    // As text: what runs in the page is not compiled with its types.
    const ask = `async ({ host, token, user, keys, name }) => {
      const client = window.posthog.init(token, {
        api_host: host,
        persistence: 'memory',
        persistence_name: name,
        autocapture: false,
        capture_pageview: false,
        capture_pageleave: false,
        advanced_disable_feature_flags_on_first_load: true,
        bootstrap: { distinctID: user.id, isIdentifiedID: true },
      }, name)
      client.register({ $device_id: user.properties.$device_id })
      client.group('company', user.group.key)
      client.setGroupPropertiesForFlags({ company: user.group.properties }, false)
      client.setPersonPropertiesForFlags(user.properties, false)
      await new Promise((done) => {
        client.reloadFeatureFlags()
        client.onFeatureFlags(done)
      })
      return Object.fromEntries(keys.map((key) => [key, client.getFeatureFlag(key, { send_event: false }) ?? false]))
    }`
    const inBrowser: Array<[User, Said]> = []
    const ours: Array<[User, Said]> = []
    for (const user of users) {
      const given: Json = { host: server.url, token: init.projectApiKey, user, keys: flagKeys, name: user.id }
      inBrowser.push([user, (await page.evaluate(`(${ask})(${JSON.stringify(given)})`)) as Said])
      ours.push([user, await remote(user)])
    }
    expect({ seed, differences: differences(inBrowser, ours) }).toEqual({ seed, differences: [] })
    expect(inBrowser.flatMap(([, said]) => Object.values(said)).length).toBeGreaterThanOrEqual(2_000)
  } finally {
    await browser.close()
    await site.close()
  }
})

test.each(knownDifferences)('$key: $why', async ({ key, filter, value, alone: onItsOwn, asking: asked }) => {
  const user = { ...users[0]!, properties: { ...users[0]!.properties, [String(filter.key)]: value } }
  const local = await alone.getAllFlags(user.id, { ...about(user), onlyEvaluateLocally: true })
  expect([local[key], (await remote(user))[key]]).toEqual([onItsOwn, asked])
})
