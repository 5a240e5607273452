import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Account, Answer, TestApp } from '../../../test/app.ts'
import { wholeApi } from '../../../test/whole-api.ts'
import { insertPersonalApiKey } from '../../accounts/personal-api-keys.ts'
import { insertProject } from '../../accounts/projects.ts'
import {
  featureFlags,
  organizationMemberships,
  organizationResourceAccess,
  roles,
} from '../../database/schema.ts'
import { newPersonalApiKey, newProjectApiKey } from '../../kit/api-keys.ts'

/** Who may edit feature flags, by whatever way. */
let api: TestApp
let organization: string
let path: string
let base: string
/** Of the organization, one after the other: those to whom something is given, and one who has nothing. */
let maker: Account
let member: Account
let other: Account

const closing: (() => Promise<void>)[] = []
beforeAll(async () => {
  const on = await wholeApi((close) => closing.push(close))
  api = on.api
  base = on.base
  path = `${base}feature_flags/`
  const { body } = await api.get(base)
  organization = `/api/organizations/${body.organization}/`
  const joined = async () => {
    const account = await api.colleague()
    await api.database.db
      .insert(organizationMemberships)
      .values({ organizationId: body.organization, userId: account.user.id, level: 1 })
      .onConflictDoNothing()
    return account
  }
  maker = await joined()
  member = await joined()
  other = await joined()
  await api.changed()
}, 60_000)
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})
beforeEach(async () => {
  await api.database.db.delete(roles)
  await api.database.db.delete(organizationResourceAccess)
})

let count = 0
const as = ({ key }: Account) => ({ key })
const made = async (by: Account = maker, body: object = {}) => {
  const answer = await api.post(path, { key: `flag-${++count}`, ...body }, as(by))
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}
/** From now on plain members only see flags. */
const restrict = async () => {
  const setting = { resource: 'feature flags', access_level: 21 }
  expect((await api.post(`${organization}resource_access/`, setting)).status).toBe(201)
}
const roleOf = async (who: Account, level: number) => {
  const { body: role } = await api.post(`${organization}roles/`, { name: `role ${++count}` })
  await api.patch(`${organization}roles/${role.id}/`, { feature_flags_access_level: level })
  const given = await api.post(`${organization}roles/${role.id}/role_memberships/`, {
    user_uuid: who.user.uuid,
  })
  expect(given.status).toBe(201)
  return role
}
const edit = (id: number, by: Account, body: object = { name: `edit ${++count}` }) =>
  api.patch(`${path}${id}/`, body, as(by))
const refused = ({ status, body }: Answer) => {
  expect([status, body]).toEqual([
    403,
    {
      type: 'authentication_error',
      code: 'permission_denied',
      detail: "You don't have edit permissions for this feature flag.",
      attr: null,
    },
  ])
}
/** Whether a flag is shown as editable, the same by every way that shows it. */
const canEdit = async (id: number, by: Account): Promise<boolean> => {
  const shown = (await api.get(`${path}${id}/`, as(by))).body
  const listed = (await api.get(path, as(by))).body.results.find((one: { id: number }) => one.id === id)
  expect(listed).toEqual(shown)
  expect(shown.user_access_level).toBe(shown.can_edit ? 'editor' : 'viewer')
  return shown.can_edit
}

/** A further project of the organization. */
async function besides() {
  const project = await api.database.transaction((tx) =>
    insertProject(tx, api.user, {
      organizationId: organization.split('/')[3]!,
      apiToken: newProjectApiKey(),
    }),
  )
  await api.changed()
  return project
}

