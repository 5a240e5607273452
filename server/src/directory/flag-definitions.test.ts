import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { insertOrganization, insertProject } from '../../test/accounts.ts'
import { testDatabase } from '../../test/database.ts'
import { startPostgres } from '../../test/postgres.ts'
import { createDatabase } from '../database/create-database.ts'
import type { Database } from '../database/database.ts'
import {
  actions,
  cohorts,
  earlyAccessFeatures,
  experiments,
  featureFlags,
  groupTypes,
  surveys,
} from '../database/schema.ts'
import { flagDefinitionsChannel } from '../model/notifications.ts'
import { createFlagDefinitions } from './flag-definitions.ts'

let root: string
let database: Database
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'hedgerow-flag-definitions-'))
  database = await testDatabase()
})
afterAll(async () => {
  await database?.close()
  await rm(root, { recursive: true, force: true })
})

let folders = 0
const newFolder = () => join(root, String(++folders))
const open = async (on = database, folder = newFolder()) => {
  const definitions = await createFlagDefinitions({ database: on, folder })
  onTestFinished(() => definitions.close())
  return definitions
}
const newProject = async (on = database) => (await insertProject(on, await insertOrganization(on))).id
const newFlag = async (projectId: number, key: string, more: object = {}, on = database) =>
  (
    await on.db
      .insert(featureFlags)
      .values({ projectId, key, ...more })
      .returning()
  )[0]!
const keysOf = (definitions: { of(id: number): { flags: { key: string }[] } | undefined }, id: number) =>
  definitions.of(id)?.flags.map(({ key }) => key)

test('a project has its flags that are not deleted, what has flags, its group types, and cohorts', async () => {
  const projectId = await newProject()
  const plain = await newProject()
  const [cohort] = await database.db
    .insert(cohorts)
    .values({ projectId, name: 'x', isStatic: true })
    .returning()
  await database.db.insert(cohorts).values({ projectId, deleted: true })
  await database.db.insert(groupTypes).values({ projectId, groupType: 'company', groupTypeIndex: 0 })
  const filters = { groups: [{ properties: [{ type: 'cohort', key: 'id', value: cohort!.id }] }] }
  const flag = await newFlag(projectId, 'a', { filters, active: false, evaluationContexts: ['app'] })
  const [feature] = await database.db
    .insert(earlyAccessFeatures)
    .values({ projectId, featureFlagId: flag.id, name: 'A', stage: 'beta', payload: { at: 1 } })
    .returning()
  const gone = await newFlag(projectId, 'gone', { deleted: true })
  const [action] = await database.db.insert(actions).values({ projectId, name: 'bought' }).returning()
  await database.db.insert(actions).values({ projectId: await newProject(), name: 'other' })
  const survey = {
    ...{ id: crypto.randomUUID(), projectId, name: 'Why', description: 'Secret', type: 'popover' },
    ...{ linkedFlagId: flag.id, targetingFlagId: gone.id, startDate: '2024-01-01T00:00:00Z' },
    ...{ questions: [{ id: 'q' }], conditions: { url: '/', actions: null }, actionIds: [action!.id] },
  }
  const archived = { id: crypto.randomUUID(), name: 'Old', archived: true }
  await database.db.insert(surveys).values([survey, { ...survey, ...archived }])
  const compared = await newFlag(plain, 'b')
  await newFlag(plain, 'c')
  const experiment = { projectId: plain, featureFlagId: compared.id, ownsFlag: true, name: 'x', filters: {} }
  await database.db.insert(experiments).values([experiment, { ...experiment, deleted: true }])
  await database.db.insert(cohorts).values({ projectId: plain })
  const definitions = await open()
  expect(definitions.of(projectId)).toEqual({
    projectId,
    flags: [
      {
        id: flag.id,
        key: 'a',
        name: '',
        filters,
        active: false,
        version: 1,
        ensureExperienceContinuity: false,
        bucketingIdentifier: null,
        evaluationRuntime: 'all',
        evaluationContexts: ['app'],
        isRemoteConfiguration: false,
        hasExperiment: false,
      },
    ],
    earlyAccessFeatures: [
      {
        id: feature!.id,
        name: 'A',
        description: '',
        stage: 'beta',
        documentationUrl: '',
        payload: { at: 1 },
        flagKey: 'a',
      },
    ],
    surveys: [
      {
        id: survey.id,
        name: 'Why',
        type: 'popover',
        linked_flag_key: 'a',
        targeting_flag_key: 'gone',
        internal_targeting_flag_key: null,
        questions: [{ id: 'q' }],
        conditions: {
          url: '/',
          actions: { values: [{ id: action!.id, name: 'bought', steps: [] }] },
        },
        appearance: null,
        start_date: '2024-01-01T00:00:00.000000Z',
        end_date: null,
        current_iteration: null,
        current_iteration_start_date: null,
        schedule: 'once',
        enable_partial_responses: false,
      },
    ],
    cohorts: [{ id: cohort!.id, isStatic: true, isCopied: false, filters: null, groups: [] }],
    groupTypes: [{ groupType: 'company', groupTypeIndex: 0 }],
  })
  expect(definitions.of(plain)?.cohorts).toEqual([])
  expect(definitions.of(plain)?.flags).toMatchObject([
    { key: 'b', hasExperiment: true },
    { key: 'c', hasExperiment: false },
  ])
  expect(definitions.of(await newProject())).toBeUndefined()
  expect(definitions.ageMs()).toBe(0)
  await database.db.delete(surveys)
})

