import type { FastifyInstance } from 'fastify'
import type { OrganizationStore } from '../../accounts/organizations.ts'
import type { ProjectStore } from '../../accounts/projects.ts'
import { userBasic } from '../../http/account-shapes.ts'
import type { Caller } from '../../http/authenticate.ts'
import { route } from '../../http/operation.ts'
import { resolveOrganization } from '../../http/organization.ts'
import { usableProjects } from '../../http/project.ts'
import { HedgerowError, invalid } from '../../model/errors.ts'
import { copyFlags, flagInProjects } from './contract.ts'
import { type CopyDeps, copyFlag } from './copy.ts'
import { presentFlag, presenting } from './present.ts'

type Deps = CopyDeps & {
  organizations: Pick<OrganizationStore, 'current' | 'find'>
  projects: Pick<ProjectStore, 'listFor'>
}

/** What is told of a project, and leaves the others alone. */
const refusals = new Set(['invalid', 'forbidden'])

/** A flag in all projects of an organization. */
export const organizationFlagRoutes = (deps: Deps) => async (app: FastifyInstance) => {
  const { flags, organizations, projects } = deps

  /** The projects of the organization that the caller, and the key, may use. */
  async function projectsOf(caller: Caller, organizationId: string) {
    const organization = await resolveOrganization(organizations, caller, organizationId)
    return usableProjects(projects, caller, organization.id)
  }

  route(app, flagInProjects, async ({ caller, params }) => {
    const found = await Promise.all(
      (await projectsOf(caller, params.organization_id)).map(({ id }) =>
        flags.byKey(id, params.feature_flag_key),
      ),
    )
    return found.flatMap((row) =>
      row
        ? [
            {
              flag_id: row.flag.id,
              team_id: row.flag.projectId,
              created_by: row.creator && userBasic(row.creator),
              filters: presentFlag(row.flag, []).filters,
              created_at: row.flag.createdAt,
              active: row.flag.active,
            },
          ]
        : [],
    )
  })

  route(app, copyFlags, async ({ caller, user, params, body }) => {
    const usable = new Map(
      (await projectsOf(caller, params.organization_id)).map((project) => [project.id, project]),
    )
    const from = usable.has(body.from_project)
      ? await flags.byKey(body.from_project, body.feature_flag_key)
      : undefined
    if (!from) throw invalid('Feature flag to copy does not exist.', { attr: 'feature_flag_key' })
    const success = []
    const failed = []
    for (const id of new Set(body.target_project_ids)) {
      try {
        const project = usable.get(id)
        if (!project) throw invalid('Target project does not exist.')
        const copy = await copyFlag(deps, user.id, from.flag, project)
        success.push(presenting(await flags.rightsOf(project, user.id))(copy))
      } catch (error) {
        if (!(error instanceof HedgerowError) || !refusals.has(error.kind)) throw error
        failed.push({ project_id: id, errors: error.message })
      }
    }
    return { success, failed }
  })
}
