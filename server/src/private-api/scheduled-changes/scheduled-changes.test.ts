import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApp, testApp } from '../../../test/app.ts'
import { createOrganizationStore } from '../../accounts/organizations.ts'
import { createResourceAccessStore } from '../../accounts/resource-access.ts'
import { createCohortStore } from '../cohorts/store.ts'
import { featureFlagRoutes } from '../feature-flags/routes.ts'
import { createFlagStore } from '../feature-flags/store.ts'
import { resourceAccessRoutes } from '../resource-access/routes.ts'
import { scheduledChangeRoutes } from './routes.ts'
import { createScheduledChangeStore, type ScheduledChangeStore } from './store.ts'

let api: TestApp
let scheduled: ScheduledChangeStore
let path: string
let flagsPath: string
/** Projects that were told that their flags are other than before. */
const told: number[] = []

beforeAll(async () => {
  api = await testApp(afterAll, ({ database, activity }) => {
    const flags = createFlagStore({
      database,
      activity,
      findCohorts: createCohortStore(database).load,
      changed: async (id) => {
        told.push(id)
      },
    })
    scheduled = createScheduledChangeStore({ database, flags })
    const [access, organizations] = [createResourceAccessStore(database), createOrganizationStore(database)]
    return [
      featureFlagRoutes({ flags, activity }),
      scheduledChangeRoutes({ scheduled }),
      resourceAccessRoutes({ access, organizations, activity }),
    ]
  })
  path = `/api/projects/${api.project.id}/scheduled_changes/`
  flagsPath = `/api/projects/${api.project.id}/feature_flags/`
})

const at = '2030-01-01T09:00:00Z'
const later = new Date('2030-01-01T09:00:30Z')
const off = { operation: 'update_status', value: false }
let keys = 0
const flag = async (filters: object = { groups: [{ properties: [], rollout_percentage: 10 }] }) =>
  (await api.post(flagsPath, { key: `flag-${++keys}`, filters })).body
const flagNow = async (id: number) => (await api.get(`${flagsPath}${id}/`)).body
const schedule = (id: number, payload: object, when = at) =>
  api.post(path, { record_id: id, model_name: 'FeatureFlag', payload, scheduled_at: when })

test('a change waits for its time, is made once as its maker’s, and says when', async () => {
  const { id } = await flag()
  const made = await schedule(id, off)
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({
    record_id: String(id),
    model_name: 'FeatureFlag',
    payload: off,
    scheduled_at: '2030-01-01T09:00:00.000000Z',
    executed_at: null,
    failure_reason: null,
    created_by: { id: api.user.id },
  })
  const one = `${path}${made.body.id}/`
  expect((await api.get(one)).body).toEqual(made.body)
  await scheduled.executeDue(new Date('2030-01-01T08:59:59Z'))
  expect((await flagNow(id)).active).toBe(true)
  await api.activities()
  told.length = 0
  await scheduled.executeDue(later)
  await scheduled.executeDue(later)
  expect(await flagNow(id)).toMatchObject({ active: false, version: 2 })
  expect(told).toEqual([api.project.id])
  expect(await api.activities()).toMatchObject([
    { scope: 'FeatureFlag', activity: 'updated', userId: api.user.id },
  ])
  expect((await api.get(one)).body).toMatchObject({ executed_at: expect.any(String), failure_reason: null })
  expect((await api.patch(one, { scheduled_at: at })).status).toBe(400)
})

test('conditions are put behind the others, and variants put in place', async () => {
  const { id } = await flag()
  const more = { properties: [{ key: 'plan', type: 'person', operator: 'exact', value: 'pro' }] }
  const variants = ['a', 'b'].map((key) => ({ key, rollout_percentage: 50 }))
  await schedule(id, { operation: 'add_release_condition', value: { groups: [more] } })
  await schedule(id, { operation: 'update_variants', value: { variants, payloads: { a: '1' } } })
  await scheduled.executeDue(later)
  expect((await flagNow(id)).filters).toEqual({
    groups: [{ properties: [], rollout_percentage: 10 }, more],
    multivariate: { variants },
    payloads: { a: '1' },
  })
})

test('what can not be done says why, and does not hold up the others', async () => {
  const [gone, good] = [await flag(), await flag()]
  const lost = await schedule(gone.id, off)
  const uneven = { variants: [{ key: 'a', rollout_percentage: 5 }] }
  const wrong = await schedule(good.id, { operation: 'update_variants', value: uneven })
  await schedule(good.id, off)
  await api.patch(`${flagsPath}${gone.id}/`, { deleted: true })
  await scheduled.executeDue(later)
  const reason = async (id: number) => (await api.get(`${path}${id}/`)).body.failure_reason
  expect(await reason(lost.body.id)).toBe('The feature flag was deleted.')
  expect(await reason(wrong.body.id)).toMatch(/must sum to 100/)
  expect((await flagNow(good.id)).active).toBe(false)
})

test('a change is not made for who may not edit the flag any more', async () => {
  const { id } = await flag()
  const { key } = await api.colleague()
  const body = { record_id: id, model_name: 'FeatureFlag', payload: off, scheduled_at: at }
  const { body: change } = await api.post(path, body, { key })
  const setting = { resource: 'feature flags', access_level: 21 }
  const access = `/api/organizations/${api.organization.id}/resource_access/`
  const { body: said } = await api.post(access, setting)
  await scheduled.executeDue(later)
  expect((await api.get(`${path}${change.id}/`)).body).toMatchObject({
    executed_at: expect.stringMatching(/Z$/),
    failure_reason: "You don't have edit permissions for this feature flag.",
  })
  expect((await flagNow(id)).active).toBe(true)
  await api.delete(`${access}${said.id}/`)
})

test('they are listed by flag, changed and taken back while they wait', async () => {
  const [one, other] = [await flag(), await flag()]
  const first = (await schedule(one.id, off, '2031-01-01T00:00:00Z')).body
  await schedule(other.id, off)
  const listed = await api.get(`${path}?model_name=FeatureFlag&record_id=${one.id}`)
  expect(listed.body).toMatchObject({ count: 1, results: [first] })
  expect((await api.get(`${path}?model_name=Cohort`)).body.count).toBe(0)
  expect((await api.get(`${path}?record_id=x`)).body.count).toBe(0)
  const on = { ...off, value: true }
  expect((await api.patch(`${path}${first.id}/`, { payload: on })).body).toMatchObject({ payload: on })
  expect((await api.delete(`${path}${first.id}/`)).status).toBe(204)
  expect((await api.get(`${path}${first.id}/`)).status).toBe(404)
  expect((await api.delete(`${path}${first.id}/`)).status).toBe(404)
})

test.each([
  [{ record_id: 999_999 }, 'record_id'],
  [{ record_id: 'abc' }, 'record_id'],
  [{ model_name: 'Cohort' }, 'model_name'],
  [{ scheduled_at: 'soon' }, 'scheduled_at'],
  [{ payload: { operation: 'explode', value: 1 } }, 'payload'],
])('refuses %j', async (change, attr) => {
  const { id } = await flag()
  const body = { record_id: id, model_name: 'FeatureFlag', payload: off, scheduled_at: at, ...change }
  const { status, body: said } = await api.post(path, body)
  expect([status, String(said.attr).split('__')[0]]).toEqual([400, attr])
})
