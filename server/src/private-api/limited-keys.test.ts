import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, testApp } from '../../test/app.ts'
import { createOrganizationStore } from '../accounts/organizations.ts'
import { createPersonalApiKeyStore, insertPersonalApiKey } from '../accounts/personal-api-keys.ts'
import { createProjectStore, insertProject } from '../accounts/projects.ts'
import { createRoleStore } from '../accounts/roles.ts'
import { createSessionStore } from '../accounts/sessions.ts'
import { createUserStore } from '../accounts/users.ts'
import { newPersonalApiKey } from '../kit/api-keys.ts'
import { annotationRoutes } from './annotations/routes.ts'
import { createAnnotationStore } from './annotations/store.ts'
import { organizationRoutes } from './organizations/routes.ts'
import { personalApiKeyRoutes } from './personal-api-keys/routes.ts'
import { projectRoutes } from './projects/routes.ts'
import { rateLimitRoutes } from './rate-limits/routes.ts'
import { roleRoutes } from './roles/routes.ts'
import { userRoutes } from './users/routes.ts'

let api: TestApp
/** Projects of the first organization, and one of another of the same user. */
let mine: { id: number; apiToken: string }
let sibling: { id: number; apiToken: string }
let far: { id: number; apiToken: string }
let otherOrganization: string
/** Keys of the same user: for `mine` alone, for the first organization alone. */
let forProject: { key: string }
let forOrganization: { key: string }

beforeAll(async () => {
  api = await testApp(afterAll, ({ database, directory, activity }) => {
    const organizations = createOrganizationStore(database)
    const projects = createProjectStore(database)
    const users = createUserStore(database)
    const keys = createPersonalApiKeyStore(database)
    const sessions = createSessionStore(database)
    const now = () => new Date()
    return [
      userRoutes({ users, organizations, projects, sessions, activity, directory }),
      organizationRoutes({ organizations, projects, activity, directory }),
      projectRoutes({
        projects,
        organizations,
        activity,
        directory,
        hasDashboard: async () => false,
        isFilling: async () => false,
      }),
      personalApiKeyRoutes({ keys, activity, directory }),
      annotationRoutes({ annotations: createAnnotationStore(database), activity, now }),
      rateLimitRoutes({ rateLimits: null, organizations, now }),
      roleRoutes({ roles: createRoleStore(database), organizations, projects, activity }),
    ]
  })
  mine = api.project
  const organizations = createOrganizationStore(api.database)
  const made = await organizations.create(api.user, 'Second')
  otherOrganization = made.organization.id
  far = made.project
  const values = [newPersonalApiKey(), newPersonalApiKey()] as const
  sibling = await api.database.transaction(async (tx) => {
    await insertPersonalApiKey(tx, api.user.id, { label: 'project', scopedTeams: [mine.id] }, values[0])
    const scopedOrganizations = [api.organization.id]
    await insertPersonalApiKey(tx, api.user.id, { label: 'organization', scopedOrganizations }, values[1])
    return insertProject(tx, api.user, { organizationId: api.organization.id })
  })
  await api.patch('/api/users/@me/', { set_current_team: mine.id })
  forProject = { key: values[0] }
  forOrganization = { key: values[1] }
})

const onlyProjects = 'API keys with scoped projects are only supported on project-based endpoints.'
const onlyOrganizations =
  'API keys with scoped organizations are only supported on organization-based endpoints.'
const noProject = (id: number) => `API key does not have access to the requested project: ID ${id}.`
const noOrganization = (id: string) => `API key does not have access to the requested organization: ID ${id}.`

const denied = async (key: { key: string }, method: string, path: string, body?: object) => {
  const answer = await api.ask(method, path, body, key)
  expect([path, answer.status, answer.body.type, answer.body.code]).toEqual([
    path,
    403,
    'authentication_error',
    'permission_denied',
  ])
  return answer.body.detail
}
const ids = (body: { results: { id: unknown }[] }) => body.results.map(({ id }) => id)

