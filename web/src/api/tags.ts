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

/** A list's parameter: only what has this tag. As JSON, for a tag may itself look like a list of them. */
export const tagsParameter = (tag: string | undefined): string[] | undefined =>
  tag === undefined ? undefined : [JSON.stringify([tag])]
