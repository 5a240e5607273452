import type { components } from '@hedgerow/client'
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from './client.ts'

type Changes = components['schemas']['AnnotationChanges']

/** More than a chart can show. */
const MOST_SHOWN = 500
export const ANNOTATIONS_A_PAGE = 50

const all = (projectId: number) => ['project', projectId, 'annotations']
const ofProject = (projectId: number) => ({ path: { project_id: String(projectId) } })

/** The annotations that charts show, the newest moment first. */
export const annotationsQuery = (projectId: number) =>
  queryOptions({
    queryKey: all(projectId),
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/annotations/', {
        params: { ...ofProject(projectId), query: { limit: MOST_SHOWN } },
        signal,
      }),
    staleTime: 60_000,
  })

/** A page of them that hold a text and are of a scope. */
export const annotationPageQuery = (
  projectId: number,
  { search, scope, page = 1 }: { search?: string; scope?: Changes['scope']; page?: number },
) =>
  queryOptions({
    queryKey: [...all(projectId), 'list', search, scope, page],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/annotations/', {
        params: {
          ...ofProject(projectId),
          query: { search, scope, limit: ANNOTATIONS_A_PAGE, offset: (page - 1) * ANNOTATIONS_A_PAGE },
        },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

export function useCreateAnnotation(projectId: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Changes) =>
      http.POST('/api/projects/{project_id}/annotations/', { params: ofProject(projectId), body }),
    onSuccess: () => client.invalidateQueries({ queryKey: all(projectId) }),
  })
}

/** Changes an annotation: what it says, where it stands, or that it is deleted. */
export function useUpdateAnnotation(projectId: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, ...body }: Changes & { id: number }) =>
      http.PATCH('/api/projects/{project_id}/annotations/{id}/', {
        params: { path: { ...ofProject(projectId).path, id } },
        body,
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: all(projectId) }),
  })
}
