import { and, eq, ne } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { sessions, users } from '../database/schema.ts'
import { hashKey } from '../kit/api-keys.ts'
import { isGood, issueToken } from './tokens.ts'
import type { User } from './users.ts'

export const sessionDays = 14
const day = 86_400_000

export type Session = typeof sessions.$inferSelect

/** Browser sessions. The cookie's value has 256 random bits and is kept as its hash only. */
export function createSessionStore(database: Database) {
  const { db } = database
  return {
    /** Opens a session and returns its cookie's value. Expired ones of everybody are cleared away. */
    open: (userId: number, now: Date): Promise<string> =>
      issueToken(db, sessions, userId, { lifetimeMs: sessionDays * day, now }),

    /** The session and its user; undefined when it is unknown, over, or its user deactivated. */
    async find(value: string, now: Date): Promise<{ session: Session; user: User } | undefined> {
      const [found] = await db
        .select({ session: sessions, user: users })
        .from(sessions)
        .innerJoin(users, eq(users.id, sessions.userId))
        .where(isGood(sessions, value, now))
      return found
    },

    /** Starts the session's days anew, at most once a day. True when it did (the cookie should follow). */
    async extend(session: Session, now: Date): Promise<boolean> {
      const expiresAt = now.getTime() + sessionDays * day
      if (expiresAt - Date.parse(session.expiresAt) < day) return false
      await db
        .update(sessions)
        .set({ expiresAt: new Date(expiresAt).toISOString() })
        .where(eq(sessions.id, session.id))
      return true
    },

    async close(value: string): Promise<void> {
      await db.delete(sessions).where(eq(sessions.id, hashKey(value)))
    },

    /** Signs the user out everywhere else: after a change of password. */
    async closeOthers(userId: number, keep: string | null): Promise<void> {
      await db
        .delete(sessions)
        .where(and(eq(sessions.userId, userId), keep === null ? undefined : ne(sessions.id, keep)))
    },
  }
}

export type SessionStore = ReturnType<typeof createSessionStore>
