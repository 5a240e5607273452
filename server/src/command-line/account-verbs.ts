import { asc, eq } from 'drizzle-orm'
import { z } from 'zod'
import { addUser } from '../accounts/add-user.ts'
import { levels } from '../accounts/levels.ts'
import { checkPassword, hashPassword } from '../accounts/passwords.ts'
import { createPersonalApiKeyStore } from '../accounts/personal-api-keys.ts'
import { createSessionStore } from '../accounts/sessions.ts'
import { createTwoFactorStore } from '../accounts/two-factor.ts'
import { createUserStore, type User } from '../accounts/users.ts'
import type { Database } from '../database/database.ts'
import { personalApiKeys, users } from '../database/schema.ts'
import { randomToken } from '../kit/api-keys.ts'
import type { Verbs } from '../local-control.ts'
import { notFound } from '../model/errors.ts'

/** What `hedgerow user …` and `hedgerow key …` can be asked, by the name that the local socket knows. */
export const inputs = {
  'user-create': z.object({
    email: z.email(),
    password: z.string().optional(),
    name: z.string().default(''),
    level: z.enum(['member', 'admin', 'owner']).default('member'),
  }),
  'user-list': z.object({}),
  'user-set-password': z.object({ email: z.email(), password: z.string().optional() }),
  'user-disable-2fa': z.object({ email: z.email() }),
  'key-create': z.object({ email: z.email(), label: z.string().min(1).max(40) }),
  'key-list': z.object({ email: z.email().optional() }),
  'key-delete': z.object({ id: z.string().min(1) }),
}

/**
 * @param changed tells the directory that users or keys have changed.
 */
export function accountVerbs({
  database,
  changed,
}: {
  database: Database
  changed: () => Promise<void>
}): Verbs {
  const { db } = database
  const userStore = createUserStore(database)
  const sessions = createSessionStore(database)
  const keys = createPersonalApiKeyStore(database)

  async function userOf(email: string): Promise<User> {
    const user = await userStore.findByEmail(email)
    if (!user) throw notFound(`Nobody has the e-mail address ${email}.`)
    return user
  }

  return {
    /** The first user gets an organization and a project and owns them, as by signing up in a browser. */
    'user-create': async (input) => {
      const { email, name, level, ...asked } = inputs['user-create'].parse(input)
      const password = asked.password ?? randomToken().slice(0, 20)
      const shown = asked.password === undefined ? { password } : {}
      const user = await addUser(database, { email, password, firstName: name, level: levels[level] })
      await changed()
      return { email: user.email, level: user.isStaff ? 'owner' : level, ...shown }
    },

    'user-list': () =>
      db
        .select({
          email: users.email,
          name: users.firstName,
          active: users.isActive,
          staff: users.isStaff,
          joined: users.dateJoined,
          lastLogin: users.lastLogin,
        })
        .from(users)
        .orderBy(asc(users.id)),

    /** Signs the user out everywhere. */
    'user-set-password': async (input) => {
      const asked = inputs['user-set-password'].parse(input)
      const user = await userOf(asked.email)
      const password = asked.password ?? randomToken().slice(0, 20)
      checkPassword(password, user)
      await userStore.update(user.id, { passwordHash: await hashPassword(password) })
      await sessions.closeOthers(user.id, null)
      return { email: user.email, ...(asked.password === undefined ? { password } : {}) }
    },

    /** For who has lost their app and their backup codes. */
    'user-disable-2fa': async (input) => {
      const user = await userOf(inputs['user-disable-2fa'].parse(input).email)
      await createTwoFactorStore(database).disable(user.id)
      await changed()
      return { email: user.email }
    },

    'key-create': async (input) => {
      const { email, label } = inputs['key-create'].parse(input)
      const { key, value } = await keys.create((await userOf(email)).id, { label })
      await changed()
      return { id: key.id, label, value }
    },

    'key-list': async (input) => {
      const { email } = inputs['key-list'].parse(input)
      return db
        .select({
          id: personalApiKeys.id,
          label: personalApiKeys.label,
          key: personalApiKeys.maskValue,
          user: users.email,
          created: personalApiKeys.createdAt,
          lastUsed: personalApiKeys.lastUsedAt,
        })
        .from(personalApiKeys)
        .innerJoin(users, eq(users.id, personalApiKeys.userId))
        .where(email === undefined ? undefined : eq(users.id, (await userOf(email)).id))
        .orderBy(asc(personalApiKeys.createdAt))
    },

    'key-delete': async (input) => {
      const { id } = inputs['key-delete'].parse(input)
      const [gone] = await db.delete(personalApiKeys).where(eq(personalApiKeys.id, id)).returning()
      if (!gone) throw notFound(`There is no key with the id ${id}. "hedgerow key list" shows them.`)
      await changed()
      return { id, label: gone.label }
    },
  }
}
