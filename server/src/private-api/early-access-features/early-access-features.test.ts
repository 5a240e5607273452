import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, type TestApp, testApp } from '../../../test/app.ts'
import { createCohortStore } from '../cohorts/store.ts'
import { featureFlagRoutes } from '../feature-flags/routes.ts'
import { createFlagStore } from '../feature-flags/store.ts'
import { earlyAccessRoutes } from './routes.ts'
import { createEarlyAccessStore } from './store.ts'

let api: TestApp
let path: string
let flagsPath: string
let told = 0
beforeAll(async () => {
  api = await testApp(afterAll, ({ database, activity }) => {
    const flags = createFlagStore({
      database,
      activity,
      findCohorts: createCohortStore(database).load,
      changed: async () => {
        told++
      },
    })
    const features = createEarlyAccessStore({ database, activity, flags })
    return [featureFlagRoutes({ flags, activity }), earlyAccessRoutes({ features })]
  })
  path = `/api/projects/${api.project.id}/early_access_feature/`
  flagsPath = `/api/projects/${api.project.id}/feature_flags/`
})

let names = 0
const newName = () => `Feature ${++names}`
const one = (id: string) => `${path}${id}/`
const made = async (body: object = {}) => {
  const answer = await api.post(path, { name: newName(), stage: 'beta', ...body })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}
const flag = async (body: object) => (await api.post(flagsPath, body)).body
const flagOf = async ({ feature_flag }: { feature_flag: { id: number } }) =>
  (await api.get(`${flagsPath}${feature_flag.id}/`)).body
const refused = ({ status, body }: Answer) => [status, body.code, body.attr, body.detail]
const joined = (key: string) => [
  {
    properties: [{ key: `$feature_enrollment/${key}`, type: 'person', operator: 'exact', value: ['true'] }],
    rollout_percentage: 100,
  },
]

describe('an early access feature', () => {
  test('is made with a flag that nobody has without joining', async () => {
    const given = {
      name: ' Größere Karten (2) ',
      description: 'Larger maps.',
      stage: 'beta',
      documentation_url: 'https://example.com/maps',
      payload: { icon: 'map' },
      id: 'x',
    }
    const { status, body } = await api.post(path, given)
    expect(status).toBe(201)
    expect(body).toEqual({
      ...given,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'Größere Karten (2)',
      created_at: expect.stringMatching(/\.\d{6}Z$/),
      feature_flag: {
        id: expect.any(Number),
        team_id: api.project.id,
        name: 'Feature Flag for Feature Größere Karten (2)',
        key: 'groere-karten-2',
        filters: {
          groups: [{ properties: [], rollout_percentage: 0, variant: null }],
          super_groups: joined('groere-karten-2'),
        },
        deleted: false,
        active: true,
        ensure_experience_continuity: false,
        has_encrypted_payloads: false,
        version: 1,
        evaluation_runtime: 'all',
        bucketing_identifier: null,
        evaluation_tags: [],
      },
    })
    expect((await api.get(one(body.id))).body).toEqual(body)
    expect((await flagOf(body)).features).toEqual([
      {
        id: body.id,
        name: body.name,
        description: 'Larger maps.',
        stage: 'beta',
        documentationUrl: 'https://example.com/maps',
        payload: { icon: 'map' },
        flagKey: 'groere-karten-2',
      },
    ])
  })

  test('takes a flag that is there, with all that is in it', async () => {
    const filters = { groups: [{ properties: [], rollout_percentage: 20 }], payloads: { true: '1' } }
    const { id, key } = await flag({ key: 'taken', filters })
    const body = await made({ feature_flag_id: id })
    expect(body.feature_flag).toMatchObject({
      id,
      version: 2,
      filters: { ...filters, super_groups: joined(key) },
    })
    const draft = await flag({ key: 'draft', filters })
    expect((await made({ feature_flag_id: draft.id, stage: 'draft' })).feature_flag).toMatchObject({
      version: 1,
      filters,
    })
  })

  test('lets people join in some stages only, and its flag follows', async () => {
    const feature = await made({ stage: 'concept' })
    const { key } = feature.feature_flag
    expect(feature.feature_flag.filters).not.toHaveProperty('super_groups')
    for (const [stage, isOpen, version] of [
      ['alpha', true, 2],
      ['beta', true, 2],
      ['general-availability', true, 2],
      ['archived', false, 3],
      ['draft', false, 3],
      ['beta', true, 4],
      ['concept', false, 5],
    ] as const) {
      const { body } = await api.patch(one(feature.id), { stage })
      expect([body.stage, body.feature_flag.version]).toEqual([stage, version])
      expect(body.feature_flag.filters.super_groups ?? null).toEqual(isOpen ? joined(key) : null)
    }
    await api.patch(one(feature.id), { stage: 'beta' })
    await api.patch(`${flagsPath}${feature.feature_flag.id}/`, { key: 'renamed' })
    expect((await api.get(one(feature.id))).body.feature_flag.filters.super_groups).toEqual(joined('renamed'))
  })

  test('keeps what is not sent; PUT wants name and stage', async () => {
    const feature = await made({ description: 'Before' })
    expect((await api.patch(one(feature.id), { name: 'After' })).body).toEqual({ ...feature, name: 'After' })
    expect((await api.patch(one(feature.id), {})).body.name).toBe('After')
    expect(refused(await api.ask('PUT', one(feature.id), { name: 'x' })).slice(0, 3)).toEqual([
      400,
      'required',
      'stage',
    ])
    const put = await api.ask('PUT', one(feature.id), { name: 'x', stage: 'archived' })
    expect(put.body).toMatchObject({ name: 'x', stage: 'archived', description: 'Before' })
  })

  test('is deleted for good, and its flag asks no more', async () => {
    const feature = await made()
    const flagPath = `${flagsPath}${feature.feature_flag.id}/`
    const wrong = 'Cannot delete a feature flag that is in use with early access features.'
    expect((await api.patch(flagPath, { deleted: true })).body.detail).toContain(wrong)
    const many = await api.post(`${flagsPath}bulk_delete/`, { ids: [feature.feature_flag.id] })
    expect(many.body).toMatchObject({ deleted: [], errors: [{ reason: expect.stringContaining(wrong) }] })
    const before = told
    expect(await api.delete(one(feature.id))).toMatchObject({ status: 204, text: '' })
    expect(told).toBe(before + 1)
    expect((await api.get(one(feature.id))).status).toBe(404)
    expect((await api.delete(one(feature.id))).status).toBe(404)
    expect(await flagOf(feature)).toMatchObject({ features: [], filters: { super_groups: null } })
    expect((await api.patch(flagPath, { deleted: true })).status).toBe(200)
  })

  test('is listed with the newest first', async () => {
    const [first, second] = [await made(), await made()]
    const { body } = await api.get(`${path}?limit=2`)
    expect(body.results.map(({ id }: { id: string }) => id)).toEqual([second.id, first.id])
    expect(body.count).toBe((await api.get(path)).body.results.length)
    expect(body.next).toContain('offset=2')
  })
})

