import { z } from 'zod'
import { operation } from '../../http/operation.ts'

const common = { method: 'POST', access: 'anyone', tags: ['login'] } as const
const Success = z.object({ success: z.boolean() })

export const login = operation({
  ...common,
  id: 'login_create',
  path: '/api/login/',
  summary: 'Sign in',
  description:
    'Sets the cookies `sessionid` and `posthog_csrftoken`. Send the latter back as `X-CSRFToken` with everything but GET. Too many wrong passwords lock the address for ten minutes.',
  body: z.object({ email: z.email(), password: z.string().min(1).max(1000) }).meta({ id: 'Login' }),
  answer: Success,
  errors: [403],
})

export const precheck = operation({
  ...common,
  id: 'login_precheck_create',
  path: '/api/login/precheck/',
  summary: 'How somebody signs in',
  description: 'The same for every address, whether it has an account or not.',
  body: z.object({ email: z.email() }).meta({ id: 'LoginPrecheck' }),
  answer: z.object({ sso_enforcement: z.string().nullable(), saml_available: z.boolean() }),
})

export const logout = operation({
  ...common,
  id: 'logout_create',
  access: 'user',
  path: '/api/logout/',
  summary: 'Sign out',
  answer: Success,
})
