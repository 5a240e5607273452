import { z } from 'zod'
import { operation } from '../../http/operation.ts'
import { afterAnswer } from '../../http/read-after.ts'
import {
  envelope,
  funnelCorrelationResult,
  funnelTimes,
  hogqlAutocompleteAnswer,
  hogqlMetadataAnswer,
} from '../../insights/answers.ts'
import { editorQuery, runnableQuery } from '../../insights/queries.ts'

const maxDepth = 100

/** Whether lists and objects are nested deeper than any question needs to be. */
function tooDeep(value: unknown): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length; depth++) {
    if (depth > maxDepth) return true
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  }
  return false
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Nodes that say how an answer is shown; the question is inside. */
const wrappers = new Set(['DataTableNode', 'DataVisualizationNode', 'InsightVizNode'])
const anyQuery = z.discriminatedUnion('kind', [...runnableQuery.options, ...editorQuery.options])
const kinds = new Set<unknown>(anyQuery.options.map((option) => option.shape.kind.value))

/** The body is `{query}` or, as in early 2023, the query itself; wrapped nodes are unwrapped. */
function unwrapped(body: unknown, context: z.RefinementCtx): unknown {
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message, input: body })
    return z.NEVER
  }
  if (!isObject(body)) return refuse('Please provide a query in the request body or as a query parameter.')
  const request = 'kind' in body ? { query: body } : body
  let query = request.query
  while (isObject(query) && wrappers.has(query.kind as string)) query = query.source
  if (!isObject(query)) return refuse('Please provide a query in the request body or as a query parameter.')
  if (!kinds.has(query.kind)) return refuse(`Unsupported query kind: ${String(query.kind)}`)
  if (tooDeep(query)) return refuse(`A query may be nested ${maxDepth} deep.`)
  return { ...request, query }
}

export const QueryRequest = z.preprocess(
  unwrapped,
  z
    .object({
      query: anyQuery,
      client_query_id: z.string().nullish().describe('A name for the query, chosen by the client'),
      refresh: z
        .union([z.boolean(), z.string()])
        .nullish()
        .describe('Accepted for compatibility: every answer is computed when asked'),
    })
    .meta({ id: 'QueryRequest' }),
)

const QueryAnswer = z
  .looseObject({
    results: z
      .union([z.array(z.unknown()), funnelTimes, funnelCorrelationResult])
      .optional()
      .describe(
        'Rows as lists; for trends, series as objects; for funnels, their steps, times or correlations',
      ),
    columns: z.array(z.string()).optional().describe('Names of the columns of rows'),
    types: z.array(z.unknown()).optional().describe('Types of the columns, in ClickHouse’s words'),
    hogql: z.string().optional().describe('The query as it was understood'),
    clickhouse: z.string().optional().describe('With `explain`: the SQL of the warehouse'),
    explain: z.array(z.string()).optional().describe('With `explain`: its plan, a line each'),
    hasMore: z.boolean().optional(),
    missing_actors_count: z
      .int()
      .optional()
      .describe('Actors on this page that are not known (any more): deleted, or sent without a profile'),
    // absent from what editors ask, who ask for no data
    ...z.object({ ...envelope, ...hogqlMetadataAnswer, ...hogqlAutocompleteAnswer }).partial().shape,
    after: afterAnswer,
  })
  .meta({ id: 'QueryAnswer' })

const path = '/api/projects/:project_id/query/'
const common = {
  access: 'project',
  scope: 'query:read',
  tags: ['query'],
  answer: QueryAnswer,
  errors: [400],
  readsEvents: true,
} as const

export const getQuery = operation({
  ...common,
  id: 'query_retrieve',
  method: 'GET',
  path,
  summary: 'Ask a question',
  description: 'The same as POST, for questions that fit into an address.',
  query: z.object({
    query: z.string().optional().describe('The query as JSON'),
    client_query_id: z.string().optional(),
    refresh: z.string().optional(),
  }),
})

export const postQuery = operation({
  ...common,
  id: 'query_create',
  method: 'POST',
  path,
  summary: 'Ask a question',
  description:
    'Answers one query of any kind: SQL (`HogQLQuery`), a list of events (`EventsQuery`), an insight (`TrendsQuery`, `RetentionQuery`, `PathsQuery`, …), or the people behind a number of one (`ActorsQuery`). ' +
    'Editors of HogQL ask what is wrong with a text (`HogQLMetadata`) and what may stand in it (`HogQLAutocomplete`).',
  body: QueryRequest,
})
