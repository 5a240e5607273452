import type { components } from '@hedgerow/client'
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from '../../api/client.ts'
import { bodyOf, type Draft } from './draft.ts'
import type { SurveysSearch } from './search.ts'

type SurveyChanges = components['schemas']['SurveyChanges']

export const SURVEYS_A_PAGE = 50
export const RESPONSES_A_PAGE = 25

const all = (projectId: number) => ['project', projectId, 'surveys']
const ofProject = (projectId: number) => ({ path: { project_id: String(projectId) } })
const one = (projectId: number, id: string) => ({ path: { project_id: String(projectId), id } })

/** A page of the surveys, newest first; archived ones only where they are asked for. */
export const surveysQuery = (projectId: number, { search, state, page = 1 }: SurveysSearch) =>
  queryOptions({
    queryKey: [...all(projectId), 'list', search, state, page],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/surveys/', {
        params: {
          ...ofProject(projectId),
          query: {
            search,
            archived: state === 'archived' ? 'true' : 'false',
            status: state === 'archived' ? undefined : state,
            limit: SURVEYS_A_PAGE,
            offset: (page - 1) * SURVEYS_A_PAGE,
          },
        },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

/** How many responses each of these surveys has; those without any are left out. */
export const countsQuery = (projectId: number, ids: string[]) =>
  queryOptions({
    queryKey: [...all(projectId), 'counts', ids],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/surveys/responses_count/', {
        params: { ...ofProject(projectId), query: { survey_ids: ids.join(',') } },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

export const surveyQuery = (projectId: number, id: string) =>
  queryOptions({
    queryKey: [...all(projectId), id],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/surveys/{id}/', { params: one(projectId, id), signal }),
  })

/** How often it was shown and answered, and what was answered. */
export const statsQuery = (projectId: number, id: string) =>
  queryOptions({
    queryKey: [...all(projectId), id, 'stats'],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/surveys/{id}/stats/', { params: one(projectId, id), signal }),
  })

/** A page of the responses, newest first. @param question only those that answer it, and only their answers */
export const responsesQuery = (
  projectId: number,
  id: string,
  page: number,
  question?: string,
  limit = RESPONSES_A_PAGE,
) =>
  queryOptions({
    queryKey: [...all(projectId), id, 'responses', page, question, limit],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/surveys/{id}/responses/', {
        params: {
          ...one(projectId, id),
          query: { question_id: question, limit, offset: (page - 1) * limit },
        },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

/** What was done to a survey, newest first. */
export const surveyActivityQuery = (projectId: number, id: string, limit: number) =>
  queryOptions({
    queryKey: [...all(projectId), id, 'activity', limit],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/surveys/{id}/activity/', {
        params: { ...one(projectId, id), query: { limit } },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

export function useCreateSurvey(projectId: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (draft: Draft) =>
      http.POST('/api/projects/{project_id}/surveys/', {
        params: ofProject(projectId),
        body: { ...bodyOf(draft), name: draft.name, type: draft.type },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: all(projectId) }),
  })
}

/** Changes a survey: what it asks and whom, launches, stops, archives it. */
export function useUpdateSurvey(projectId: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, ...changes }: SurveyChanges & { id: string }) =>
      http.PATCH('/api/projects/{project_id}/surveys/{id}/', {
        params: one(projectId, id),
        body: changes,
      }),
    onSuccess: (survey) => {
      client.setQueryData(surveyQuery(projectId, survey.id).queryKey, survey)
      return client.invalidateQueries({ queryKey: all(projectId) })
    },
  })
}

/** Asks for what was answered anew, wherever it is shown. */
export function useRefreshSurvey(projectId: number, id: string) {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: [...all(projectId), id] })
}

/** Deletes it for good. */
export function useDeleteSurvey(projectId: number) {
  const client = useQueryClient()
  return async (id: string): Promise<void> => {
    await http.DELETE('/api/projects/{project_id}/surveys/{id}/', { params: one(projectId, id) })
    await client.invalidateQueries({ queryKey: [...all(projectId), 'list'] })
  }
}