describe('a key that is limited to a project', () => {
  test('is good for that project', async () => {
    expect((await api.get(`/api/projects/${mine.id}/annotations/`, forProject)).status).toBe(200)
    expect((await api.get('/api/projects/@current/annotations/', forProject)).status).toBe(200)
    expect((await api.get(`/api/projects/${mine.id}/`, forProject)).status).toBe(200)
    expect(ids((await api.get('/api/projects/', forProject)).body)).toEqual([mine.id])
  })

  test('is not good for another, however it is named', async () => {
    for (const { id, apiToken } of [sibling, far]) {
      expect(await denied(forProject, 'GET', `/api/projects/${id}/annotations/`)).toBe(noProject(id))
      expect(await denied(forProject, 'GET', `/api/projects/${id}/`)).toBe(noProject(id))
      expect(await denied(forProject, 'PATCH', `/api/projects/${id}/`, { name: 'x' })).toBe(noProject(id))
      const beside = `/api/projects/${mine.id}/annotations/?token=${apiToken}`
      expect(await denied(forProject, 'GET', beside)).toBe(noProject(id))
    }
  })

  test('is not good for organizations, or for what makes keys and projects', async () => {
    const organization = `/api/organizations/${api.organization.id}/`
    expect(ids((await api.get('/api/organizations/', forProject)).body)).toEqual([])
    for (const [method, path, body] of [
      ['GET', organization],
      ['GET', `${organization}activity/`],
      ['GET', `${organization}rate_limits/`],
      ['GET', `${organization}roles/`],
      ['POST', `${organization}roles/`, { name: 'x' }],
      ['PATCH', organization, { name: 'x' }],
      ['DELETE', organization],
      ['POST', '/api/organizations/', { name: 'x' }],
      ['POST', '/api/projects/', { name: 'x' }],
      ['GET', '/api/personal_api_keys/'],
      ['POST', '/api/personal_api_keys/', { label: 'without limits' }],
      ['GET', '/api/users/'],
    ] as const) {
      expect(await denied(forProject, method, path, body)).toBe(onlyProjects)
    }
  })

  test('knows itself and its user, and nothing else of what the user has', async () => {
    const self = await api.get('/api/personal_api_keys/@current/', forProject)
    expect(self.body).toMatchObject({ label: 'project', scoped_teams: [mine.id], value: null })
    const me = await api.get('/api/users/@me/', forProject)
    expect(me.body).toMatchObject({
      email: api.user.email,
      team: { id: mine.id },
      organization: { id: api.organization.id, teams: [{ id: mine.id }] },
      organizations: [{ id: api.organization.id }],
    })
    expect(me.body.organization.teams).toHaveLength(1)
    for (const secret of [sibling.apiToken, far.apiToken, 'Second']) expect(me.text).not.toContain(secret)
  })

  test('can not make more of itself by its user', async () => {
    for (const body of [
      { password: 'a password of my own' },
      { email: 'me@evil.example' },
      { is_staff: true },
    ]) {
      expect(await denied(forProject, 'PATCH', '/api/users/@me/', body)).toBe(onlyProjects)
    }
    const elsewhere = await api.patch('/api/users/@me/', { set_current_team: far.id }, forProject)
    expect(elsewhere).toMatchObject({
      status: 400,
      body: { code: 'does_not_exist', attr: 'set_current_team' },
    })
    expect((await api.get('/api/users/@me/')).body).toMatchObject({
      email: api.user.email,
      team: { id: mine.id },
    })
  })
})

describe('a key that is limited to an organization', () => {
  test('is good for its projects and itself', async () => {
    for (const { id } of [mine, sibling]) {
      expect((await api.get(`/api/projects/${id}/annotations/`, forOrganization)).status).toBe(200)
    }
    expect(ids((await api.get('/api/projects/', forOrganization)).body)).toEqual([mine.id, sibling.id])
    expect(ids((await api.get('/api/organizations/', forOrganization)).body)).toEqual([api.organization.id])
    const organization = `/api/organizations/${api.organization.id}/`
    for (const more of ['', 'activity/', 'rate_limits/', 'roles/']) {
      expect((await api.get(`${organization}${more}`, forOrganization)).status).toBe(200)
    }
  })

  test('is not good for others', async () => {
    expect(await denied(forOrganization, 'GET', `/api/projects/${far.id}/annotations/`)).toBe(
      noProject(far.id),
    )
    const path = `/api/organizations/${otherOrganization}/`
    for (const more of ['', 'activity/', 'rate_limits/', 'roles/']) {
      expect(await denied(forOrganization, 'GET', `${path}${more}`)).toBe(noOrganization(otherOrganization))
    }
    expect(await denied(forOrganization, 'POST', '/api/organizations/', { name: 'x' })).toBe(
      onlyOrganizations,
    )
    expect(await denied(forOrganization, 'POST', '/api/personal_api_keys/', { label: 'x' })).toBe(
      onlyOrganizations,
    )
    const me = await api.get('/api/users/@me/', forOrganization)
    expect(me.body.organizations).toMatchObject([{ id: api.organization.id }])
    expect(me.text).not.toContain(far.apiToken)
  })
})
