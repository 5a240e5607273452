import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, testApp } from '../../../test/app.ts'
import { createOrganizationStore } from '../../accounts/organizations.ts'
import { createProjectStore, insertProject } from '../../accounts/projects.ts'
import { createActivityLog } from '../../activity/activity-log.ts'
import { newProjectApiKey } from '../../kit/api-keys.ts'
import { type CohortStore, createCohortStore } from '../cohorts/store.ts'
import { organizationFlagRoutes } from './organization-routes.ts'
import { featureFlagRoutes } from './routes.ts'
import { createFlagStore } from './store.ts'

let api: TestApp
let cohorts: CohortStore
let path: string
beforeAll(async () => {
  api = await testApp(afterAll, ({ database }) => {
    cohorts = createCohortStore(database)
    const activity = createActivityLog(database)
    const flags = createFlagStore({
      database,
      activity,
      findCohorts: cohorts.load,
      changed: async () => {},
    })
    return [
      featureFlagRoutes({ flags, activity }),
      organizationFlagRoutes({
        flags,
        organizations: createOrganizationStore(database),
        projects: createProjectStore(database),
        findCohorts: cohorts.load,
        findCohortByName: cohorts.byName,
        createCohort: async (project, ...given) => (await cohorts.create(project.id, ...given)).cohort,
      }),
    ]
  })
  path = `/api/projects/${api.project.id}/feature_flags/`
})

let keys = 0
const newKey = () => `flag-${++keys}`
const one = (id: number, at = path) => `${at}${id}/`
const made = async (body: object, at = path) => {
  const { status, body: flag } = await api.post(at, { key: newKey(), ...body })
  expect(status, JSON.stringify(flag)).toBe(201)
  return flag
}
const listed = async (query = '', at = path) =>
  (await api.get(`${at}${query}`)).body.results.map(({ key }: { key: string }) => key)
/** A further project of the same organization. */
async function besides() {
  const project = await api.database.transaction((tx) =>
    insertProject(tx, api.user, { organizationId: api.organization.id, apiToken: newProjectApiKey() }),
  )
  return { id: project.id, path: `/api/projects/${project.id}/feature_flags/` }
}
const property = (key: string, value: unknown, operator = 'exact') => ({
  key,
  value,
  operator,
  type: 'person',
})
const groupOf = (...properties: object[]) => ({ groups: [{ properties, rollout_percentage: 100 }] })
const variants = (...shares: number[]) => ({
  groups: [{ properties: [], rollout_percentage: null }],
  multivariate: { variants: shares.map((share, n) => ({ key: `v${n}`, rollout_percentage: share })) },
})

