import { z } from 'zod'
import { activityOperation } from '../../http/activity-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'

const json = z.record(z.string(), z.unknown())

const configSchema = z
  .union([z.array(z.looseObject({})).max(500), json])
  .describe(
    'Which settings the app has: `[{"key": "apiKey", "name": "API key", "type": "string", "required": true, "secret": true}]`, ' +
      'or an object of them by key. What is `secret` is never shown again.',
  )

/** What a client may set. */
const writable = {
  name: z.string().trim().min(1).max(200).describe('What people call it; at most 200 characters.'),
  description: z.string().nullable().describe('What it does; null where nobody said.'),
  icon: z.string().max(800).nullable().describe('Address of a picture; null for none.'),
  config_schema: configSchema,
  tag: z.string().max(200).nullable().describe('Which version of it this is.'),
  is_global: z
    .boolean()
    .describe('Whether other organizations on this server may use it. Only its staff may say so.'),
}

export const Plugin = z
  .object({
    id: z.int().describe('What addresses and configs name it by.'),
    plugin_type: z.literal('source').describe('Always `source`: the app is kept as its text.'),
    name: z.string().describe('What people call it; `plugin.json` may say so too.'),
    description: z.string().nullable().describe('What it does; null where nobody said.'),
    url: z.null().describe('Always null: apps are not installed from an address.'),
    icon: z.string().nullable().describe('Address of a picture; null for none.'),
    config_schema: configSchema,
    tag: z.string().nullable().describe('Which version of it this is; null where nobody said.'),
    latest_tag: z.string().nullable().describe('The same as `tag`: no other versions are looked for.'),
    is_global: z.boolean().describe('Whether other organizations on this server may use it.'),
    organization_id: z.uuid().describe('The organization that added it.'),
    organization_name: z.string().describe('What that is called.'),
    capabilities: json.describe(
      'Empty: what an app can do is found out by running it, and this server does not.',
    ),
    metrics: json.describe('Empty, as `capabilities`.'),
    public_jobs: json.describe('Empty, as `capabilities`.'),
  })
  .meta({
    id: 'Plugin',
    description: 'An app. It is kept, configured and told of; **it is not executed** by this server.',
  })

const NewPlugin = z
  .object({
    ...writable,
    plugin_type: z.string().nullable().describe('`source`; others can not be installed here.'),
    url: z
      .string()
      .nullable()
      .describe('Apps are not installed from an address: with one, the answer is 400.'),
  })
  .partial()
  .meta({ id: 'NewPlugin' })
export type GivenPlugin = z.output<typeof NewPlugin>

const PluginChanges = z.object(writable).partial().meta({ id: 'PluginChanges' })

const path = '/api/organizations/:organization_id/plugins/'
const organization = {
  organization_id: z.string().describe('The organization; `@current` is the one you work in.'),
}
const common = { access: 'user', limitsKeys: true, tags: ['plugins'] } as const
const read = { ...common, scope: 'plugin:read' } as const
const write = { ...common, scope: 'plugin:write' } as const
const params = z.object({
  ...organization,
  id: z.coerce.number().int().positive().max(2_147_483_647).describe('Id of the app.'),
})
const all = { path, params: z.object(organization) } as const
const one = { path: `${path}:id/`, params } as const

export const listPlugins = operation({
  ...read,
  ...all,
  id: 'plugins_list',
  method: 'GET',
  summary: 'List apps',
  description: "The organization's, and those of others that are `is_global`, the oldest first.",
  query: z.object(pageQuery),
  answer: pageOf(Plugin).meta({ id: 'PaginatedPluginList' }),
  errors: [403, 404],
})

export const createPlugin = operation({
  ...write,
  ...all,
  id: 'plugins_create',
  method: 'POST',
  summary: 'Add an app',
  description: '`{"plugin_type": "source", "name": "Mine"}`; its text is then set by `update_source/`.',
  body: NewPlugin,
  status: 201,
  answer: Plugin,
  errors: [400, 403, 404],
})

export const retrievePlugin = operation({
  ...read,
  ...one,
  id: 'plugins_retrieve',
  method: 'GET',
  summary: 'Get an app',
  description: 'Without its text: `source/` has that.',
  answer: Plugin,
  errors: [403, 404],
})

export const updatePlugin = operation({
  ...write,
  ...one,
  id: 'plugins_partial_update',
  method: 'PATCH',
  summary: 'Change an app',
  description: 'What is not sent stays.',
  body: PluginChanges,
  answer: Plugin,
  errors: [400, 403, 404],
})

export const replacePlugin = operation({
  ...updatePlugin,
  id: 'plugins_update',
  method: 'PUT',
  summary: 'Change an app, as PATCH does',
})

export const deletePlugin = operation({
  ...write,
  ...one,
  id: 'plugins_destroy',
  method: 'DELETE',
  summary: 'Remove an app',
  description: 'With how projects have it set up. One that is `is_global` must be made local before.',
  status: 204,
  answer: null,
  errors: [400, 403, 404],
})

const Source = z
  .record(z.string(), z.string())
  .describe('By the name of the file, its text.')
  .meta({ id: 'PluginSource' })

export const pluginSource = operation({
  ...read,
  id: 'plugins_source_retrieve',
  method: 'GET',
  path: `${one.path}source/`,
  params,
  summary: "Get an app's text",
  description: 'All files at once.',
  answer: Source,
  errors: [403, 404],
})

export const updatePluginSource = operation({
  ...write,
  id: 'plugins_update_source_partial_update',
  method: 'PATCH',
  path: `${one.path}update_source/`,
  params,
  summary: "Change an app's text",
  description:
    'By the name of the file, its text, or null to delete it; others stay. `name` and `config` of `plugin.json` become the ' +
    "app's. At most 20 files, and a million characters.",
  body: z
    .record(z.string(), z.string().nullable())
    .describe('`{"index.ts": "…", "plugin.json": "…", "old.ts": null}`')
    .meta({ id: 'PluginSourceChanges' }),
  answer: Source,
  errors: [400, 403, 404],
})

/** Answered by a refusal, always: declared so that clients are told why. */
const refused = { status: 400, answer: null, errors: [400, 403, 404] } as const
const noOthers = 'Refused (`not_supported`): this server fetches no code, so it knows of no other version.'

export const checkForUpdates = operation({
  ...read,
  ...refused,
  id: 'plugins_check_for_updates_retrieve',
  method: 'GET',
  path: `${one.path}check_for_updates/`,
  params,
  summary: 'Not possible: look for a newer version of an app',
  description: noOthers,
})

export const upgradePlugin = operation({
  ...write,
  ...refused,
  id: 'plugins_upgrade_create',
  method: 'POST',
  path: `${one.path}upgrade/`,
  params,
  summary: 'Not possible: install a newer version of an app',
  description: noOthers,
})

export const pluginRepository = operation({
  ...read,
  ...refused,
  ...all,
  id: 'plugins_repository_retrieve',
  method: 'GET',
  path: `${path}repository/`,
  summary: 'Not possible: list apps that could be installed',
  description: 'Refused (`not_supported`): the catalogue is PostHog’s own, and this server fetches no code.',
})

export const pluginsActivity = activityOperation({
  ...read,
  id: 'plugins_activity_retrieve',
  path: `${path}activity/`,
  params: z.object(organization),
})
