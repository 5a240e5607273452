import type { FastifyInstance } from 'fastify'
import { toUtc } from '../../http/date-time.ts'
import { UploadedFile } from '../../http/multipart.ts'
import { route } from '../../http/operation.ts'
import { counted } from '../../http/paging.ts'
import {
  configFrontend,
  configLogs,
  createConfig,
  disableConfig,
  type GivenConfig,
  listConfigs,
  type logTypes,
  rearrangeConfigs,
  replaceConfig,
  retrieveConfig,
  runJob,
  updateConfig,
} from './config-contract.ts'
import type { ConfigChanges, PluginConfigStore } from './config-store.ts'
import { presentConfig } from './present.ts'
import { notSupported } from './rules.ts'

/** How projects have apps set up. */
export const pluginConfigRoutes =
  ({ configs }: { configs: PluginConfigStore }) =>
  async (app: FastifyInstance) => {
    route(app, listConfigs, async ({ project, query, url }) => {
      const { count, results } = await configs.list(project.id, query)
      return counted(url, query, { count, results: results.map((row) => presentConfig(row, false)) })
    })

    route(app, createConfig, async ({ project, user, body }) =>
      presentConfig(await configs.put(project, user.id, body.plugin, changesOf(body)), true),
    )

    route(app, retrieveConfig, async ({ project, params }) =>
      presentConfig(await configs.get(project.id, params.id), true),
    )

    for (const update of [updateConfig, replaceConfig]) {
      route(app, update, async ({ project, user, params, body }) =>
        presentConfig(await configs.update(project, params.id, user.id, changesOf(body)), true),
      )
    }

    route(app, disableConfig, async ({ project, user, params }) => {
      await configs.update(project, params.id, user.id, { enabled: false, attachments: new Map() })
    })

    route(app, rearrangeConfigs, async ({ project, user, body }) => {
      const orders = new Map(Object.entries(body.orders).map(([id, order]) => [Number(id), order]))
      const enabled = await configs.rearrange(project, user.id, orders)
      return enabled.map((row) => presentConfig(row, false))
    })

    route(app, configFrontend, async ({ project, params, reply }) => {
      const { plugin } = await configs.get(project.id, params.id)
      const built =
        plugin.source['frontend.tsx'] === undefined
          ? { no_frontend: true }
          : { error: 'Apps are not executed by this server.' }
      return reply
        .type('application/javascript; charset=utf-8')
        .serializer(String)
        .send(`export function getFrontendApp () { return ${JSON.stringify(built)} }`)
    })

    route(app, runJob, async ({ project, params }) => {
      await configs.get(project.id, params.id)
      throw notSupported('This server does not execute apps, and so none of their jobs.')
    })

    route(app, configLogs, async ({ project, params, query, url }) => {
      const { config, count, results } = await configs.logs(project.id, params.plugin_config_id, {
        ...query,
        after: query.after && toUtc(query.after),
        before: query.before && toUtc(query.before),
        types: query.type_filter,
      })
      return counted(url, query, {
        count,
        results: results.map(({ id, timestamp, type, message }) => ({
          id,
          team_id: config.projectId,
          plugin_id: config.pluginId,
          plugin_config_id: config.id,
          timestamp,
          source: 'SYSTEM' as const,
          type: type as (typeof logTypes)[number],
          message,
          instance_id: '00000000-0000-0000-0000-000000000000',
        })),
      })
    })
  }

function changesOf(body: GivenConfig): ConfigChanges {
  const { enabled, order, config, ...others } = body
  const attachments: ConfigChanges['attachments'] = new Map()
  for (const [name, value] of Object.entries(others)) {
    const [, verb, key] = /^(add|remove)_attachment\[([^\]]{1,200})\]$/.exec(name) ?? []
    if (key === undefined) continue
    if (verb === 'remove') attachments.set(key, null)
    else if (value instanceof UploadedFile) {
      attachments.set(key, { fileName: value.filename, content: value.content })
    }
  }
  return { enabled, order, config, attachments }
}