describe('a flag', () => {
  test('is made, read and changed', async () => {
    const filters = { groups: [{ rollout_percentage: 65 }], something: { unknown: [1, null] } }
    const { status, body } = await api.post(path, {
      key: 'beta-feature',
      name: 'Beta feature',
      filters,
      tags: [' Growth', 'growth', 'beta'],
      rollout_percentage: 3,
      id: 999,
    })
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.any(Number),
      key: 'beta-feature',
      name: 'Beta feature',
      filters,
      active: true,
      deleted: false,
      version: 1,
      is_simple_flag: true,
      rollout_percentage: 65,
      created_at: expect.stringMatching(/\.\d{6}Z$/),
      updated_at: expect.stringMatching(/\.\d{6}Z$/),
      created_by: expect.objectContaining({ id: api.user.id, email: 'owner@example.com' }),
      last_modified_by: expect.objectContaining({ id: api.user.id }),
      ensure_experience_continuity: false,
      experiment_set: [],
      features: [],
      rollback_conditions: null,
      performed_rollback: null,
      can_edit: true,
      user_access_level: 'editor',
      tags: ['beta', 'growth'],
      evaluation_tags: [],
      evaluation_runtime: 'all',
      bucketing_identifier: null,
      is_remote_configuration: false,
      has_encrypted_payloads: false,
      usage_dashboard: null,
      analytics_dashboards: [],
      has_enriched_analytics: false,
    })
    expect((await api.get(one(body.id))).body).toEqual(body)
    expect((await api.get(`/api/feature_flag/${body.id}`)).body).toEqual(body)
    const changed = await api.patch(one(body.id), {
      name: 'Better',
      active: false,
      evaluation_runtime: 'server',
    })
    expect(changed.body).toMatchObject({
      name: 'Better',
      active: false,
      version: 2,
      filters,
      key: 'beta-feature',
    })
    expect(changed.body.updated_at > body.updated_at).toBe(true)
  })

  test('without filters is for everybody', async () => {
    expect(await made({})).toMatchObject({
      name: '',
      active: true,
      filters: { groups: [{ properties: [], rollout_percentage: null }] },
      is_simple_flag: true,
      rollout_percentage: null,
    })
  })

  test('of the oldest kind is shown with groups', async () => {
    const properties = [property('email', '@example.com', 'icontains')]
    expect(await made({ filters: { properties, rollout_percentage: 40 } })).toMatchObject({
      filters: { groups: [{ properties, rollout_percentage: 40 }] },
      is_simple_flag: false,
      rollout_percentage: null,
    })
  })

  test('is simple when it has one condition without properties, of people', async () => {
    const simple = async (filters: object) => (await made({ filters })).is_simple_flag
    expect(await simple({ groups: [{ properties: [], rollout_percentage: 5 }] })).toBe(true)
    expect(await simple(groupOf(property('a', 'b')))).toBe(false)
    expect(await simple({ groups: [{}, {}] })).toBe(false)
    expect(await simple({ groups: [{}], aggregation_group_type_index: 0 })).toBe(false)
  })

  test('keeps its filters where a PATCH brings none with groups', async () => {
    const filters = groupOf(property('plan', 'pro'))
    const { id } = await made({ filters })
    expect((await api.patch(one(id), { filters: { payloads: { true: '1' } } })).body.filters).toEqual(filters)
    expect((await api.patch(one(id), { filters: {} })).body.filters).toEqual(filters)
    const put = await api.ask('PUT', one(id), { key: newKey(), filters: {} })
    expect(put.body.filters).toEqual({ groups: [{ properties: [], rollout_percentage: null }] })
  })

  test('is changed by a form', async () => {
    const { id, filters } = await made({ name: 'some feature', filters: groupOf(property('a', 'b')) })
    const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' } }
    const { status, body } = await api.patch(one(id), 'active=False&name=replaced', form)
    expect(status).toBe(200)
    expect(body).toMatchObject({ active: false, name: 'replaced', filters })
  })

  test('takes a PUT only with its key', async () => {
    const { id, key } = await made({ name: 'kept' })
    expect(await api.ask('PUT', one(id), { name: 'x' })).toMatchObject({
      status: 400,
      body: { code: 'required', attr: 'key' },
    })
    expect((await api.ask('PUT', one(id), { key, active: false })).body).toMatchObject({
      name: 'kept',
      active: false,
    })
  })

  test('can not be deleted for good', async () => {
    const { id } = await made({})
    const refused = await api.delete(one(id))
    expect([refused.status, refused.text, refused.headers.allow]).toEqual([405, '', 'GET, PUT, PATCH'])
    expect((await api.get(one(id))).status).toBe(200)
  })

  test('that is deleted is still read, frees its key, and comes back while that is free', async () => {
    const { id, key } = await made({})
    expect((await api.patch(one(id), { deleted: true })).body.deleted).toBe(true)
    expect(await listed(`?search=${key}`)).toEqual([])
    expect((await api.get(one(id))).body).toMatchObject({ key, deleted: true })
    expect((await api.patch(one(id), { deleted: false })).status).toBe(200)
    await api.patch(one(id), { deleted: true })
    const second = await made({ key })
    expect(await api.patch(one(id), { deleted: false })).toMatchObject({
      status: 400,
      body: { code: 'unique', attr: 'key' },
    })
    expect((await api.get(one(second.id))).body.deleted).toBe(false)
  })

  test('that is turned on has not been rolled back', async () => {
    const { id } = await made({ active: false })
    expect((await api.patch(one(id), { performed_rollback: true })).body.performed_rollback).toBe(true)
    expect((await api.patch(one(id), { active: true })).body.performed_rollback).toBe(false)
  })

  test('takes its early access answers along to another key', async () => {
    const { id, key } = await made({
      filters: {
        groups: [],
        super_groups: [{ properties: [property(`$feature_enrollment/${'x'}`, ['true'])] }],
      },
    })
    await api.patch(one(id), {
      filters: {
        groups: [],
        super_groups: [{ properties: [property(`$feature_enrollment/${key}`, ['true'])] }],
      },
    })
    const to = newKey()
    const { body } = await api.patch(one(id), { key: to })
    expect(body.filters.super_groups[0].properties[0].key).toBe(`$feature_enrollment/${to}`)
  })

  test("is nobody's but its project's", async () => {
    const other = await besides()
    const stranger = await api.stranger()
    const theirs = `/api/projects/${stranger.project.id}/feature_flags/`
    const { id, key } = await made({})
    expect((await api.get(one(id, other.path))).status).toBe(404)
    expect((await api.patch(one(id, other.path), { name: 'x' })).status).toBe(404)
    expect((await api.get(one(id, theirs), { key: stranger.key })).status).toBe(404)
    expect((await api.get(one(id), { key: stranger.key })).status).toBe(403)
    expect((await made({ key }, other.path)).key).toBe(key)
    expect((await api.get(one(999_999))).status).toBe(404)
    expect((await api.get(`${path}nonsense/`)).status).toBe(404)
  })
})

