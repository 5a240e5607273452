import { z } from 'zod'
import { Instant, Level, UserBasic } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'

const OrganizationMember = z
  .object({
    id: z.uuid().describe('The membership; members are addressed by their user.'),
    user: UserBasic,
    level: Level,
    joined_at: Instant.describe('When they joined.'),
    updated_at: Instant.describe('When their level last changed.'),
    is_2fa_enabled: z.boolean().describe('Whether they sign in with a second factor.'),
    has_social_auth: z.boolean().describe('Always false: people sign in with a password.'),
  })
  .meta({ id: 'OrganizationMember', description: 'A user in an organization.' })

const MemberChanges = z.object({ level: Level.optional() }).meta({ id: 'OrganizationMemberChanges' })

const path = '/api/organizations/:id/members/'
const one = `${path}:user_uuid/`
const organization = { id: z.string().describe('The organization; `@current` is the one you work in.') }
const member = { ...organization, user_uuid: z.string().describe("The user's uuid; `@me` is you.") }
const common = { access: 'user', limitsKeys: true, tags: ['members'] } as const

export const listMembers = operation({
  ...common,
  id: 'members_list',
  method: 'GET',
  path,
  scope: 'organization_member:read',
  summary: 'List the members of an organization',
  description: 'By first name. Users who are deactivated are not among them.',
  params: z.object(organization),
  query: z.object(pageQuery),
  answer: pageOf(OrganizationMember).meta({ id: 'PaginatedOrganizationMemberList' }),
  errors: [404],
})

export const updateMember = operation({
  ...common,
  id: 'members_partial_update',
  method: 'PATCH',
  path: one,
  scope: 'organization_member:write',
  summary: "Change a member's level",
  description:
    'For admins, up to their own level, and not for oneself. An owner who makes somebody else owner (15) is an admin from then on.',
  params: z.object(member),
  body: MemberChanges,
  answer: OrganizationMember,
  errors: [403, 404],
})

export const replaceMember = operation({ ...updateMember, id: 'members_update', method: 'PUT' })

export const deleteMember = operation({
  ...common,
  id: 'members_destroy',
  method: 'DELETE',
  path: one,
  scope: 'organization_member:write',
  summary: 'Take a member out of an organization, or leave it',
  description:
    "For admins, and for oneself. It holds at once: the user's keys and sessions reach nothing of the organization any more. Its owner can't leave before somebody else owns it.",
  params: z.object(member),
  status: 204,
  answer: null,
  errors: [403, 404],
})
