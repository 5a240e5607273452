import { Button, NativeSelect, Stack, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { dashboardsQuery, useCreateInsight } from '../api/saved.ts'
import type { Insight } from '../api/types.ts'
import { Dialog } from './dialog.tsx'
import { Problem } from './problem.tsx'

/** Gives a question a name and keeps it, on a dashboard if one likes. */
export function SaveInsightDialog({
  projectId,
  query,
  summary,
  dashboard: wanted,
  onClose,
  onSaved,
}: {
  projectId: number
  query: Record<string, unknown>
  /** What it is called where nobody names it. */
  summary: string
  /** The one that it is for. */
  dashboard?: number
  onClose: () => void
  onSaved: (insight: Insight) => void
}): ReactNode {
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [dashboard, setDashboard] = useState(wanted === undefined ? '' : String(wanted))
  const dashboards = useQuery(dashboardsQuery(projectId))
  const create = useCreateInsight(projectId)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate(
      {
        name: name.trim() || summary,
        derived_name: summary,
        description: description.trim() || undefined,
        query,
        saved: true,
        dashboards: dashboard ? [Number(dashboard)] : undefined,
      },
      { onSuccess: onSaved },
    )
  }
  return (
    <Dialog onClose={onClose} title="Save this insight">
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label="Name"
            placeholder={summary}
            maxLength={400}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <TextInput
            label="Description"
            placeholder="What it tells, and what is done with it"
            maxLength={400}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <NativeSelect
            label="Dashboard"
            value={dashboard}
            onChange={(event) => setDashboard(event.currentTarget.value)}
            data={[
              { value: '', label: 'On none' },
              ...(dashboards.data?.results ?? [])
                .filter(({ effective_privilege_level: level }) => level >= 37)
                .map(({ id, name: called }) => ({
                  value: String(id),
                  label: called || 'Untitled dashboard',
                })),
            ]}
          />
          <Problem error={create.error} />
          <Button type="submit" loading={create.isPending}>
            Save
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}
