import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Account, type Answer, type TestApp, testApp } from '../../../test/app.ts'
import { levels } from '../../accounts/levels.ts'
import { createMembershipStore } from '../../accounts/memberships.ts'
import { createOrganizationStore } from '../../accounts/organizations.ts'
import { createProjectStore } from '../../accounts/projects.ts'
import { createResourceAccessStore } from '../../accounts/resource-access.ts'
import { createRoleStore } from '../../accounts/roles.ts'
import { organizationResourceAccess, roles, users } from '../../database/schema.ts'
import { memberRoutes } from '../members/routes.ts'
import { resourceAccessRoutes } from '../resource-access/routes.ts'
import { roleRoutes } from './routes.ts'

let api: TestApp
let path: string
let accessPath: string
let membersPath: string
let member: Account
let stranger: Account
beforeAll(async () => {
  api = await testApp(afterAll, ({ database, directory, activity }) => {
    const organizations = createOrganizationStore(database)
    const projects = createProjectStore(database)
    return [
      roleRoutes({ roles: createRoleStore(database), organizations, projects, activity }),
      resourceAccessRoutes({ access: createResourceAccessStore(database), organizations, activity }),
      memberRoutes({ members: createMembershipStore(database), organizations, activity, directory }),
    ]
  })
  path = `/api/organizations/${api.organization.id}/roles/`
  accessPath = `/api/organizations/${api.organization.id}/resource_access/`
  membersPath = `/api/organizations/${api.organization.id}/members/`
  member = await api.colleague()
  stranger = await api.stranger()
})
beforeEach(async () => {
  await api.database.db.delete(roles)
  await api.database.db.delete(organizationResourceAccess)
  await api.activities()
})

const refusal = ({ status, body }: Answer) => [status, body.code, body.attr, body.detail]
const made = async (name = 'Engineers', at = path) => {
  const { status, body } = await api.post(at, { name })
  expect(status, JSON.stringify(body)).toBe(201)
  return body
}
const give = (roleId: string, { user }: Pick<Account, 'user'>) =>
  api.post(`${path}${roleId}/role_memberships/`, { user_uuid: user.uuid })
const told = async () =>
  (await api.activities()).map(({ scope, activity, detail }) => [
    scope,
    activity,
    detail.name,
    ...(detail.changes ?? []).map(({ field, before, after }) => [field, before, after]),
  ])
const tooLow = [403, 'permission_denied', null, 'You need to have admin level or higher.']

