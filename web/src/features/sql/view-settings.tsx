import { Group, MultiSelect, NativeSelect } from '@mantine/core'
import type { ReactNode } from 'react'
import { numericColumns, type RowsDisplay, type RowsView } from '../../ui/insight/rows-view.ts'

const displays: { value: RowsDisplay; label: string }[] = [
  { value: 'ActionsLineGraph', label: 'Line' },
  { value: 'ActionsAreaGraph', label: 'Area' },
  { value: 'ActionsBar', label: 'Bars' },
]

/** How rows are drawn: as what, and which columns. */
export function ViewSettings({
  columns,
  rows,
  view,
  onView,
}: {
  columns: string[]
  rows: unknown[][]
  view: RowsView
  onView: (view: RowsView) => void
}): ReactNode {
  const names = [...new Set(columns)]
  const numbers = [...new Set([...numericColumns({ columns, rows }), ...view.y])]
  return (
    <Group gap="xs" mb="sm" align="flex-end">
      <NativeSelect
        size="xs"
        label="Draw"
        value={view.display}
        data={displays}
        onChange={({ currentTarget: { value } }) => onView({ ...view, display: value as RowsDisplay })}
      />
      <NativeSelect
        size="xs"
        label="Along the bottom"
        value={view.x}
        data={names}
        onChange={({ currentTarget: { value } }) =>
          onView({ ...view, x: value, y: view.y.filter((name) => name !== value) })
        }
      />
      <MultiSelect
        size="xs"
        label="Numbers"
        miw={220}
        value={view.y}
        data={numbers.filter((name) => name !== view.x)}
        onChange={(y) => onView({ ...view, y })}
      />
    </Group>
  )
}
