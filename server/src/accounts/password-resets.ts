import { and, eq, gt, lt, sql } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { passwordResets, sessions, users } from '../database/schema.ts'
import { hashKey, randomToken } from '../kit/api-keys.ts'
import { invalid } from '../model/errors.ts'
import { checkPassword, hashPassword } from './passwords.ts'
import type { User } from './users.ts'

const dayMs = 86_400_000

/** For who has lost their password: tokens of 256 random bits, kept as hashes, good for a day and for one new password. */
export function createPasswordResetStore(database: Database) {
  const { db } = database

  /** @throws HedgerowError `invalid_token` when it is unknown, used, over, or somebody else's. */
  const find = async (userUuid: string, token: string, now: Date): Promise<User> => {
    const [found] = await db
      .select({ user: users })
      .from(passwordResets)
      .innerJoin(users, eq(users.id, passwordResets.userId))
      .where(
        and(
          eq(passwordResets.id, hashKey(token)),
          gt(passwordResets.expiresAt, now.toISOString()),
          eq(users.uuid, userUuid),
          eq(users.isActive, true),
        ),
      )
    if (!found) throw invalidToken()
    return found.user
  }

  return {
    find,

    /** A token for the account with the address; null where there is none. Those of everybody that are over are cleared away. */
    async issue(email: string, now: Date): Promise<{ user: User; token: string } | null> {
      const [user] = await db
        .select()
        .from(users)
        .where(and(eq(sql`lower(${users.email})`, email.toLowerCase()), eq(users.isActive, true)))
      if (!user) return null
      const token = randomToken()
      const expiresAt = new Date(now.getTime() + dayMs).toISOString()
      await db.delete(passwordResets).where(lt(passwordResets.expiresAt, now.toISOString()))
      await db.insert(passwordResets).values({ id: hashKey(token), userId: user.id, expiresAt })
      return { user, token }
    },

    /**
     * Sets a new password. All tokens of the user are used up, and all of their sessions over.
     * @returns the user as they were and are
     * @throws HedgerowError `invalid_token`; what `checkPassword` throws, which leaves the token good.
     */
    async use(
      userUuid: string,
      token: string,
      password: string,
      now: Date,
    ): Promise<{ before: User; after: User }> {
      const before = await find(userUuid, token, now)
      checkPassword(password, before)
      const passwordHash = await hashPassword(password)
      return database.transaction(async (tx) => {
        const used = await tx
          .delete(passwordResets)
          .where(eq(passwordResets.id, hashKey(token)))
          .returning({ id: passwordResets.id })
        if (used.length === 0) throw invalidToken()
        await tx.delete(passwordResets).where(eq(passwordResets.userId, before.id))
        await tx.delete(sessions).where(eq(sessions.userId, before.id))
        const [after] = await tx
          .update(users)
          .set({ passwordHash })
          .where(eq(users.id, before.id))
          .returning()
        return { before, after: after! }
      })
    },
  }
}

export type PasswordResetStore = ReturnType<typeof createPasswordResetStore>

const invalidToken = () =>
  invalid('This reset token is invalid or has expired.', { code: 'invalid_token', attr: 'token' })