describe('a flag is edited', () => {
  test('by everybody, until the organization says otherwise', async () => {
    const flag = await made()
    expect(await canEdit(flag.id, other)).toBe(true)
    // a role does not take anything away
    await roleOf(other, 21)
    expect((await edit(flag.id, other)).status).toBe(200)
    await restrict()
    expect(await canEdit(flag.id, other)).toBe(false)
    refused(await edit(flag.id, other))
    const [setting] = (await api.get(`${organization}resource_access/`)).body.results
    await api.patch(`${organization}resource_access/${setting.id}/`, { access_level: 37 })
    expect((await edit(flag.id, other)).status).toBe(200)
    await api.patch(`${organization}resource_access/${setting.id}/`, { access_level: 21 })
    refused(await edit(flag.id, other))
    await api.delete(`${organization}resource_access/${setting.id}/`)
    expect((await edit(flag.id, other)).status).toBe(200)
  })

  test('then by who made it, and by admins', async () => {
    const flag = await made()
    await restrict()
    for (const who of [maker, api]) {
      expect(await canEdit(flag.id, who)).toBe(true)
      expect((await edit(flag.id, who)).body).toMatchObject({ can_edit: true })
    }
    expect((await made(other)).can_edit).toBe(true)
  })

  test('then by members of a role that edits flags, as long as they have it', async () => {
    const flag = await made()
    await restrict()
    const role = await roleOf(member, 37)
    expect(await canEdit(flag.id, member)).toBe(true)
    expect((await edit(flag.id, member)).status).toBe(200)
    refused(await edit(flag.id, other))
    await api.patch(`${organization}roles/${role.id}/`, { feature_flags_access_level: 21 })
    expect(await canEdit(flag.id, member)).toBe(false)
    refused(await edit(flag.id, member))
    await roleOf(member, 37)
    expect((await edit(flag.id, member)).status).toBe(200)
  })

  test('then by members of a role that the flag names', async () => {
    const [flag, beside] = [await made(), await made()]
    await restrict()
    const role = await roleOf(member, 21)
    refused(await edit(flag.id, member))
    const given = await api.post(`${path}${flag.id}/role_access/`, { role_id: role.id }, as(maker))
    expect(given.status).toBe(201)
    expect(await canEdit(flag.id, member)).toBe(true)
    expect((await edit(flag.id, member)).status).toBe(200)
    refused(await edit(beside.id, member))
    await api.delete(`${path}${flag.id}/role_access/${given.body.id}/`, as(maker))
    refused(await edit(flag.id, member))
  })

  test('and is not changed by who may not, by whatever way', async () => {
    const variants = [
      { key: 'control', rollout_percentage: 50 },
      { key: 'test', rollout_percentage: 50 },
    ]
    const flag = await made(maker, { active: false })
    const compared = await made(maker, { filters: { groups: [], multivariate: { variants } }, active: false })
    await restrict()
    const rows = () => api.database.db.select().from(featureFlags).orderBy(featureFlags.id)
    const before = await rows()
    const key = as(other)
    const change = {
      record_id: String(flag.id),
      model_name: 'FeatureFlag',
      payload: { operation: 'update_status', value: true },
      scheduled_at: '2099-01-01T00:00:00Z',
    }
    refused(await edit(flag.id, other, { deleted: true }))
    refused(await api.ask('PUT', `${path}${flag.id}/`, { key: flag.key, active: true }, key))
    refused(await api.post(`${base}scheduled_changes/`, change, key))
    refused(
      await api.post(
        `${base}experiments/`,
        {
          name: 'x',
          feature_flag_key: compared.key,
          start_date: '2024-01-01T00:00:00Z',
          filters: { insight: 'TRENDS', events: [{ id: 'x', type: 'events' }] },
          parameters: { feature_flag_variants: variants },
        },
        key,
      ),
    )
    refused(
      await api.post(
        `${base}early_access_feature/`,
        { name: 'x', stage: 'beta', feature_flag_id: flag.id },
        key,
      ),
    )
    expect((await api.post(`${path}bulk_delete/`, { ids: [flag.id] }, key)).body).toEqual({
      deleted: [],
      errors: [
        { id: flag.id, key: flag.key, reason: "You don't have edit permissions for this feature flag." },
      ],
    })
    expect(await rows()).toEqual(before)
    const { body: waiting } = await api.post(`${base}scheduled_changes/`, change, as(maker))
    const at = `${base}scheduled_changes/${waiting.id}/`
    refused(await api.patch(at, { scheduled_at: '2098-01-01T00:00:00Z' }, key))
    refused(await api.delete(at, key))
    expect((await api.delete(at, as(maker))).status).toBe(204)
  })

  test('nor in another project that it is copied to', async () => {
    const flag = await made()
    const target = await besides()
    const copy = {
      feature_flag_key: flag.key,
      from_project: Number(base.split('/')[3]),
      target_project_ids: [target.id],
    }
    const at = `${organization}feature_flags/copy_flags/`
    expect((await api.post(at, copy, as(maker))).body.success).toMatchObject([{ can_edit: true }])
    await restrict()
    expect((await api.post(at, copy, as(other))).body).toEqual({
      success: [],
      failed: [{ project_id: target.id, errors: "You don't have edit permissions for this feature flag." }],
    })
    expect((await api.post(at, copy, as(maker))).body.success).toHaveLength(1)
  })

  test('but a survey’s own flags by whoever edits the survey', async () => {
    await restrict()
    const survey = await api.post(
      `${base}surveys/`,
      {
        name: `survey ${++count}`,
        type: 'popover',
        questions: [{ type: 'open', question: 'Why?' }],
        targeting_flag_filters: { groups: [{ properties: [], rollout_percentage: 50 }] },
      },
      as(maker),
    )
    expect(survey.status, survey.text).toBe(201)
    const started = await api.patch(
      `${base}surveys/${survey.body.id}/`,
      { start_date: '2024-01-01T00:00:00Z' },
      as(other),
    )
    expect(started.body.targeting_flag).toMatchObject({ active: true })
    refused(await edit(started.body.targeting_flag.id, other))
  })
})

