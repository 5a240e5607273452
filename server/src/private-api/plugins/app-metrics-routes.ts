import type { FastifyInstance } from 'fastify'
import { route } from '../../http/operation.ts'
import { type Clock, resolveDateRange } from '../../insights/date-range.ts'
import { invalid, notFound } from '../../model/errors.ts'
import { appErrorDetails, appMetrics, historicalExport, historicalExports } from './app-metrics-contract.ts'
import type { PluginConfigStore } from './config-store.ts'

const mostDays = 400

/** What apps did: nothing, as none is executed. Who asks of one that is not there is told so. */
export const appMetricRoutes =
  ({ configs, now }: { configs: Pick<PluginConfigStore, 'get'>; now: () => Date }) =>
  async (app: FastifyInstance) => {
    route(app, appMetrics, async ({ project, params, query }) => {
      await configs.get(project.id, params.id)
      const dates = datesOf(query, { now: now(), timezone: project.timezone })
      const none = dates.map(() => 0)
      return {
        metrics: {
          dates,
          successes: none,
          successes_on_retry: none,
          failures: none,
          totals: { successes: 0, successes_on_retry: 0, failures: 0 },
        },
        errors: [],
      }
    })

    route(app, appErrorDetails, async ({ project, params }) => {
      await configs.get(project.id, params.id)
      return { result: [] }
    })

    route(app, historicalExports, async ({ project, params }) => {
      await configs.get(project.id, params.plugin_config_id)
      return { results: [] }
    })

    route(app, historicalExport, async ({ project, params }) => {
      await configs.get(project.id, params.plugin_config_id)
      throw notFound()
    })
  }

/** @throws HedgerowError `invalid` for what is no period, or too long a one. */
function datesOf(asked: { date_from?: string; date_to?: string }, clock: Clock): string[] {
  const { from, to } = resolveDateRange({ ...asked, date_from: asked.date_from || '-30d' }, 'day', clock)
  const days = to.diff(from, 'days').days
  if (days > mostDays) throw invalid(`Date range cannot be more than ${mostDays} days`)
  const unit = days <= 2 ? 'hours' : 'days'
  const dates: string[] = []
  for (let at = from; at <= to; at = at.plus({ [unit]: 1 })) {
    dates.push(at.toFormat(unit === 'days' ? 'yyyy-MM-dd' : 'yyyy-MM-dd HH:mm:ss'))
  }
  return dates
}
