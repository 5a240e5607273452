import { request } from './client.ts'

/** Asks one typed query (`TrendsQuery`, `HogQLQuery`, …) of a project. Aborting `signal` drops the question. */
export const ask = <T>(projectId: number, query: unknown, signal?: AbortSignal): Promise<T> =>
  request<T>('POST', `/api/projects/${projectId}/query/`, { body: { query }, signal })
