import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { OrganizationStore } from '../../accounts/organizations.ts'
import type { ResourceAccess, ResourceAccessStore } from '../../accounts/resource-access.ts'
import type { User } from '../../accounts/users.ts'
import type { Activity, ActivityLog } from '../../activity/activity-log.ts'
import { changesBetween } from '../../activity/changes.ts'
import type { Caller } from '../../http/authenticate.ts'
import { route } from '../../http/operation.ts'
import { resolveForRoles, resolveOrganization } from '../../http/organization.ts'
import { counted } from '../../http/paging.ts'
import {
  createResourceAccess,
  deleteResourceAccess,
  listResourceAccess,
  replaceResourceAccess,
  retrieveResourceAccess,
  updateResourceAccess,
} from './contract.ts'

type Deps = {
  access: ResourceAccessStore
  organizations: Pick<OrganizationStore, 'current' | 'find'>
  activity: Pick<ActivityLog, 'record'>
}

/** Everybody in an organization sees what its plain members may do; admins change it. */
export const resourceAccessRoutes =
  ({ access, organizations, activity }: Deps) =>
  async (app: FastifyInstance) => {
    const addressed = (caller: Caller, { organization_id: id }: { organization_id: string }) =>
      resolveOrganization(organizations, caller, id)
    const administered = (caller: Caller, { organization_id: id }: { organization_id: string }) =>
      resolveForRoles(organizations, caller, id)

    route(app, listResourceAccess, async ({ caller, params, query, url }) => {
      const { id } = await addressed(caller, params)
      const { count, results } = await access.list(id, query)
      return counted(url, query, { count, results: results.map(present) })
    })

    route(app, createResourceAccess, async ({ user, caller, params, body }) => {
      const { id } = await administered(caller, params)
      const given = { resource: body.resource, accessLevel: body.access_level }
      const made = await access.create(id, user.id, given)
      const changes = changesBetween(scope, {}, told(made))
      await activity.record({ ...known(user, made), activity: 'created', changes })
      return present(made)
    })

    route(app, retrieveResourceAccess, async ({ caller, params }) => {
      const { id } = await addressed(caller, params)
      return present(await access.get(id, params.id))
    })

    for (const update of [updateResourceAccess, replaceResourceAccess]) {
      route(app, update, async ({ user, caller, params, body }) => {
        const { id } = await administered(caller, params)
        const changes = { resource: body.resource, accessLevel: body.access_level }
        const { before, after } = await access.update(id, params.id, changes)
        await activity.record({
          ...known(user, after),
          activity: 'updated',
          changes: changesBetween(scope, told(before), told(after)),
        })
        return present(after)
      })
    }

    route(app, deleteResourceAccess, async ({ user, caller, params }) => {
      const { id } = await administered(caller, params)
      await activity.record({ ...known(user, await access.remove(id, params.id)), activity: 'deleted' })
    })
  }

const scope = 'OrganizationResourceAccess'

const known = (by: User, row: ResourceAccess) =>
  ({
    organizationId: row.organizationId,
    projectId: null,
    userId: by.id,
    scope,
    itemId: row.id,
    name: row.resource,
    createdBy: row.createdBy,
  }) satisfies Partial<Activity>

const told = ({ resource, accessLevel }: ResourceAccess) => ({ resource, access_level: accessLevel })

const present = (row: ResourceAccess): z.input<typeof retrieveResourceAccess.answer> => ({
  id: row.id,
  resource: row.resource as z.input<typeof retrieveResourceAccess.answer>['resource'],
  access_level: row.accessLevel,
  organization: row.organizationId,
  created_at: row.createdAt,
  updated_at: row.updatedAt,
  created_by: row.createdBy,
})