describe('roles that a flag names', () => {
  test('are added, listed, got and taken away', async () => {
    const flag = await made()
    const [first, second] = [await roleOf(member, 21), await roleOf(other, 37)]
    await api.activities()
    const at = `${path}${flag.id}/role_access/`
    const { status, body } = await api.post(at, { role_id: first.id })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      id: expect.any(Number),
      feature_flag: { id: flag.id, key: flag.key, can_edit: true },
      role: { id: first.id, name: first.name, associated_flags: [{ id: flag.id, key: flag.key }] },
      added_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    })
    await api.post(at, { role_id: second.id })
    expect((await api.get(at)).body).toMatchObject({ count: 2, results: [body, { role: { id: second.id } }] })
    expect((await api.get(`${at}?limit=1&offset=1&foo=1`)).body.results).toMatchObject([
      { role: { id: second.id } },
    ])
    expect((await api.get(`${at}${body.id}/`)).body).toEqual(body)
    expect((await api.get(`${organization}roles/${first.id}/`)).body.associated_flags).toEqual([
      { id: flag.id, key: flag.key },
    ])
    expect((await api.delete(`${at}${body.id}/`)).status).toBe(204)
    expect((await api.delete(`${at}${body.id}/`)).status).toBe(404)
    expect((await api.get(`${at}${body.id}/`)).status).toBe(404)
    const names = [first.name, second.name]
    expect(
      (await api.activities()).map(({ scope, itemId, detail }) => [scope, itemId, detail.changes]),
    ).toEqual(
      [
        [[], [names[0]]],
        [[names[0]], names],
        [names, [names[1]]],
      ].map(([was, is]) => [
        'FeatureFlag',
        String(flag.id),
        [{ type: 'FeatureFlag', action: 'changed', field: 'role_access', before: was, after: is }],
      ]),
    )
    // a flag that is deleted is none that anybody edits
    await edit(flag.id, api, { deleted: true })
    expect((await api.get(`${organization}roles/${second.id}/`)).body.associated_flags).toEqual([])
  })

  test('are of the organization, and named once', async () => {
    const flag = await made()
    const at = `${path}${flag.id}/role_access/`
    const stranger = await api.stranger()
    await api.changed()
    const theirs = await api.post(
      `/api/organizations/${stranger.organization.id}/roles/`,
      { name: 'theirs' },
      as(stranger),
    )
    for (const role_id of [theirs.body.id, '0190c2f0-5a44-7cc0-9d6e-000000000000']) {
      expect((await api.post(at, { role_id })).body).toMatchObject({
        code: 'does_not_exist',
        attr: 'role_id',
        detail: `Invalid pk "${role_id}" - object does not exist.`,
      })
    }
    const role = await roleOf(member, 21)
    await api.post(at, { role_id: role.id })
    expect((await api.post(at, { role_id: role.id })).body).toMatchObject({ code: 'unique', attr: 'role_id' })
    expect((await api.post(at, {})).body).toMatchObject({ code: 'required', attr: 'role_id' })
    expect((await api.post(`${path}999999/role_access/`, { role_id: role.id })).status).toBe(404)
  })

  test('are named by who may edit the flag', async () => {
    const flag = await made()
    const at = `${path}${flag.id}/role_access/`
    await restrict()
    const role = await roleOf(member, 21)
    refused(await api.post(at, { role_id: role.id }, as(member)))
    const { body } = await api.post(at, { role_id: role.id }, as(maker))
    refused(await api.delete(`${at}${body.id}/`, as(other)))
    expect((await api.get(at, as(other))).body.results[0].feature_flag.can_edit).toBe(false)
    expect((await api.delete(`${at}${body.id}/`, as(member))).status).toBe(204)
  })

  test('do not show flags of other projects to a key that is limited to one', async () => {
    const flag = await made()
    const role = await roleOf(member, 21)
    const elsewhere = await besides()
    const flags = `/api/projects/${elsewhere.id}/feature_flags/`
    const { body: other } = await api.post(flags, { key: `elsewhere-${++count}` })
    await api.post(`${flags}${other.id}/role_access/`, { role_id: role.id })
    await api.post(`${path}${flag.id}/role_access/`, { role_id: role.id })
    const key = newPersonalApiKey()
    const scopedTeams = [Number(base.split('/')[3])]
    await api.database.transaction((tx) =>
      insertPersonalApiKey(tx, api.user.id, { label: 'one project', scopedTeams }, key),
    )
    await api.changed()
    const seen = async (asked: { key?: string }) =>
      (await api.get(`${path}${flag.id}/role_access/`, asked)).body.results[0].role.associated_flags
    expect(await seen({ key })).toEqual([{ id: flag.id, key: flag.key }])
    expect(await seen({})).toHaveLength(2)
  })

  test('do not show flags of projects that one can not see', async () => {
    const role = await roleOf(member, 21)
    const hidden = await besides()
    const flags = `/api/projects/${hidden.id}/feature_flags/`
    const { body: flag } = await api.post(flags, { key: 'hidden' })
    await api.post(`${flags}${flag.id}/role_access/`, { role_id: role.id })
    await api.patch(`/api/projects/${hidden.id}/`, { access_control: true })
    const seen = async (by: Account) =>
      (await api.get(`${organization}roles/${role.id}/`, as(by))).body.associated_flags
    expect(await seen(member)).toEqual([])
    expect(await seen(api)).toEqual([{ id: flag.id, key: 'hidden' }])
  })
})
