import { z } from 'zod'
import { Instant } from '../../http/account-shapes.ts'
import { DateTime } from '../../http/date-time.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'
import { Plugin } from './contract.ts'
import { masked } from './rules.ts'

const order = z.int32().describe('Lower ones come first.')
const config = z.record(z.string(), z.unknown())

const PluginConfig = z
  .object({
    id: z.int().describe('What addresses name it by; not the id of the app.'),
    plugin: z.int().describe('Id of the app.'),
    enabled: z.boolean().describe('Kept as it is said; the app is not executed by this server all the same.'),
    order,
    config: config.describe(
      `The settings by key. Secret ones read \`${masked}\`. A file is \`{"uid", "saved", "size", "name", "type"}\`.`,
    ),
    error: config.nullable().describe('Always null: nothing runs, so nothing fails.'),
    team_id: z.int().describe('The project.'),
    plugin_info: Plugin.nullable().describe('The app; null in lists.'),
    delivery_rate_24h: z.number().nullable().describe('Always null: nothing is delivered.'),
    created_at: Instant.describe('When the project first set the app up.'),
  })
  .meta({ id: 'PluginConfig', description: 'How a project has an app set up.' })

/** Files come in a form as `add_attachment[key]`, so other names than these must get through. */
const NewPluginConfig = z
  .looseObject({
    plugin: z.int().describe('Id of the app: of the organization, or one that is `is_global`.'),
    enabled: z
      .boolean()
      .optional()
      .describe(
        'Whether it is to be on. Kept as it is said; the app is not executed all the same. At first false.',
      ),
    order: order.optional().describe('Lower ones come first; at first the last of all.'),
    config: config
      .optional()
      .describe(
        'The settings by key, as JSON text in a form. Of secret ones null, or none, keeps what is there.',
      ),
  })
  .describe(
    'In a `multipart/form-data` body, files are `add_attachment[key]`, and `remove_attachment[key]` removes one.',
  )
  .meta({ id: 'NewPluginConfig' })

const PluginConfigChanges = NewPluginConfig.omit({ plugin: true }).meta({ id: 'PluginConfigChanges' })
export type GivenConfig = z.output<typeof PluginConfigChanges>

const path = '/api/projects/:project_id/plugin_configs/'
const alias = '/api/plugin_config/'
const common = { access: 'project', tags: ['plugin_configs'] } as const
const read = { ...common, scope: 'plugin:read' } as const
const write = { ...common, scope: 'plugin:write' } as const
const params = z.object({
  id: z.coerce
    .number()
    .int()
    .positive()
    .max(2_147_483_647)
    .describe('Id of how the app is set up; not the id of the app.'),
})
const one = { path: `${path}:id/`, aliases: [`${alias}:id/`], params } as const

export const listConfigs = operation({
  ...read,
  id: 'plugin_configs_list',
  method: 'GET',
  path,
  aliases: [alias],
  summary: 'List how apps are set up',
  description: 'By their `order`, then by the id of the app.',
  query: z.object(pageQuery),
  answer: pageOf(PluginConfig).meta({ id: 'PaginatedPluginConfigList' }),
})

export const createConfig = operation({
  ...write,
  id: 'plugin_configs_create',
  method: 'POST',
  path,
  aliases: [alias],
  summary: 'Set an app up',
  description: 'A project sets an app up once: where it has, this changes how, and answers 201 all the same.',
  body: NewPluginConfig,
  status: 201,
  answer: PluginConfig,
  errors: [400],
})

export const retrieveConfig = operation({
  ...read,
  ...one,
  id: 'plugin_configs_retrieve',
  method: 'GET',
  summary: 'Get how an app is set up',
  description: 'With the app itself.',
  answer: PluginConfig,
  errors: [404],
})

export const updateConfig = operation({
  ...write,
  ...one,
  id: 'plugin_configs_partial_update',
  method: 'PATCH',
  summary: 'Change how an app is set up',
  description: 'What is not sent stays; `config` is replaced as a whole, but for its secrets.',
  body: PluginConfigChanges,
  answer: PluginConfig,
  errors: [400, 404],
})