describe('a version', () => {
  test('that is not the present one any more is refused', async () => {
    const { id } = await made({ name: 'first' })
    const colleague = await api.colleague()
    await api.patch(one(id), { name: 'second' }, { key: colleague.key })
    const stale = await api.patch(one(id), { name: 'third', version: 1 })
    expect(stale).toMatchObject({
      status: 409,
      body: {
        type: 'server_error',
        code: 'conflict',
        detail: `The feature flag was updated by ${colleague.user.email} since you started editing it. Please refresh and try again.`,
      },
    })
    expect((await api.get(one(id))).body).toMatchObject({ name: 'second', version: 2 })
    expect((await api.patch(one(id), { name: 'third', version: 2 })).body).toMatchObject({
      name: 'third',
      version: 3,
    })
  })

  test('may be an older one where nothing was changed twice', async () => {
    const original = await made({ name: 'first' })
    const { id } = original
    await api.patch(one(id), { active: false })
    const edit = { version: 1, original_flag: original }
    expect((await api.patch(one(id), { ...edit, name: 'mine' })).body).toMatchObject({
      name: 'mine',
      active: false,
    })
    await api.patch(one(id), { name: 'theirs' })
    expect((await api.patch(one(id), { ...edit, name: 'other' })).status).toBe(409)
    expect((await api.patch(one(id), { ...edit, name: 'theirs' })).status).toBe(200)
  })

  test('is counted once for each of many changes at the same time', async () => {
    const { id } = await made({})
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => api.patch(one(id), { name: `${n}`, version: 1 })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(7)
    expect((await api.get(one(id))).body.version).toBe(2)
  })
})

