import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { levels } from '../../accounts/levels.ts'
import type { OrganizationStore } from '../../accounts/organizations.ts'
import { peopleInPart } from '../../demo/fill.ts'
import { route } from '../../http/operation.ts'
import { resolveOrganization } from '../../http/organization.ts'
import { counted } from '../../http/paging.ts'
import { permitInOrganization } from '../../http/project.ts'
import { type BeginDeps, beginDemo } from './begin.ts'
import {
  createDemoProject,
  listDemoProjects,
  retrieveDemoProject,
  stopDemoProject,
  usual,
} from './contract.ts'
import type { DemoRow } from './store.ts'
import { makeDemo } from './tasks.ts'

type Deps = BeginDeps & { organizations: Pick<OrganizationStore, 'current' | 'find'> }

export const demoProjectRoutes = (deps: Deps) => async (app: FastifyInstance) => {
  const { demos, organizations, jobs } = deps
  route(app, listDemoProjects, async ({ caller, params, query, url }) => {
    const { id } = await resolveOrganization(organizations, caller, params.organization_id)
    const { count, results } = await demos.list(id, query)
    return counted(url, query, { count, results: results.map(present) })
  })

  route(app, createDemoProject, async ({ caller, user, params, body }) => {
    const organization = await resolveOrganization(organizations, caller, params.organization_id)
    permitInOrganization(organization, levels.admin)
    return present(await beginDemo(deps, user, organization.id, { ...usual, ...body }))
  })

  route(app, retrieveDemoProject, async ({ caller, params }) => {
    const { id } = await resolveOrganization(organizations, caller, params.organization_id)
    return present(await demos.get(id, params.id))
  })

  route(app, stopDemoProject, async ({ caller, params }) => {
    const organization = await resolveOrganization(organizations, caller, params.organization_id)
    permitInOrganization(organization, levels.admin)
    await demos.get(organization.id, params.id)
    const row = await demos.stop(organization.id, params.id)
    await jobs.send(makeDemo, { demoId: row.id })
    return present(row)
  })
}

/** What is left when all events are there takes some seconds. */
const shareOfEvents = 0.97

/** One as the API shows it. */
export const present = (row: DemoRow): z.input<typeof retrieveDemoProject.answer> => ({
  id: row.id,
  project: row.projectId,
  name: row.name,
  state: row.state,
  people: row.people,
  events: row.events,
  progress:
    row.state === 'done'
      ? 1
      : Math.round(Math.min(1, row.parts / Math.ceil(row.people / peopleInPart)) * shareOfEvents * 1000) /
        1000,
  seed: row.seed,
  error: row.failure,
  created_at: row.createdAt,
  finished_at: row.finishedAt,
})
