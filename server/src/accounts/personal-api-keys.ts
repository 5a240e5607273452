import { and, desc, eq } from 'drizzle-orm'
import type { Database, Queries } from '../database/database.ts'
import { personalApiKeys, users } from '../database/schema.ts'
import { hashKey, maskKey, newPersonalApiKey, randomToken } from '../kit/api-keys.ts'
import { notFound } from '../model/errors.ts'
import type { User } from './users.ts'

export type PersonalApiKey = typeof personalApiKeys.$inferSelect

export type NewPersonalApiKey = {
  label: string
  /** Null or empty: everything its user may do. */
  scopes?: string[] | null
  scopedTeams?: number[] | null
  scopedOrganizations?: string[] | null
}

const hour = 3_600_000

/** Personal API keys, kept as hashes. */
export function createPersonalApiKeyStore(database: Database) {
  const { db } = database
  return {
    /** The key of a plain value with its user; undefined when it is unknown or its user deactivated. */
    async authenticate(value: string): Promise<{ key: PersonalApiKey; user: User } | undefined> {
      const [found] = await db
        .select({ key: personalApiKeys, user: users })
        .from(personalApiKeys)
        .innerJoin(users, eq(users.id, personalApiKeys.userId))
        .where(and(eq(personalApiKeys.secureValue, hashKey(value)), eq(users.isActive, true)))
      return found
    },

    /** Notes a use, about once an hour: a write for every request would cost more than the fact is worth. */
    async used(key: PersonalApiKey, now: Date): Promise<void> {
      if (key.lastUsedAt !== null && now.getTime() - Date.parse(key.lastUsedAt) < hour) return
      await db
        .update(personalApiKeys)
        .set({ lastUsedAt: now.toISOString() })
        .where(eq(personalApiKeys.id, key.id))
    },

    /** The user's own, newest first. */
    list(userId: number): Promise<PersonalApiKey[]> {
      return db
        .select()
        .from(personalApiKeys)
        .where(eq(personalApiKeys.userId, userId))
        .orderBy(desc(personalApiKeys.createdAt), desc(personalApiKeys.id))
    },

    /** @throws HedgerowError not found, also for another user's key. */
    async get(userId: number, id: string): Promise<PersonalApiKey> {
      const [key] = await db.select().from(personalApiKeys).where(mine(userId, id))
      if (!key) throw notFound()
      return key
    },

    /** The only moment at which the plain `value` exists. */
    async create(userId: number, key: NewPersonalApiKey): Promise<{ key: PersonalApiKey; value: string }> {
      return insertPersonalApiKey(db, userId, key)
    },

    /**
     * Gives a key another value, which exists in plain at this moment only; the old one is good for nothing any more.
     * @throws HedgerowError not found, also for another user's key.
     */
    async roll(userId: number, id: string): Promise<{ key: PersonalApiKey; value: string }> {
      const value = newPersonalApiKey()
      const [key] = await db
        .update(personalApiKeys)
        .set({ secureValue: hashKey(value), maskValue: maskKey(value), lastUsedAt: null })
        .where(mine(userId, id))
        .returning()
      if (!key) throw notFound()
      return { key, value }
    },

    /** @throws HedgerowError not found, also for another user's key. */
    async remove(userId: number, id: string): Promise<void> {
      const gone = await db
        .delete(personalApiKeys)
        .where(mine(userId, id))
        .returning({ id: personalApiKeys.id })
      if (gone.length === 0) throw notFound()
    },
  }
}

export type PersonalApiKeyStore = ReturnType<typeof createPersonalApiKeyStore>

const mine = (userId: number, id: string) =>
  and(eq(personalApiKeys.userId, userId), eq(personalApiKeys.id, id))

/** A key for a user; `value` may be given where an installation is set up from outside. */
export async function insertPersonalApiKey(
  tx: Queries,
  userId: number,
  key: NewPersonalApiKey,
  value: string = newPersonalApiKey(),
): Promise<{ key: PersonalApiKey; value: string }> {
  const [row] = await tx
    .insert(personalApiKeys)
    .values({
      id: randomToken(),
      userId,
      label: key.label,
      secureValue: hashKey(value),
      maskValue: maskKey(value),
      scopes: key.scopes ?? null,
      scopedTeams: key.scopedTeams ?? null,
      scopedOrganizations: key.scopedOrganizations ?? null,
    })
    .returning()
  return { key: row!, value }
}
