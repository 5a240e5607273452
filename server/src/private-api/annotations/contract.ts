import { z } from 'zod'
import { Instant, UserBasic } from '../../http/account-shapes.ts'
import { DateTime } from '../../http/date-time.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'

const scope = z
  .enum(['dashboard_item', 'project', 'organization'])
  .describe(
    'Where it is seen: on one insight, in the project, or in all projects of the organization. At first `dashboard_item`.',
  )
const creationType = z.enum(['USR', 'GIT']).describe('Made by a user, or by a tool.')

const Annotation = z
  .object({
    id: z.int().describe('What addresses name it by.'),
    content: z.string().nullable().describe('What is to be remembered; plain text.'),
    date_marker: Instant.nullable().describe('The moment that it is about.'),
    creation_type: creationType.describe('`USR`: made by a user. `GIT`: by a tool, such as a deployment.'),
    dashboard_item: z
      .int()
      .nullable()
      .describe("The id of the insight that it belongs to; null also where that is another project's."),
    insight_short_id: z
      .string()
      .nullable()
      .describe('Short id of the insight that it belongs to; null where there is none.'),
    insight_name: z
      .string()
      .nullable()
      .describe('What that insight is called; null where nobody has named it.'),
    created_by: UserBasic.nullable().describe('Null where that user is gone.'),
    created_at: Instant.describe('When it was written down.'),
    updated_at: Instant.describe('When it last changed.'),
    deleted: z.boolean().describe('Deleted ones are not listed; `PATCH` with `false` brings one back.'),
    scope,
  })
  .meta({ id: 'Annotation', description: 'A remark that charts show at a moment in time.' })

const AnnotationChanges = z
  .object({
    content: z
      .string()
      .trim()
      .max(400)
      .nullable()
      .describe('What is to be remembered; at most 400 characters.'),
    date_marker: DateTime.nullable().describe('The moment that it is about; charts show it there.'),
    creation_type: creationType,
    dashboard_item: z.int().nullable().describe('The id of the insight that it belongs to.'),
    scope,
    deleted: z.boolean().describe('True deletes it, false brings it back.'),
  })
  .partial()
  .meta({ id: 'AnnotationChanges' })
export type GivenAnnotation = z.output<typeof AnnotationChanges>

const path = '/api/projects/:project_id/annotations/'
const alias = '/api/annotation/'
const common = { access: 'project', tags: ['annotations'] } as const
const read = { ...common, scope: 'annotation:read' } as const
const write = { ...common, scope: 'annotation:write' } as const
const params = z.object({
  id: z.coerce.number().int().positive().max(2_147_483_647).describe('Id of the annotation.'),
})
const one = { path: `${path}:id/`, aliases: [`${alias}:id/`], params } as const

export const listAnnotations = operation({
  ...read,
  id: 'annotations_list',
  method: 'GET',
  path,
  aliases: [alias],
  summary: 'List annotations',
  description: "The project's own and all of the organization's scope, the newest moment first.",
  query: z.object({
    ...pageQuery,
    search: z.string().optional().describe('A part of the content.'),
    scope: scope
      .optional()
      .catch(undefined)
      .describe(
        'Only those that are seen there: `project`, `organization` or `dashboard_item`; default all.',
      ),
  }),
  answer: pageOf(Annotation).meta({ id: 'PaginatedAnnotationList' }),
})

export const createAnnotation = operation({
  ...write,
  id: 'annotations_create',
  method: 'POST',
  path,
  aliases: [alias],
  summary: 'Create an annotation',
  description:
    'Deployments, campaigns and outages are what people write down: send it from the script that does them.',
  body: AnnotationChanges,
  status: 201,
  answer: Annotation,
  errors: [400],
})

export const retrieveAnnotation = operation({
  ...read,
  ...one,
  id: 'annotations_retrieve',
  method: 'GET',
  summary: 'Get an annotation',
  description: "One of the project, or of the organization's scope.",
  answer: Annotation,
  errors: [404],
})

export const updateAnnotation = operation({
  ...write,
  ...one,
  id: 'annotations_partial_update',
  method: 'PATCH',
  summary: 'Change an annotation',
  description:
    "What is not sent stays. `{\"deleted\": true}` deletes it, `false` brings it back. Another project's, seen because it is of the organization's scope, becomes this project's.",
  body: AnnotationChanges,
  answer: Annotation,
  errors: [400, 404],
})

export const replaceAnnotation = operation({
  ...updateAnnotation,
  id: 'annotations_update',
  method: 'PUT',
  summary: 'Change an annotation that is not deleted, as PATCH does',
  description: 'What is not sent stays here too.',
})

export const deleteAnnotation = operation({
  ...write,
  ...one,
  id: 'annotations_destroy',
  method: 'DELETE',
  summary: 'Not allowed',
  description: 'PATCH `{"deleted": true}` instead.',
  status: 405,
  answer: null,
})
