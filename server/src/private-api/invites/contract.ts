import { z } from 'zod'
import { Instant, UserBasic } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'

const OrganizationInvite = z
  .object({
    id: z.uuid().describe("In the invite's link, `/signup/<id>`: who has it may join."),
    target_email: z.string().describe('Only who has this address can use it.'),
    first_name: z.string().describe('What whoever is invited is called; may be empty.'),
    emailing_attempt_made: z
      .boolean()
      .describe('Whether the link went out by e-mail; where it did not, pass it on yourself.'),
    is_expired: z.boolean().describe('Three days after it was made.'),
    created_by: UserBasic.nullable().describe('Who made it; null where that user is gone.'),
    created_at: Instant.describe('When it was made.'),
    updated_at: Instant.describe('When it last changed.'),
    message: z.string().nullable().describe('What the e-mail says besides; null for nothing.'),
  })
  .meta({ id: 'OrganizationInvite', description: 'An invitation to an organization.' })

const NewInvite = z
  .object({
    target_email: z.email().max(254).describe('Only who has this address can use the invite.'),
    first_name: z
      .string()
      .trim()
      .max(30)
      .optional()
      .describe('What whoever is invited is called; at most 30 characters.'),
    message: z.string().trim().max(3000).nullish().describe('Goes into the e-mail.'),
  })
  .meta({ id: 'NewOrganizationInvite' })

const mostAtOnce = 20

const path = '/api/organizations/:id/invites/'
const organization = { id: z.string().describe('The organization; `@current` is the one you work in.') }
const common = { access: 'user', limitsKeys: true, tags: ['invites'] } as const

export const listInvites = operation({
  ...common,
  id: 'invites_list',
  method: 'GET',
  path,
  scope: 'organization_member:read',
  summary: 'List the invites of an organization',
  description: 'Newest first, also those that have expired. An invite that was used is gone.',
  params: z.object(organization),
  query: z.object(pageQuery),
  answer: pageOf(OrganizationInvite).meta({ id: 'PaginatedOrganizationInviteList' }),
  errors: [404],
})

export const createInvite = operation({
  ...common,
  id: 'invites_create',
  method: 'POST',
  path,
  scope: 'organization_member:write',
  summary: 'Invite somebody to an organization',
  description:
    'For every member. The link goes out by e-mail where the server can send any (`SMTP_URL`). Who joins is a member (level 1).',
  params: z.object(organization),
  body: NewInvite,
  status: 201,
  answer: OrganizationInvite,
  errors: [404],
})

export const createInvites = operation({
  ...createInvite,
  id: 'invites_bulk_create',
  path: `${path}bulk/`,
  summary: 'Invite several people to an organization',
  description: `Up to ${mostAtOnce}, all of them or none.`,
  body: z.array(NewInvite).min(1).max(mostAtOnce),
  answer: z.array(OrganizationInvite),
})

export const deleteInvite = operation({
  ...common,
  id: 'invites_destroy',
  method: 'DELETE',
  path: `${path}:invite_id/`,
  scope: 'organization_member:write',
  summary: 'Withdraw an invite',
  description: 'Its link stops working at once.',
  params: z.object({ ...organization, invite_id: z.uuid().describe('Id of the invite.') }),
  status: 204,
  answer: null,
  errors: [404],
})
