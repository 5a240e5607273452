import type { FastifyInstance } from 'fastify'
import { levels } from '../../accounts/levels.ts'
import type { MemberOrganization, OrganizationStore } from '../../accounts/organizations.ts'
import type { ProjectStore } from '../../accounts/projects.ts'
import type { User } from '../../accounts/users.ts'
import type { Activity, ActivityLog } from '../../activity/activity-log.ts'
import { changesBetween } from '../../activity/changes.ts'
import type { Directory } from '../../directory/directory.ts'
import { organizationShape } from '../../http/account-shapes.ts'
import { pageOfActivity } from '../../http/activity-shapes.ts'
import type { Caller } from '../../http/authenticate.ts'
import { route } from '../../http/operation.ts'
import { resolveOrganization } from '../../http/organization.ts'
import { counted } from '../../http/paging.ts'
import { isKeyForOrganization, permitInOrganization } from '../../http/project.ts'
import {
  createOrganization,
  deleteOrganization,
  listOrganizations,
  organizationActivity,
  replaceOrganization,
  retrieveOrganization,
  updateOrganization,
} from './contract.ts'

export const organizationRoutes =
  (deps: {
    organizations: OrganizationStore
    projects: ProjectStore
    activity: Pick<ActivityLog, 'record' | 'list'>
    directory: Pick<Directory, 'changed'>
  }) =>
  async (app: FastifyInstance) => {
    const { organizations, projects, activity, directory } = deps

    const addressed = (caller: Caller, id: string) => resolveOrganization(organizations, caller, id)
    const present = async (user: User, organization: MemberOrganization) =>
      organizationShape(organization, await projects.listFor(user.id, organization.id))

    route(app, listOrganizations, async ({ user, caller, query, url }) => {
      const joined = await organizations.listFor(user.id)
      const all = joined.filter(({ id }) => isKeyForOrganization(caller, id))
      const shown = all.slice(query.offset, query.offset + query.limit)
      const results = await Promise.all(shown.map((organization) => present(user, organization)))
      return counted(url, query, { count: all.length, results })
    })

    route(app, createOrganization, async ({ user, body }) => {
      const { name, ...settings } = body
      const { organization } = await organizations.create(user, name)
      const changes = columns(settings)
      if (changes) await organizations.update(organization.id, changes)
      await directory.changed()
      await activity.record({ ...known(user, organization), activity: 'created' })
      return present(user, { ...organization, ...changes })
    })

    route(app, retrieveOrganization, async ({ user, caller, params }) =>
      present(user, await addressed(caller, params.id)),
    )

    for (const update of [updateOrganization, replaceOrganization]) {
      route(app, update, async ({ user, caller, params, body }) => {
        const organization = await addressed(caller, params.id)
        permitInOrganization(organization, levels.admin)
        const changes = columns(body)
        const before = await present(user, organization)
        const updated = changes ? await organizations.update(organization.id, changes) : organization
        const after = await present(user, { ...organization, ...updated })
        await activity.record({
          ...known(user, updated),
          activity: 'updated',
          changes: changesBetween('Organization', before, after, { omit: ['teams'] }),
        })
        return after
      })
    }

    route(app, deleteOrganization, async ({ caller, params }) => {
      const organization = await addressed(caller, params.id)
      permitInOrganization(organization, levels.owner)
      await organizations.remove(organization.id)
      await directory.changed()
    })

    route(app, organizationActivity, async (asked) => {
      const { id } = await addressed(asked.caller, asked.params.id)
      return pageOfActivity(activity, asked, { organizationId: id })
    })
  }

/** Its log goes with it, so that nothing tells of its deletion. */
const known = (user: User, { id, name }: { id: string; name: string }) =>
  ({
    organizationId: id,
    projectId: null,
    userId: user.id,
    scope: 'Organization',
    itemId: id,
    name,
  }) satisfies Partial<Activity>

type Body = { name?: string; is_member_join_email_enabled?: boolean; enforce_2fa?: boolean | null }

/** The columns that a body changes; null when it changes none. */
function columns(body: Body) {
  const changes = {
    ...(body.name !== undefined && { name: body.name }),
    ...(body.is_member_join_email_enabled !== undefined && {
      isMemberJoinEmailEnabled: body.is_member_join_email_enabled,
    }),
    ...(body.enforce_2fa !== undefined && { enforce2fa: body.enforce_2fa }),
  }
  return Object.keys(changes).length ? changes : null
}
