import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { ActivityLog } from '../../activity/activity-log.ts'
import type { Blobs } from '../../blobs/blobs.ts'
import { doneBy } from '../../http/activity-shapes.ts'
import { route } from '../../http/operation.ts'
import type { Jobs } from '../../jobs/jobs.ts'
import { slugOf } from '../../kit/slug.ts'
import { invalid, notFound } from '../../model/errors.ts'
import { createExport, type ExportContext, exportContent, retrieveExport } from './contract.ts'
import { type ExportRow, type ExportStore, fileKey } from './store.ts'
import { makeExport } from './tasks.ts'

type Deps = {
  exports: ExportStore
  blobs: Pick<Blobs, 'read'>
  jobs: Pick<Jobs, 'send'>
  activity: Pick<ActivityLog, 'record'>
}

export const exportRoutes =
  ({ exports, blobs, jobs, activity }: Deps) =>
  async (app: FastifyInstance) => {
    route(app, createExport, async ({ project, user, caller, body }) => {
      const { export_format: format, insight: insightId, dashboard, export_context: context } = body
      if (!format) throw invalid('Must provide export format', { attr: 'export_format', code: 'required' })
      if (!insightId && !dashboard && !context) {
        throw invalid('Either dashboard, insight or export_context is required for an export.')
      }
      const insight = insightId ? await exports.insight(project.id, insightId) : null
      if (format !== 'text/csv' || (!insight && !context)) throw notMade(format, insightId ?? dashboard)
      if (context) checkContext(context, insight !== null)
      const name = context?.filename || insight?.name || insight?.derivedName || 'export'
      const row = await exports.create(project.id, user.id, {
        format,
        insightId: insight?.id ?? null,
        context: context ?? null,
        filename: `${slugOf(name).slice(0, 100) || 'export'}.csv`,
        keyId: caller.by === 'personal_key' ? caller.key.id : null,
      })
      if (insight && !context) {
        await activity.record({
          ...doneBy(project, user),
          scope: 'Insight',
          itemId: insight.id,
          name: insight.name || insight.derivedName,
          shortId: insight.shortId,
          createdBy: insight.createdBy,
          activity: 'exported',
          changes: [
            { type: 'Insight', action: 'exported', field: 'export_format', before: null, after: format },
          ],
        })
      }
      await jobs.send(makeExport, { exportId: row.id })
      return present(row)
    })

    route(app, retrieveExport, async ({ project, params }) =>
      present(await exports.get(project.id, params.id)),
    )

    route(app, exportContent, async ({ project, params, query, reply }) => {
      const row = await exports.get(project.id, params.id)
      const file = isReady(row) ? await blobs.read(fileKey(row)) : null
      if (!file) throw notFound()
      const kind = query.download === undefined ? 'inline' : 'attachment'
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-length', file.size)
        .header('content-disposition', `${kind}; filename="${row.filename}"`)
        .header('cache-control', 'private, no-store')
        .send(Readable.from(file.pieces))
    })
  }

const isReady = ({ finishedAt, failure }: ExportRow) => finishedAt !== null && failure === null

/** Why a format that PostHog has is not made. */
function notMade(format: string, ofSaved: unknown) {
  const attr = 'export_format'
  if (!ofSaved || format === 'text/csv') {
    return invalid('This type of export is not supported for this resource.', { attr })
  }
  return invalid(
    `Pictures and PDF take a browser on the server, which Hedgerow does without. Export "text/csv", or share a link.`,
    { attr, code: 'not_supported' },
  )
}

/** @throws HedgerowError unless it says what is asked, and of this server alone. */
function checkContext({ path, source }: ExportContext, hasInsight: boolean): void {
  const attr = 'export_context'
  if (path === undefined) {
    if (source || hasInsight) return
    throw invalid('The context of an export needs a `path` or a `source`.', { attr })
  }
  // As the API itself is asked by it: an address of anything else is none.
  const parsed = URL.canParse(path, 'http://own') ? new URL(path, 'http://own') : null
  if (!/^\/?api\//.test(path) || parsed?.host !== 'own' || !parsed.pathname.startsWith('/api/')) {
    throw invalid('`path` must be a path of this API: `/api/projects/…`.', { attr })
  }
}

const present = (row: ExportRow): z.input<typeof retrieveExport.answer> => ({
  id: row.id,
  dashboard: null,
  insight: row.insightId,
  export_format: row.format as 'text/csv',
  created_at: row.createdAt,
  has_content: isReady(row),
  export_context: row.context,
  filename: row.filename,
  expires_after: row.expiresAt,
  exception: row.failure,
  rows: row.rows,
  cut_by: row.cutBy as z.input<typeof retrieveExport.answer>['cut_by'],
})
