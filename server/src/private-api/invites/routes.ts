import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { type Invite, type InviteRow, type InviteStore, isExpired } from '../../accounts/invites.ts'
import type { OrganizationStore } from '../../accounts/organizations.ts'
import type { User } from '../../accounts/users.ts'
import type { Activity, ActivityLog } from '../../activity/activity-log.ts'
import { userBasic } from '../../http/account-shapes.ts'
import type { Caller } from '../../http/authenticate.ts'
import { route } from '../../http/operation.ts'
import { resolveOrganization } from '../../http/organization.ts'
import { counted } from '../../http/paging.ts'
import type { Jobs } from '../../jobs/jobs.ts'
import { createInvite, createInvites, deleteInvite, listInvites } from './contract.ts'
import { sendInvite } from './tasks.ts'

type Deps = {
  invites: InviteStore
  organizations: Pick<OrganizationStore, 'current' | 'find'>
  activity: Pick<ActivityLog, 'record'>
  jobs: Pick<Jobs, 'send'>
  /** Whether this server can send e-mails. */
  canMail: boolean
  now: () => Date
}

export const inviteRoutes =
  ({ invites, organizations, activity, jobs, canMail, now }: Deps) =>
  async (app: FastifyInstance) => {
    route(app, listInvites, async ({ caller, params, query, url }) => {
      const { id } = await resolveOrganization(organizations, caller, params.id)
      const { count, results } = await invites.list(id, query)
      return counted(url, query, { count, results: results.map((row) => present(row, now())) })
    })

    const make = async (caller: Caller, organization: string, given: z.output<typeof createInvites.body>) => {
      const { id } = await resolveOrganization(organizations, caller, organization)
      const rows = await invites.create(
        id,
        caller.user,
        given.map((one) => ({
          targetEmail: one.target_email,
          firstName: one.first_name,
          message: one.message || null,
        })),
        canMail,
      )
      for (const { invite } of rows) {
        if (canMail) await jobs.send(sendInvite, { inviteId: invite.id })
        await activity.record({ ...known(caller.user, invite), activity: 'created' })
      }
      return rows.map((row) => present(row, now()))
    }

    route(app, createInvite, async ({ caller, params, body }) => {
      const [made] = await make(caller, params.id, [body])
      return made!
    })

    route(app, createInvites, async ({ caller, params, body }) => make(caller, params.id, body))

    route(app, deleteInvite, async ({ user, caller, params }) => {
      const { id } = await resolveOrganization(organizations, caller, params.id)
      const gone = await invites.remove(id, params.invite_id)
      await activity.record({ ...known(user, gone), activity: 'deleted' })
    })
  }

const known = (by: User, invite: Invite) =>
  ({
    organizationId: invite.organizationId,
    projectId: null,
    userId: by.id,
    scope: 'OrganizationInvite',
    itemId: invite.id,
    name: invite.targetEmail,
  }) satisfies Partial<Activity>

const present = ({ invite, creator }: InviteRow, now: Date) => ({
  id: invite.id,
  target_email: invite.targetEmail,
  first_name: invite.firstName,
  emailing_attempt_made: invite.emailingAttemptMade,
  is_expired: isExpired(invite, now),
  created_by: creator && userBasic(creator),
  created_at: invite.createdAt,
  updated_at: invite.updatedAt,
  message: invite.message,
})
