import type { FastifyInstance } from 'fastify'
import { and, call, compare, constant, field, from, select, tuple } from '../../hogql/ast.ts'
import { route } from '../../http/operation.ts'
import { parseProperties } from '../../http/property-filters-parameter.ts'
import { resolveDateRange } from '../../insights/date-range.ts'
import { instant, propertyExpr } from '../../insights/property-filters.ts'
import type { Questions } from '../../insights/questions.ts'
import { notFound } from '../../model/errors.ts'
import {
  listRecordings,
  recordingProperties,
  recordingSnapshots,
  retrieveRecording,
  sessionProperties,
} from './contract.ts'

/** Session recordings, of which none are kept yet: what is asked is checked all the same. */
export const sessionRecordingRoutes =
  ({ questions }: { questions: Questions }) =>
  async (app: FastifyInstance) => {
    route(app, listRecordings, async ({ project, query }) => {
      const properties = parseProperties(query.properties)
      const ctx = await questions.filterContext(project, 'events', properties)
      propertyExpr(properties, ctx)
      resolveDateRange(query, 'day', ctx.clock)
      return { results: [], has_next: false }
    })

    route(app, retrieveRecording, async () => {
      throw notFound('Recording not found')
    })

    route(app, recordingSnapshots, async () => {
      throw notFound('Snapshots not found')
    })

    route(app, recordingProperties, async ({ project, query }) => {
      if (!query.session_ids.length) return { results: [] }
      const { clock } = await questions.filterContext(project, 'events')
      const period = resolveDateRange(query, 'day', clock)
      const session = field('$session_id')
      // one row of the first page view, not the first value that each property has
      const all = call('tuple', ...sessionProperties.map((name) => field('properties', name)))
      const rows = await questions.rows(
        project,
        select({
          select: [session, call('argMin', all, field('timestamp'))],
          from: from('events'),
          where: and(
            compare(field('event'), '=', constant('$pageview')),
            compare(field('timestamp'), '>=', instant(period.from)),
            compare(field('timestamp'), '<=', instant(period.to)),
            compare(session, 'in', tuple(...query.session_ids.map(constant))),
          ),
          groupBy: [session],
        }),
      )
      const found = new Map(rows.map(([id, values]) => [String(id), values as unknown[]]))
      return {
        results: query.session_ids.flatMap((id) => {
          const values = found.get(id)
          if (!values) return []
          found.delete(id)
          const said = sessionProperties.flatMap((name, at) =>
            values[at] === null ? [] : [[name, values[at]] as const],
          )
          return [{ id, properties: Object.fromEntries(said) }]
        }),
      }
    })
  }