describe('a list', () => {
  test('is narrowed and ordered', async () => {
    const { path: at } = await besides()
    const colleague = await api.colleague()
    await made({ key: 'alpha', name: 'First 100%', filters: variants(50, 50), tags: ['ui'] }, at)
    await made({ key: 'beta', active: false, evaluation_runtime: 'server' }, at)
    await api.post(at, { key: 'gamma_1', is_remote_configuration: true }, { key: colleague.key })
    const gone = await made({ key: 'delta' }, at)
    await api.patch(one(gone.id, at), { deleted: true })

    expect(await listed('', at)).toEqual(['gamma_1', 'beta', 'alpha'])
    expect(await listed('?order=key', at)).toEqual(['alpha', 'beta', 'gamma_1'])
    expect(await listed('?order=-key', at)).toEqual(['gamma_1', 'beta', 'alpha'])
    expect(await listed('?order=filters', at)).toEqual(['gamma_1', 'beta', 'alpha'])
    expect(await listed('?active=true&order=key', at)).toEqual(['alpha', 'gamma_1'])
    expect(await listed('?active=false', at)).toEqual(['beta'])
    expect(await listed('?search=FIRST', at)).toEqual(['alpha'])
    expect(await listed('?search=100%25', at)).toEqual(['alpha'])
    expect(await listed('?search=A_1', at)).toEqual(['gamma_1'])
    expect(await listed('?type=boolean&order=key', at)).toEqual(['beta', 'gamma_1'])
    expect(await listed('?type=multivariant', at)).toEqual(['alpha'])
    expect(await listed('?type=remote_config', at)).toEqual(['gamma_1'])
    expect(await listed('?type=experiment', at)).toEqual([])
    expect(await listed(`?created_by_id=${colleague.user.id}`, at)).toEqual(['gamma_1'])
    expect(await listed(`?created_by=${api.user.id}&order=key`, at)).toEqual(['alpha', 'beta'])
    expect(await listed('?evaluation_runtime=server', at)).toEqual(['beta'])
    expect(await listed('?tags=["UI"]', at)).toEqual(['alpha'])
    expect(await listed('?excluded_properties=["beta","alpha"]', at)).toEqual(['gamma_1'])
    expect(await listed('?tags=nonsense&active=nonsense&type=nonsense&created_by_id=x', at)).toHaveLength(3)

    const { body } = await api.get(`${at}?limit=2&active=true&order=key`)
    expect(body).toMatchObject({ count: 2, next: null, previous: null })
    const page = await api.get(`${at}?limit=2&order=key`)
    expect(page.body).toMatchObject({ count: 3, next: expect.stringContaining('offset=2') })
    expect((await api.get(`${at}matching_ids/?active=true`)).body).toMatchObject({ total: 2 })
  })

  test('finds flags that nobody needs any more', async () => {
    const { path: at } = await besides()
    for (const filters of [
      undefined,
      { groups: [{ rollout_percentage: 100, properties: [] }] },
      { groups: [{ rollout_percentage: 50 }] },
      groupOf(property('a', 'b')),
      variants(50, 50),
      { ...variants(50, 50), groups: [{ variant: 'v1' }] },
    ]) {
      await made({ filters }, at)
    }
    await made({ active: false }, at)
    expect(await listed('?active=STALE', at)).toEqual([])
    await api.database.db.execute("update feature_flags set created_at = created_at - interval '31 days'")
    const names = (await api.get(`${at}?order=created_at`)).body.results.map(
      ({ key }: { key: string }) => key,
    )
    expect(await listed('?active=STALE&order=created_at', at)).toEqual([names[0], names[1], names[5]])
  })
})

