import { eq } from 'drizzle-orm'
import type { Database, Queries } from '../database/database.ts'
import { users } from '../database/schema.ts'
import { insertOrganization, type Organization } from './organizations.ts'
import { checkPassword, hashPassword } from './passwords.ts'
import { insertPersonalApiKey } from './personal-api-keys.ts'
import { insertProject, type Project } from './projects.ts'
import { insertUser, type User } from './users.ts'

export type FirstUser = {
  email: string
  password: string
  firstName?: string
  organizationName?: string
  /** Both may be set from outside, for installations that are made by a script. */
  personalApiKey?: string | null
  projectApiKey?: string | null
  settings?: Record<string, unknown>
}

/**
 * Signs up the first user of an installation: an organization that they own, its "Default Project", and staff
 * rights. Returns null, and does nothing, when somebody was there before.
 * @throws HedgerowError when the password is weak.
 */
export async function createFirstUser(
  database: Database,
  first: FirstUser,
): Promise<{ user: User; organization: Organization; project: Project } | null> {
  checkPassword(first.password, first)
  // Hashing is dear: who comes later is turned away before it.
  if (await anybody(database.db)) return null
  const passwordHash = await hashPassword(first.password)
  return database.transaction(async (tx) => {
    // Two first visitors at once: the lock lets the second see that it is not the first.
    await tx.execute('lock table users in share row exclusive mode')
    if (await anybody(tx)) return null
    const user = await insertUser(tx, {
      email: first.email,
      firstName: first.firstName ?? '',
      passwordHash,
      isStaff: true,
      settings: first.settings,
    })
    const organization = await insertOrganization(tx, user, first.organizationName || 'My organization')
    const project = await insertProject(tx, user, {
      organizationId: organization.id,
      ...(first.projectApiKey && { apiToken: first.projectApiKey }),
    })
    if (first.personalApiKey) {
      await insertPersonalApiKey(tx, user.id, { label: 'Set up with the installation' }, first.personalApiKey)
    }
    const [switched] = await tx.select().from(users).where(eq(users.id, user.id))
    return { user: switched!, organization, project }
  })
}

async function anybody(db: Queries): Promise<boolean> {
  const found = await db.select({ id: users.id }).from(users).limit(1)
  return found.length > 0
}
