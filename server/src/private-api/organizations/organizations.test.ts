import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApp, testApp } from '../../../test/app.ts'
import { levels } from '../../accounts/levels.ts'
import { createOrganizationStore, slugOf } from '../../accounts/organizations.ts'
import { createProjectStore } from '../../accounts/projects.ts'
import { organizationRoutes } from './routes.ts'

const path = '/api/organizations/'

describe('organizations', () => {
  let api: TestApp
  beforeAll(async () => {
    api = await testApp(afterAll, ({ database, directory, activity }) => [
      organizationRoutes({
        organizations: createOrganizationStore(database),
        projects: createProjectStore(database),
        activity,
        directory,
      }),
    ])
  })

  it('are listed with their projects, for their members', async () => {
    const stranger = await api.stranger()
    const { body } = await api.get(path)
    expect(body).toMatchObject({ count: 1, next: null, previous: null })
    expect(body.results[0]).toMatchObject({
      id: api.organization.id,
      name: 'Example',
      membership_level: 15,
      teams: [{ id: api.project.id }],
    })
    expect((await api.get(`${path}@current/`)).body).toEqual(body.results[0])
    expect((await api.get(`${path}${stranger.organization.id}/`)).status).toBe(404)
    expect((await api.delete(`${path}${stranger.organization.id}/`)).status).toBe(404)
    expect((await api.get(`${path}abc/`)).status).toBe(404)
  })

  it('are made with a project, and become the current one', async () => {
    const owner = await api.stranger()
    const key = { key: owner.key }
    const made = await api.post(path, { name: 'Ümlaut & Söhne', enforce_2fa: true }, key)
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      name: 'Ümlaut & Söhne',
      slug: 'umlaut-sohne',
      membership_level: 15,
      enforce_2fa: true,
      teams: [{ name: 'Default Project' }],
    })
    expect((await api.get(`${path}@current/`, key)).body.id).toBe(made.body.id)
    expect((await api.post(path, { name: 'Ümlaut & Söhne' }, key)).body.slug).toMatch(/^umlaut-sohne-\w{8}$/)
    expect((await api.post(path, {}, key)).body).toMatchObject({ code: 'required', attr: 'name' })
    expect((await api.delete(`${path}${made.body.id}/`, key)).status).toBe(204)
    expect((await api.get(`${path}${made.body.id}/`, key)).status).toBe(404)
  })

  it('are changed by admins and deleted by their owner', async () => {
    const one = `${path}${api.organization.id}/`
    const member = { key: (await api.colleague()).key }
    const admin = { key: (await api.colleague(levels.admin)).key }
    expect((await api.patch(one, { name: 'x' }, member)).body).toMatchObject({
      type: 'authentication_error',
      code: 'permission_denied',
      detail: 'Your organization access level is insufficient.',
    })
    expect((await api.patch(one, { name: 'Renamed' }, admin)).body.name).toBe('Renamed')
    expect((await api.patch(one, {}, admin)).body.name).toBe('Renamed')
    expect((await api.ask('PUT', one, { enforce_2fa: null }, admin)).body.attr).toBe('name')
    expect((await api.delete(one, admin)).status).toBe(403)
  })

  it('have slugs of letters that a URL likes', () => {
    expect(slugOf('  A  b/c ')).toBe('a-b-c')
    expect(slugOf('東京')).toBe('organization')
    expect(slugOf('x'.repeat(60))).toHaveLength(40)
  })

  it('tell their members what is done to them', async () => {
    const owner = await api.stranger()
    const key = { key: owner.key }
    const { body: made } = await api.post(path, { name: 'Told' }, key)
    await api.patch(`${path}${made.id}/`, { name: 'Tales' }, key)
    const { body } = await api.get(`${path}${made.id}/activity/`, key)
    expect(body).toMatchObject({
      total_count: 2,
      results: [
        {
          activity: 'updated',
          scope: 'Organization',
          item_id: made.id,
          user: { email: owner.user.email },
          detail: { name: 'Tales', changes: [{ field: 'name', before: 'Told', after: 'Tales' }] },
        },
        { activity: 'created', detail: { name: 'Told', changes: null } },
      ],
    })
    expect((await api.get(`${path}${made.id}/activity/`)).status).toBe(404)
  })
})