describe('refuses', () => {
  test.each<[string, object, { code?: string; attr?: string | null; detail?: string | RegExp }]>([
    ['no key', { key: undefined }, { code: 'required', attr: 'key', detail: 'This field is required.' }],
    ['an empty key', { key: '' }, { code: 'blank', attr: 'key' }],
    ['a key of blanks', { key: '  ' }, { code: 'blank', attr: 'key' }],
    ['a long key', { key: 'x'.repeat(401) }, { code: 'max_length', attr: 'key' }],
    ['a key with a dot', { key: 'a.b' }, { code: 'invalid_key', attr: 'key' }],
    ['a key with a letter of another alphabet', { key: 'größe' }, { code: 'invalid_key', attr: 'key' }],
    ['filters that are a list', { filters: [] }, { code: 'not_a_dict', attr: 'filters' }],
    ['filters that are null', { filters: null }, { code: 'null', attr: 'filters' }],
    ['groups that are no list', { filters: { groups: {} } }, { attr: 'filters' }],
    ['a group that is no dictionary', { filters: { groups: [3] } }, { attr: 'filters' }],
    ['properties that are no list', { filters: { groups: [{ properties: 'x' }] } }, { attr: 'filters' }],
    ['more than everybody', { filters: { groups: [{ rollout_percentage: 101 }] } }, { attr: 'filters' }],
    ['less than nobody', { filters: { groups: [{ rollout_percentage: -1 }] } }, { attr: 'filters' }],
    [
      'variants that do not sum to 100',
      { filters: variants(50, 25, 0) },
      {
        code: 'invalid_input',
        attr: null,
        detail: 'Invalid variant definitions: Variant rollout percentages must sum to 100.',
      },
    ],
    ['variants of more than 100', { filters: variants(50, 60) }, { attr: null }],
    [
      'two variants of one key',
      {
        filters: {
          groups: [],
          multivariate: {
            variants: [
              { key: 'a', rollout_percentage: 50 },
              { key: 'a', rollout_percentage: 50 },
            ],
          },
        },
      },
      { attr: 'filters' },
    ],
    [
      'a variant for a condition that there is not',
      { filters: { groups: [{ variant: 'x' }] } },
      { attr: 'filters', detail: 'Filters are not valid (variant override does not exist)' },
    ],
    [
      'properties of events',
      { filters: groupOf({ key: 'id', value: 5, type: 'event' }) },
      { code: 'invalid_input', attr: 'filters', detail: /can only use person, cohort, and flag properties/ },
    ],
    [
      'properties of groups for people',
      { filters: groupOf({ key: 'industry', value: 'finance', type: 'group', group_type_index: 0 }) },
      { code: 'invalid_input', attr: 'filters' },
    ],
    [
      'properties of people for groups',
      { filters: { ...groupOf(property('a', 'b')), aggregation_group_type_index: 0 } },
      { attr: 'filters', detail: 'Filters are not valid (can only use group properties)' },
    ],
    [
      'properties of another type of groups',
      {
        filters: {
          ...groupOf({ key: 'industry', value: 'finance', type: 'group', group_type_index: 1 }),
          aggregation_group_type_index: 0,
        },
      },
      { attr: 'filters', detail: 'Filters are not valid (can only use group properties)' },
    ],
    [
      'a cohort that there is not',
      { filters: groupOf({ key: 'id', type: 'cohort', value: 999_999_999 }) },
      { code: 'cohort_does_not_exist', attr: 'filters', detail: 'Cohort with id 999999999 does not exist' },
    ],
    [
      'a cohort by its name',
      { filters: groupOf({ key: 'id', type: 'cohort', value: 'vips' }) },
      { code: 'cohort_does_not_exist', attr: 'filters' },
    ],
    ['payloads that are a list', { filters: { groups: [], payloads: [] } }, { attr: 'filters' }],
    [
      'a payload of a variant that there is not',
      { filters: { ...variants(100), payloads: { v7: '1' } } },
      { attr: 'filters', detail: 'Payload keys must match a variant key for multivariate flags' },
    ],
    [
      'a payload by another name than true',
      { filters: { groups: [], payloads: { 'some-fake-key': 300 } } },
      { attr: 'filters', detail: "Payload keys must be 'true' for boolean flags" },
    ],
    [
      'a pattern that is none',
      { filters: groupOf(property('email', '(', 'regex')) },
      { code: 'invalid_regex', attr: 'filters' },
    ],
    [
      'a pattern that looks around',
      { filters: groupOf(property('email', '^(?!a)', 'not_regex')) },
      { code: 'invalid_regex', attr: 'filters' },
    ],
    [
      'an unknown operator',
      { filters: groupOf(property('email', 'x', 'sounds_like')) },
      { code: 'invalid_operator', attr: 'filters' },
    ],
    ['in for a property', { filters: groupOf(property('a', [1], 'in')) }, { code: 'invalid_operator' }],
    ['a number that is none', { filters: groupOf(property('age', 'old', 'gt')) }, { code: 'invalid_value' }],
    [
      'a range the wrong way round',
      { filters: groupOf(property('age', [9, 1], 'between')) },
      { code: 'invalid_value' },
    ],
    [
      'a date that is none',
      { filters: groupOf(property('at', 'soon', 'is_date_before')) },
      { code: 'invalid_date' },
    ],
    [
      'a version that is none',
      { filters: groupOf(property('v', 'new', 'semver_gt')) },
      { code: 'invalid_value' },
    ],
    [
      'a range of versions that is none',
      { filters: groupOf(property('v', '1.*.3', 'semver_wildcard')) },
      { code: 'invalid_value' },
    ],
    [
      'more values than anybody reads',
      { filters: groupOf(property('id', Array.from({ length: 1001 }, String))) },
      { attr: 'filters', detail: /cannot contain more than 1000 values/ },
    ],
    ['encrypted payloads', { has_encrypted_payloads: true }, { attr: 'has_encrypted_payloads' }],
    ['a runtime that there is not', { evaluation_runtime: 'edge' }, { code: 'invalid_choice' }],
    ['a NUL', { name: 'a\u0000b' }, { code: 'null_characters_not_allowed' }],
  ])('%s', async (_, body, { code, attr, detail }) => {
    const { status, body: error } = await api.post(path, { key: newKey(), ...body })
    expect([status, error.type]).toEqual([400, 'validation_error'])
    if (code !== undefined) expect(error.code).toBe(code)
    if (attr !== undefined) expect(error.attr).toBe(attr)
    if (typeof detail === 'string') expect(error.detail).toBe(detail)
    if (detail instanceof RegExp) expect(error.detail).toMatch(detail)
  })

  test('a key that is in use', async () => {
    const [first, second] = [await made({}), await made({})]
    const taken = {
      status: 400,
      body: {
        type: 'validation_error',
        code: 'unique',
        detail: 'There is already a feature flag with this key.',
        attr: 'key',
      },
    }
    expect(await api.post(path, { key: first.key })).toMatchObject(taken)
    expect(await api.patch(one(second.id), { key: first.key })).toMatchObject(taken)
    expect((await api.patch(one(second.id), { key: second.key })).status).toBe(200)
  })

  test('variants of a change that do not sum to 100, unless they stay as they were', async () => {
    const { id } = await made({ filters: variants(60, 40) })
    expect((await api.patch(one(id), { filters: variants(60, 30) })).status).toBe(400)
    await api.database.db.execute(
      `update feature_flags set filters = '${JSON.stringify(variants(60, 30))}' where id = ${id}`,
    )
    const kept = { ...variants(60, 30), groups: [{ rollout_percentage: 5 }] }
    expect((await api.patch(one(id), { filters: kept })).body.filters).toEqual(kept)
  })

  test('a cohort that was deleted', async () => {
    const filters = { properties: { type: 'AND', values: [property('plan', 'pro')] } }
    const { cohort } = await cohorts.create(api.project.id, api.user.id, { filters })
    const named = groupOf({ key: 'id', type: 'cohort', value: cohort.id })
    expect((await made({ filters: named })).filters).toEqual(named)
    await cohorts.update(api.project.id, cohort.id, { deleted: true })
    expect((await api.post(path, { key: newKey(), filters: named })).body.code).toBe('cohort_does_not_exist')
  })
})

