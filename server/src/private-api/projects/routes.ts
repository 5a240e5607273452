import type { FastifyInstance } from 'fastify'
import { levels } from '../../accounts/levels.ts'
import type { OrganizationStore } from '../../accounts/organizations.ts'
import type { Project, ProjectStore, VisibleProject } from '../../accounts/projects.ts'
import type { User } from '../../accounts/users.ts'
import type { Activity, ActivityLog } from '../../activity/activity-log.ts'
import { changesBetween } from '../../activity/changes.ts'
import type { Directory } from '../../directory/directory.ts'
import { teamBasic } from '../../http/account-shapes.ts'
import { doneBy } from '../../http/activity-shapes.ts'
import type { Caller } from '../../http/authenticate.ts'
import { route } from '../../http/operation.ts'
import { counted } from '../../http/paging.ts'
import {
  isKeyForProject,
  permitInOrganization,
  permitInProject,
  permitKeyInOrganization,
  permitKeyInProject,
} from '../../http/project.ts'
import { newProjectApiKey } from '../../kit/api-keys.ts'
import { forbidden, invalid, notFound } from '../../model/errors.ts'
import {
  createProject,
  deleteProject,
  isGeneratingDemoData,
  listProjects,
  replaceProject,
  resetToken,
  retrieveProject,
  updateProject,
} from './contract.ts'
import { columns, present } from './settings.ts'

type Deps = {
  projects: ProjectStore
  organizations: OrganizationStore
  activity: Pick<ActivityLog, 'record'>
  directory: Pick<Directory, 'changed'>
  /** Whether the project has such a dashboard. */
  hasDashboard(projectId: number, id: number): Promise<boolean>
  /** Whether demo data are being made for it. */
  isFilling(projectId: number): Promise<boolean>
}

export const projectRoutes =
  ({ projects, organizations, activity, directory, hasDashboard, isFilling }: Deps) =>
  async (app: FastifyInstance) => {
    /** Here, unlike below a project's path, one that the caller can't see is not there. */
    const addressed = async (caller: Caller, id: string): Promise<VisibleProject> => {
      if (id !== '@current' && !/^\d{1,9}$/.test(id)) {
        throw invalid(`Field 'id' expected a number but got '${id}'.`)
      }
      const { user } = caller
      const found =
        id === '@current' ? await projects.current(user) : await projects.find(user.id, Number(id))
      if (!found || found === 'forbidden') throw notFound()
      permitKeyInProject(caller, found)
      return found
    }
    const full = async (project: VisibleProject) => present(project, await projects.hasGroupTypes(project.id))

    const save = async (user: User, project: VisibleProject, values: Partial<Project>) => {
      const before = await full(project)
      const after = await full({ ...project, ...(await projects.update(project.id, values)) })
      await directory.changed()
      const changes = changesBetween('Team', before, after, { mask: ['slack_incoming_webhook'] })
      await activity.record({ ...doneBy(project, user), ...known(after), activity: 'updated', changes })
      return after
    }

    route(app, listProjects, async ({ user, caller, query, url }) => {
      const visible = await projects.listFor(user.id)
      const all = visible.filter((project) => isKeyForProject(caller, project))
      const shown = all.slice(query.offset, query.offset + query.limit)
      return counted(url, query, { count: all.length, results: shown.map(teamBasic) })
    })

    route(app, createProject, async ({ user, caller, body }) => {
      const organization = await organizations.current(user)
      if (!organization) throw forbidden('You need to belong to an organization.')
      permitKeyInOrganization(caller, organization.id)
      permitInOrganization(organization, levels.admin)
      const project = await projects.create(user, organization.id, columns(body))
      await directory.changed()
      await activity.record({ ...doneBy(project, user), ...known(project), activity: 'created' })
      return full(project)
    })

    route(app, retrieveProject, async ({ user, caller, params }) => {
      const project = await addressed(caller, params.id)
      if (caller.by === 'session' && user.currentProjectId !== project.id) {
        await projects.visit(user.id, project)
        await directory.changed()
      }
      return full(project)
    })

    for (const update of [updateProject, replaceProject]) {
      route(app, update, async ({ caller, user, params, body }) => {
        const project = await addressed(caller, params.id)
        const { access_control: restricted } = body
        if (restricted !== undefined && restricted !== (project.settings.access_control === true)) {
          permitInOrganization(project, levels.admin)
        }
        const { primary_dashboard: dashboard } = body
        const isNew = dashboard != null && dashboard !== project.settings.primary_dashboard
        if (isNew && !(await hasDashboard(project.id, dashboard))) {
          throw forbidden('Dashboard does not belong to this team.')
        }
        return save(user, project, columns(body, project.settings))
      })
    }

    route(app, deleteProject, async ({ caller, user, params }) => {
      const project = await addressed(caller, params.id)
      permitInProject(project, levels.admin)
      await projects.remove(project.id)
      await directory.changed()
      // Told to the organization: the project's own log can't be asked for any more.
      const done = { ...doneBy(project, user), projectId: null }
      await activity.record({ ...done, ...known(project), activity: 'deleted' })
    })

    route(app, resetToken, async ({ caller, user, params }) => {
      const project = await addressed(caller, params.id)
      permitInProject(project, levels.admin)
      return save(user, project, { apiToken: newProjectApiKey() })
    })

    route(app, isGeneratingDemoData, async ({ caller, params }) => {
      const { id } = await addressed(caller, params.id)
      return { is_generating_demo_data: await isFilling(id) }
    })
  }

const known = ({ id, name }: { id: number; name: string }): Pick<Activity, 'scope' | 'itemId' | 'name'> => ({
  scope: 'Team',
  itemId: id,
  name,
})
