import { Button, Group, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconArrowDown, IconArrowUp, IconColumns3, IconPlus, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { propertyNamesQuery } from '../../api/definitions.ts'
import { useUpdateProject } from '../../api/project.ts'
import type { PropertyName } from '../../api/types.ts'
import { Dialog } from '../../ui/dialog.tsx'
import {
  type ColumnProperty,
  columnName,
  columnOf,
  MOST_COLUMNS,
  personColumn,
  placeColumn,
  usualColumns,
} from '../../ui/event-columns.ts'
import { OrderButton } from '../../ui/order-buttons.tsx'
import { Problem } from '../../ui/problem.tsx'
import { PropertyPicker } from '../../ui/property-picker.tsx'
import styles from './columns.module.css'

type Props = {
  projectId: number
  columns: readonly string[]
  /** Undefined for what the project has. */
  onChange: (columns: string[] | undefined) => void
}

/** Which columns the list of events has: for whoever looks, or for everyone in the project. */
export function ColumnsButton(props: Props): ReactNode {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant="default" leftSection={<IconColumns3 size={16} />} onClick={() => setOpen(true)}>
        Columns
      </Button>
      {open && <ColumnsDialog {...props} onClose={() => setOpen(false)} />}
    </>
  )
}

function ColumnsDialog({
  projectId,
  columns,
  onChange,
  onClose,
}: Props & { onClose: () => void }): ReactNode {
  const ofEvents = useQuery(propertyNamesQuery(projectId, 'event'))
  const ofPeople = useQuery(propertyNamesQuery(projectId, 'person'))
  const update = useUpdateProject(projectId)
  const missing = [personColumn, placeColumn].filter((column) => !columns.includes(column))
  const free = (of: ColumnProperty['of'], names: PropertyName[] = []) =>
    names.filter(({ name }) => !columns.includes(columnOf(name, of)))
  const isFull = columns.length >= MOST_COLUMNS
  const add = (column: string) => {
    if (!columns.includes(column)) onChange([...columns, column])
  }
  const move = (from: number, to: number) => {
    const others = columns.toSpliced(from, 1)
    onChange(others.toSpliced(to, 0, columns[from]!))
  }
  return (
    <Dialog onClose={onClose} title="Columns" size="lg">
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          Between an event and its time. The address of the page holds them, so a link shows the same.
        </Text>
        {columns.length > 0 ? (
          <ul className={styles.list} aria-label="Columns">
            {columns.map((column, at) => {
              const name = columnName(column)
              return (
                <li key={column}>
                  <span className="cut" title={name}>
                    {name}
                  </span>
                  <OrderButton
                    label={`Move ${name} to the left`}
                    icon={IconArrowUp}
                    disabled={at === 0}
                    onClick={() => move(at, at - 1)}
                  />
                  <OrderButton
                    label={`Move ${name} to the right`}
                    icon={IconArrowDown}
                    disabled={at === columns.length - 1}
                    onClick={() => move(at, at + 1)}
                  />
                  <OrderButton
                    label={`Remove ${name}`}
                    icon={IconX}
                    onClick={() => onChange(columns.toSpliced(at, 1))}
                  />
                </li>
              )
            })}
          </ul>
        ) : (
          <Text size="sm">Only the event and its time.</Text>
        )}
        {isFull ? (
          <Text size="sm" c="dimmed">
            That are {MOST_COLUMNS}: as many as there may be.
          </Text>
        ) : (
          <Group gap="xs">
            <PropertyPicker
              label="Add a property"
              properties={{ event: free('event', ofEvents.data), person: free('person', ofPeople.data) }}
              onPick={(kind, name) => add(columnOf(name, kind === 'person' ? 'person' : 'event'))}
            >
              <IconPlus size={14} />
              &nbsp;Property
            </PropertyPicker>
            {missing.map((column) => (
              <Button
                key={column}
                size="xs"
                variant="default"
                leftSection={<IconPlus size={14} />}
                onClick={() => add(column)}
              >
                {columnName(column)}
              </Button>
            ))}
          </Group>
        )}
        <Problem error={update.error} />
        <Group justify="space-between" gap="xs">
          <Button variant="subtle" onClick={() => onChange([...usualColumns])}>
            The usual ones
          </Button>
          <Group gap="xs">
            <Button
              variant="default"
              loading={update.isPending}
              onClick={() =>
                update.mutate(
                  { live_events_columns: [...columns] },
                  {
                    onSuccess: () => {
                      onChange(undefined)
                      notifications.show({
                        message: 'Everyone in the project has these columns.',
                        role: 'status',
                      })
                    },
                  },
                )
              }
            >
              Save for everyone
            </Button>
            <Button onClick={onClose}>Done</Button>
          </Group>
        </Group>
      </Stack>
    </Dialog>
  )
}