describe('a flag that asks for another', () => {
  const on = (...ids: number[]) =>
    groupOf(
      ...ids.map((id) => ({ type: 'flag', key: String(id), operator: 'flag_evaluates_to', value: true })),
    )

  test('keeps that from being deleted and turned off', async () => {
    const base = await made({})
    const user = await made({ filters: on(base.id), name: 'needs it' })
    expect((await api.get(`${one(base.id)}dependent_flags/`)).body).toEqual([
      { id: user.id, key: user.key, name: 'needs it' },
    ])
    for (const [change, verb] of [
      [{ deleted: true }, 'delete'],
      [{ active: false }, 'disable'],
    ] as const) {
      const { status, body } = await api.patch(one(base.id), change)
      expect(status).toBe(400)
      expect(body.detail).toContain(`Cannot ${verb} this feature flag`)
      expect(body.detail).toContain(`${user.key} (ID: ${user.id})`)
    }
    await api.patch(one(user.id), { active: false })
    expect((await api.patch(one(base.id), { active: false })).status).toBe(200)
    expect((await api.patch(one(user.id), { active: true })).body.detail).toContain(
      `Cannot enable this feature flag because it depends on disabled flags: ${base.key}`,
    )
    expect((await api.patch(one(user.id), { filters: on(base.id), name: 'still' })).status).toBe(200)
  })

  test('asks for one that is there, by its id, and not in a circle', async () => {
    const [a, b, c] = [await made({}), await made({}), await made({ active: false })]
    const refused = async (id: number, filters: object) => {
      const { status, body } = await api.patch(one(id), { filters })
      expect([status, body.attr]).toEqual([400, 'filters'])
      return body.detail
    }
    await api.patch(one(b.id), { filters: on(a.id) })
    expect(await refused(a.id, on(b.id))).toBe(`Circular dependency detected: ${a.key} → ${b.key} → ${a.key}`)
    expect(await refused(a.id, on(a.id))).toBe(`Feature flag '${a.key}' cannot depend on itself`)
    expect(await refused(a.id, on(99_999_999))).toBe(
      'Flag dependency references non-existent flag with ID 99999999',
    )
    expect(await refused(a.id, on(c.id))).toContain(`Cannot create dependency on disabled flag '${c.key}'`)
    const byKey = { type: 'flag', key: b.key, operator: 'flag_evaluates_to', value: true }
    expect(await refused(a.id, groupOf(byKey))).toContain('must reference flag IDs')
    const exactly = { type: 'flag', key: String(b.id), operator: 'exact', value: true }
    expect(await refused(a.id, groupOf(exactly))).toBe(
      "Flag properties must use the 'flag_evaluates_to' operator",
    )
  })

  test('is deleted together with it', async () => {
    const base = await made({})
    const user = await made({ filters: on(base.id) })
    const lonely = await made({})
    const all = `${path}bulk_delete/`
    expect((await api.post(all, { ids: [base.id, lonely.id, 99_999_999] })).body).toEqual({
      deleted: [{ id: lonely.id, key: lonely.key }],
      errors: [
        { id: 99_999_999, reason: 'Flag not found' },
        {
          id: base.id,
          key: base.key,
          reason: `Cannot delete because other flags depend on it: ${user.key} (ID: ${user.id})`,
        },
      ],
    })
    const { body } = await api.post(all, { ids: [String(base.id), user.id] })
    expect(body.errors).toEqual([])
    expect(body.deleted).toHaveLength(2)
    expect((await api.post(`${path}bulk_keys/`, { ids: [base.id, lonely.id] })).body).toEqual({ keys: {} })
    expect((await api.post(all, { ids: [] })).status).toBe(400)
  })
})

