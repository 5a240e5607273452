import { queryOptions } from '@tanstack/react-query'
import { http } from './client.ts'

/** The tags that something in the project has. */
export const tagsQuery = (projectId: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'tags'],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/tags/', {
        params: { path: { project_id: String(projectId) } },
        signal,
      }),
  })
