import { z } from 'zod'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'
import { AccessLevel, Role, RoleMembership } from '../../http/role-shapes.ts'

const name = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .describe('Unlike every other of the organization, in any case.')

const NewRole = z
  .object({
    name,
    feature_flags_access_level: AccessLevel.optional().describe(
      "Not heard here: a new role has what the organization's setting for feature flags says, 37 without one.",
    ),
  })
  .meta({ id: 'NewRole' })
const RoleChanges = z
  .object({
    name,
    feature_flags_access_level: AccessLevel.describe(
      'What its members may do to feature flags: 21 see them, 37 edit them.',
    ),
  })
  .partial()
  .meta({ id: 'RoleChanges' })

const path = '/api/organizations/:organization_id/roles/'
const organization = {
  organization_id: z.string().describe('The organization; `@current` is the one you work in.'),
}
const common = { access: 'user', limitsKeys: true, tags: ['roles'] } as const
const read = { ...common, scope: 'organization:read' } as const
const write = { ...common, scope: 'organization:write' } as const
const one = {
  path: `${path}:id/`,
  params: z.object({ ...organization, id: z.uuid().describe('Id of the role.') }),
} as const

export const listRoles = operation({
  ...read,
  id: 'roles_list',
  method: 'GET',
  path,
  summary: 'List the roles of an organization',
  description: 'The oldest first.',
  params: z.object(organization),
  query: z.object(pageQuery),
  answer: pageOf(Role).meta({ id: 'PaginatedRoleList' }),
  errors: [404],
})

export const createRole = operation({
  ...write,
  id: 'roles_create',
  method: 'POST',
  path,
  summary: 'Create a role',
  description: 'For admins. Nobody has it at first.',
  params: z.object(organization),
  body: NewRole,
  status: 201,
  answer: Role,
  errors: [400, 403, 404],
})

export const retrieveRole = operation({
  ...read,
  ...one,
  id: 'roles_retrieve',
  method: 'GET',
  summary: 'Get a role',
  description: 'With everybody who has it.',
  answer: Role,
  errors: [404],
})

export const updateRole = operation({
  ...write,
  ...one,
  id: 'roles_partial_update',
  method: 'PATCH',
  summary: 'Change a role',
  description: 'For admins. It holds at once for all who have it.',
  body: RoleChanges,
  answer: Role,
  errors: [400, 403, 404],
})

export const replaceRole = operation({
  ...updateRole,
  id: 'roles_update',
  method: 'PUT',
  summary: 'Change a role, naming it',
  body: RoleChanges.required({ name: true }).meta({ id: 'RoleReplacement' }),
})

export const deleteRole = operation({
  ...write,
  ...one,
  id: 'roles_destroy',
  method: 'DELETE',
  summary: 'Delete a role',
  description: 'For admins. Who had it stays a member of the organization.',
  status: 204,
  answer: null,
  errors: [403, 404],
})

const ofMembers = `${path}:role_id/role_memberships/` as const
const role = { ...organization, role_id: z.uuid().describe('Id of the role.') }

export const listRoleMembers = operation({
  ...read,
  id: 'roles_role_memberships_list',
  method: 'GET',
  path: ofMembers,
  summary: 'List who has a role',
  description: 'Who has had it longest comes first.',
  params: z.object(role),
  query: z.object(pageQuery),
  answer: pageOf(RoleMembership).meta({ id: 'PaginatedRoleMembershipList' }),
  errors: [404],
})

export const addRoleMember = operation({
  ...write,
  id: 'roles_role_memberships_create',
  method: 'POST',
  path: ofMembers,
  summary: 'Give somebody a role',
  description: 'For admins; to a member of the organization.',
  params: z.object(role),
  body: z
    .object({ user_uuid: z.guid().describe('uuid of the member’s user.') })
    .meta({ id: 'NewRoleMembership' }),
  status: 201,
  answer: RoleMembership,
  errors: [400, 403, 404],
})

export const removeRoleMember = operation({
  ...write,
  id: 'roles_role_memberships_destroy',
  method: 'DELETE',
  path: `${ofMembers}:id/`,
  summary: 'Take a role from somebody',
  description: 'For admins. It holds at once.',
  params: z.object({ ...role, id: z.uuid().describe('Of the role’s membership, not of the user.') }),
  status: 204,
  answer: null,
  errors: [403, 404],
})
