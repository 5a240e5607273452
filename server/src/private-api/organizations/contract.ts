import { z } from 'zod'
import { Organization } from '../../http/account-shapes.ts'
import { activityOperation } from '../../http/activity-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'

const writable = {
  name: z
    .string()
    .trim()
    .min(1)
    .max(64)
    .describe('Shown to its members and in invitations; at most 64 characters.'),
  is_member_join_email_enabled: z
    .boolean()
    .describe(
      'Whether members hear by e-mail of somebody who joins by an invite, where this server sends e-mails. At first true.',
    ),
  enforce_2fa: z
    .boolean()
    .nullable()
    .describe(
      'Whether sessions without a second factor reach nothing of it; keys are not asked. Null is no.',
    ),
}

const NewOrganization = z
  .object({ ...writable })
  .partial()
  .required({ name: true })
  .meta({ id: 'NewOrganization' })
const OrganizationChanges = z.object(writable).partial().meta({ id: 'OrganizationChanges' })

const path = '/api/organizations/'
const common = { access: 'user', limitsKeys: true, tags: ['organizations'] } as const
const params = z.object({ id: z.string().describe('The organization; `@current` is the one you work in.') })

export const listOrganizations = operation({
  ...common,
  id: 'organizations_list',
  method: 'GET',
  path,
  scope: 'organization:read',
  summary: 'List your organizations',
  description: 'Those that you are a member of.',
  query: z.object(pageQuery),
  answer: pageOf(Organization).meta({ id: 'PaginatedOrganizationList' }),
})

export const createOrganization = operation({
  ...common,
  id: 'organizations_create',
  limitsKeys: undefined,
  method: 'POST',
  path,
  scope: 'organization:write',
  summary: 'Create an organization',
  description: 'With a "Default Project". You own it, and are switched to it.',
  body: NewOrganization,
  status: 201,
  answer: Organization,
})

export const retrieveOrganization = operation({
  ...common,
  id: 'organizations_retrieve',
  method: 'GET',
  path: `${path}:id/`,
  scope: 'organization:read',
  summary: 'Get an organization',
  description: 'With the projects of it that you can see.',
  params,
  answer: Organization,
  errors: [404],
})

export const updateOrganization = operation({
  ...common,
  id: 'organizations_partial_update',
  method: 'PATCH',
  path: `${path}:id/`,
  scope: 'organization:write',
  summary: 'Change an organization',
  description: 'For its admins.',
  params,
  body: OrganizationChanges,
  answer: Organization,
  errors: [403, 404],
})

export const replaceOrganization = operation({
  ...updateOrganization,
  id: 'organizations_update',
  method: 'PUT',
  summary: 'Change an organization, naming it',
  body: NewOrganization,
})

export const deleteOrganization = operation({
  ...common,
  id: 'organizations_destroy',
  method: 'DELETE',
  path: `${path}:id/`,
  scope: 'organization:write',
  summary: 'Delete an organization',
  description: 'With all its projects. For its owner.',
  params,
  status: 204,
  answer: null,
  errors: [403, 404],
})

/** What belongs to one of its projects is in the project's own log. */
export const organizationActivity = activityOperation({
  ...common,
  id: 'organizations_activity_retrieve',
  path: `${path}:id/activity/`,
  scope: 'organization:read',
  params,
})
