import { z } from 'zod'
import { resources } from '../../accounts/resource-access.ts'
import { Instant } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'
import { AccessLevel } from '../../http/role-shapes.ts'

const writable = {
  resource: z.enum(resources).describe('The kind of things; an organization says one thing of each.'),
  access_level: AccessLevel.describe('21: only see them; 37: edit them.'),
}

const OrganizationResourceAccess = z
  .object({
    id: z.int().describe('What addresses name it by.'),
    ...writable,
    organization: z.uuid().describe('The organization that says so.'),
    created_at: Instant.describe('When it was first said.'),
    updated_at: Instant.describe('When it last changed.'),
    created_by: z.int().nullable().describe('Id of the user.'),
  })
  .meta({
    id: 'OrganizationResourceAccess',
    description: 'What plain members may do to things of a kind; without one they edit them.',
  })

const NewResourceAccess = z
  .object({ ...writable, access_level: writable.access_level.default(37) })
  .meta({ id: 'NewOrganizationResourceAccess' })
const ResourceAccessChanges = z.object(writable).partial().meta({ id: 'OrganizationResourceAccessChanges' })

const path = '/api/organizations/:organization_id/resource_access/'
const organization = {
  organization_id: z.string().describe('The organization; `@current` is the one you work in.'),
}
const common = { access: 'user', limitsKeys: true, tags: ['resource_access'] } as const
const read = { ...common, scope: 'organization:read' } as const
const write = { ...common, scope: 'organization:write' } as const
const one = {
  path: `${path}:id/`,
  params: z.object({
    ...organization,
    id: z.coerce.number().int().positive().max(2_147_483_647).describe('Id of what was said, from the list.'),
  }),
} as const
const meaning =
  'Only `feature flags` has an effect: with 21, a flag is edited by admins, by who made it, and by members of a role ' +
  'that edits flags or that the flag names. The others are kept.'

export const listResourceAccess = operation({
  ...read,
  id: 'resource_access_list',
  method: 'GET',
  path,
  summary: 'List what plain members may do to things of each kind',
  description: meaning,
  params: z.object(organization),
  query: z.object(pageQuery),
  answer: pageOf(OrganizationResourceAccess).meta({ id: 'PaginatedOrganizationResourceAccessList' }),
  errors: [404],
})

export const createResourceAccess = operation({
  ...write,
  id: 'resource_access_create',
  method: 'POST',
  path,
  summary: 'Say what plain members may do to things of a kind',
  description: `For admins. ${meaning}`,
  params: z.object(organization),
  body: NewResourceAccess,
  status: 201,
  answer: OrganizationResourceAccess,
  errors: [400, 403, 404],
})

export const retrieveResourceAccess = operation({
  ...read,
  ...one,
  id: 'resource_access_retrieve',
  method: 'GET',
  summary: 'Get what plain members may do to things of a kind',
  description:
    'One that the organization has said; where it has said nothing, members edit things of the kind.',
  answer: OrganizationResourceAccess,
  errors: [404],
})

export const updateResourceAccess = operation({
  ...write,
  ...one,
  id: 'resource_access_partial_update',
  method: 'PATCH',
  summary: 'Change what plain members may do to things of a kind',
  description: 'For admins. It holds at once.',
  body: ResourceAccessChanges,
  answer: OrganizationResourceAccess,
  errors: [400, 403, 404],
})

export const replaceResourceAccess = operation({
  ...updateResourceAccess,
  id: 'resource_access_update',
  method: 'PUT',
  summary: 'Change what plain members may do to things of a kind, naming it',
  body: ResourceAccessChanges.required({ resource: true }).meta({
    id: 'OrganizationResourceAccessReplacement',
  }),
})

export const deleteResourceAccess = operation({
  ...write,
  ...one,
  id: 'resource_access_destroy',
  method: 'DELETE',
  summary: 'Let everybody edit things of a kind again',
  description: 'For admins.',
  status: 204,
  answer: null,
  errors: [403, 404],
})
