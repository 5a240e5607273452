import type { FastifyInstance } from 'fastify'
import type { OrganizationStore } from '../../accounts/organizations.ts'
import type { ProjectStore } from '../../accounts/projects.ts'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { pageOfActivity } from '../../http/activity-shapes.ts'
import type { Caller } from '../../http/authenticate.ts'
import { route } from '../../http/operation.ts'
import { resolveOrganization } from '../../http/organization.ts'
import { counted } from '../../http/paging.ts'
import { isKeyForProject } from '../../http/project.ts'
import { forbidden, invalid } from '../../model/errors.ts'
import {
  checkForUpdates,
  createPlugin,
  deletePlugin,
  type GivenPlugin,
  listPlugins,
  pluginRepository,
  pluginSource,
  pluginsActivity,
  replacePlugin,
  retrievePlugin,
  updatePlugin,
  updatePluginSource,
  upgradePlugin,
} from './contract.ts'
import { presentPlugin } from './present.ts'
import { notSupported } from './rules.ts'
import type { PluginStore } from './store.ts'

type Deps = {
  plugins: PluginStore
  organizations: Pick<OrganizationStore, 'current' | 'find'>
  projects: Pick<ProjectStore, 'listFor'>
  activity: Pick<ActivityLog, 'list'>
}

/** Apps of organizations. They are kept and changed; nothing here, or elsewhere, runs them. */
export const pluginRoutes =
  ({ plugins, organizations, projects, activity }: Deps) =>
  async (app: FastifyInstance) => {
    const addressed = (caller: Caller, { organization_id }: { organization_id: string }) =>
      resolveOrganization(organizations, caller, organization_id)

    route(app, listPlugins, async ({ caller, params, query, url }) => {
      const { id } = await addressed(caller, params)
      const { count, results } = await plugins.list(id, query)
      return counted(url, query, { count, results: results.map(presentPlugin) })
    })

    route(app, createPlugin, async ({ caller, user, params, body }) => {
      const { id } = await addressed(caller, params)
      const { name } = body
      if (body.url) {
        throw notSupported(
          'Apps can not be installed from an address: this server fetches no code, and runs none. ' +
            'Keep the source of one with {"plugin_type": "source"}.',
          'url',
        )
      }
      if (body.plugin_type !== 'source') {
        throw notSupported('Only apps that are kept as source can be added: "source".', 'plugin_type')
      }
      if (name === undefined) throw invalid('This field is required.', { code: 'required', attr: 'name' })
      if (body.is_global) permitGlobal(caller)
      return presentPlugin(await plugins.create(id, user.id, { ...changesOf(body), name }))
    })

    route(app, retrievePlugin, async ({ caller, params }) => {
      const { id } = await addressed(caller, params)
      return presentPlugin(await plugins.get(id, params.id))
    })

    for (const update of [updatePlugin, replacePlugin]) {
      route(app, update, async ({ caller, user, params, body }) => {
        const { id } = await addressed(caller, params)
        const { plugin } = await plugins.get(id, params.id)
        // who sends all of it back asks for nothing
        if (body.is_global !== undefined && body.is_global !== plugin.isGlobal) permitGlobal(caller)
        return presentPlugin(await plugins.update(id, params.id, user.id, changesOf(body)))
      })
    }

    route(app, deletePlugin, async ({ caller, user, params }) => {
      const { id } = await addressed(caller, params)
      await plugins.delete(id, params.id, user.id)
    })

    route(app, pluginSource, async ({ caller, params }) => {
      const { id } = await addressed(caller, params)
      return plugins.source(id, params.id)
    })

    route(app, updatePluginSource, async ({ caller, user, params, body }) => {
      const { id } = await addressed(caller, params)
      return plugins.updateSource(id, params.id, user.id, body)
    })

    for (const refused of [checkForUpdates, upgradePlugin]) {
      route(app, refused, async ({ caller, params }) => {
        const { id } = await addressed(caller, params)
        await plugins.get(id, params.id)
        throw notSupported(
          'This server fetches no code, so it knows of no other version of an app. Change its source instead.',
        )
      })
    }

    route(app, pluginRepository, async ({ caller, params }) => {
      await addressed(caller, params)
      throw notSupported(
        "There is no catalogue of apps here: PostHog's is its own, and this server fetches no code.",
      )
    })

    route(app, pluginsActivity, async ({ caller, user, params, query, url }) => {
      const { id } = await addressed(caller, params)
      const visible = await projects.listFor(user.id, id)
      return pageOfActivity(
        activity,
        { query, url },
        {
          organizationId: id,
          projectIds: visible.filter((project) => isKeyForProject(caller, project)).map((one) => one.id),
          scope: ['Plugin', 'PluginConfig'],
        },
      )
    })
  }

/** What is global is seen by organizations that are none of the caller's. @throws HedgerowError 403 for who is no staff. */
function permitGlobal({ user }: Caller): void {
  if (user.isStaff) return
  throw forbidden("This organization can't manage global plugins!")
}

const changesOf = (body: GivenPlugin) => ({
  name: body.name,
  description: body.description,
  icon: body.icon,
  tag: body.tag,
  configSchema: body.config_schema,
  isGlobal: body.is_global,
})
