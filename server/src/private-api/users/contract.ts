import { z } from 'zod'
import { Instant, Level, Organization, TeamBasic } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'

const json = z.record(z.string(), z.unknown())
const ToolbarMode = z.enum(['disabled', 'toolbar'])
const ThemeMode = z.enum(['light', 'dark', 'system'])

const User = z
  .object({
    id: z.int().describe('A whole number; what addresses take is `uuid`.'),
    date_joined: Instant.describe('When the account was made.'),
    uuid: z.uuid().describe('What addresses name the user by.'),
    distinct_id: z
      .string()
      .nullable()
      .describe(
        "The id under which the user's own doings would be tracked; it means nothing to your events.",
      ),
    first_name: z.string().describe('What others see.'),
    email: z.string().describe('What the user signs in with; unique on this server.'),
    pending_email: z.string().nullable().describe('Always null: a new address holds at once.'),
    email_opt_in: z.boolean().describe('Whether they want to hear news by e-mail; none are sent.'),
    is_email_verified: z.boolean().nullable().describe('Always null: addresses are not verified here.'),
    notification_settings: json.describe('What they want to hear of, as clients keep it.'),
    anonymize_data: z.boolean().describe('Kept for clients.'),
    toolbar_mode: ToolbarMode.describe('Whether the toolbar may be opened on pages of theirs.'),
    theme_mode: ThemeMode.nullable().describe('How the web app looks; null is as the system does.'),
    has_password: z.boolean().describe('Whether a password was ever set.'),
    has_social_auth: z.boolean().describe('Always false: people sign in with a password.'),
    is_staff: z.boolean().describe('Whether they run this server: staff see all users.'),
    is_impersonated: z.boolean().describe('Always false.'),
    is_2fa_enabled: z.boolean().describe('Whether they sign in with a second factor.'),
    team: TeamBasic.nullable().describe('The project you last visited.'),
    organization: Organization.nullable().describe('The organization you work in.'),
    organizations: z
      .array(
        z.object({
          id: z.uuid().describe('Id of the organization.'),
          name: z.string().describe('Its name.'),
          slug: z.string().describe('Its name as addresses have it.'),
          membership_level: Level.nullable().describe('What they are in it: 1 member, 8 admin, 15 owner.'),
        }),
      )
      .describe('All organizations that they are in.'),
    events_column_config: json.describe("Columns of the web app's list of events."),
  })
  .meta({ id: 'User' })

const UserChanges = z
  .object({
    first_name: z.string().trim().min(1).max(150).describe('What others see; at most 150 characters.'),
    email: z.email().max(254).describe('What you sign in with from now on; no other account may have it.'),
    email_opt_in: z.boolean().describe('Whether you want to hear news by e-mail.'),
    notification_settings: json.describe('What you want to hear of, as clients keep it.'),
    anonymize_data: z.boolean().describe('Kept for clients.'),
    toolbar_mode: ToolbarMode.describe('Whether the toolbar may be opened on pages of yours.'),
    theme_mode: ThemeMode.nullable().describe('How the web app looks; null is as the system does.'),
    events_column_config: json.describe("Columns of the web app's list of events."),
    is_staff: z.boolean().describe('For staff only.'),
    password: z.string().max(1000).describe('Needs `current_password`, where there is one.'),
    current_password: z.string().describe('The password that is changed.'),
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
