import { z } from 'zod'
import { UserBasic } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'

const Signup = z
  .object({
    first_name: z.string().trim().min(1).max(128),
    email: z.email().max(254),
    password: z.string().max(1000).describe('At least 8 characters; not all digits, not a common one.'),
    organization_name: z.string().trim().max(64).optional(),
    role_at_organization: z.string().trim().max(64).optional(),
    email_opt_in: z.boolean().optional(),
    referral_source: z.string().max(1000).optional(),
  })
  .meta({ id: 'Signup' })

export const signup = operation({
  id: 'signup_create',
  method: 'POST',
  path: '/api/signup/',
  access: 'anyone',
  tags: ['signup'],
  summary: 'Sign up as the first user',
  description:
    'Makes your organization and its "Default Project", and signs you in. Possible once: afterwards it answers 403.',
  body: Signup,
  status: 201,
  answer: z.object({ ...UserBasic.shape, redirect_url: z.string() }).meta({ id: 'SignupAnswer' }),
  errors: [403],
})
