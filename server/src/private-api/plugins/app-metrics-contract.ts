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
const params = z.object({
  id: z.coerce
    .number()
    .int()
    .positive()
    .max(2_147_483_647)
    .describe('Id of how the app is set up; not the id of the app.'),
})
const ofConfig = z.object({
  plugin_config_id: params.shape.id.describe('Id of how the app is set up; not the id of the app.'),
})
const nothing = 'Apps are not executed by this server, so nothing succeeds and nothing fails'

const counts = z.array(z.int()).describe('One for each of `dates`.')
const series = {
  dates: z.array(z.string()).describe('The day, or with a period of less than two days the hour.'),
  successes: counts.describe('How often it went well at once, for each of `dates`.'),
  successes_on_retry: counts.describe('How often it went well on a later try, for each of `dates`.'),
  failures: counts.describe('How often it failed for good, for each of `dates`.'),
  totals: z
    .object({
      successes: z.int().describe('Sum of `successes`.'),
      successes_on_retry: z.int().describe('Sum of `successes_on_retry`.'),
      failures: z.int().describe('Sum of `failures`.'),
    })
    .describe('The sums of the three.'),
}
const errors = z
  .array(
    z.object({
      error_type: z.string().describe("The error's name."),
      count: z.int().describe('How often it happened.'),
      last_seen: Instant.describe('When it last happened.'),
    }),
  )
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
  answer: z
    .object({ metrics: z.object(series).describe('What was done, over time: all 0.'), errors })
    .meta({ id: 'AppMetrics' }),
})

export const appErrorDetails = operation({
  ...common,
  id: 'app_metrics_error_details_retrieve',
  path: `${path}:id/error_details/`,
  params,
  summary: 'List failures of an app',
  description: `${nothing}: the list is empty.`,
  query: z.object({
    category: category.describe('Which part of the app.'),
    error_type: z.string().min(1).describe('Only errors of this name.'),
    job_id: z.string().optional().describe('Only of this export.'),
  }),
  answer: z
    .object({
      result: z
        .array(
          z.object({
            timestamp: Instant.describe('When it failed.'),
            error_uuid: z.uuid().describe('Names the failure.'),
            error_type: z.string().describe("The error's name."),
            error_details: z
              .record(z.string(), z.unknown())
              .describe('What was being done, and the error itself.'),
          }),
        )
        .describe('Always empty.'),
    })
    .meta({ id: 'AppErrorDetails' }),
})

const HistoricalExport = z
  .object({
    job_id: z.string().describe('Names the export.'),
    created_at: Instant.describe('When it was begun.'),
    created_by: z.unknown().describe('Who began it.'),
    payload: z.record(z.string(), z.unknown()).describe('What it was asked to export.'),
    status: z.enum(['success', 'fail', 'not_finished']).describe('How it went, or that it goes on.'),
    finished_at: Instant.nullable().describe('When it ended; null while it goes on.'),
    duration: z.number().nullable().describe('Seconds.'),
    failure_reason: z.string().nullable().describe('Why it failed; null where it did not.'),
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
  answer: z
    .object({ results: z.array(HistoricalExport).describe('Always empty.') })
    .meta({ id: 'HistoricalExportList' }),
})

export const historicalExport = operation({
  ...common,
  id: 'app_metrics_historical_exports_retrieve_2',
  path: `${path}:plugin_config_id/historical_exports/:job_id/`,
  params: ofConfig.extend({ job_id: z.string().describe('Names the export.') }),
  summary: 'Get an export of an app',
  description: 'Apps are not executed by this server, so they export nothing: none is found.',
  answer: z
    .object({
      summary: HistoricalExport,
      metrics: z.object(series).describe('What it did, over time.'),
      errors,
    })
    .meta({ id: 'HistoricalExportDetails' }),
})