test('what can not be is refused', async () => {
  const { id, key } = (await made({ name: 'Only once' })).feature_flag
  const grouped = await flag({ key: 'grouped', filters: { groups: [{}], aggregation_group_type_index: 0 } })
  const variants = [
    { key: 'a', rollout_percentage: 50 },
    { key: 'b', rollout_percentage: 50 },
  ]
  const many = await flag({ key: 'many', filters: { groups: [{}], multivariate: { variants } } })
  const gone = await flag({ key: 'gone' })
  await api.patch(`${flagsPath}${gone.id}/`, { deleted: true })
  const missing = 'Feature Flag with this ID does not exist'
  for (const [body, code, attr, detail] of [
    [{ name: '' }, 'blank', 'name'],
    [{ name: 'x'.repeat(201) }, 'max_length', 'name'],
    [{ stage: 'gamma' }, 'invalid_choice', 'stage', '"gamma" is not a valid choice.'],
    [
      { documentation_url: 'javascript:alert(1)' },
      'invalid_input',
      'documentation_url',
      'Enter a valid URL.',
    ],
    [{ name: 'Only once' }, 'unique', 'key', 'There is already a feature flag with this key.'],
    [{ name: '日本' }, 'invalid_key', 'key'],
    [
      { feature_flag_id: id },
      'invalid_input',
      null,
      `Linked feature flag ${key} already has a feature attached to it.`,
    ],
    [{ feature_flag_id: gone.id }, 'invalid_input', null, missing],
    [{ feature_flag_id: 3_000_000_000 }, 'invalid_input', null, missing],
    [
      { feature_flag_id: grouped.id },
      'invalid_input',
      null,
      'Group-based feature flags are not supported for Early Access Features.',
    ],
    [
      { feature_flag_id: many.id },
      'invalid_input',
      null,
      'Multivariate feature flags are not supported for Early Access Features.',
    ],
  ] as const) {
    const answer = await api.post(path, { name: newName(), stage: 'beta', ...(body as object) })
    expect([body, ...refused(answer)]).toEqual([body, 400, code, attr, detail ?? answer.body.detail])
  }
})

test('of two that want the same flag at the same time, one gets it', async () => {
  const { id } = await flag({ key: 'wanted' })
  const answers = await Promise.all(
    [1, 2].map(() => api.post(path, { name: newName(), stage: 'draft', feature_flag_id: id })),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 400])
})

test('another project sees none, and its flags can not be had', async () => {
  const feature = await made()
  const stranger = await api.stranger()
  const key = { key: stranger.key }
  const theirs = `/api/projects/${stranger.project.id}/early_access_feature/`
  expect((await api.get(theirs, key)).body.results).toEqual([])
  expect((await api.get(`${theirs}${feature.id}/`, key)).status).toBe(404)
  expect((await api.delete(`${theirs}${feature.id}/`, key)).status).toBe(404)
  const { id } = await flag({ key: 'ours' })
  expect((await api.post(theirs, { name: 'x', stage: 'beta', feature_flag_id: id }, key)).status).toBe(400)
})

test('what is done is in the activity log', async () => {
  await api.activities()
  const { id } = await made({ name: 'Told', stage: 'draft' })
  await api.patch(one(id), { stage: 'beta' })
  await api.delete(one(id))
  const its = { scope: 'EarlyAccessFeature', itemId: id, userId: api.user.id, itemCreatedBy: api.user.id }
  const flags = { scope: 'FeatureFlag', detail: { name: 'told' } }
  expect(await api.activities()).toMatchObject([
    { ...flags, activity: 'created' },
    { ...its, activity: 'created', detail: { name: 'Told', changes: null } },
    { ...flags, activity: 'updated', detail: { changes: [{ field: 'filters' }] } },
    {
      ...its,
      activity: 'updated',
      detail: { changes: [{ field: 'stage', before: 'draft', after: 'beta' }] },
    },
    { ...flags, activity: 'updated' },
    { ...its, activity: 'deleted' },
  ])
})
