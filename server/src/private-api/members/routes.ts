import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { Member, MembershipStore } from '../../accounts/memberships.ts'
import type { OrganizationStore } from '../../accounts/organizations.ts'
import type { User } from '../../accounts/users.ts'
import type { Activity, ActivityLog } from '../../activity/activity-log.ts'
import { changesBetween } from '../../activity/changes.ts'
import type { Directory } from '../../directory/directory.ts'
import { type Level, userBasic } from '../../http/account-shapes.ts'
import { route } from '../../http/operation.ts'
import { resolveOrganization } from '../../http/organization.ts'
import { counted } from '../../http/paging.ts'
import { isUuid } from '../../kit/uuid.ts'
import { notFound } from '../../model/errors.ts'
import { deleteMember, listMembers, replaceMember, updateMember } from './contract.ts'

type Deps = {
  members: MembershipStore
  organizations: Pick<OrganizationStore, 'current' | 'find'>
  activity: Pick<ActivityLog, 'record'>
  /** Told of every change: what a member may see is remembered, here and in other processes. */
  directory: Pick<Directory, 'changed'>
}

export const memberRoutes =
  ({ members, organizations, activity, directory }: Deps) =>
  async (app: FastifyInstance) => {
    const addressed = (user: User, uuid: string) => {
      if (uuid === '@me') return user.uuid
      if (!isUuid(uuid)) throw notFound()
      return uuid
    }

    route(app, listMembers, async ({ caller, params, query, url }) => {
      const { id } = await resolveOrganization(organizations, caller, params.id)
      const { count, results } = await members.list(id, query)
      return counted(url, query, { count, results: results.map(present) })
    })

    for (const update of [updateMember, replaceMember]) {
      route(app, update, async ({ user, caller, params, body }) => {
        const { id } = await resolveOrganization(organizations, caller, params.id)
        const uuid = addressed(user, params.user_uuid)
        if (body.level === undefined) return present(await members.find(id, uuid))
        const { before, after, actor, passedOn } = await members.setLevel(id, user.id, uuid, body.level)
        await directory.changed()
        const changed = passedOn
          ? ([
              [actor, passedOn],
              [before, after],
            ] as const)
          : ([[before, after]] as const)
        for (const [was, is] of changed) {
          await activity.record({
            ...known(user, is),
            activity: 'updated',
            changes: changesBetween('OrganizationMembership', present(was), present(is), { omit: ['user'] }),
          })
        }
        return present(after)
      })
    }

    route(app, deleteMember, async ({ user, caller, params }) => {
      const { id } = await resolveOrganization(organizations, caller, params.id)
      const member = await members.remove(id, user.id, addressed(user, params.user_uuid))
      await directory.changed()
      await activity.record({ ...known(user, member), activity: 'deleted' })
    })
  }

const known = (by: User, { membership, user }: Member) =>
  ({
    organizationId: membership.organizationId,
    projectId: null,
    userId: by.id,
    scope: 'OrganizationMembership',
    itemId: membership.id,
    name: user.email,
  }) satisfies Partial<Activity>

const present = ({ membership, user }: Member) => ({
  id: membership.id,
  user: userBasic(user),
  level: membership.level as z.input<typeof Level>,
  joined_at: membership.joinedAt,
  updated_at: membership.updatedAt,
  is_2fa_enabled: user.is2faEnabled,
  has_social_auth: false,
})
