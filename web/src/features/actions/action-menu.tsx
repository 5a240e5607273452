import { Menu } from '@mantine/core'
import { IconChartLine, IconCopy, IconDots, IconTrash } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Action } from '../../api/types.ts'
import { actionNameOf } from '../../ui/names.ts'
import { deleteRestorable } from '../../ui/undo.tsx'
import { useUpdateAction } from './queries.ts'

/** What one can do with an action. */
export function ActionMenu({
  projectId,
  action,
  onDeleted,
  children,
}: {
  projectId: number
  action: Action
  onDeleted?: () => void
  children: (label: string, icon: ReactNode) => ReactNode
}): ReactNode {
  const navigate = useNavigate()
  const { mutateAsync: update } = useUpdateAction(projectId)
  const { id } = action
  const name = actionNameOf(action)
  const remove = () => deleteRestorable(name, (deleted) => update({ id, deleted }), onDeleted)
  return (
    <Menu position="bottom-end">
      <Menu.Target>{children(`More about ${name}`, <IconDots size={16} />)}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconChartLine size={16} />}
          onClick={() =>
            void navigate({
              to: '/project/$projectId/insights/new',
              params: { projectId },
              search: {
                q: {
                  kind: 'TrendsQuery',
                  series: [{ kind: 'ActionsNode', id, name, math: 'total' }],
                  interval: 'day',
                  dateRange: { date_from: '-7d' },
                },
              },
            })
          }
        >
          See its trend
        </Menu.Item>
        <Menu.Item
          leftSection={<IconCopy size={16} />}
          onClick={() =>
            void navigate({
              to: '/project/$projectId/data-management/actions/new',
              params: { projectId },
              search: { from: id },
            })
          }
        >
          Duplicate
        </Menu.Item>
        <Menu.Item leftSection={<IconTrash size={16} />} color="red" onClick={() => void remove()}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
