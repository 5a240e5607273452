import { answer, http } from './client.ts'
import type { components } from './schema.d.ts'

type Query = components['schemas']['QueryRequest']['query']

/**
 * Asks one typed query (`TrendsQuery`, `HogQLQuery`, …) of a project. Aborting `signal` drops the question.
 * `Answer` is what that kind of query gives: the API's description can't tell.
 */
export const ask = async <Answer>(projectId: number, query: Query, signal?: AbortSignal): Promise<Answer> =>
  (await answer(
    http.POST('/api/projects/{project_id}/query/', {
      params: { path: { project_id: String(projectId) } },
      body: { query },
      signal,
    }),
  )) as Answer