describe('roles', () => {
  test('are made, listed, changed and deleted', async () => {
    const role = await made()
    expect(role).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'Engineers',
      feature_flags_access_level: 37,
      created_at: expect.stringMatching(/\.\d{6}Z$/),
      created_by: expect.objectContaining({ email: 'owner@example.com' }),
      members: [],
      associated_flags: [],
    })
    const second = await made('Design')
    expect((await api.get(path)).body).toMatchObject({
      count: 2,
      results: [{ name: 'Engineers' }, { name: 'Design' }],
    })
    expect((await api.get(`${path}?limit=1&offset=1&foo=bar`)).body.results).toEqual([second])
    expect((await api.get(`${path}${role.id}`)).body).toEqual(role)
    const changed = await api.patch(`${path}${role.id}/`, { feature_flags_access_level: 21 })
    expect(changed.body).toEqual({ ...role, feature_flags_access_level: 21 })
    const renamed = await api.ask('PUT', `${path}${role.id}/`, { name: 'Builders' })
    expect(renamed.body).toEqual({ ...changed.body, name: 'Builders' })
    expect((await api.patch(`${path}${role.id}/`, {})).body).toEqual(renamed.body)
    expect((await api.delete(`${path}${role.id}/`)).status).toBe(204)
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const body = method === 'PATCH' ? {} : undefined
      expect((await api.ask(method, `${path}${role.id}/`, body)).status).toBe(404)
    }
    expect(await told()).toEqual([
      ['Role', 'created', 'Engineers'],
      ['Role', 'created', 'Design'],
      ['Role', 'updated', 'Engineers', ['feature_flags_access_level', 37, 21]],
      ['Role', 'updated', 'Builders', ['name', 'Engineers', 'Builders']],
      ['Role', 'deleted', 'Builders'],
    ])
  })

  test('have names unlike each other in any case, in one organization', async () => {
    await made('Engineers')
    const other = await made('Design')
    const taken = [400, 'unique', 'name', 'There is already a role with this name.']
    expect(refusal(await api.post(path, { name: ' ENGINEERS ' }))).toEqual(taken)
    expect(refusal(await api.patch(`${path}${other.id}/`, { name: 'engineers' }))).toEqual(taken)
    expect((await api.patch(`${path}${other.id}/`, { name: 'DESIGN' })).status).toBe(200)
    const theirs = `/api/organizations/${stranger.organization.id}/roles/`
    expect((await api.post(theirs, { name: 'Engineers' }, { key: stranger.key })).status).toBe(201)
  })

  test('need a name, and a level that there is', async () => {
    expect(refusal(await api.post(path, {})).slice(0, 3)).toEqual([400, 'required', 'name'])
    expect(refusal(await api.post(path, { name: ' ' })).slice(0, 3)).toEqual([400, 'blank', 'name'])
    expect(refusal(await api.post(path, { name: 'x'.repeat(201) })).slice(0, 3)).toEqual([
      400,
      'max_length',
      'name',
    ])
    const { id } = await made()
    const level = (feature_flags_access_level: unknown) =>
      api.patch(`${path}${id}/`, { feature_flags_access_level })
    expect(refusal(await level(30))).toEqual([
      400,
      'invalid_choice',
      'feature_flags_access_level',
      '"30" is not a valid choice.',
    ])
    expect(refusal(await level('x')).slice(0, 3)).toEqual([
      400,
      'invalid_input',
      'feature_flags_access_level',
    ])
    expect((await level('21')).body.feature_flags_access_level).toBe(21)
  })

  test('begin with what the organization says of flags, whatever is sent', async () => {
    const at = (name: string) => api.post(path, { name, feature_flags_access_level: 21 })
    expect((await at('a')).body.feature_flags_access_level).toBe(37)
    await api.post(accessPath, { resource: 'feature flags', access_level: 21 })
    expect((await api.post(path, { name: 'b' })).body.feature_flags_access_level).toBe(21)
  })

  test('are seen by members and changed by admins', async () => {
    const { id } = await made()
    const [key, admin] = [{ key: member.key }, await api.colleague(levels.admin)]
    expect((await api.get(path, key)).body.count).toBe(1)
    expect((await api.get(`${path}${id}/`, key)).status).toBe(200)
    expect(refusal(await api.post(path, { name: 'x' }, key))).toEqual(tooLow)
    expect(refusal(await api.patch(`${path}${id}/`, { name: 'x' }, key))).toEqual(tooLow)
    expect(refusal(await api.delete(`${path}${id}/`, key))).toEqual(tooLow)
    expect((await api.patch(`${path}${id}/`, { name: 'x' }, { key: admin.key })).status).toBe(200)
  })

  test('are nothing to other organizations', async () => {
    const { id } = await made()
    const key = { key: stranger.key }
    const own = `/api/organizations/${stranger.organization.id}/roles/`
    for (const at of [path, own]) {
      expect((await api.get(`${at}${id}/`, key)).status).toBe(404)
      expect((await api.patch(`${at}${id}/`, { name: 'x' }, key)).status).toBe(404)
      expect((await api.delete(`${at}${id}/`, key)).status).toBe(404)
      expect((await api.get(`${at}${id}/role_memberships/`, key)).status).toBe(404)
      const body = { user_uuid: stranger.user.uuid }
      expect((await api.post(`${at}${id}/role_memberships/`, body, key)).status).toBe(404)
    }
  })
})

describe('who has a role', () => {
  test('gets it, is listed, and loses it', async () => {
    const { id } = await made()
    const { status, body } = await give(id, member)
    expect([status, body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        role_id: id,
        user: expect.objectContaining({ email: member.user.email, uuid: member.user.uuid }),
        joined_at: expect.stringMatching(/Z$/),
        updated_at: expect.stringMatching(/Z$/),
      },
    ])
    const { body: mine } = await give(id, api)
    expect((await api.get(`${path}${id}/role_memberships/`)).body).toMatchObject({
      count: 2,
      results: [body, mine],
    })
    expect((await api.get(`${path}${id}/role_memberships/?limit=1&offset=1`)).body.results).toEqual([mine])
    expect((await api.get(`${path}${id}/`)).body.members).toEqual([body, mine])
    expect((await api.delete(`${path}${id}/role_memberships/${body.id}/`)).status).toBe(204)
    expect((await api.delete(`${path}${id}/role_memberships/${body.id}/`)).status).toBe(404)
    const [who, owner] = [member.user.email, 'owner@example.com']
    expect(await told()).toEqual([
      ['Role', 'created', 'Engineers'],
      ['Role', 'updated', 'Engineers', ['members', [], [who]]],
      ['Role', 'updated', 'Engineers', ['members', [who], [who, owner]]],
      ['Role', 'updated', 'Engineers', ['members', [who, owner], [owner]]],
    ])
  })

  test('is a member of the organization, and has it once', async () => {
    const { id } = await made()
    await give(id, member)
    expect(refusal(await give(id, member))).toEqual([
      400,
      'invalid_input',
      null,
      'User is already part of the role.',
    ])
    const unknown = [400, 'invalid_input', null, 'User does not exist.']
    expect(refusal(await give(id, stranger))).toEqual(unknown)
    const gone = await api.colleague()
    await api.database.db.update(users).set({ isActive: false }).where(eq(users.id, gone.user.id))
    expect(refusal(await give(id, gone))).toEqual(unknown)
    expect(refusal(await api.post(`${path}${id}/role_memberships/`, {})).slice(0, 3)).toEqual([
      400,
      'required',
      'user_uuid',
    ])
    const none = '0190c2f0-5a44-7cc0-9d6e-000000000000'
    expect((await give(none, member)).status).toBe(404)
  })

  test('is said by admins', async () => {
    const { id } = await made()
    const { body } = await give(id, member)
    const [key, at] = [{ key: member.key }, `${path}${id}/role_memberships/`]
    expect((await api.get(at, key)).body.count).toBe(1)
    expect(refusal(await api.post(at, { user_uuid: member.user.uuid }, key))).toEqual(tooLow)
    expect(refusal(await api.delete(`${at}${body.id}/`, key))).toEqual(tooLow)
  })

  test('has it no more when they leave, nor when they come back', async () => {
    const { id } = await made()
    const leaving = await api.colleague()
    await give(id, leaving)
    expect((await api.delete(`${membersPath}@me/`, { key: leaving.key })).status).toBe(204)
    expect((await api.get(`${path}${id}/`)).body.members).toEqual([])
  })
})

