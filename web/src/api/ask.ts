import type { components } from '@hedgerow/client'
import { http } from './client.ts'

type Request = components['schemas']['QueryRequest']

/**
 * Asks one typed query (`TrendsQuery`, `HogQLQuery`, …) of a project. Aborting `signal` drops the question. An answer may be one
 * from before that is fresh, unless `refresh` says otherwise.
 * `Answer` is what that kind of query gives: the API's description can't tell.
 */
export const ask = async <Answer>(
  projectId: number,
  query: Request['query'],
  signal?: AbortSignal,
  refresh?: Request['refresh'],
): Promise<Answer> =>
  (await http.POST('/api/projects/{project_id}/query/', {
    params: { path: { project_id: String(projectId) } },
    body: { query, refresh },
    signal,
  })) as Answer
