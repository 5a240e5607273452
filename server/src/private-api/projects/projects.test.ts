import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApp, testApp } from '../../../test/app.ts'
import { levels } from '../../accounts/levels.ts'
import { createOrganizationStore } from '../../accounts/organizations.ts'
import { createProjectStore } from '../../accounts/projects.ts'
import { createSessionStore } from '../../accounts/sessions.ts'
import { createDashboardStore } from '../../saved/dashboards.ts'
import { projectRoutes } from './routes.ts'

const path = '/api/projects/'

describe('projects', () => {
  let api: TestApp
  beforeAll(async () => {
    api = await testApp(afterAll, ({ database, directory, activity }) => [
      projectRoutes({
        projects: createProjectStore(database),
        organizations: createOrganizationStore(database),
        activity,
        directory,
        hasDashboard: createDashboardStore(database, { activity }).has,
        isFilling: async () => false,
      }),
    ])
  })

  it('are made with a key and defaults, and become the current one', async () => {
    const made = await api.post(path, { name: 'Shop', timezone: 'Europe/Berlin' })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      name: 'Shop',
      timezone: 'Europe/Berlin',
      organization: api.organization.id,
      data_attributes: ['data-attr'],
      is_demo: false,
      has_group_types: false,
      ingested_event: false,
      effective_membership_level: 15,
      test_account_filters: [
        { key: 'email', value: '@example.com', operator: 'not_icontains', type: 'person' },
        { key: '$host', operator: 'is_not' },
      ],
    })
    expect(made.body.api_token).toMatch(/^phc_[0-9a-zA-Z]{42,43}$/)
    expect((await api.get(`${path}@current/`)).body).toEqual(made.body)
    expect((await api.post(path, {})).body.name).toBe('Default Project')
  })

  it('are listed in short', async () => {
    const { body } = await api.get(`${path}?limit=1`)
    expect(body.results).toEqual([
      {
        id: api.project.id,
        uuid: api.project.uuid,
        organization: api.organization.id,
        api_token: api.project.apiToken,
        name: 'Default Project',
        completed_snippet_onboarding: false,
        ingested_event: false,
        is_demo: false,
        timezone: 'UTC',
        access_control: false,
      },
    ])
    expect(body.next).toMatch(/^http.*\/api\/projects\/\?limit=1&offset=1$/)
  })

  it('keep what a change does not name, and answer whole objects sent back', async () => {
    const { body: made } = await api.post(path, { name: 'Kept' })
    const one = `${path}${made.id}/`
    const changed = await api.patch(one, { session_recording_opt_in: true, anonymize_ips: true })
    expect(changed.body).toMatchObject({ name: 'Kept', session_recording_opt_in: true, anonymize_ips: true })
    const sentBack = await api.patch(one, { ...changed.body, name: 'Renamed', app_urls: ['https://a.b'] })
    expect(sentBack.status).toBe(200)
    const { updated_at: _, ...rest } = changed.body
    expect(sentBack.body).toMatchObject({ ...rest, name: 'Renamed', app_urls: ['https://a.b'] })
    expect((await api.ask('PUT', one, { timezone: 'Asia/Tokyo' })).body).toMatchObject({
      name: 'Renamed',
      timezone: 'Asia/Tokyo',
    })
  })

  it('begin their weeks on Sunday or Monday', async () => {
    const { body: made } = await api.post(path, { name: 'Weeks' })
    expect(made.week_start_day).toBeNull()
    const one = `${path}${made.id}/`
    expect((await api.patch(one, { week_start_day: 1 })).body.week_start_day).toBe(1)
    expect((await api.patch(one, { week_start_day: 2 })).body).toMatchObject({ attr: 'week_start_day' })
    expect((await api.patch(one, { week_start_day: null })).body.week_start_day).toBeNull()
  })

  it('refuse a time zone that is none', async () => {
    const refused = await api.patch(`${path}${api.project.id}/`, { timezone: 'America/I_Dont_Exist' })
    expect(refused.body).toEqual({
      type: 'validation_error',
      code: 'invalid_choice',
      detail: '"America/I_Dont_Exist" is not a valid choice.',
      attr: 'timezone',
    })
  })

  it('get a new key, and the old one stops', async () => {
    const { body: made } = await api.post(path, { name: 'Keys' })
    const { body: reset } = await api.patch(`${path}${made.id}/reset_token/`)
    expect(reset.api_token).toMatch(/^phc_/)
    expect(reset.api_token).not.toBe(made.api_token)
    expect((await api.get(`${path}${made.id}/`)).body.api_token).toBe(reset.api_token)
  })

  it('are deleted, and the user is somewhere else', async () => {
    const { body: made } = await api.post(path, { name: 'Short-lived' })
    expect((await api.delete(`${path}${made.id}/`)).status).toBe(204)
    expect((await api.get(`${path}${made.id}/`)).status).toBe(404)
    expect((await api.get(`${path}@current/`)).status).toBe(200)
  })

  it('are not there for strangers', async () => {
    const stranger = await api.stranger()
    const mine = `${path}${api.project.id}/`
    const theirs = { key: stranger.key }
    expect((await api.get(mine, theirs)).status).toBe(404)
    expect((await api.patch(mine, { name: 'x' }, theirs)).status).toBe(404)
    expect((await api.delete(mine, theirs)).status).toBe(404)
    expect((await api.patch(`${mine}reset_token/`, {}, theirs)).status).toBe(404)
    expect((await api.get(`${mine}is_generating_demo_data/`, theirs)).status).toBe(404)
    expect((await api.get(path, theirs)).body.results).toHaveLength(1)
    expect((await api.get(`${path}abc/`)).status).toBe(400)
  })

  it('keep the rules that clean the steps of paths where insights find them', async () => {
    const rules = [{ regex: '^/product/.*', alias: '/product' }]
    const { body } = await api.post(path, { name: 'Cleaned' })
    expect((await api.patch(`${path}${body.id}/`, { path_cleaning_filters: rules })).status).toBe(200)
    const projects = createProjectStore(api.database)
    expect(await projects.pathCleaningFilters(body.id)).toEqual(rules)
    expect(await projects.pathCleaningFilters(-1)).toBeUndefined()
  })

  it('let members change settings, admins the rest', async () => {
    const member = { key: (await api.colleague()).key }
    const admin = { key: (await api.colleague(levels.admin)).key }
    const { body: made } = await api.post(path, { name: 'Shared' })
    const one = `${path}${made.id}/`
    expect((await api.patch(one, { name: 'Ours' }, member)).status).toBe(200)
    expect((await api.patch(one, { access_control: true }, member)).status).toBe(403)
    expect((await api.delete(one, member)).body.detail).toBe(
      "You don't have sufficient permissions in the project.",
    )
    expect((await api.patch(`${one}reset_token/`, {}, member)).status).toBe(403)
    expect((await api.post(path, { name: 'x' }, member)).body.detail).toBe(
      'Your organization access level is insufficient.',
    )
    expect((await api.patch(one, { access_control: true }, admin)).status).toBe(200)
    expect((await api.get(one, member)).status).toBe(404)
    expect((await api.get(one, admin)).status).toBe(200)
  })

  it('are "last visited" by looking at them in the browser, not by a key', async () => {
    const { body: second } = await api.post(path, { name: 'Second' })
    const cookies = { sessionid: await createSessionStore(api.database).open(api.user.id, new Date()) }
    await api.get(`${path}${api.project.id}/`)
    expect((await api.get(`${path}@current/`)).body.id).toBe(second.id)
    await api.get(`${path}${api.project.id}/`, { key: null, cookies })
    expect((await api.get(`${path}@current/`)).body.id).toBe(api.project.id)
  })

  it('tell what is done to them in the activity log, without a key', async () => {
    await api.activities()
    const { body: made } = await api.post(path, { name: 'Told' })
    const one = `${path}${made.id}/`
    await api.patch(one, {
      timezone: 'Asia/Tokyo',
      slack_incoming_webhook: 'https://hooks.slack.com/services/T0/B0/secret',
      app_urls: ['https://a.example'],
    })
    const { body: reset } = await api.patch(`${one}reset_token/`)
    await api.delete(one)
    const its = { scope: 'Team', itemId: String(made.id), organizationId: api.organization.id }
    const entries = await api.activities()
    expect(entries).toMatchObject([
      { ...its, projectId: made.id, activity: 'created', detail: { name: 'Told' } },
      {
        ...its,
        projectId: made.id,
        activity: 'updated',
        detail: {
          changes: [
            { action: 'changed', field: 'app_urls', before: [], after: ['https://a.example'] },
            { action: 'created', field: 'slack_incoming_webhook', before: null, after: 'masked' },
            { action: 'changed', field: 'timezone', before: 'UTC', after: 'Asia/Tokyo' },
          ],
        },
      },
      {
        ...its,
        projectId: made.id,
        activity: 'updated',
        detail: { changes: [{ field: 'api_token', before: 'masked', after: 'masked' }] },
      },
      { ...its, projectId: null, activity: 'deleted', detail: { name: 'Told' } },
    ])
    const text = JSON.stringify(entries)
    for (const secret of [made.api_token, reset.api_token, 'B0/secret']) expect(text).not.toContain(secret)
  })

  it('begin with a dashboard, which is theirs to replace by another of their own', async () => {
    const { body: shop } = await api.post(path, { name: 'Shop' })
    const { body: other } = await api.post(path, { name: 'Other' })
    expect(shop.primary_dashboard).toEqual(expect.any(Number))
    expect(other.primary_dashboard).not.toBe(shop.primary_dashboard)
    const one = `${path}${shop.id}/`
    expect(await api.patch(one, { primary_dashboard: other.primary_dashboard })).toMatchObject({
      status: 403,
      body: { detail: 'Dashboard does not belong to this team.' },
    })
    expect((await api.patch(one, { primary_dashboard: null })).body.primary_dashboard).toBeNull()
    const back = await api.patch(one, { primary_dashboard: shop.primary_dashboard })
    expect(back.body.primary_dashboard).toBe(shop.primary_dashboard)
  })
})