describe('what members may do to things of a kind', () => {
  test('is said once of each, changed, and taken back', async () => {
    const { status, body } = await api.post(accessPath, { resource: 'feature flags', access_level: 21 })
    expect([status, body]).toEqual([
      201,
      {
        id: expect.any(Number),
        resource: 'feature flags',
        access_level: 21,
        organization: api.organization.id,
        created_by: api.user.id,
        created_at: expect.stringMatching(/Z$/),
        updated_at: expect.stringMatching(/Z$/),
      },
    ])
    const second = await api.post(accessPath, { resource: 'data management' })
    expect(second.body.access_level).toBe(37)
    const twice = [400, 'unique', null, 'This resource access already exists.']
    expect(refusal(await api.post(accessPath, { resource: 'feature flags' }))).toEqual(twice)
    expect(
      refusal(await api.patch(`${accessPath}${second.body.id}/`, { resource: 'feature flags' })),
    ).toEqual(twice)
    expect(refusal(await api.post(accessPath, { resource: 'feature_flags' })).slice(0, 3)).toEqual([
      400,
      'invalid_choice',
      'resource',
    ])
    expect(refusal(await api.post(accessPath, { resource: 'cohorts', access_level: 1 })).slice(0, 3)).toEqual(
      [400, 'invalid_choice', 'access_level'],
    )
    expect((await api.get(`${accessPath}?limit=1`)).body).toMatchObject({ count: 2, results: [body] })
    const one = `${accessPath}${body.id}/`
    expect((await api.get(one)).body).toEqual(body)
    const changed = await api.ask('PUT', one, { resource: 'feature flags', access_level: 37 })
    expect(changed.body).toMatchObject({ id: body.id, access_level: 37 })
    expect((await api.delete(one)).status).toBe(204)
    expect((await api.get(one)).status).toBe(404)
    expect(await told()).toEqual([
      [
        'OrganizationResourceAccess',
        'created',
        'feature flags',
        ['resource', null, 'feature flags'],
        ['access_level', null, 21],
      ],
      [
        'OrganizationResourceAccess',
        'created',
        'data management',
        ['resource', null, 'data management'],
        ['access_level', null, 37],
      ],
      ['OrganizationResourceAccess', 'updated', 'feature flags', ['access_level', 21, 37]],
      ['OrganizationResourceAccess', 'deleted', 'feature flags'],
    ])
  })

  test('is seen by members, said by admins, and nothing to other organizations', async () => {
    const { body } = await api.post(accessPath, { resource: 'cohorts', access_level: 21 })
    const one = `${accessPath}${body.id}/`
    const key = { key: member.key }
    expect((await api.get(accessPath, key)).body.count).toBe(1)
    expect((await api.get(one, key)).status).toBe(200)
    expect(refusal(await api.post(accessPath, { resource: 'insights' }, key))).toEqual(tooLow)
    expect(refusal(await api.patch(one, { access_level: 37 }, key))).toEqual(tooLow)
    expect(refusal(await api.delete(one, key))).toEqual(tooLow)
    const theirs = one.replace(api.organization.id, stranger.organization.id)
    for (const at of [one, theirs]) {
      expect((await api.get(at, { key: stranger.key })).status).toBe(404)
      expect((await api.patch(at, { access_level: 37 }, { key: stranger.key })).status).toBe(404)
      expect((await api.delete(at, { key: stranger.key })).status).toBe(404)
    }
  })
})
