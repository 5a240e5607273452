import type { FastifyInstance } from 'fastify'
import { permitEdit } from '../../accounts/flag-rights.ts'
import type { ProjectStore } from '../../accounts/projects.ts'
import type { Caller } from '../../http/authenticate.ts'
import { route } from '../../http/operation.ts'
import { counted } from '../../http/paging.ts'
import { usableProjects } from '../../http/project.ts'
import { presentingRoles } from '../../http/role-shapes.ts'
import { presenting } from './present.ts'
import {
  createRoleAccess,
  deleteRoleAccess,
  listRoleAccess,
  retrieveRoleAccess,
} from './role-access-contract.ts'
import type { RoleAccessRow, RoleAccessStore } from './role-access-store.ts'
import type { FlagRow } from './search.ts'
import type { FlagProject, FlagStore } from './store.ts'

type Deps = {
  access: RoleAccessStore
  flags: Pick<FlagStore, 'get' | 'rightsOf'>
  projects: Pick<ProjectStore, 'listFor'>
}

/** Everybody in a project sees who may edit its flags; who may edit one, changes it. */
export const roleAccessRoutes =
  ({ access, flags, projects }: Deps) =>
  async (app: FastifyInstance) => {
    const permitted = async (project: FlagProject, user: { id: number }, flagId: number) => {
      const row = await flags.get(project.id, flagId)
      permitEdit(await flags.rightsOf(project, user.id), row.flag)
      return row
    }
    const showing = async (project: FlagProject, caller: Caller, flag: FlagRow) => {
      const feature_flag = presenting(await flags.rightsOf(project, caller.user.id))(flag)
      const shownRole = presentingRoles(await usableProjects(projects, caller, project.organizationId))
      return ({ access, role }: RoleAccessRow) => ({
        id: access.id,
        feature_flag,
        role: shownRole(role),
        added_at: access.addedAt,
        updated_at: access.updatedAt,
      })
    }

    route(app, listRoleAccess, async ({ project, caller, params, query, url }) => {
      const flag = await flags.get(project.id, params.feature_flag_id)
      const { count, results } = await access.list(project, flag.flag.id, query)
      return counted(url, query, { count, results: results.map(await showing(project, caller, flag)) })
    })

    route(app, createRoleAccess, async ({ project, user, caller, params, body }) => {
      const row = await permitted(project, user, params.feature_flag_id)
      const made = await access.create(project, user.id, row.flag, body.role_id)
      return (await showing(project, caller, row))(made)
    })

    route(app, retrieveRoleAccess, async ({ project, caller, params }) => {
      const row = await flags.get(project.id, params.feature_flag_id)
      const found = await access.get(project, row.flag.id, params.id)
      return (await showing(project, caller, row))(found)
    })

    route(app, deleteRoleAccess, async ({ project, user, params }) => {
      const { flag } = await permitted(project, user, params.feature_flag_id)
      await access.remove(project, user.id, flag, params.id)
    })
  }
