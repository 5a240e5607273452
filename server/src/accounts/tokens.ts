import { and, eq, gt, lt, type SQL } from 'drizzle-orm'
import type { Queries } from '../database/database.ts'
import { type loginChallenges, type passwordResets, type sessions, users } from '../database/schema.ts'
import { hashKey, randomToken } from '../kit/api-keys.ts'

/** What a user holds for a while to be known by: 256 random bits, of which the table has the hash only. */
type TokenTable = typeof sessions | typeof passwordResets | typeof loginChallenges

/** A new token of the user, good for so long. Those of everybody that are over are cleared away. */
export async function issueToken(
  db: Queries,
  table: TokenTable,
  userId: number,
  { lifetimeMs, now }: { lifetimeMs: number; now: Date },
): Promise<string> {
  const token = randomToken()
  const expiresAt = new Date(now.getTime() + lifetimeMs).toISOString()
  await db.delete(table).where(lt(table.expiresAt, now.toISOString()))
  await db.insert(table).values({ id: hashKey(token), userId, expiresAt })
  return token
}

/** Of the row of a token, beside its user: it is not over, nor its user deactivated. */
export const isGood = (table: TokenTable, token: string, now: Date): SQL =>
  and(eq(table.id, hashKey(token)), gt(table.expiresAt, now.toISOString()), eq(users.isActive, true))!
