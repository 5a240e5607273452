import { z } from 'zod'
import type { PasswordResetStore } from '../../accounts/password-resets.ts'
import type { Task } from '../../jobs/jobs.ts'
import type { Mailer } from '../../mail/mailer.ts'

/** Somebody says that they have lost the password of an address; whether it has an account is found out here. */
export const sendPasswordReset = { name: 'send-password-reset', data: z.object({ email: z.email() }) }

/** @param deps.siteUrl the public address, without a trailing slash */
export function sendPasswordResetTask(deps: {
  resets: Pick<PasswordResetStore, 'issue'>
  mailer: Mailer
  siteUrl: string
}): Task<z.output<typeof sendPasswordReset.data>> {
  const { resets, mailer, siteUrl } = deps
  return {
    ...sendPasswordReset,
    retries: 5,
    async run({ email }) {
      // The token is made here, so that no stored job holds one.
      const issued = await resets.issue(email, new Date())
      if (!issued) return
      const { user, token } = issued
      await mailer.send({
        to: user.email,
        subject: 'A new password for Hedgerow',
        text: [
          `Hello${user.firstName && ` ${user.firstName}`},`,
          `somebody asked for a new password for your account at ${siteUrl}. Set it here:\n${siteUrl}/reset/${user.uuid}/${token}`,
          'The link works once, and for a day. If it was not you, you need not do anything: your password stays as it is.',
        ].join('\n\n'),
      })
    },
  }
}
