import type { ConfigRow } from './config-store.ts'
import { masked, secretKeys, withoutSecrets } from './rules.ts'
import type { PluginRow } from './store.ts'

export const presentPlugin = ({ plugin, organizationName }: PluginRow) => ({
  id: plugin.id,
  plugin_type: 'source' as const,
  name: plugin.name,
  description: plugin.description,
  url: null,
  icon: plugin.icon,
  config_schema: plugin.configSchema as Record<string, unknown>,
  tag: plugin.tag,
  latest_tag: plugin.tag,
  is_global: plugin.isGlobal,
  organization_id: plugin.organizationId,
  organization_name: organizationName,
  capabilities: {},
  metrics: {},
  public_jobs: {},
})

/** @param whole with the app itself, as one alone is shown */
export function presentConfig(row: ConfigRow, whole: boolean) {
  const { config, plugin, attachments } = row
  const secret = secretKeys(plugin.configSchema)
  const files = attachments.map(({ id, key, fileName, size }) => [
    key,
    secret.has(key)
      ? { uid: -1, saved: true, size: -1, name: masked, type: contentType }
      : { uid: id, saved: true, size, name: fileName, type: contentType },
  ])
  return {
    id: config.id,
    plugin: plugin.id,
    enabled: config.enabled,
    order: config.order,
    config: { ...withoutSecrets(config.config, secret), ...Object.fromEntries(files) },
    error: null,
    team_id: config.projectId,
    plugin_info: whole ? presentPlugin(row) : null,
    delivery_rate_24h: null,
    created_at: config.createdAt,
  }
}

/** What a form says of the type of a file is not kept. */
const contentType = 'application/octet-stream'