test('a change told to one reaches the others, and only the project that it is about', async () => {
  const [projectId, other] = [await newProject(), await newProject()]
  await newFlag(other, 'other')
  const [here, there] = [await open(), await open()]
  const untouched = here.of(other)
  await newFlag(projectId, 'a')
  await here.changed(projectId)
  expect(keysOf(here, projectId)).toEqual(['a'])
  await expect.poll(() => keysOf(there, projectId)).toEqual(['a'])
  await newFlag(projectId, 'b')
  await database.notify(flagDefinitionsChannel, String(projectId))
  await expect.poll(() => keysOf(here, projectId)).toEqual(['a', 'b'])
  expect(here.of(other)).toBe(untouched)
  // nothing is other than before: nobody has to compile it again
  const before = here.of(projectId)
  await here.changed(projectId)
  expect(here.of(projectId)).toBe(before)
  await database.db.delete(featureFlags)
  await here.changed(projectId)
  expect(here.of(projectId)).toBeUndefined()
})

test('changes one upon another are all seen by those who waited', async () => {
  const definitions = await open()
  await Promise.all(
    Array.from({ length: 10 }, async (_, n) => {
      const projectId = await newProject()
      await newFlag(projectId, `flag-${n}`)
      await definitions.changed(projectId)
      expect(keysOf(definitions, projectId)).toEqual([`flag-${n}`])
    }),
  )
})

test('copies are for their owner only, and go with what they are copies of', async () => {
  const [projectId, other] = [await newProject(), await newProject()]
  await newFlag(projectId, 'a')
  await newFlag(other, 'b')
  const folder = newFolder()
  const definitions = await open(database, folder)
  const file = join(folder, `${projectId}.json`)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  const written = await readFile(file, 'utf8')
  await definitions.changed(projectId)
  expect(await readFile(file, 'utf8')).toBe(written)
  await database.db.delete(featureFlags)
  await definitions.changed(other)
  expect(await readdir(folder)).not.toContain(`${other}.json`)
  // the one that nobody was told of goes with the next start
  await open(database, folder)
  expect(await readdir(folder)).toEqual([])
})

test('without the database it starts from the copies, says their age, and catches up', {
  timeout: 60_000,
}, async () => {
  const postgres = await startPostgres()
  onTestFinished(() => postgres.stop())
  const url = await postgres.freshUrl()
  const folder = newFolder()
  const seeded = await createDatabase({ url })
  const projectId = await newProject(seeded)
  await newFlag(projectId, 'a', {}, seeded)
  const survey = { id: crypto.randomUUID(), projectId, name: 'Why', type: 'popover' }
  await seeded.db.insert(surveys).values(survey)
  await (await createFlagDefinitions({ database: seeded, folder })).close()
  await seeded.close()
  await writeFile(join(folder, '999.json'), '{"version": 1, "half')

  await postgres.goAway()
  const away = await createDatabase({ url, whenRefused: () => undefined })
  onTestFinished(() => away.close())
  const cold = await open(away, folder)
  expect(keysOf(cold, projectId)).toEqual(['a'])
  expect(cold.of(projectId)?.surveys).toMatchObject([{ id: survey.id, name: 'Why', start_date: null }])
  expect(cold.projectIds()).toEqual([projectId])
  expect(cold.ageMs()).toBeGreaterThan(0)
  const without = await open(away)
  expect(without.of(projectId)).toBeUndefined()

  await postgres.comeBack()
  await expect.poll(() => cold.ageMs(), { timeout: 20_000, interval: 100 }).toBe(0)
  await newFlag(projectId, 'b', {}, away)
  await cold.changed(projectId)
  expect(keysOf(cold, projectId)).toEqual(['a', 'b'])
  await expect.poll(() => keysOf(without, projectId), { timeout: 20_000 }).toEqual(['a', 'b'])
})
