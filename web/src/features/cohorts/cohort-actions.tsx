import { Menu } from '@mantine/core'
import { IconCopy, IconDots, IconPencil, IconRefresh, IconSnowflake, IconTrash } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Cohort } from '../../api/types.ts'
import { cohortNameOf } from '../../ui/names.ts'
import { deleteRestorable, sayFailed } from '../../ui/undo.tsx'
import { useFreeze, useUpdateCohort } from './queries.ts'

/** What one can do with a cohort. */
export function CohortMenu({
  projectId,
  cohort,
  onDeleted,
  children,
}: {
  projectId: number
  cohort: Cohort
  onDeleted?: () => void
  children: (label: string, icon: ReactNode) => ReactNode
}): ReactNode {
  const navigate = useNavigate()
  const { mutateAsync: update } = useUpdateCohort(projectId)
  const freeze = useFreeze(projectId)
  const { id, is_static: isStatic } = cohort
  const name = cohortNameOf(cohort)
  const remove = () => deleteRestorable(name, (deleted) => update({ id, deleted }), onDeleted)
  return (
    <Menu position="bottom-end">
      <Menu.Target>{children(`More about ${name}`, <IconDots size={16} />)}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconPencil size={16} />}
          onClick={() =>
            void navigate({
              to: '/project/$projectId/cohorts/$cohortId/edit',
              params: { projectId, cohortId: id },
            })
          }
        >
          Edit
        </Menu.Item>
        {!isStatic && (
          <>
            <Menu.Item
              leftSection={<IconRefresh size={16} />}
              disabled={cohort.is_calculating}
              onClick={() => update({ id }).catch(sayFailed)}
            >
              Calculate now
            </Menu.Item>
            <Menu.Item
              leftSection={<IconCopy size={16} />}
              onClick={() =>
                void navigate({
                  to: '/project/$projectId/cohorts/new',
                  params: { projectId },
                  search: { from: id },
                })
              }
            >
              Duplicate
            </Menu.Item>
          </>
        )}
        <Menu.Item
          leftSection={<IconSnowflake size={16} />}
          onClick={() =>
            freeze.mutate(id, {
              onError: sayFailed,
              onSuccess: (copy) =>
                void navigate({
                  to: '/project/$projectId/cohorts/$cohortId',
                  params: { projectId, cohortId: copy.id },
                }),
            })
          }
        >
          Duplicate as a static cohort
        </Menu.Item>
        <Menu.Item leftSection={<IconTrash size={16} />} color="red" onClick={() => void remove()}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
