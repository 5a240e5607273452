import { randomBytes } from 'node:crypto'
import type { Database } from '../src/database/database.ts'
import {
  organizationMemberships,
  organizations,
  personalApiKeys,
  projects,
  users,
} from '../src/database/schema.ts'
import { hashKey, maskKey, newPersonalApiKey, newProjectApiKey } from '../src/kit/api-keys.ts'

const unique = () => randomBytes(6).toString('hex')

/** Rows for tests that need an account but not its API. */
export async function insertOrganization({ db }: Database): Promise<string> {
  const [row] = await db
    .insert(organizations)
    .values({ name: 'Acme', slug: `acme-${unique()}` })
    .returning()
  return row!.id
}

export async function insertProject({ db }: Database, organizationId: string) {
  const [row] = await db
    .insert(projects)
    .values({ organizationId, apiToken: newProjectApiKey(), name: 'Default Project' })
    .returning()
  return row!
}

export async function insertUser({ db }: Database, organizationIds: string[], currentProjectId?: number) {
  const [user] = await db
    .insert(users)
    .values({ distinctId: unique(), email: `${unique()}@example.com`, currentProjectId })
    .returning()
  for (const organizationId of organizationIds) {
    await db.insert(organizationMemberships).values({ organizationId, userId: user!.id, level: 15 })
  }
  return user!
}

/** A personal key of the user; answers its plain text. */
export async function insertPersonalKey(
  { db }: Database,
  userId: number,
  scoped: { scopedTeams?: number[]; scopedOrganizations?: string[] } = {},
): Promise<string> {
  const key = newPersonalApiKey()
  await db.insert(personalApiKeys).values({
    id: unique(),
    userId,
    label: 'test',
    secureValue: hashKey(key),
    maskValue: maskKey(key),
    ...scoped,
  })
  return key
}
