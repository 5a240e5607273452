import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import type { Database } from '../database/database.ts'
import { organizations, persons, projects, users } from '../database/schema.ts'
import { newPersonalApiKey } from '../kit/api-keys.ts'
import { addUser } from './add-user.ts'
import { createFirstUser } from './first-user.ts'
import { levels } from './levels.ts'
import { createOrganizationStore } from './organizations.ts'
import { hashPassword, passwordMatches } from './passwords.ts'
import { createPersonalApiKeyStore } from './personal-api-keys.ts'
import { createProjectStore, internalUserFilters } from './projects.ts'

const password = 'correct horse battery'

describe('an installation', () => {
  let database: Database
  beforeAll(async () => {
    database = await testDatabase(afterAll)
  })
  beforeEach(async () => {
    await database.db.delete(users)
    await database.db.delete(organizations)
  })

  it('is set up from outside, with both keys given', async () => {
    const personalApiKey = newPersonalApiKey()
    const made = await createFirstUser(database, {
      email: 'ops@example.org',
      password,
      personalApiKey,
      projectApiKey: 'phc_given',
    })
    expect(made!.project.apiToken).toBe('phc_given')
    expect(made!.user).toMatchObject({ isStaff: true, currentProjectId: made!.project.id })
    const known = await createPersonalApiKeyStore(database).authenticate(personalApiKey)
    expect(known!.user.id).toBe(made!.user.id)
    expect(await createFirstUser(database, { email: 'second@example.org', password })).toBeNull()
    expect(await database.db.select().from(users)).toHaveLength(1)
  })

  it('is made whole or not at all', async () => {
    const personalApiKey = 'phx_'.padEnd(50, 'a')
    await createFirstUser(database, { email: 'a@b.c', password, personalApiKey })
    // The user goes, the organization stays: the same project key can't be given twice.
    await database.db.update(projects).set({ apiToken: 'phc_taken' })
    await database.db.delete(users)
    await expect(
      createFirstUser(database, { email: 'a@b.c', password, projectApiKey: 'phc_taken' }),
    ).rejects.toThrow()
    expect(await database.db.select().from(users)).toEqual([])
    expect(await database.db.select().from(organizations)).toHaveLength(1)
  })

  it('takes further users into the first organization', async () => {
    const first = await addUser(database, { email: 'first@example.org', password })
    const second = await addUser(database, { email: 'second@example.org', password, level: levels.admin })
    expect(second).toMatchObject({ isStaff: false, currentProjectId: first.currentProjectId })
    const [organization] = await createOrganizationStore(database).listFor(second.id)
    expect(organization).toMatchObject({ id: first.currentOrganizationId, membershipLevel: levels.admin })
    await expect(addUser(database, { email: 'SECOND@example.org', password })).rejects.toMatchObject({
      code: 'unique',
      attr: 'email',
    })
  })

  it('shows a project with access control to admins only', async () => {
    const owner = await addUser(database, { email: 'owner@example.org', password })
    const member = await addUser(database, { email: 'member@example.org', password })
    const store = createProjectStore(database)
    const id = owner.currentProjectId!
    expect(await store.find(member.id, id)).toMatchObject({ id, membershipLevel: levels.member })
    await store.update(id, { settings: { access_control: true } })
    expect(await store.find(member.id, id)).toBe('forbidden')
    expect(await store.listFor(member.id)).toEqual([])
    expect(await store.current(member)).toBeUndefined()
    expect(await store.find(owner.id, id)).toMatchObject({ membershipLevel: levels.owner })
    expect(await store.find(owner.id, 2 ** 31 - 1)).toBeUndefined()
  })

  it('forgets all of a project, however much there is of it', async () => {
    const user = await addUser(database, { email: 'owner@example.org', password })
    const store = createProjectStore(database)
    const kept = user.currentProjectId!
    const gone = await store.create(user, user.currentOrganizationId!, { name: 'Gone' })
    for (const id of [kept, gone.id]) {
      await database.db.execute(sql`
        insert into persons (project_id, uuid) select ${id}, gen_random_uuid() from generate_series(1, 12000)`)
      await database.db.execute(sql`
        insert into person_distinct_ids (project_id, distinct_id, person_id)
        select project_id, id::text, id from persons where project_id = ${id}`)
    }
    await store.remove(gone.id)
    const left = await database.db.execute(sql`
      select project_id, count(*)::int as rows from persons group by 1 union all
      select project_id, count(*)::int from person_distinct_ids group by 1`)
    expect(left).toEqual([
      { project_id: kept, rows: 12000 },
      { project_id: kept, rows: 12000 },
    ])
    expect(await store.find(user.id, gone.id)).toBeUndefined()
    await createOrganizationStore(database).remove(user.currentOrganizationId!)
    expect(await database.db.select({ id: persons.id }).from(persons).limit(1)).toEqual([])
  })

  it('remembers the project that stands in for a lost one', async () => {
    const user = await addUser(database, { email: 'owner@example.org', password })
    const store = createProjectStore(database)
    const lost = await store.create(user, user.currentOrganizationId!, { name: 'Lost' })
    await store.remove(lost.id)
    const [after] = await database.db.select().from(users).where(eq(users.id, user.id))
    expect(after!.currentProjectId).toBeNull()
    expect((await store.current(after!))!.id).toBe(user.currentProjectId)
    const [remembered] = await database.db.select().from(users).where(eq(users.id, user.id))
    expect(remembered!.currentProjectId).toBe(user.currentProjectId)
  })
})

describe('passwords', () => {
  it('are checked against their hash, and against nothing in the same time', async () => {
    const hash = await hashPassword(password)
    expect(await passwordMatches(hash, password)).toBe(true)
    expect(await passwordMatches(hash, `${password} `)).toBe(false)
    expect(await passwordMatches(null, password)).toBe(false)
    expect(await passwordMatches(undefined, '')).toBe(false)
  })
})

describe('internal users of a new project', () => {
  it("are the maker's colleagues, unless the address is a public mail provider's", () => {
    expect(internalUserFilters('ada@Engines.example')).toMatchObject([
      { key: 'email', value: '@engines.example' },
      { key: '$host' },
    ])
    expect(internalUserFilters('ada@gmail.com')).toMatchObject([{ key: '$host' }])
  })
})
