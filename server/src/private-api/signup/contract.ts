import { z } from 'zod'
import { UserBasic } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'

const Signup = z
  .object({
    first_name: z.string().trim().min(1).max(128).describe('What others see you as.'),
    email: z.email().max(254).describe('What you sign in with.'),
    password: z.string().max(1000).describe('At least 8 characters; not all digits, not a common one.'),
    organization_name: z
      .string()
      .trim()
      .max(64)
      .optional()
      .describe("Left out: `<first name>'s organization`."),
    role_at_organization: z.string().trim().max(64).optional().describe('Kept, to know who uses it.'),
    email_opt_in: z
      .boolean()
      .optional()
      .describe('Whether you want to hear news by e-mail. Kept; none are sent. At first true.'),
    referral_source: z.string().max(1000).optional().describe('Accepted for compatibility.'),
  })
  .meta({ id: 'Signup' })

const SignupAnswer = z
  .object({ ...UserBasic.shape, redirect_url: z.string().describe('Where a browser goes next: `/`.') })
  .meta({ id: 'SignupAnswer' })

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
  answer: SignupAnswer,
  errors: [403],
})

const invite = {
  // Credentials of a browser are known, not asked for.
  access: 'visitor',
  tags: ['signup'],
  path: '/api/signup/:invite_id/',
  params: z.object({ invite_id: z.string().describe("The invite's id, as its link has it.") }),
} as const

export const retrieveInvite = operation({
  ...invite,
  id: 'signup_retrieve',
  method: 'GET',
  summary: 'Look at an invite',
  description: 'Before using it. Whoever is signed in also learns whether it is for them.',
  answer: z
    .object({
      id: z.uuid().describe("The invite's id."),
      target_email: z.string().describe('The address that it is for, with most of it hidden.'),
      first_name: z.string().describe('As whoever made the invite called you; may be empty.'),
      organization_name: z.string().describe('What you would join.'),
      invited_by: z.string().nullable().describe('The first name of who made it.'),
    })
    .meta({ id: 'OpenInvite' }),
  errors: [400],
})

export const acceptInvite = operation({
  ...invite,
  id: 'signup_invite_create',
  method: 'POST',
  summary: 'Join an organization by an invite',
  description:
    'Makes an account with the address that was invited, and signs in; whoever is signed in with that address joins with the account that they have, and sends nothing. Other invites of the address to the organization are used up.',
  body: z
    .object({
      first_name: Signup.shape.first_name.optional().describe('Needed for a new account.'),
      password: Signup.shape.password.optional(),
      email_opt_in: z
        .boolean()
        .optional()
        .describe('Whether you want to hear news by e-mail. Kept; none are sent. At first true.'),
    })
    .meta({ id: 'SignupByInvite' }),
  status: 201,
  answer: SignupAnswer,
})
