import type { FastifyInstance } from 'fastify'
import type { OrganizationStore } from '../../accounts/organizations.ts'
import type { ProjectStore } from '../../accounts/projects.ts'
import type { Role, RoleRow, RoleStore } from '../../accounts/roles.ts'
import type { User } from '../../accounts/users.ts'
import type { Activity, ActivityLog } from '../../activity/activity-log.ts'
import { changesBetween } from '../../activity/changes.ts'
import type { Caller } from '../../http/authenticate.ts'
import { route } from '../../http/operation.ts'
import { resolveForRoles, resolveOrganization } from '../../http/organization.ts'
import { counted } from '../../http/paging.ts'
import { usableProjects } from '../../http/project.ts'
import { presentingRoles, presentMember } from '../../http/role-shapes.ts'
import {
  addRoleMember,
  createRole,
  deleteRole,
  listRoleMembers,
  listRoles,
  removeRoleMember,
  replaceRole,
  retrieveRole,
  updateRole,
} from './contract.ts'

type Deps = {
  roles: RoleStore
  organizations: Pick<OrganizationStore, 'current' | 'find'>
  projects: Pick<ProjectStore, 'listFor'>
  activity: Pick<ActivityLog, 'record'>
}

/** Everybody in an organization sees its roles; admins change them. */
export const roleRoutes =
  ({ roles, organizations, projects, activity }: Deps) =>
  async (app: FastifyInstance) => {
    const addressed = (caller: Caller, { organization_id: id }: { organization_id: string }) =>
      resolveOrganization(organizations, caller, id)
    const administered = (caller: Caller, { organization_id: id }: { organization_id: string }) =>
      resolveForRoles(organizations, caller, id)
    const presenting = async (caller: Caller, organizationId: string) =>
      presentingRoles(await usableProjects(projects, caller, organizationId))
    const tellChanges = (user: User, { before, after }: { before: RoleRow; after: RoleRow }) =>
      activity.record({
        ...known(user, after.role),
        activity: 'updated',
        changes: changesBetween('Role', told(before), told(after)),
      })

    route(app, listRoles, async ({ caller, params, query, url }) => {
      const { id } = await addressed(caller, params)
      const { count, results } = await roles.list(id, query)
      return counted(url, query, { count, results: results.map(await presenting(caller, id)) })
    })

    route(app, createRole, async ({ user, caller, params, body }) => {
      const { id } = await administered(caller, params)
      const made = await roles.create(id, user, body.name)
      await activity.record({ ...known(user, made.role), activity: 'created' })
      return (await presenting(caller, id))(made)
    })

    route(app, retrieveRole, async ({ caller, params }) => {
      const { id } = await addressed(caller, params)
      return (await presenting(caller, id))(await roles.get(id, params.id))
    })

    for (const update of [updateRole, replaceRole]) {
      route(app, update, async ({ user, caller, params, body }) => {
        const { id } = await administered(caller, params)
        const changed = await roles.update(id, params.id, {
          name: body.name,
          featureFlagsAccessLevel: body.feature_flags_access_level,
        })
        await tellChanges(user, changed)
        return (await presenting(caller, id))(changed.after)
      })
    }

    route(app, deleteRole, async ({ user, caller, params }) => {
      const { id } = await administered(caller, params)
      await activity.record({ ...known(user, await roles.remove(id, params.id)), activity: 'deleted' })
    })

    route(app, listRoleMembers, async ({ caller, params, query, url }) => {
      const { id } = await addressed(caller, params)
      const { count, results } = await roles.members(id, params.role_id, query)
      return counted(url, query, { count, results: results.map(presentMember) })
    })

    route(app, addRoleMember, async ({ user, caller, params, body }) => {
      const { id } = await administered(caller, params)
      const { member, ...changed } = await roles.addMember(id, params.role_id, body.user_uuid)
      await tellChanges(user, changed)
      return presentMember(member)
    })

    route(app, removeRoleMember, async ({ user, caller, params }) => {
      const { id } = await administered(caller, params)
      await tellChanges(user, await roles.removeMember(id, params.role_id, params.id))
    })
  }

const known = (by: User, role: Role) =>
  ({
    organizationId: role.organizationId,
    projectId: null,
    userId: by.id,
    scope: 'Role',
    itemId: role.id,
    name: role.name,
    createdBy: role.createdBy,
  }) satisfies Partial<Activity>

/** What of a role is told of when it changes. */
const told = ({ role, members }: RoleRow) => ({
  name: role.name,
  feature_flags_access_level: role.featureFlagsAccessLevel,
  members: members.map(({ user }) => user.email),
})
