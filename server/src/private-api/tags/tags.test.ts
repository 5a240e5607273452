import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApp, testApp } from '../../../test/app.ts'
import { setTags } from '../../tags/tags.ts'
import { tagRoutes } from './routes.ts'

let api: TestApp
let path: string
beforeAll(async () => {
  api = await testApp(afterAll, ({ database }) => [tagRoutes({ database })])
  path = `/api/projects/${api.project.id}/tags/`
})

const set = (id: number, names: string[] | undefined, projectId = api.project.id) =>
  api.database.transaction((tx) => setTags(tx, { projectId, kind: 'Dashboard', id }, names))
const names = async () => (await api.get(path)).body

test('the tags of a project are those that something has', async () => {
  expect(await names()).toEqual([])
  await set(1, [' Growth ', 'growth', 'B', ''])
  await set(2, ['b', 'ärger'])
  const stranger = await api.stranger()
  await set(1, ['theirs'], stranger.project.id)
  expect(await names()).toEqual(['b', 'growth', 'ärger'])
  // The whole set is replaced; what nothing has any more is gone.
  await set(1, ['c'])
  expect((await names()).toSorted()).toEqual(['b', 'c', 'ärger'])
  await set(1, undefined)
  expect(await names()).toContain('c')
  await set(1, [])
  expect(await names()).not.toContain('c')
})
