import { Button, Menu, NativeSelect, Stack, Text } from '@mantine/core'
import { IconArrowRight, IconCopy, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { dashboardsQuery } from '../../api/saved.ts'
import type { Dashboard, DashboardTile, Insight } from '../../api/types.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Problem } from '../../ui/problem.tsx'
import { LoadError, Loading } from '../../ui/states.tsx'
import { offerUndo, sayFailed } from '../../ui/undo.tsx'
import { useDuplicateTile, useMoveTile } from './queries.ts'

/** What whoever may edit the dashboard can do with one of its insights, as entries of a menu. */
export function TileActions({
  projectId,
  dashboard,
  insight,
  onMove,
  onTakeOff,
}: {
  projectId: number
  dashboard: Dashboard
  insight: Insight
  onMove: () => void
  onTakeOff: () => void
}): ReactNode {
  const duplicate = useDuplicateTile(projectId, dashboard.id)
  return (
    <>
      <Menu.Item
        leftSection={<IconCopy size={16} />}
        disabled={duplicate.isPending}
        onClick={() => duplicate.mutate(insight, { onError: sayFailed })}
      >
        Duplicate
      </Menu.Item>
      <Menu.Item leftSection={<IconArrowRight size={16} />} onClick={onMove}>
        Move to another dashboard
      </Menu.Item>
      <Menu.Item leftSection={<IconTrash size={16} />} onClick={onTakeOff}>
        Take off this dashboard
      </Menu.Item>
    </>
  )
}

/** Asks to which dashboard a tile goes, and puts it there. */
export function MoveDialog({
  projectId,
  dashboard,
  tile,
  name,
  onClose,
}: {
  projectId: number
  dashboard: Dashboard
  tile: DashboardTile
  /** What is on it. */
  name: string
  onClose: () => void
}): ReactNode {
  const dashboards = useQuery(dashboardsQuery(projectId))
  const others = (dashboards.data?.results ?? []).filter(
    ({ id, effective_privilege_level: level }) => id !== dashboard.id && level >= 37,
  )
  const [chosen, setChosen] = useState<number | null>(null)
  const to = chosen ?? others[0]?.id
  const move = useMoveTile(projectId)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (to === undefined) return
    const called = others.find(({ id }) => id === to)?.name || 'Untitled dashboard'
    move.mutate(
      { tile: tile.id, from: dashboard.id, to },
      {
        onSuccess: () => {
          onClose()
          offerUndo(`Moved ${name} to “${called}”.`, () =>
            move.mutateAsync({ tile: tile.id, from: to, to: dashboard.id }),
          )
        },
      },
    )
  }
  return (
    <Dialog onClose={onClose} title={`Move ${name}`}>
      {dashboards.isError ? (
        <LoadError what="dashboards" error={dashboards.error} retry={() => void dashboards.refetch()} />
      ) : !dashboards.data ? (
        <Loading what="dashboards" rows={2} />
      ) : others.length === 0 ? (
        <Text size="sm">There is no other dashboard that you may edit.</Text>
      ) : (
        <form onSubmit={submit}>
          <Stack gap="md">
            <NativeSelect
              label="To"
              value={String(to)}
              data={others.map(({ id, name: called }) => ({
                value: String(id),
                label: called || 'Untitled dashboard',
              }))}
              onChange={(event) => setChosen(Number(event.currentTarget.value))}
              data-autofocus
            />
            <Problem error={move.error} />
            <Button type="submit" loading={move.isPending}>
              Move
            </Button>
          </Stack>
        </form>
      )}
    </Dialog>
  )
}
