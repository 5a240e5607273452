import { z } from 'zod'
import { Instant } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'

const formats = ['image/png', 'application/pdf', 'text/csv'] as const

const context = z
  .looseObject({
    path: z
      .string()
      .max(100_000)
      .describe('What is asked: a path of this API with its query, of this project.')
      .optional(),
    method: z
      .string()
      .transform((text) => text.toUpperCase())
      .pipe(z.enum(['GET', 'POST']))
      .optional()
      .describe('`GET` unless said; `POST` for what is asked by POST, such as `query/`.'),
    body: z.unknown().optional().describe('What is sent with a POST.'),
    source: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('In place of a path: a query, as `query/` takes it.'),
    filename: z.string().max(400).optional().describe('What the file is called, without `.csv`.'),
    max_limit: z.int().positive().optional().describe('Rows at most.'),
    columns: z
      .array(z.string().max(1000))
      .max(1000)
      .optional()
      .describe('Only these columns, in this order: `["event", "properties.plan"]`.'),
  })
  .describe('What is exported.')
export type ExportContext = z.output<typeof context>

const Export = z
  .object({
    id: z.int().describe('What addresses name it by.'),
    dashboard: z.int().nullable().describe('Always null: dashboards are not exported here.'),
    insight: z
      .int()
      .nullable()
      .describe('Id of the saved insight that is exported; null for what `export_context` says.'),
    export_format: z.enum(formats).describe('Always `text/csv`; PostHog has pictures and PDF too.'),
    created_at: Instant.describe('When it was asked for.'),
    has_content: z.boolean().describe('Whether it is ready: `content/` has the file.'),
    export_context: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('What was asked to be exported, as it was sent; null for nothing besides the insight.'),
    filename: z.string().describe('What the file is called.'),
    expires_after: Instant.describe('Until when it is kept.'),
    exception: z.string().nullable().describe('Why there will be no file.'),
    rows: z.int().describe('Rows so far; of one that is ready, all that are in the file.'),
    cut_by: z
      .enum(['rows', 'bytes', 'columns', 'answer'])
      .nullable()
      .describe(
        'What left something out: the most rows, bytes or columns of a file, or a limit of the answer.',
      ),
  })
  .meta({ id: 'ExportedAsset', description: 'A table that is made in the background, to take away.' })

const path = '/api/projects/:project_id/exports/'
const common = { access: 'project', tags: ['exports'] } as const
const params = z.object({
  id: z.coerce.number().int().positive().max(2_147_483_647).describe('Id of the export.'),
})
const one = { path: `${path}:id/`, params } as const

export const createExport = operation({
  ...common,
  scope: 'export:write',
  id: 'exports_create',
  method: 'POST',
  path,
  summary: 'Export as CSV',
  description:
    'Made in the background, with the rights of who asks: get it again until `has_content`. All pages of a list are in it, up to 100,000 rows. Pictures and PDF are not made here.',
  body: z
    .object({
      export_format: z.enum(formats).optional().describe('`text/csv`.'),
      dashboard: z
        .int()
        .nullable()
        .optional()
        .describe('Accepted for compatibility; alone it is refused, for dashboards are not exported.'),
      insight: z.int().nullable().optional().describe('The id of a saved insight.'),
      export_context: context.nullable().optional(),
    })
    .meta({ id: 'NewExport' }),
  status: 201,
  answer: Export,
  errors: [400, 429],
})

export const retrieveExport = operation({
  ...common,
  ...one,
  scope: 'export:read',
  id: 'exports_retrieve',
  method: 'GET',
  summary: 'Get how far an export is',
  description: 'Every second or so, until `has_content` or `exception`.',
  answer: Export,
  errors: [404],
})

export const exportContent = operation({
  ...common,
  scope: 'export:read',
  id: 'exports_content_retrieve',
  method: 'GET',
  path: `${path}:id/content/`,
  params,
  summary: 'Download an export',
  description: 'The file itself. 404 until it is ready, and once it has expired.',
  query: z.object({
    download: z.string().optional().describe('With any value: browsers save it instead of showing it.'),
  }),
  answer: null,
  errors: [404],
})
