import { eq } from 'drizzle-orm'
import type { Database, Queries } from '../database/database.ts'
import { loginChallenges, twoFactors, users } from '../database/schema.ts'
import { hashKey, randomToken } from '../kit/api-keys.ts'
import { matchTotp, newTotpSecret } from '../kit/totp.ts'
import { invalid } from '../model/errors.ts'
import { isGood, issueToken } from './tokens.ts'
import type { User } from './users.ts'

const challengeMs = 600_000
const mostWrong = 10
const restMs = 600_000
const backupCodes = 10

/**
 * The second factor of signing in: codes of an authenticator app, or backup codes, each good once. After ten wrong codes
 * in a row nothing is taken for ten minutes, whoever sends it.
 */
export function createTwoFactorStore(database: Database) {
  const { db } = database

  /**
   * Uses a code up.
   * @throws HedgerowError `2fa_invalid`, `2fa_too_many_attempts`.
   */
  const spend = async (userId: number, code: string, now: Date): Promise<void> => {
    // A wrong code is counted, and would not be if the transaction that counts it threw.
    const refused = await database.transaction(async (tx) => {
      const [factor] = await tx.select().from(twoFactors).where(eq(twoFactors.userId, userId)).for('update')
      if (!factor?.confirmedAt) return wrongCode()
      if (factor.restsUntil !== null && Date.parse(factor.restsUntil) > now.getTime()) return tooMany()
      const used = usedBy(factor, code, now)
      const wrong = used ? 0 : factor.wrong + 1
      const rests = wrong >= mostWrong
      await tx
        .update(twoFactors)
        .set({
          ...used,
          wrong: rests ? 0 : wrong,
          restsUntil: rests ? new Date(now.getTime() + restMs).toISOString() : null,
        })
        .where(eq(twoFactors.userId, userId))
      return used ? null : wrongCode()
    })
    if (refused) throw refused
  }

  const freshBackupCodes = async (tx: Queries, userId: number): Promise<string[]> => {
    const codes = Array.from({ length: backupCodes }, () => randomToken().slice(0, 10).toLowerCase())
    await tx
      .update(twoFactors)
      .set({ backupCodes: codes.map(hashKey) })
      .where(eq(twoFactors.userId, userId))
    return codes
  }

  return {
    spend,

    /** A new secret that has no effect until it is confirmed. @throws HedgerowError `invalid` where one is in use. */
    async begin(user: User): Promise<string> {
      if (user.is2faEnabled) throw invalid('Two-factor authentication is on already. Turn it off first.')
      const secret = newTotpSecret()
      await db
        .insert(twoFactors)
        .values({ userId: user.id, secret })
        .onConflictDoUpdate({ target: twoFactors.userId, set: { secret } })
      return secret
    },

    /**
     * Puts the secret in use, when a code shows that an app has it.
     * @returns backup codes, which exist in plain at this moment only
     * @throws HedgerowError `token_invalid`.
     */
    confirm: (userId: number, code: string, now: Date): Promise<string[]> =>
      database.transaction(async (tx) => {
        const [factor] = await tx.select().from(twoFactors).where(eq(twoFactors.userId, userId)).for('update')
        const step = factor && !factor.confirmedAt ? matchTotp(factor.secret, code, now, 0) : null
        if (step === null) throw invalid('Token is not valid.', { code: 'token_invalid', attr: 'token' })
        await tx
          .update(twoFactors)
          .set({ confirmedAt: now.toISOString(), usedStep: step, wrong: 0, restsUntil: null })
          .where(eq(twoFactors.userId, userId))
        await tx.update(users).set({ is2faEnabled: true }).where(eq(users.id, userId))
        return freshBackupCodes(tx, userId)
      }),

    /** Makes the backup codes that there were good for nothing. */
    renewBackupCodes: (userId: number): Promise<string[]> =>
      database.transaction((tx) => freshBackupCodes(tx, userId)),

    /** How many backup codes are left. */
    async backupCodesLeft(userId: number): Promise<number> {
      const [factor] = await db.select().from(twoFactors).where(eq(twoFactors.userId, userId))
      return factor?.backupCodes.length ?? 0
    },

    disable: (userId: number): Promise<void> =>
      database.transaction(async (tx) => {
        await tx.delete(twoFactors).where(eq(twoFactors.userId, userId))
        await tx.update(users).set({ is2faEnabled: false }).where(eq(users.id, userId))
      }),

    /** For who has given the right password: the value of a cookie that says so, for ten minutes. */
    challenge: (userId: number, now: Date): Promise<string> =>
      issueToken(db, loginChallenges, userId, { lifetimeMs: challengeMs, now }),

    /**
     * Who has given the password and now gives a code.
     * @throws HedgerowError `2fa_expired`; as `spend`.
     */
    async answer(value = '', code: string, now: Date): Promise<User> {
      const [found] = await db
        .select({ user: users })
        .from(loginChallenges)
        .innerJoin(users, eq(users.id, loginChallenges.userId))
        .where(isGood(loginChallenges, value, now))
      if (!found) throw expired()
      await spend(found.user.id, code, now)
      const gone = await db
        .delete(loginChallenges)
        .where(eq(loginChallenges.id, hashKey(value)))
        .returning({ id: loginChallenges.id })
      if (gone.length === 0) throw expired()
      return found.user
    },
  }
}

export type TwoFactorStore = ReturnType<typeof createTwoFactorStore>

/** What is used up when the code is right; null when it is wrong. */
function usedBy(factor: typeof twoFactors.$inferSelect, code: string, now: Date) {
  const typed = code.replace(/[\s-]/g, '').toLowerCase()
  const step = matchTotp(factor.secret, typed, now, factor.usedStep)
  if (step !== null) return { usedStep: step }
  const hash = hashKey(typed)
  if (!factor.backupCodes.includes(hash)) return null
  return { backupCodes: factor.backupCodes.filter((one) => one !== hash) }
}

const wrongCode = () => invalid('Invalid authentication code.', { code: '2fa_invalid' })
const tooMany = () =>
  invalid('Too many wrong codes. Please try again in 10 minutes.', { code: '2fa_too_many_attempts' })
const expired = () => invalid('The sign-in has expired. Begin again.', { code: '2fa_expired' })