export const replaceConfig = operation({
  ...updateConfig,
  id: 'plugin_configs_update',
  method: 'PUT',
  summary: 'Change how an app is set up, as PATCH does',
})

export const disableConfig = operation({
  ...write,
  ...one,
  id: 'plugin_configs_destroy',
  method: 'DELETE',
  summary: 'Disable an app',
  description: 'How it is set up stays.',
  status: 204,
  answer: null,
  errors: [404],
})

export const rearrangeConfigs = operation({
  ...write,
  id: 'plugin_configs_rearrange_partial_update',
  method: 'PATCH',
  path: `${path}rearrange/`,
  aliases: [`${alias}rearrange/`],
  summary: 'Bring apps into an order',
  description: 'Of those that are enabled; others are passed over.',
  body: z
    .object({ orders: z.record(z.string(), z.int32()).describe('By the id of the app: `{"12": 1}`.') })
    .meta({ id: 'PluginOrders' }),
  answer: z.array(PluginConfig).describe('Those that are enabled.'),
  errors: [400],
})

export const configFrontend = operation({
  ...read,
  id: 'plugin_configs_frontend_retrieve',
  method: 'GET',
  path: `${one.path}frontend/`,
  aliases: [`${alias}:id/frontend/`],
  params,
  summary: "Get an app's part of the web app",
  description:
    'JavaScript that says there is none (`no_frontend`), or that it is not built here (`error`): this server does not execute apps.',
  answer: z.string().describe('JavaScript: `export function getFrontendApp () { return {…} }`.'),
  errors: [404],
})

export const runJob = operation({
  ...write,
  id: 'plugin_configs_job_create',
  method: 'POST',
  path: `${one.path}job/`,
  aliases: [`${alias}:id/job/`],
  params,
  summary: "Not possible: run an app's job",
  description: 'Refused (`not_supported`): this server does not execute apps.',
  body: z
    .object({
      job: z
        .looseObject({
          type: z.string().describe('Name of the job, as the app declares it.'),
          payload: z.record(z.string(), z.unknown()).optional().describe('What the job is given.'),
          operation: z.string().optional().describe('Whether it is started or stopped.'),
        })
        .describe('The job that would be run.'),
    })
    .meta({ id: 'PluginJob' }),
  status: 400,
  answer: null,
  errors: [400, 404],
})

export const logTypes = ['DEBUG', 'LOG', 'INFO', 'WARN', 'ERROR'] as const
const logType = z.enum(logTypes)

export const configLogs = operation({
  ...read,
  id: 'plugin_configs_logs_list',
  method: 'GET',
  path: `${path}:plugin_config_id/logs/`,
  aliases: [`${alias}:plugin_config_id/logs/`],
  params: z.object({ plugin_config_id: params.shape.id }),
  summary: 'List what is to be said of an app',
  description:
    'The newest first: what was changed in how it is set up. Apps are not executed by this server, so they say nothing themselves.',
  query: z.object({
    ...pageQuery,
    after: DateTime.optional().describe('Only what was said after this.'),
    before: DateTime.optional().describe('Only what was said before this.'),
    search: z.string().optional().describe('A part of the message.'),
    type_filter: z.array(logType).optional().describe('Only of this type; may be repeated.'),
  }),
  answer: pageOf(
    z
      .object({
        id: z.uuid().describe('Names the entry.'),
        team_id: z.int().describe('The project.'),
        plugin_id: z.int().describe('The app.'),
        plugin_config_id: z.int().describe('How it is set up.'),
        timestamp: Instant.describe('When it was said.'),
        source: z.literal('SYSTEM').describe('Always `SYSTEM`: apps say nothing.'),
        type: logType.describe('How grave it is.'),
        message: z.string().describe('What is to be said.'),
        instance_id: z.uuid().describe('All zeros: no process runs apps.'),
      })
      .meta({ id: 'PluginLogEntry', description: 'Something that is to be said of an app.' }),
  ).meta({ id: 'PaginatedPluginLogEntryList' }),
  errors: [400, 404],
})
