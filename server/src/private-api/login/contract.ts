import { z } from 'zod'
import { operation } from '../../http/operation.ts'

const common = { method: 'POST', access: 'anyone', tags: ['login'] } as const
const Success = z
  .object({ success: z.boolean().describe('Always true; failures are errors.') })
  .meta({ examples: [{ success: true }] })

export const login = operation({
  ...common,
  id: 'login_create',
  path: '/api/login/',
  summary: 'Sign in',
  description:
    'Sets the cookies `sessionid` and `posthog_csrftoken`. Send the latter back as `X-CSRFToken` with everything but GET. Too many wrong passwords lock the address for ten minutes. Who has a second factor is answered 401 `2fa_required`: send a code to `/api/login/token/` next.',
  body: z
    .object({
      email: z.email().describe('Address of the account.'),
      password: z.string().min(1).max(1000).describe('Its password.'),
    })
    .meta({ id: 'Login' }),
  answer: Success,
  errors: [401, 403],
})

export const loginToken = operation({
  ...common,
  id: 'login_token_create',
  path: '/api/login/token/',
  summary: 'Sign in with the second factor',
  description:
    'Within ten minutes of the right password, and with the cookie that it was answered with. Ten wrong codes in a row are followed by ten minutes in which none is taken.',
  body: z
    .object({ token: z.string().min(1).max(100).describe('Six digits from the app, or a backup code.') })
    .meta({ id: 'LoginToken' }),
  answer: Success,
})

export const precheck = operation({
  ...common,
  id: 'login_precheck_create',
  path: '/api/login/precheck/',
  summary: 'How somebody signs in',
  description: 'The same for every address, whether it has an account or not.',
  body: z.object({ email: z.email().describe('Address of the account.') }).meta({ id: 'LoginPrecheck' }),
  answer: z.object({
    sso_enforcement: z.string().nullable().describe('Always null: people sign in with a password.'),
    saml_available: z.boolean().describe('Always false.'),
  }),
})

export const logout = operation({
  ...common,
  id: 'logout_create',
  access: 'user',
  path: '/api/logout/',
  summary: 'Sign out',
  description: 'Ends this session; other sessions of yours go on.',
  answer: Success,
})
