import { z } from 'zod'
import { operation } from '../../http/operation.ts'

const me = '/api/users/@me/'
const common = { access: 'user', tags: ['users'] } as const
/** Changes are held to what an account may change in a minute: passwords and codes are guessed otherwise. */
const change = { ...common, method: 'POST', rateLimit: 'account' } as const
const backupCodes = z
  .array(z.string())
  .describe('Each is good once, in the place of a code. They are in this answer and nowhere else.')
const Password = z
  .object({ current_password: z.string().max(1000).optional().describe('Needed where you have one.') })
  .meta({ id: 'CurrentPassword' })

export const startTwoFactor = operation({
  ...common,
  id: 'users_start_2fa_setup',
  method: 'GET',
  path: `${me}start_2fa_setup/`,
  summary: 'Get a secret for an authenticator app',
  description: 'It has no effect until `validate_2fa/` confirms it. With a session only, not with a key.',
  answer: z
    .object({
      success: z.boolean().describe('Always true.'),
      secret: z.string().describe('To be typed into the app.'),
      otpauth_url: z.string().describe('To be shown as a QR code.'),
    })
    .meta({ id: 'TwoFactorSetup' }),
  errors: [400, 403],
})

export const confirmTwoFactor = operation({
  ...change,
  id: 'users_validate_2fa_create',
  path: `${me}validate_2fa/`,
  summary: 'Turn on two-factor authentication',
  description: 'With a code of the app that has the secret of `start_2fa_setup/`. Ends your other sessions.',
  body: z
    .object({ token: z.string().min(1).max(100).describe('Six digits from the app.') })
    .meta({ id: 'TwoFactorToken' }),
  answer: z
    .object({ success: z.boolean().describe('Always true.'), backup_codes: backupCodes })
    .meta({ id: 'TwoFactorOn' }),
  errors: [403],
})

export const twoFactorStatus = operation({
  ...common,
  id: 'users_two_factor_status_retrieve',
  method: 'GET',
  path: `${me}two_factor_status/`,
  summary: 'Whether you sign in with a second factor',
  description: 'And how many backup codes you have left: `two_factor_backup_codes/` makes new ones.',
  answer: z
    .object({
      is_enabled: z.boolean().describe('Whether a code is asked for when you sign in.'),
      backup_codes_left: z.int().describe('How many of the ten are not used; 0 without a second factor.'),
    })
    .meta({ id: 'TwoFactorStatus' }),
})

export const renewBackupCodes = operation({
  ...change,
  id: 'users_two_factor_backup_codes_create',
  path: `${me}two_factor_backup_codes/`,
  summary: 'Get new backup codes',
  description: 'Those that there were are good for nothing any more.',
  body: Password,
  answer: z.object({ backup_codes: backupCodes }).meta({ id: 'BackupCodes' }),
  errors: [403],
})

export const disableTwoFactor = operation({
  ...change,
  id: 'users_two_factor_disable_create',
  path: `${me}two_factor_disable/`,
  summary: 'Turn off two-factor authentication',
  description:
    'The secret and the backup codes are good for nothing any more. Organizations that demand a second factor (`enforce_2fa`) are out of reach then.',
  body: Password,
  answer: z.object({ success: z.boolean().describe('Always true.') }).meta({ id: 'TwoFactorOff' }),
  errors: [403],
})
