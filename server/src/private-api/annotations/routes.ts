import type { FastifyInstance } from 'fastify'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { changesBetween } from '../../activity/changes.ts'
import { userBasic } from '../../http/account-shapes.ts'
import { doneBy } from '../../http/activity-shapes.ts'
import { toUtc } from '../../http/date-time.ts'
import { route } from '../../http/operation.ts'
import { counted } from '../../http/paging.ts'
import {
  createAnnotation,
  deleteAnnotation,
  type GivenAnnotation,
  listAnnotations,
  replaceAnnotation,
  retrieveAnnotation,
  updateAnnotation,
} from './contract.ts'
import type { AnnotationRow, AnnotationStore } from './store.ts'

type Deps = { annotations: AnnotationStore; activity: Pick<ActivityLog, 'record'>; now: () => Date }

export const annotationRoutes =
  ({ annotations, activity, now }: Deps) =>
  async (app: FastifyInstance) => {
    route(app, listAnnotations, async ({ project, query, url }) => {
      const { count, results } = await annotations.list(project, query)
      return counted(url, query, { count, results: results.map((row) => present(row, project)) })
    })

    route(app, createAnnotation, async ({ project, user, body }) => {
      const made = await annotations.create(project, user.id, changesOf(body))
      await activity.record({ ...doneBy(project, user), ...known(made), activity: 'created' })
      return present(made, project)
    })

    route(app, retrieveAnnotation, async ({ project, params }) =>
      present(await annotations.get(project, params.id, 'not'), project),
    )

    for (const [update, deleted] of [
      [updateAnnotation, 'too'],
      [replaceAnnotation, 'not'],
    ] as const) {
      route(app, update, async ({ project, user, params, body }) => {
        const before = await annotations.get(project, params.id, deleted)
        const after = await annotations.update(project, params.id, changesOf(body), deleted, now())
        const changes = changesBetween('Annotation', present(before, project), present(after, project))
        await activity.record({ ...doneBy(project, user), ...known(after), activity: 'updated', changes })
        return present(after, project)
      })
    }

    route(app, deleteAnnotation, async ({ reply }) => reply.header('allow', 'GET, PUT, PATCH').send())
  }

const changesOf = (body: GivenAnnotation) => ({
  content: body.content,
  dateMarker: body.date_marker ? toUtc(body.date_marker) : body.date_marker,
  creationType: body.creation_type,
  scope: body.scope,
  deleted: body.deleted,
  insightId: body.dashboard_item,
})

const known = ({ annotation }: AnnotationRow) => ({
  scope: 'Annotation' as const,
  itemId: annotation.id,
  name: annotation.content,
  createdBy: annotation.createdBy,
})

type Scope = NonNullable<GivenAnnotation['scope']>
type CreationType = NonNullable<GivenAnnotation['creation_type']>

/** An insight is shown in its own project only: what is of the organization's scope is seen in others too. */
const insightOf = ({ insight }: AnnotationRow, project: { id: number }) =>
  insight?.projectId === project.id ? insight : null

const present = (row: AnnotationRow, project: { id: number }) => ({
  ...fieldsOf(row),
  dashboard_item: insightOf(row, project)?.id ?? null,
  insight_short_id: insightOf(row, project)?.shortId ?? null,
  insight_name: insightOf(row, project)?.name ?? null,
})

const fieldsOf = ({ annotation, creator }: AnnotationRow) => ({
  id: annotation.id,
  content: annotation.content,
  date_marker: annotation.dateMarker,
  creation_type: annotation.creationType as CreationType,
  created_by: creator && userBasic(creator),
  created_at: annotation.createdAt,
  updated_at: annotation.updatedAt,
  deleted: annotation.deleted,
  scope: annotation.scope as Scope,
})
