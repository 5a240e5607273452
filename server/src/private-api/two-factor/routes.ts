import type { FastifyInstance } from 'fastify'
import { passwordMatches } from '../../accounts/passwords.ts'
import type { SessionStore } from '../../accounts/sessions.ts'
import type { TwoFactorStore } from '../../accounts/two-factor.ts'
import type { User } from '../../accounts/users.ts'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { changesBetween } from '../../activity/changes.ts'
import type { Directory } from '../../directory/directory.ts'
import type { Caller } from '../../http/authenticate.ts'
import { route } from '../../http/operation.ts'
import { totpUrl } from '../../kit/totp.ts'
import { forbidden, invalid } from '../../model/errors.ts'
import {
  confirmTwoFactor,
  disableTwoFactor,
  renewBackupCodes,
  startTwoFactor,
  twoFactorStatus,
} from './contract.ts'

type Deps = {
  twoFactor: TwoFactorStore
  sessions: Pick<SessionStore, 'closeOthers'>
  activity: Pick<ActivityLog, 'record'>
  directory: Pick<Directory, 'changed'>
  now: () => Date
}

/** How one signs in is changed by who has signed in: a key that leaked must not take the second factor away. */
export const twoFactorRoutes =
  ({ twoFactor, sessions, activity, directory, now }: Deps) =>
  async (app: FastifyInstance) => {
    route(app, startTwoFactor, async ({ caller, user }) => {
      bySession(caller)
      const secret = await twoFactor.begin(user)
      return { success: true, secret, otpauth_url: totpUrl(secret, user.email, 'Hedgerow') }
    })

    route(app, confirmTwoFactor, async ({ caller, user, body }) => {
      const session = bySession(caller)
      const backup_codes = await twoFactor.confirm(user.id, body.token, now())
      await sessions.closeOthers(user.id, session.id)
      await changed(user, true)
      return { success: true, backup_codes }
    })

    route(app, twoFactorStatus, async ({ user }) => ({
      is_enabled: user.is2faEnabled,
      backup_codes_left: await twoFactor.backupCodesLeft(user.id),
    }))

    route(app, renewBackupCodes, async ({ caller, user, body }) => {
      bySession(caller)
      await checkCurrent(user, body.current_password)
      if (!user.is2faEnabled) throw invalid('Two-factor authentication is off.')
      return { backup_codes: await twoFactor.renewBackupCodes(user.id) }
    })

    route(app, disableTwoFactor, async ({ caller, user, body }) => {
      bySession(caller)
      await checkCurrent(user, body.current_password)
      await twoFactor.disable(user.id)
      await changed(user, false)
      return { success: true }
    })

    async function changed(user: User, isOn: boolean): Promise<void> {
      await directory.changed()
      if (user.currentOrganizationId === null) return
      await activity.record({
        organizationId: user.currentOrganizationId,
        projectId: null,
        userId: user.id,
        scope: 'User',
        itemId: user.uuid,
        name: user.email,
        activity: 'updated',
        changes: changesBetween('User', { is_2fa_enabled: user.is2faEnabled }, { is_2fa_enabled: isOn }),
      })
    }
  }

function bySession(caller: Caller) {
  if (caller.by === 'session') return caller.session
  throw forbidden('This action does not support Personal API Key access')
}

async function checkCurrent(user: User, password: string | undefined): Promise<void> {
  if (user.passwordHash === null || (await passwordMatches(user.passwordHash, password ?? ''))) return
  throw invalid('Your current password is incorrect.', {
    code: 'incorrect_password',
    attr: 'current_password',
  })
}
