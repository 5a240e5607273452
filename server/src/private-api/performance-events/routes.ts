import type { FastifyInstance } from 'fastify'
import { route } from '../../http/operation.ts'
import { parseDate } from '../../insights/date-range.ts'
import { invalid } from '../../model/errors.ts'
import { listPerformanceEvents, recentPageviews } from './contract.ts'

/** How fast pages loaded, of which nothing is kept: what is asked is checked all the same. */
export const performanceEventRoutes =
  ({ now }: { now: () => Date }) =>
  async (app: FastifyInstance) => {
    /** @throws HedgerowError `invalid` for what is no date, or more than so many days. */
    function check(
      project: { timezone: string },
      range: { date_from: string; date_to?: string },
      days: number,
    ) {
      const clock = { now: now(), timezone: project.timezone }
      const [from, to] = (['date_from', 'date_to'] as const).map(
        (attr) => parseDate(range[attr] ?? clock.now.toISOString(), clock, attr).time,
      )
      if (to!.diff(from!, 'days').days > days) throw invalid(`Date range cannot be more than ${days} days`)
    }

    route(app, listPerformanceEvents, async ({ project, query }) => {
      check(project, query, 7)
      return { results: [] }
    })

    route(app, recentPageviews, async ({ project, query }) => {
      check(project, query, 31)
      return { results: [] }
    })
  }
