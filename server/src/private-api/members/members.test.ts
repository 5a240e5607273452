import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq, ne } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { type Account, type TestApp, testApp } from '../../../test/app.ts'
import { levels } from '../../accounts/levels.ts'
import { checkLevelChange, checkRemoval } from '../../accounts/member-rules.ts'
import { createMembershipStore } from '../../accounts/memberships.ts'
import { createOrganizationStore } from '../../accounts/organizations.ts'
import { createPersonalApiKeyStore } from '../../accounts/personal-api-keys.ts'
import { createProjectStore } from '../../accounts/projects.ts'
import { createSessionStore } from '../../accounts/sessions.ts'
import { dashboardCollaborators, dashboards, organizationMemberships, users } from '../../database/schema.ts'
import { createDirectory } from '../../directory/create-directory.ts'
import { annotationRoutes } from '../annotations/routes.ts'
import { createAnnotationStore } from '../annotations/store.ts'
import { organizationRoutes } from '../organizations/routes.ts'
import { memberRoutes } from './routes.ts'

describe('members', () => {
  let api: TestApp
  /** The organization's members. */
  let path: string
  const nobody = '00000000-0000-4000-8000-000000000000'

  beforeAll(async () => {
    api = await testApp(afterAll, ({ database, directory, activity }) => {
      const organizations = createOrganizationStore(database)
      const projects = createProjectStore(database)
      return [
        memberRoutes({ members: createMembershipStore(database), organizations, activity, directory }),
        organizationRoutes({ organizations, projects, activity, directory }),
        annotationRoutes({
          annotations: createAnnotationStore(database),
          activity,
          now: () => new Date(),
        }),
      ]
    })
    path = `/api/organizations/${api.organization.id}/members/`
  })
  /** The owner is alone again. */
  beforeEach(async () => {
    const { db } = api.database
    await db.delete(users).where(ne(users.id, api.user.id))
    await db.update(organizationMemberships).set({ level: levels.owner })
    await api.changed()
  })

  const one = (who: Account) => `${path}${who.user.uuid}/`
  const levelsOf = async (): Promise<Record<string, number>> => {
    const { results } = (await api.get(path)).body
    return Object.fromEntries(
      results.map((row: { user: { email: string }; level: number }) => [row.user.email, row.level]),
    )
  }

  it('are listed by first name, page by page, without those who are deactivated', async () => {
    const anna = await api.colleague()
    const gone = await api.colleague()
    await api.stranger()
    const { db } = api.database
    await db.update(users).set({ firstName: 'Anna' }).where(eq(users.id, anna.user.id))
    await db.update(users).set({ isActive: false }).where(eq(users.id, gone.user.id))
    const { status, body } = await api.get(path)
    expect(status).toBe(200)
    expect(body).toMatchObject({ count: 2, next: null, previous: null })
    expect(body.results).toEqual([
      expect.objectContaining({ user: expect.objectContaining({ uuid: anna.user.uuid }), level: 1 }),
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        user: {
          id: api.user.id,
          uuid: api.user.uuid,
          distinct_id: api.user.distinctId,
          first_name: 'Olive',
          email: 'owner@example.com',
          is_email_verified: null,
        },
        level: 15,
        joined_at: expect.stringMatching(/Z$/),
        updated_at: expect.stringMatching(/Z$/),
        is_2fa_enabled: false,
        has_social_auth: false,
      },
    ])
    const second = (await api.get(`${path}?limit=1&offset=1`)).body
    expect(second).toMatchObject({ count: 2, next: null, results: [{ level: 15 }] })
    expect(second.previous).toContain('limit=1')
    expect((await api.get('/api/organizations/@current/members/', { key: anna.key })).body.count).toBe(2)
  })

  it('are nothing to people of other organizations', async () => {
    const stranger = await api.stranger()
    const key = { key: stranger.key }
    for (const answer of [
      await api.get(path, key),
      await api.patch(one(api), { level: 1 }, key),
      await api.delete(one(api), key),
      // of one's own organization, but by somebody else's uuid
      await api.patch(one(stranger), { level: 1 }),
      await api.delete(`${path}${nobody}/`),
      await api.delete(`${path}not-a-uuid/`),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found'])
    }
  })

  it('are promoted by admins, and told of in the log', async () => {
    const admin = await api.colleague(levels.admin)
    const member = await api.colleague()
    await api.activities()
    const promoted = await api.patch(one(member), { level: 8 }, { key: admin.key })
    expect([promoted.status, promoted.body]).toEqual([
      200,
      expect.objectContaining({ level: 8, user: expect.objectContaining({ uuid: member.user.uuid }) }),
    ])
    expect(await levelsOf()).toMatchObject({ [member.user.email]: 8 })
    expect((await api.patch(one(member), {})).body.level).toBe(8)
    expect((await api.ask('PUT', one(member), { level: 1 })).body.level).toBe(1)
    expect((await api.patch(one(member), { level: 3 })).body).toMatchObject({ attr: 'level' })
    expect(await api.activities()).toMatchObject([
      {
        scope: 'OrganizationMembership',
        itemId: promoted.body.id,
        activity: 'updated',
        userId: admin.user.id,
        projectId: null,
        detail: {
          name: member.user.email,
          changes: [{ field: 'level', action: 'changed', before: 1, after: 8 }],
        },
      },
      { userId: api.user.id, detail: { changes: [{ field: 'level', before: 8, after: 1 }] } },
    ])
  })

  it('have one owner: who passes that on is an admin afterwards', async () => {
    const heir = await api.colleague()
    await api.activities()
    expect((await api.patch(one(heir), { level: 15 })).body.level).toBe(15)
    expect(await levelsOf()).toMatchObject({ [heir.user.email]: 15, 'owner@example.com': 8 })
    expect(await api.activities()).toMatchObject([
      { detail: { name: 'owner@example.com', changes: [{ before: 15, after: 8 }] } },
      { detail: { name: heir.user.email, changes: [{ before: 1, after: 15 }] } },
    ])
  })

  it('have one owner, also when two are named at once', async () => {
    const heirs = await Promise.all([api.colleague(), api.colleague()])
    const answers = await Promise.all(heirs.map((heir) => api.patch(one(heir), { level: 15 })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403])
    expect(Object.values(await levelsOf()).sort()).toEqual([1, 15, 8])
  })

  it('that are refused something are told why', async () => {
    const admin = await api.colleague(levels.admin)
    const member = await api.colleague()
    const denied = async (method: string, who: Account, by: Account, level?: number) => {
      const answer = await api.ask(method, one(who), level && { level }, { key: by.key })
      expect([answer.status, answer.body.type]).toEqual([403, 'authentication_error'])
      return answer.body.detail
    }
    expect(await denied('PATCH', api, api, 8)).toBe("You can't change your own access level.")
    expect(await denied('PATCH', admin, member, 1)).toBe('You can only edit others if you are an admin.')
    expect(await denied('DELETE', admin, member)).toBe('You can only edit others if you are an admin.')
    expect(await denied('PATCH', api, admin, 1)).toBe(
      'You can only edit others with level lower or equal to you.',
    )
    expect(await denied('DELETE', api, admin)).toBe(
      'You can only edit others with level lower or equal to you.',
    )
    expect(await denied('PATCH', member, admin, 15)).toBe(
      "You can only pass on organization ownership if you're its owner.",
    )
    expect(Object.values(await levelsOf()).sort()).toEqual([1, 15, 8])
  })

  it('leave, but for the owner', async () => {
    const member = await api.colleague()
    await api.activities()
    const left = await api.delete(`${path}@me/`, { key: member.key })
    expect([left.status, left.text]).toEqual([204, ''])
    for (const who of ['@me', api.user.uuid]) {
      const stays = await api.delete(`${path}${who}/`)
      expect([stays.status, stays.body.type, stays.body.detail]).toEqual([
        400,
        'validation_error',
        'Cannot leave the organization as its owner!',
      ])
    }
    expect(await levelsOf()).toEqual({ 'owner@example.com': 15 })
    expect(await api.activities()).toMatchObject([
      {
        scope: 'OrganizationMembership',
        activity: 'deleted',
        userId: member.user.id,
        detail: { name: member.user.email },
      },
    ])
  })

  it('who are removed reach nothing from that moment, with keys or sessions, and keep what is elsewhere', async () => {
    const member = await api.colleague()
    const { db } = api.database
    const elsewhere = await createOrganizationStore(api.database).create(member.user, 'Elsewhere')
    await db
      .update(users)
      .set({ currentOrganizationId: api.organization.id, currentProjectId: api.project.id })
      .where(eq(users.id, member.user.id))
    const [dashboard] = await db.select().from(dashboards).where(eq(dashboards.projectId, api.project.id))
    await db.insert(dashboardCollaborators).values({ dashboardId: dashboard!.id, userId: member.user.id })
    const session = await createSessionStore(api.database).open(member.user.id, new Date())
    const its = `/api/projects/${api.project.id}/annotations/`
    const own = `/api/projects/${elsewhere.project.id}/annotations/`
    const byKey = { key: member.key }
    const bySession = { key: null, cookies: { sessionid: session } }
    for (const by of [byKey, bySession]) expect((await api.get(its, by)).status).toBe(200)

    expect((await api.delete(one(member))).status).toBe(204)
    for (const by of [byKey, bySession]) {
      expect((await api.get(its, by)).body.detail).toBe("You don't have access to the project.")
      expect((await api.get(path, by)).status).toBe(404)
      expect((await api.get(own, by)).status).toBe(200)
    }
    // Where they work now is another organization of theirs.
    expect((await api.get('/api/organizations/@current/', byKey)).body.id).toBe(elsewhere.organization.id)
    expect(await db.select().from(dashboardCollaborators)).toEqual([])
  })

  it('who are removed reach nothing of other processes either', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'members-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const { database } = api
    const directories = await Promise.all(
      ['a', 'b'].map((name) => createDirectory({ database, file: join(folder, `${name}.json`) })),
    )
    onTestFinished(async () => {
      for (const directory of directories) await directory.close()
    })
    const [here, there] = directories as [(typeof directories)[0], (typeof directories)[0]]
    const member = await api.colleague()
    await here.changed()
    await expect
      .poll(() => there.personalKey(member.key)?.projects.map(({ id }) => id))
      .toEqual([api.project.id])
    const before = there.version()
    await createMembershipStore(database).remove(api.organization.id, api.user.id, member.user.uuid)
    await here.changed()
    await expect.poll(() => there.personalKey(member.key)).toBeUndefined()
    expect(there.version()).not.toBe(before)
  })

  it('are found and changed by keys that may, and by no others', async () => {
    const keys = createPersonalApiKeyStore(api.database)
    const make = async (limits: object) => ({
      key: (await keys.create(api.user.id, { label: 'limited', ...limits })).value,
    })
    const reads = await make({ scopes: ['organization_member:read'] })
    expect((await api.get(path, reads)).status).toBe(200)
    expect((await api.patch(one(api), { level: 8 }, reads)).body.detail).toContain(
      "missing required scope 'organization_member:write'",
    )
    const forProject = await make({ scopedTeams: [api.project.id] })
    expect((await api.get(path, forProject)).status).toBe(403)
    const forOrganization = await make({ scopedOrganizations: [api.organization.id] })
    expect((await api.get(path, forOrganization)).status).toBe(200)
  })
})

describe('what somebody may do to a member', () => {
  const all = [levels.member, levels.admin, levels.owner]
  const may = (act: () => void) => {
    try {
      act()
      return true
    } catch {
      return false
    }
  }

  it('is never more than they may do themselves', () => {
    for (const by of all) {
      for (const member of all) {
        const [who, whom] = [
          { userId: 1, level: by },
          { userId: 2, level: member },
        ]
        const mayEdit = by >= levels.admin && member <= by
        expect(may(() => checkRemoval(who, whom))).toBe(mayEdit)
        for (const level of all) {
          expect(may(() => checkLevelChange(who, whom, level))).toBe(mayEdit && level <= by)
          expect(may(() => checkLevelChange(who, { ...whom, userId: 1 }, level))).toBe(false)
        }
      }
      expect(may(() => checkRemoval({ userId: 1, level: by }, { userId: 1, level: by }))).toBe(
        by !== levels.owner,
      )
    }
  })
})
