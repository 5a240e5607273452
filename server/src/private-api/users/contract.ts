import { z } from 'zod'
import { Instant, Level, Organization, TeamBasic } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'

const json = z.record(z.string(), z.unknown())
const ToolbarMode = z.enum(['disabled', 'toolbar'])
const ThemeMode = z.enum(['light', 'dark', 'system'])

const User = z
  .object({
    id: z.int(),
    date_joined: Instant,
    uuid: z.uuid(),
    distinct_id: z.string().nullable(),
    first_name: z.string(),
    email: z.string(),
    pending_email: z.string().nullable(),
    email_opt_in: z.boolean(),
    is_email_verified: z.boolean().nullable(),
    notification_settings: json,
    anonymize_data: z.boolean(),
    toolbar_mode: ToolbarMode,
    theme_mode: ThemeMode.nullable(),
    has_password: z.boolean(),
    has_social_auth: z.boolean(),
    is_staff: z.boolean(),
    is_impersonated: z.boolean(),
    is_2fa_enabled: z.boolean(),
    team: TeamBasic.nullable().describe('The project you last visited.'),
    organization: Organization.nullable().describe('The organization you work in.'),
    organizations: z.array(
      z.object({
        id: z.uuid(),
        name: z.string(),
        slug: z.string(),
        membership_level: Level.nullable(),
      }),
    ),
    events_column_config: json,
  })
  .meta({ id: 'User' })

const UserChanges = z
  .object({
    first_name: z.string().trim().min(1).max(150),
    email: z.email().max(254),
    email_opt_in: z.boolean(),
    notification_settings: json,
    anonymize_data: z.boolean(),
    toolbar_mode: ToolbarMode,
    theme_mode: ThemeMode.nullable(),
    events_column_config: json,
    is_staff: z.boolean().describe('For staff only.'),
    password: z.string().max(1000).describe('Needs `current_password`, where there is one.'),
    current_password: z.string(),
    set_current_organization: z.uuid().describe('Works in that organization from now on.'),
    set_current_team: z.int().describe('Works in that project from now on.'),
  })
  .partial()
  .meta({ id: 'UserChanges' })

const path = '/api/users/'
const common = { access: 'user', tags: ['users'] } as const
const params = z.object({ uuid: z.string().describe('The user; `@me` is you.') })

export const listUsers = operation({
  ...common,
  id: 'users_list',
  method: 'GET',
  path,
  scope: 'user:read',
  summary: 'List users',
  description: 'Only you, unless you are staff.',
  query: z.object({
    ...pageQuery,
    is_staff: z.boolean().optional().describe('Only those who are staff, or are not.'),
  }),
  answer: pageOf(User).meta({ id: 'PaginatedUserList' }),
})

export const retrieveUser = operation({
  ...common,
  id: 'users_retrieve',
  limitsKeys: true,
  method: 'GET',
  path: `${path}:uuid/`,
  scope: 'user:read',
  summary: 'Get a user',
  description: '`/api/users/@me/` says who you are, with your project, its key, and your organization.',
  params,
  answer: User,
  errors: [403, 404],
})

export const updateUser = operation({
  ...common,
  id: 'users_partial_update',
  limitsKeys: true,
  rateLimit: 'account',
  method: 'PATCH',
  path: `${path}:uuid/`,
  scope: 'user:write',
  summary: 'Change a user',
  description: 'Yourself. A change of password ends your other sessions.',
  params,
  body: UserChanges,
  answer: User,
  errors: [403, 404],
})
