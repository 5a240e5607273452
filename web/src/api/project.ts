import type { components } from '@hedgerow/client'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from './client.ts'
import { meQuery } from './session.ts'

/** A project with all its settings. */
export const projectQuery = (projectId: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'self'],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{id}/', { params: { path: { id: String(projectId) } }, signal }),
  })

export type ProjectChanges = components['schemas']['ProjectChanges']

export function useUpdateProject(projectId: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (changes: ProjectChanges) =>
      http.PATCH('/api/projects/{id}/', { params: { path: { id: String(projectId) } }, body: changes }),
    onSuccess: (project) => {
      client.setQueryData(projectQuery(projectId).queryKey, project)
      return client.invalidateQueries({ queryKey: meQuery.queryKey })
    },
  })
}