describe('the activity log', () => {
  const told = async (at: string) =>
    (await api.get(at)).body.results.map((entry: { activity: string; detail: object }) => ({
      activity: entry.activity,
      ...entry.detail,
    }))

  test('tells who made a flag and what became of it, newest first', async () => {
    const { id, key } = await made({
      name: 'original name',
      filters: { groups: [{ rollout_percentage: 50 }] },
    })
    await api.patch(one(id), { name: 'Updated name', tags: ['New'] })
    await api.patch(one(id), { name: 'Updated name' })
    await api.patch(one(id), { filters: { groups: [{ rollout_percentage: 60 }] } })
    await api.patch(one(id), { deleted: true })
    await api.patch(one(id), { deleted: false })
    const change = (field: string, before: unknown, after: unknown) => ({
      type: 'FeatureFlag',
      action: 'changed',
      field,
      before,
      after,
    })
    expect(await told(`${one(id)}activity/`)).toMatchObject([
      { activity: 'restored', changes: [change('deleted', true, false)] },
      { activity: 'deleted', changes: [change('deleted', false, true)] },
      {
        activity: 'updated',
        name: key,
        changes: [
          change(
            'filters',
            { groups: [{ rollout_percentage: 50 }] },
            { groups: [{ rollout_percentage: 60 }] },
          ),
        ],
      },
      {
        activity: 'updated',
        changes: [change('name', 'original name', 'Updated name'), change('tags', [], ['new'])],
      },
      { activity: 'created', name: key, changes: null },
    ])
    const [newest] = (await api.get(`${path}activity/?limit=1`)).body.results
    expect(newest).toMatchObject({
      scope: 'FeatureFlag',
      item_id: String(id),
      user: { email: 'owner@example.com' },
    })
  })

  test('of a flag that there is not is an empty text', async () => {
    const { status, text } = await api.get(`${one(999_999)}activity/`)
    expect([status, text]).toEqual([404, '""'])
  })

  test('says nothing of a change that was refused', async () => {
    const { id } = await made({})
    const before = await told(`${one(id)}activity/`)
    await api.patch(one(id), { name: 'x', version: 7 })
    await api.patch(one(id), { filters: { groups: 3 } })
    expect(await told(`${one(id)}activity/`)).toEqual(before)
  })
})

