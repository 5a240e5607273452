import { z } from 'zod'
import { Instant } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'

const path = '/api/projects/:project_id/app_metrics/'
const common = {
  method: 'GET',
  access: 'project',
  scope: 'plugin:read',
  tags: ['app_metrics'],
  errors: [400, 404],
} as const
const params = z.object({ id: z.coerce.number().int().positive().max(2_147_483_647) })
const ofConfig = z.object({ plugin_config_id: params.shape.id })
const nothing = 'Apps are not executed by this server, so nothing succeeds and nothing fails'

const counts = z.array(z.int()).describe('One for each of `dates`.')
const series = {
  dates: z.array(z.string()).describe('The day, or with a period of less than two days the hour.'),
  successes: counts,
  successes_on_retry: counts,
  failures: counts,
  totals: z.object({ successes: z.int(), successes_on_retry: z.int(), failures: z.int() }),
}
const errors = z
  .array(z.object({ error_type: z.string(), count: z.int(), last_seen: Instant }))
  .describe('Always empty.')
const category = z.enum(['processEvent', 'onEvent', 'exportEvents', 'scheduledTask', 'composeWebhook'])

export const appMetrics = operation({
  ...common,
  id: 'app_metrics_retrieve',
  path: `${path}:id/`,
  params,
  summary: 'Count what an app did',
  description: `${nothing}: all counts are 0.`,
  query: z.object({
    category: category.describe('Which part of the app.'),
    date_from: z.string().optional().describe('ISO date or relative; `-30d` unless said. At most 400 days.'),
    date_to: z.string().optional().describe('Like `date_from`; now unless said.'),
    job_id: z.string().optional().describe('Only of this export.'),
  }),
  answer: z.object({ metrics: z.object(series), errors }).meta({ id: 'AppMetrics' }),
})

export const appErrorDetails = operation({
  ...common,
  id: 'app_metrics_error_details_retrieve',
  path: `${path}:id/error_details/`,
  params,
  summary: 'List failures of an app',
  description: `${nothing}: the list is empty.`,
  query: z.object({
    category,
    error_type: z.string().min(1),
    job_id: z.string().optional().describe('Only of this export.'),
  }),
  answer: z
    .object({
      result: z.array(
        z.object({
          timestamp: Instant,
          error_uuid: z.uuid(),
          error_type: z.string(),
          error_details: z.record(z.string(), z.unknown()),
        }),
      ),
    })
    .meta({ id: 'AppErrorDetails' }),
})

const HistoricalExport = z
  .object({
    job_id: z.string(),
    created_at: Instant,
    created_by: z.unknown(),
    payload: z.record(z.string(), z.unknown()),
    status: z.enum(['success', 'fail', 'not_finished']),
    finished_at: Instant.nullable(),
    duration: z.number().nullable().describe('Seconds.'),
    failure_reason: z.string().nullable(),
    progress: z.number().nullable().describe('Of 1.'),
  })
  .meta({ id: 'HistoricalExport', description: 'An export of all events up to now by an app.' })

export const historicalExports = operation({
  ...common,
  id: 'app_metrics_historical_exports_retrieve',
  path: `${path}:plugin_config_id/historical_exports/`,
  params: ofConfig,
  summary: 'List exports of an app',
  description: 'Apps are not executed by this server, so they export nothing: the list is empty.',
  answer: z.object({ results: z.array(HistoricalExport) }).meta({ id: 'HistoricalExportList' }),
})

export const historicalExport = operation({
  ...common,
  id: 'app_metrics_historical_exports_retrieve_2',
  path: `${path}:plugin_config_id/historical_exports/:job_id/`,
  params: ofConfig.extend({ job_id: z.string() }),
  summary: 'Get an export of an app',
  description: 'Apps are not executed by this server, so they export nothing: none is found.',
  answer: z
    .object({ summary: HistoricalExport, metrics: z.object(series), errors })
    .meta({ id: 'HistoricalExportDetails' }),
})
