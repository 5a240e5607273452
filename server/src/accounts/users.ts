import { asc, count, eq, sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import type { Database, Queries } from '../database/database.ts'
import { violatedUnique } from '../database/errors.ts'
import { passwordResets, users } from '../database/schema.ts'
import { randomToken } from '../kit/api-keys.ts'
import { invalid } from '../model/errors.ts'

export type User = typeof users.$inferSelect

/** What others may see of somebody. */
export type PublicUser = Pick<User, 'id' | 'uuid' | 'distinctId' | 'firstName' | 'email'>

/** The columns of that, to select beside what a user has made. */
export const publicUser = <Table extends Record<keyof PublicUser, AnyPgColumn>>({
  id,
  uuid,
  distinctId,
  firstName,
  email,
}: Table): Pick<Table, keyof PublicUser> => ({ id, uuid, distinctId, firstName, email })

export type NewUser = {
  email: string
  firstName: string
  /** From `hashPassword`. */
  passwordHash: string | null
  isStaff?: boolean
  settings?: Record<string, unknown>
}

/** The people who sign in here (not to be confused with persons, whom they analyse). */
export function createUserStore(database: Database) {
  const { db } = database
  return {
    async find(id: number): Promise<User | undefined> {
      const [user] = await db.select().from(users).where(eq(users.id, id))
      return user
    },

    async findByUuid(uuid: string): Promise<User | undefined> {
      const [user] = await db.select().from(users).where(eq(users.uuid, uuid))
      return user
    },

    async findByEmail(email: string): Promise<User | undefined> {
      const [user] = await db.select().from(users).where(withEmail(email))
      return user
    },

    async list(page: { limit: number; offset: number; isStaff?: boolean }) {
      const which = page.isStaff === undefined ? undefined : eq(users.isStaff, page.isStaff)
      const [total] = await db.select({ count: count() }).from(users).where(which)
      const results = await db
        .select()
        .from(users)
        .where(which)
        .orderBy(asc(users.id))
        .limit(page.limit)
        .offset(page.offset)
      return { count: total!.count, results }
    },

    /**
     * With another password or address, links that were sent for a lost one are no good any more.
     * @throws HedgerowError `unique` when the address is someone else's.
     */
    async update(id: number, changes: Partial<typeof users.$inferInsert>): Promise<User> {
      if (Object.keys(changes).length === 0) {
        const [user] = await db.select().from(users).where(eq(users.id, id))
        return user!
      }
      const [user] = await orTaken(db.update(users).set(changes).where(eq(users.id, id)).returning())
      if ('passwordHash' in changes || 'email' in changes)
        await db.delete(passwordResets).where(eq(passwordResets.userId, id))
      return user!
    },

    /** Whether anybody has signed up yet. */
    async any(): Promise<boolean> {
      const found = await db.select({ id: users.id }).from(users).limit(1)
      return found.length > 0
    },
  }
}

export type UserStore = ReturnType<typeof createUserStore>

/** Of a user: they have this address. Addresses differ by more than case. */
export const withEmail = (email: string) => eq(sql`lower(${users.email})`, email.toLowerCase())

/** @throws HedgerowError `unique` when the address is taken. */
export async function insertUser(tx: Queries, user: NewUser): Promise<User> {
  const [row] = await orTaken(
    tx
      .insert(users)
      .values({
        email: user.email,
        firstName: user.firstName,
        passwordHash: user.passwordHash,
        isStaff: user.isStaff ?? false,
        distinctId: randomToken(),
        settings: user.settings ?? {},
      })
      .returning(),
  )
  return row!
}

async function orTaken<T>(statement: Promise<T>): Promise<T> {
  try {
    return await statement
  } catch (error) {
    if (violatedUnique(error) === undefined) throw error
    throw invalid('There is already an account with this email address.', {
      code: 'unique',
      attr: 'email',
      cause: error,
    })
  }
}
