import type { components } from '@hedgerow/client'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { http } from './client.ts'

export type DemoProject = components['schemas']['DemoProject']

const key = (organizationId: string) => ['demo-projects', organizationId]
const ofOrganization = (organizationId: string) => ({ path: { organization_id: organizationId } })

export const isUnderWay = ({ state }: DemoProject): boolean =>
  state === 'waiting' || state === 'running' || state === 'stopping'

/** Of the demo projects that were made lately: the last, and the last that is there; looked at while one is being made. */
export const demoProjectsQuery = (organizationId: string) =>
  queryOptions({
    queryKey: key(organizationId),
    queryFn: async ({ signal }) => {
      const page = await http.GET('/api/organizations/{organization_id}/demo_projects/', {
        params: { ...ofOrganization(organizationId), query: { limit: 20 } },
        signal,
      })
      const { results } = page
      return {
        last: results[0] ?? null,
        there: results.find(({ state, project }) => state === 'done' && project !== null) ?? null,
      }
    },
    refetchInterval: ({ state }) => (state.data?.last && isUnderWay(state.data.last) ? 700 : false),
  })

/** The user is switched to it, but stays on the page. */
export function useMakeDemo(organizationId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () =>
      http.POST('/api/organizations/{organization_id}/demo_projects/', {
        params: ofOrganization(organizationId),
        body: {},
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: key(organizationId) }),
  })
}

export function useStopDemo(organizationId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: number) =>
      http.POST('/api/organizations/{organization_id}/demo_projects/{id}/stop/', {
        params: { path: { organization_id: organizationId, id } },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: key(organizationId) }),
  })
}
