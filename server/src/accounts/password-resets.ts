import { and, eq } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { passwordResets, sessions, users } from '../database/schema.ts'
import { hashKey } from '../kit/api-keys.ts'
import { invalid } from '../model/errors.ts'
import { checkPassword, hashPassword } from './passwords.ts'
import { isGood, issueToken } from './tokens.ts'
import { type User, withEmail } from './users.ts'

const dayMs = 86_400_000

/** For who has lost their password: tokens that are good for a day and for one new password. */
export function createPasswordResetStore(database: Database) {
  const { db } = database

  /** @throws HedgerowError `invalid_token` when it is unknown, used, over, or somebody else's. */
  const find = async (userUuid: string, token: string, now: Date): Promise<User> => {
    const [found] = await db
      .select({ user: users })
      .from(passwordResets)
      .innerJoin(users, eq(users.id, passwordResets.userId))
      .where(and(isGood(passwordResets, token, now), eq(users.uuid, userUuid)))
    if (!found) throw invalidToken()
    return found.user
  }

  return {
    find,

    /** A token for the account with the address; null where there is none. */
    async issue(email: string, now: Date): Promise<{ user: User; token: string } | null> {
      const [user] = await db
        .select()
        .from(users)
        .where(and(withEmail(email), eq(users.isActive, true)))
      if (!user) return null
      return { user, token: await issueToken(db, passwordResets, user.id, { lifetimeMs: dayMs, now }) }
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
