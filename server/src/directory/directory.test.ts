import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { insertOrganization, insertPersonalKey, insertProject, insertUser } from '../../test/accounts.ts'
import { testDatabase } from '../../test/database.ts'
import { startPostgres } from '../../test/postgres.ts'
import { createDatabase } from '../database/create-database.ts'
import type { Database } from '../database/database.ts'
import { organizationMemberships, projects, users } from '../database/schema.ts'
import { defaultWebCapture } from '../model/project.ts'
import { createDirectory } from './create-directory.ts'

let folder: string
let database: Database
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedgerow-directory-'))
  database = await testDatabase()
})
afterAll(async () => {
  await database?.close()
  await rm(folder, { recursive: true, force: true })
})

let files = 0
const newFile = () => join(folder, `directory-${++files}.json`)
const open = async (on = database, file = newFile()) => {
  const directory = await createDirectory({ database: on, file })
  onTestFinished(() => directory.close())
  return directory
}

test('a project is found by its token and its id', async () => {
  const project = await insertProject(database, await insertOrganization(database))
  const directory = await open()
  expect(directory.projectById(project.id)).toEqual({
    id: project.id,
    organizationId: project.organizationId,
    apiToken: project.apiToken,
    name: 'Default Project',
    timezone: 'UTC',
    weekStartDay: 0,
    anonymizeIps: false,
    ingestedEvent: false,
    testAccountFilters: [],
    botFilter: 'off',
    dropEventsOlderThan: null,
    webCapture: defaultWebCapture,
  })
  expect(directory.projectByToken(project.apiToken)?.id).toBe(project.id)
  expect(directory.projectByToken('phc_unknown')).toBeUndefined()
  expect(directory.ageMs()).toBe(0)
})

test('a personal key sends to the project its user visited last, else to the first the user may see', async () => {
  const organization = await insertOrganization(database)
  const other = await insertOrganization(database)
  const first = await insertProject(database, organization)
  const second = await insertProject(database, organization)
  const foreign = await insertProject(database, other)
  const visitor = await insertUser(database, [organization], second.id)
  const newcomer = await insertUser(database, [organization])
  const removed = await insertUser(database, [organization], foreign.id)
  const stranger = await insertUser(database, [])
  const keys = await Promise.all(
    [visitor, newcomer, removed, stranger].map((user) => insertPersonalKey(database, user.id)),
  )
  const directory = await open()
  expect(keys.map((key) => directory.projectByPersonalKey(key)?.id)).toEqual([
    second.id,
    first.id,
    first.id,
    undefined,
  ])
  expect(directory.projectByPersonalKey('phx_unknown')).toBeUndefined()
})

test('a key scoped to projects or organizations sends to none but those', async () => {
  const near = await insertOrganization(database)
  const far = await insertOrganization(database)
  const [first, second] = [await insertProject(database, near), await insertProject(database, near)]
  const third = await insertProject(database, far)
  const user = await insertUser(database, [near, far], first.id)
  const teamKey = await insertPersonalKey(database, user.id, { scopedTeams: [second.id] })
  const organizationKey = await insertPersonalKey(database, user.id, { scopedOrganizations: [far] })
  const directory = await open()
  expect(directory.projectByPersonalKey(teamKey)?.id).toBe(second.id)
  expect(directory.projectByPersonalKey(organizationKey)?.id).toBe(third.id)
})

test("a deactivated user's key is unknown, as is a project that has gone", async () => {
  const organization = await insertOrganization(database)
  const project = await insertProject(database, organization)
  const user = await insertUser(database, [organization])
  const key = await insertPersonalKey(database, user.id)
  const directory = await open()
  expect(directory.projectByPersonalKey(key)?.id).toBe(project.id)
  await database.db.update(users).set({ isActive: false }).where(eq(users.id, user.id))
  await database.db.delete(projects).where(eq(projects.id, project.id))
  await directory.changed()
  expect(directory.projectByPersonalKey(key)).toBeUndefined()
  expect(directory.projectByToken(project.apiToken)).toBeUndefined()
})

test('a change told to one directory reaches the others', async () => {
  const [here, there] = [await open(), await open()]
  const project = await insertProject(database, await insertOrganization(database))
  expect(there.projectById(project.id)).toBeUndefined()
  await here.changed()
  expect(here.projectById(project.id)?.id).toBe(project.id)
  await expect.poll(() => there.projectById(project.id)?.id).toBe(project.id)
})

test('changes one upon another are all seen by those who waited', async () => {
  const directory = await open()
  const organization = await insertOrganization(database)
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      const project = await insertProject(database, organization)
      await directory.changed()
      expect(directory.projectById(project.id)?.id).toBe(project.id)
    }),
  )
})

test('the copy holds no plain personal key and is for its owner only', async () => {
  const organization = await insertOrganization(database)
  await insertProject(database, organization)
  const key = await insertPersonalKey(database, (await insertUser(database, [organization])).id)
  const file = newFile()
  await open(database, file)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readFile(file, 'utf8')).not.toContain(key)
})

test('without the database it starts from the copy, says its age, and catches up', {
  timeout: 60_000,
}, async () => {
  const postgres = await startPostgres()
  onTestFinished(() => postgres.stop())
  const url = await postgres.freshUrl()
  const file = newFile()
  const seeded = await createDatabase({ url })
  const organization = await insertOrganization(seeded)
  const project = await insertProject(seeded, organization)
  const key = await insertPersonalKey(seeded, (await insertUser(seeded, [organization])).id)
  await (await createDirectory({ database: seeded, file })).close()
  await seeded.close()

  await postgres.goAway()
  const away = await createDatabase({ url, whenRefused: () => undefined })
  onTestFinished(() => away.close())
  await expect(away.db.execute(sql`select 1`)).rejects.toMatchObject({ kind: 'unavailable' })
  await expect(createDirectory({ database: away, file: newFile() })).rejects.toMatchObject({
    kind: 'unavailable',
  })
  const directory = await open(away, file)
  expect(directory.projectByToken(project.apiToken)?.id).toBe(project.id)
  expect(directory.projectByPersonalKey(key)?.id).toBe(project.id)
  expect(directory.ageMs()).toBeGreaterThan(0)

  await postgres.comeBack()
  await expect.poll(() => directory.ageMs(), { timeout: 20_000, interval: 100 }).toBe(0)
  const later = await insertProject(away, organization)
  await away.db.delete(organizationMemberships)
  await away.notify('directory', 'another process')
  await expect.poll(() => directory.projectById(later.id)?.id).toBe(later.id)
  expect(directory.projectByPersonalKey(key)).toBeUndefined()
})

test('a copy that cannot be read counts as none while the database is there', async () => {
  const file = newFile()
  await writeFile(file, '{"version":1,"pro')
  const project = await insertProject(database, await insertOrganization(database))
  const directory = await open(database, file)
  expect(directory.projectById(project.id)?.id).toBe(project.id)
  expect(JSON.parse(await readFile(file, 'utf8')).version).toBe(2)
})