describe('copying', () => {
  const copies = () => `/api/organizations/${api.organization.id}/feature_flags/`

  test('takes a flag and its cohorts to other projects', async () => {
    const pro = await cohorts.create(api.project.id, api.user.id, {
      name: 'pro',
      filters: { properties: { type: 'AND', values: [property('plan', 'pro')] } },
    })
    const both = await cohorts.create(api.project.id, api.user.id, {
      name: 'pro in France',
      filters: {
        properties: {
          type: 'AND',
          values: [property('country', 'fr'), { type: 'cohort', key: 'id', value: pro.cohort.id }],
        },
      },
    })
    const filters = {
      groups: [
        { properties: [{ type: 'cohort', key: 'id', value: both.cohort.id }], rollout_percentage: 20 },
      ],
      payloads: { true: '{"type": "x"}' },
      holdout: { id: 3, exclusion_percentage: 5 },
    }
    const flag = await made({ filters, name: 'copied' })
    const target = await besides()
    const copy = { feature_flag_key: flag.key, from_project: api.project.id }
    const { status, body } = await api.post(`${copies()}copy_flags/`, {
      ...copy,
      target_project_ids: [target.id, 999_999],
    })
    expect(status).toBe(200)
    expect(body.failed).toEqual([{ project_id: 999_999, errors: 'Target project does not exist.' }])
    const [there] = body.success
    expect(there).toMatchObject({ key: flag.key, name: 'copied', version: 1 })
    expect(there.filters.payloads).toEqual(filters.payloads)
    const copied = there.filters.groups[0].properties[0].value
    const outer = (await cohorts.get(target.id, copied)).cohort
    expect(outer).toMatchObject({ name: 'pro in France', projectId: target.id })
    const inner = await cohorts.byName(target.id, 'pro')
    expect(JSON.stringify(outer.filters)).toContain(`"value":${inner!.id}}`)

    // a holdout is of the experiments of its own project
    expect(there.filters).not.toHaveProperty('holdout')
    const holdout = { id: 4, exclusion_percentage: 50 }
    await api.patch(`${target.path}${there.id}/`, { filters: { ...there.filters, holdout } })

    await api.patch(one(flag.id), { name: 'again' })
    const again = await api.post(`${copies()}copy_flags/`, { ...copy, target_project_ids: [target.id] })
    expect(again.body.success).toMatchObject([{ id: there.id, name: 'again', version: 3 }])
    expect(again.body.success[0].filters.holdout).toEqual(holdout)
    expect(again.body.success[0].filters.groups[0].properties[0].value).toBe(copied)

    expect((await api.get(`${copies()}${flag.key}/`)).body).toMatchObject([
      { flag_id: flag.id, team_id: api.project.id },
      { flag_id: there.id, team_id: target.id },
    ])
  })

  test('needs the flags that it asks for to be there', async () => {
    const target = await besides()
    const base = await made({})
    const flag = await made({
      filters: groupOf({ type: 'flag', key: String(base.id), operator: 'flag_evaluates_to', value: true }),
    })
    const copy = { feature_flag_key: flag.key, from_project: api.project.id, target_project_ids: [target.id] }
    expect((await api.post(`${copies()}copy_flags/`, copy)).body.failed).toEqual([
      {
        project_id: target.id,
        errors: `It depends on the flag '${base.key}', which the project does not have.`,
      },
    ])
    const there = await made({ key: base.key }, target.path)
    const { body } = await api.post(`${copies()}copy_flags/`, copy)
    expect(body.success[0].filters.groups[0].properties[0].key).toBe(String(there.id))
  })

  test("is from and to one's own projects", async () => {
    const stranger = await api.stranger()
    const { key } = await made({})
    const copy = {
      feature_flag_key: key,
      from_project: api.project.id,
      target_project_ids: [stranger.project.id],
    }
    expect((await api.post(`${copies()}copy_flags/`, copy)).body.failed).toHaveLength(1)
    const theirs = { key: stranger.key }
    expect((await api.post(`${copies()}copy_flags/`, copy, theirs)).status).toBe(404)
    const own = '/api/organizations/@current/feature_flags/'
    expect((await api.post(`${own}copy_flags/`, copy, theirs)).body.detail).toBe(
      'Feature flag to copy does not exist.',
    )
    expect((await api.get(`${own}${key}/`, theirs)).body).toEqual([])
  })
})
