import { z } from 'zod'
import { operation } from '../../http/operation.ts'

const common = { access: 'anyone', tags: ['reset'], status: 204, answer: null } as const
const one = {
  ...common,
  path: '/api/reset/:user_uuid/',
  params: z.object({ user_uuid: z.uuid().describe('The user, as the link has it.') }),
} as const
const token = z.string().min(1).max(100).describe('From the link. Good for a day, and for one new password.')

export const requestReset = operation({
  ...common,
  id: 'reset_create',
  method: 'POST',
  path: '/api/reset/',
  summary: 'Ask for a link to set a new password',
  description:
    'The link goes to the address by e-mail, if it has an account. The answer is the same if it has none. Six times a day for an address.',
  body: z
    .object({ email: z.email().max(254).describe('Address of the account.') })
    .meta({ id: 'PasswordResetRequest' }),
  errors: [429],
})

export const checkReset = operation({
  ...one,
  id: 'reset_retrieve',
  method: 'GET',
  summary: 'Whether a link to set a new password is good',
  description: "Before a form is shown. 204 where it is; 400 where it is used, out of date, or another's.",
  query: z.object({ token }),
  errors: [400],
})

export const completeReset = operation({
  ...one,
  id: 'reset_complete',
  method: 'POST',
  summary: 'Set a new password by a link',
  description: "Ends all of the user's sessions, and signs in anew, but for who has a second factor.",
  body: z
    .object({
      token,
      password: z.string().max(1000).describe('At least 8 characters; not all digits, not a common one.'),
    })
    .meta({ id: 'PasswordReset' }),
})
