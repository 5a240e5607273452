import { z } from 'zod'
import { operation } from '../../http/operation.ts'
import { afterAnswer } from '../../http/read-after.ts'
import { refreshModes } from '../../insights/answer-life.ts'
import {
  envelope,
  funnelCorrelationResult,
  funnelTimes,
  hogqlAutocompleteAnswer,
  hogqlMetadataAnswer,
  queryStatus,
} from '../../insights/answers.ts'
import { editorQuery, runnableQuery } from '../../insights/queries.ts'
import { isTooDeep, mostQueryLevels, unwrapped } from '../../insights/unwrap.ts'
import { isObject } from '../../kit/is-object.ts'
import { shown } from '../../kit/scalars.ts'

/** Longest `client_query_id`. */
const queryNameLength = 400

const anyQuery = z.discriminatedUnion('kind', [...runnableQuery.options, ...editorQuery.options])
const kinds = new Set<unknown>(anyQuery.options.map((option) => option.shape.kind.value))

/** The body is `{query}` or, as in early 2023, the query itself; wrapped nodes are unwrapped. */
function asked(body: unknown, context: z.RefinementCtx): unknown {
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message, input: body })
    return z.NEVER
  }
  if (!isObject(body)) return refuse('Please provide a query in the request body or as a query parameter.')
  const request = 'kind' in body ? { query: body } : body
  const query = unwrapped(request.query)
  if (!isObject(query)) return refuse('Please provide a query in the request body or as a query parameter.')
  if (!kinds.has(query.kind)) return refuse(`Unsupported query kind: ${shown(query.kind)}`)
  if (isTooDeep(query)) return refuse(`A query may be nested ${mostQueryLevels} deep.`)
  return { ...request, query }
}

export const QueryRequest = z.preprocess(
  asked,
  z
    .object({
      query: anyQuery.describe('The question; `kind` says which'),
      client_query_id: z
        .string()
        .max(queryNameLength)
        .nullish()
        .describe('A name for the query, chosen by the client: `query/<it>/` shows and cancels it'),
      refresh: z
        .preprocess(
          (value) => (value === 'true' ? true : value === 'false' ? false : value),
          z.union([z.boolean(), z.enum(refreshModes)]).nullish(),
        )
        .describe(
          '`blocking`: what is fresh, else calculated. `force_blocking` (or `true`): calculated. `async`, `force_async`: the ' +
            'same, later: the answer is a `query_status`. `async_except_on_cache_miss`: `async` where there is an older ' +
            'answer. `lazy_async`: `async` that takes much older ones. `force_cache`: never calculated. Default: ' +
            '`blocking` for insights, `force_blocking` for `HogQLQuery`, `EventsQuery` and `ActorsQuery`',
        ),
      async: z
        .boolean()
        .nullish()
        .describe('`true`: as `refresh: async`, with `refresh: true` `force_async`'),
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
    hasMore: z
      .boolean()
      .optional()
      .describe('Whether there are more rows than were answered: ask with a higher `offset`'),
    missing_actors_count: z
      .int()
      .optional()
      .describe('Actors on this page that are not known (any more): deleted, or sent without a profile'),
    // absent from what editors ask, who ask for no data
    ...z.object({ ...envelope, ...hogqlMetadataAnswer, ...hogqlAutocompleteAnswer }).partial().shape,
    query_status: queryStatus
      .nullish()
      .describe('Of what is calculated later; null where nothing is and nothing was found (`force_cache`)'),
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
    client_query_id: z
      .string()
      .max(queryNameLength)
      .optional()
      .describe('A name for the query, chosen by the client: `query/<it>/` shows and cancels it'),
    refresh: z.string().optional().describe('As in the body of POST'),
    async: z.string().optional().describe('As in the body of POST'),
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

const ofOne = {
  path: '/api/projects/:project_id/query/:client_query_id/',
  access: 'project',
  scope: 'query:read',
  tags: ['query'],
  params: z.object({
    client_query_id: z
      .string()
      .describe('The `client_query_id` that it was asked with, or the `id` of its status'),
  }),
} as const

export const getQueryStatus = operation({
  ...ofOne,
  id: 'query_status_retrieve',
  method: 'GET',
  summary: 'See how far a query is that is answered later',
  description:
    '202 while it runs, 200 with `results` when it is complete, 400 (or 500, where the caller is not at fault) when it failed. ' +
    'Results are kept for twenty minutes, by the process that was asked.',
  answer: z
    .object({ query_status: queryStatus.describe('Where it stands') })
    .meta({ id: 'QueryStatusAnswer' }),
})

export const cancelQuery = operation({
  ...ofOne,
  id: 'query_destroy',
  method: 'DELETE',
  summary: 'Cancel a query',
  description:
    'Whoever waits for it is answered `query_cancelled`; it is stopped when nobody else waits for the same. ' +
    'Nothing happens when it has ended.',
  status: 204,
  answer: null,
})
