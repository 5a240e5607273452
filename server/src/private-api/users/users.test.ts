import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApp, testApp, testPassword } from '../../../test/app.ts'
import { createOrganizationStore } from '../../accounts/organizations.ts'
import { createProjectStore } from '../../accounts/projects.ts'
import { createSessionStore } from '../../accounts/sessions.ts'
import { createUserStore } from '../../accounts/users.ts'
import { users } from '../../database/schema.ts'
import { userRoutes } from './routes.ts'

const me = '/api/users/@me/'

describe('users', () => {
  let api: TestApp
  beforeAll(async () => {
    api = await testApp(afterAll, ({ database, directory, activity }) => [
      userRoutes({
        users: createUserStore(database),
        organizations: createOrganizationStore(database),
        projects: createProjectStore(database),
        sessions: createSessionStore(database),
        activity,
        directory,
      }),
    ])
  })

  it('say who you are, with project, key and organization, and no secret', async () => {
    const { status, body, text } = await api.get(me)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      email: 'owner@example.com',
      first_name: 'Olive',
      is_staff: true,
      has_password: true,
      notification_settings: { plugin_disabled: true },
      events_column_config: { active: 'DEFAULT' },
      team: { id: api.project.id, api_token: api.project.apiToken, name: 'Default Project' },
      organization: { name: 'Example', membership_level: 15, teams: [{ id: api.project.id }] },
      organizations: [{ name: 'Example', slug: 'example', membership_level: 15 }],
    })
    expect(body.organization.available_features).toContain('group_analytics')
    expect(text).not.toMatch(/argon2|"password"|current_password/)
  })

  it('are changed by themselves; unknown and read-only fields are ignored', async () => {
    const before = (await api.get(me)).body
    const { status, body } = await api.patch(me, {
      ...before,
      first_name: 'Ola',
      theme_mode: 'dark',
      uuid: 'x',
      no: 1,
    })
    expect(status).toBe(200)
    expect(body).toEqual({ ...before, first_name: 'Ola', theme_mode: 'dark' })
    expect((await api.get(me)).body).toEqual(body)
    expect((await api.patch(me, { toolbar_mode: 'x' })).body).toMatchObject({
      code: 'invalid_choice',
      attr: 'toolbar_mode',
    })
  })

  it('switch project and organization', async () => {
    const projects = createProjectStore(api.database)
    const organizations = createOrganizationStore(api.database)
    const other = await organizations.create(api.user, 'Other')
    const second = await projects.create(api.user, api.organization.id, { name: 'Second' })
    const where = (body: Record<string, { id?: unknown }>) => [body.organization!.id, body.team!.id]

    const moved = await api.patch(me, { set_current_organization: other.organization.id })
    expect(where(moved.body)).toEqual([other.organization.id, other.project.id])
    const back = await api.patch(me, { set_current_team: second.id })
    expect(where(back.body)).toEqual([api.organization.id, second.id])
    expect(where((await api.get(me)).body)).toEqual([api.organization.id, second.id])

    const stranger = await api.stranger()
    const refused = await api.patch(me, { set_current_team: stranger.project.id })
    expect(refused.body).toEqual({
      type: 'validation_error',
      code: 'does_not_exist',
      detail: `Object with id=${stranger.project.id} does not exist.`,
      attr: 'set_current_team',
    })
    expect((await api.patch(me, { set_current_organization: stranger.organization.id })).body).toMatchObject({
      code: 'does_not_exist',
      attr: 'set_current_organization',
    })
    expect((await api.patch(me, { set_current_team: 2 ** 40 })).body).toMatchObject({ code: 'max_value' })
    const mixed = { set_current_team: second.id, set_current_organization: other.organization.id }
    expect((await api.patch(me, mixed)).status).toBe(400)
  })

  it('change the password with the current one, which ends other sessions', async () => {
    const sessions = createSessionStore(api.database)
    const session = await sessions.open(api.user.id, new Date())
    const change = (body: object) => api.patch(me, body)
    const password = 'a whole new password'
    expect((await change({ password })).body).toMatchObject({ code: 'required', attr: 'current_password' })
    expect((await change({ password, current_password: 'x' })).body).toMatchObject({
      code: 'incorrect_password',
      attr: 'current_password',
    })
    expect((await change({ password: 'short', current_password: testPassword })).body).toMatchObject({
      code: 'password_too_short',
      attr: 'password',
    })
    expect(await sessions.find(session, new Date())).toBeDefined()
    expect((await change({ password, current_password: testPassword })).status).toBe(200)
    expect(await sessions.find(session, new Date())).toBeUndefined()
  })

  it('take no address that is taken', async () => {
    const stranger = await api.stranger()
    const { body } = await api.patch(me, { email: stranger.user.email.toUpperCase() })
    expect(body).toMatchObject({ type: 'validation_error', code: 'unique', attr: 'email' })
  })

  it('show others to staff only', async () => {
    const stranger = await api.stranger()
    const theirs = `/api/users/${stranger.user.uuid}/`
    expect((await api.get(theirs)).body.email).toBe(stranger.user.email)
    expect((await api.get('/api/users/00000000-0000-4000-8000-000000000000/')).status).toBe(404)
    const all = (await api.get('/api/users/?is_staff=false')).body
    expect(all.results.map((user: { email: string }) => user.email)).toContain(stranger.user.email)

    const mine = `/api/users/${api.user.uuid}/`
    expect((await api.get(mine, { key: stranger.key })).status).toBe(403)
    expect((await api.get('/api/users/', { key: stranger.key })).body).toMatchObject({ count: 1 })
    expect((await api.patch(me, { is_staff: true }, { key: stranger.key })).status).toBe(403)
    const [row] = await api.database.db.select().from(users).where(eq(users.id, stranger.user.id))
    expect(row!.isStaff).toBe(false)
  })

  it('are not made or deleted here', async () => {
    const notAllowed = (method: string) => ({
      type: 'invalid_request',
      code: 'method_not_allowed',
      detail: `Method "${method}" not allowed.`,
      attr: null,
    })
    expect((await api.post('/api/users/', {})).body).toEqual(notAllowed('POST'))
    const gone = await api.delete(me)
    expect([gone.status, gone.body]).toEqual([405, notAllowed('DELETE')])
  })

  it('tell in the activity log what is changed, and of a password only that it was', async () => {
    const other = await api.stranger()
    const key = { key: other.key }
    await api.activities()
    const password = 'an even better horse'
    expect((await api.patch(me, { first_name: 'Told', password }, key)).status).toBe(200)
    await api.patch(me, { password: 'the best horse there is', current_password: password }, key)
    await api.patch(me, { set_current_team: other.project.id }, key)
    const entries = await api.activities()
    const its = { scope: 'User', itemId: other.user.uuid, projectId: null, activity: 'updated' }
    expect(entries).toMatchObject([
      {
        ...its,
        detail: {
          changes: [
            { field: 'first_name', after: 'Told' },
            { field: 'password', before: null, after: 'masked' },
          ],
        },
      },
      { ...its, detail: { changes: [{ field: 'password' }] } },
    ])
    expect(JSON.stringify(entries)).not.toMatch(/horse|argon2/)
  })
})
