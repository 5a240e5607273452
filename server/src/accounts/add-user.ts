import { asc } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { organizations } from '../database/schema.ts'
import { createFirstUser } from './first-user.ts'
import { type Level, levels } from './levels.ts'
import { insertMember } from './memberships.ts'
import { checkPassword, hashPassword } from './passwords.ts'
import { insertUser, type User } from './users.ts'

/**
 * Adds a user from outside the web app (`hedgerow user`): the first one of an installation gets an organization, as
 * by signing up; every other one joins the oldest organization.
 * @throws HedgerowError when the password is weak or the address taken.
 */
export async function addUser(
  database: Database,
  user: { email: string; password: string; firstName?: string; level?: Level },
): Promise<User> {
  const first = await createFirstUser(database, user)
  if (first) return first.user
  checkPassword(user.password, user)
  const passwordHash = await hashPassword(user.password)
  return database.transaction(async (tx) => {
    const made = await insertUser(tx, { email: user.email, firstName: user.firstName ?? '', passwordHash })
    const [organization] = await tx
      .select({ id: organizations.id })
      .from(organizations)
      .orderBy(asc(organizations.createdAt))
      .limit(1)
    if (!organization) return made
    const { user: member } = await insertMember(tx, organization.id, made.id, user.level ?? levels.member)
    return member
  })
}
