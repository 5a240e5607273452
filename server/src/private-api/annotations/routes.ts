import type { FastifyInstance } from 'fastify'
import { userBasic } from '../../http/account-shapes.ts'
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

export const annotationRoutes =
  ({ annotations, now }: { annotations: AnnotationStore; now: () => Date }) =>
  async (app: FastifyInstance) => {
    route(app, listAnnotations, async ({ project, query, url }) => {
      const { count, results } = await annotations.list(project, query)
      return counted(url, query, { count, results: results.map(present) })
    })

    route(app, createAnnotation, async ({ project, user, body }) =>
      present(await annotations.create(project, user.id, changesOf(body))),
    )

    route(app, retrieveAnnotation, async ({ project, params }) =>
      present(await annotations.get(project, params.id)),
    )

    route(app, updateAnnotation, async ({ project, params, body }) =>
      present(await annotations.update(project, params.id, changesOf(body), 'too', now())),
    )

    route(app, replaceAnnotation, async ({ project, params, body }) =>
      present(await annotations.update(project, params.id, changesOf(body), 'not', now())),
    )

    route(app, deleteAnnotation, async ({ reply }) => reply.header('allow', 'GET, PUT, PATCH').send())
  }

const changesOf = (body: GivenAnnotation) => ({
  content: body.content,
  dateMarker: body.date_marker ? toUtc(body.date_marker) : body.date_marker,
  creationType: body.creation_type,
  scope: body.scope,
  deleted: body.deleted,
})

type Scope = NonNullable<GivenAnnotation['scope']>
type CreationType = NonNullable<GivenAnnotation['creation_type']>

const present = ({ annotation, creator }: AnnotationRow) => ({
  id: annotation.id,
  content: annotation.content,
  date_marker: annotation.dateMarker,
  creation_type: annotation.creationType as CreationType,
  dashboard_item: null,
  insight_short_id: null,
  insight_name: null,
  created_by: creator && userBasic(creator),
  created_at: annotation.createdAt,
  updated_at: annotation.updatedAt,
  deleted: annotation.deleted,
  scope: annotation.scope as Scope,
})
