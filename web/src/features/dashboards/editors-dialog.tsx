import { Button, SegmentedControl, Select, Stack, Text } from '@mantine/core'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { http } from '../../api/client.ts'
import { allMembersQuery } from '../../api/members.ts'
import { useMe } from '../../api/session.ts'
import type { Dashboard } from '../../api/types.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Problem } from '../../ui/problem.tsx'
import { LoadError, Loading } from '../../ui/states.tsx'
import styles from '../../ui/thing-page.module.css'
import { useUpdateDashboard } from './queries.ts'

/** PostHog's numbers: everyone in the project edits it, or only whom it names. */
const everyone = 21
const named = 37
/** From this level on members of the organization edit every dashboard. */
const admin = 8

const collaboratorsQuery = (projectId: number, id: number) =>
  queryOptions({
    queryKey: ['project', projectId, 'collaborators', id],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/dashboards/{id}/collaborators/', {
        params: { path: { project_id: String(projectId), id } },
        signal,
      }),
  })

/** Lets somebody edit it, or no longer. */
function useCollaborators(projectId: number, id: number) {
  const client = useQueryClient()
  const path = { project_id: String(projectId), id }
  return useMutation({
    mutationFn: async ({ uuid, isIn }: { uuid: string; isIn: boolean }) => {
      if (isIn) {
        await http.POST('/api/projects/{project_id}/dashboards/{id}/collaborators/', {
          params: { path },
          body: { user_uuid: uuid, level: named },
        })
      } else {
        await http.DELETE('/api/projects/{project_id}/dashboards/{id}/collaborators/{user_uuid}/', {
          params: { path: { ...path, user_uuid: uuid } },
        })
      }
    },
    onSuccess: () => client.invalidateQueries({ queryKey: collaboratorsQuery(projectId, id).queryKey }),
  })
}

/** Says who may edit a dashboard: everyone in the project, or its maker, admins and whom it names. */
export function EditorsDialog({
  projectId,
  dashboard,
  onClose,
}: {
  projectId: number
  dashboard: Dashboard
  onClose: () => void
}): ReactNode {
  const me = useMe()
  const update = useUpdateDashboard(projectId, dashboard.id)
  const isMaker = dashboard.created_by?.uuid === me.uuid
  const mayRestrict = isMaker || (me.organization?.membership_level ?? 1) >= admin
  const level = update.isPending ? update.variables.restriction_level : dashboard.restriction_level
  const maker = dashboard.created_by?.first_name || dashboard.created_by?.email
  return (
    <Dialog onClose={onClose} title="Who may edit this dashboard">
      <Stack gap="md">
        <SegmentedControl
          aria-label="Who may edit it"
          fullWidth
          disabled={!mayRestrict || update.isPending}
          value={String(level)}
          data={[
            { value: String(everyone), label: 'Everyone in the project' },
            { value: String(named), label: 'Only some' },
          ]}
          onChange={(value) =>
            update.mutate({ restriction_level: value === String(named) ? named : everyone })
          }
        />
        {!mayRestrict && (
          <Text size="sm" c="dimmed">
            {maker ? `${maker}, who made it, and admins can change this.` : 'Admins can change this.'}
          </Text>
        )}
        <Problem error={update.error} />
        {dashboard.restriction_level === named ? (
          <Named projectId={projectId} dashboard={dashboard} maker={maker} />
        ) : (
          <Text size="sm">Whoever sees the project can change its tiles, texts and saved filters.</Text>
        )}
      </Stack>
    </Dialog>
  )
}

/** Who edits it besides its maker and admins, and more to choose from. */
function Named({
  projectId,
  dashboard,
  maker,
}: {
  projectId: number
  dashboard: Dashboard
  maker: string | undefined
}): ReactNode {
  const { organization } = useMe()
  const collaborators = useQuery(collaboratorsQuery(projectId, dashboard.id))
  const members = useQuery(allMembersQuery(organization?.id ?? '@current'))
  const change = useCollaborators(projectId, dashboard.id)
  const failed = [collaborators, members].find(({ isError }) => isError)
  if (failed) {
    return <LoadError what="who may edit it" error={failed.error} retry={() => void failed.refetch()} />
  }
  if (!collaborators.data || !members.data) return <Loading what="who may edit it" rows={2} />
  const inside = new Set(collaborators.data.map(({ user }) => user.uuid))
  const others = members.data.results.filter(
    ({ user, level }) => level < admin && !inside.has(user.uuid) && user.uuid !== dashboard.created_by?.uuid,
  )
  return (
    <>
      <Text size="sm">{maker ? `${maker}, who made it; admins; and:` : 'Admins, and:'}</Text>
      {inside.size > 0 ? (
        <ul className={styles.roles} aria-label="Who else may edit it">
          {collaborators.data.map(({ user }) => {
            const name = user.first_name || user.email
            return (
              <li key={user.uuid}>
                <span>{name}</span>
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={`Remove ${name}`}
                  loading={change.isPending && change.variables.uuid === user.uuid}
                  onClick={() => change.mutate({ uuid: user.uuid, isIn: false })}
                >
                  Remove
                </Button>
              </li>
            )
          })}
        </ul>
      ) : (
        <Text size="sm" c="dimmed">
          Nobody else yet.
        </Text>
      )}
      {others.length > 0 ? (
        <Select
          key={inside.size}
          label="Let somebody edit it"
          placeholder="Choose a member"
          searchable={others.length > 10}
          disabled={change.isPending}
          data={others.map(({ user }) => ({ value: user.uuid, label: user.first_name || user.email }))}
          value={null}
          onChange={(uuid) => uuid && change.mutate({ uuid, isIn: true })}
        />
      ) : (
        <Text size="sm" c="dimmed">
          All other members of the organization may edit it already.
        </Text>
      )}
      <Problem error={change.error} />
    </>
  )
}
