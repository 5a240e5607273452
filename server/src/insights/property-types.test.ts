import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { insertOrganization, insertProject } from '../../test/accounts.ts'
import { testDatabase } from '../../test/database.ts'
import { propertyDefinitions } from '../database/schema.ts'
import { propertyTypesChannel } from '../model/notifications.ts'
import { createPropertyTypes } from './property-types.ts'

test('a type counts for the question after the change that was told, and is not read again till then', async ({
  onTestFinished,
}) => {
  const database = await testDatabase(onTestFinished)
  const { id } = await insertProject(database, await insertOrganization(database))
  const define = (name: string, type: number, propertyType: string) =>
    database.db.insert(propertyDefinitions).values({ projectId: id, name, type, propertyType })
  const types = createPropertyTypes(database)
  await define('price', 1, 'Numeric')
  await define('price', 2, 'String')

  const first = await types(id, ['price', 'plan', 'never'])
  expect([first('event', 'price'), first('person', 'price'), first('event', 'plan')]).toEqual([
    'Numeric',
    'String',
    null,
  ])
  // Untold, what was found is still what counts.
  await define('plan', 1, 'String')
  expect((await types(id, ['plan']))('event', 'plan')).toBeNull()
  await database.notify(propertyTypesChannel, `${id},${id + 1}`)
  await expect.poll(async () => (await types(id, ['plan', 'price']))('event', 'plan')).toBe('String')

  await database.db
    .update(propertyDefinitions)
    .set({ propertyType: 'Boolean' })
    .where(eq(propertyDefinitions.name, 'plan'))
  await database.notify(propertyTypesChannel, '')
  await expect.poll(async () => (await types(id, ['plan']))('event', 'plan')).toBe('Boolean')
  expect((await types(id, ['price']))('event', 'price')).toBe('Numeric')
})
