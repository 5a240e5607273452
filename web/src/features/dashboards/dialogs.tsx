import { Button, Checkbox, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { insightsQuery, useUpdateInsight } from '../../api/saved.ts'
import type { Dashboard, InsightBasic } from '../../api/types.ts'
import { viewOnly } from '../../ui/barred.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { insightName, kindName } from '../../ui/insight/shown.ts'
import { Problem } from '../../ui/problem.tsx'
import { LoadError, Loading } from '../../ui/states.tsx'
import { TagsField } from '../../ui/tags-field.tsx'
import { useUpdateDashboard } from './queries.ts'

type Props = { projectId: number; dashboard: Dashboard; onClose: () => void }

/** Puts insights on the dashboard that are there already, or takes them off. */
export function AddInsightDialog({ projectId, dashboard, onClose }: Props): ReactNode {
  const [text, setText] = useState('')
  const [search] = useDebouncedValue(text.trim(), 250)
  const insights = useQuery(insightsQuery(projectId, { search, limit: 25 }))
  const update = useUpdateInsight(projectId)
  // what was just asked for stands there at once
  const dashboardsOf = ({ id, dashboards }: InsightBasic): number[] =>
    (update.isPending && update.variables.id === id && update.variables.dashboards) || dashboards
  return (
    <Dialog onClose={onClose} title="Insights on this dashboard">
      <Stack gap="sm">
        <TextInput
          type="search"
          aria-label="Search insights"
          placeholder="Search insights"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          data-autofocus
        />
        {insights.data ? (
          insights.data.results.map((insight) => (
            <Checkbox
              key={insight.id}
              label={insightName(insight)}
              description={
                insight.effective_privilege_level < 37
                  ? `${kindName(insight)}. ${viewOnly}`
                  : kindName(insight)
              }
              disabled={update.isPending || insight.effective_privilege_level < 37}
              checked={dashboardsOf(insight).includes(dashboard.id)}
              onChange={(event) =>
                update.mutate({
                  id: insight.id,
                  dashboards: event.currentTarget.checked
                    ? [...insight.dashboards, dashboard.id]
                    : insight.dashboards.filter((id) => id !== dashboard.id),
                })
              }
            />
          ))
        ) : insights.isError ? (
          <LoadError what="insights" error={insights.error} retry={() => void insights.refetch()} />
        ) : (
          <Loading what="insights" rows={4} />
        )}
        {insights.data?.results.length === 0 && <Text size="sm">No insights match.</Text>}
        {insights.data?.next && (
          <Text size="xs" c="dimmed">
            The 25 that were changed last. Search for others.
          </Text>
        )}
        <Problem error={update.error} />
      </Stack>
    </Dialog>
  )
}

/** Writes a text on the dashboard, or changes one. */
export function TextDialog({
  projectId,
  dashboard,
  tile,
  onClose,
}: Props & { tile?: { id: number; body: string } }): ReactNode {
  const update = useUpdateDashboard(projectId, dashboard.id)
  const [body, setBody] = useState(tile?.body ?? '')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!body.trim()) return
    update.mutate({ tiles: [{ id: tile?.id, text: { body } }] }, { onSuccess: onClose })
  }
  return (
    <Dialog
      onClose={onClose}
      isDirty={body !== (tile?.body ?? '')}
      title={tile ? 'Change the text' : 'Add a text'}
      size="lg"
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <Textarea
            label="Text"
            description="Markdown: # headings, **bold**, lists, [links](https://…) and ![pictures](https://…)."
            autosize
            minRows={4}
            maxRows={16}
            maxLength={4000}
            value={body}
            onChange={(event) => setBody(event.currentTarget.value)}
            data-autofocus
          />
          <Problem error={update.error} />
          <Button type="submit" loading={update.isPending} disabled={!body.trim()}>
            Save
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}

export function RenameDialog({ projectId, dashboard, onClose }: Props): ReactNode {
  const update = useUpdateDashboard(projectId, dashboard.id)
  const [name, setName] = useState(dashboard.name ?? '')
  const [description, setDescription] = useState(dashboard.description)
  const [tags, setTags] = useState(dashboard.tags)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    update.mutate({ name: name.trim(), description, tags }, { onSuccess: onClose })
  }
  const isDirty = name !== (dashboard.name ?? '') || description !== dashboard.description
  return (
    <Dialog onClose={onClose} isDirty={isDirty} title="Name, description and tags">
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label="Name"
            maxLength={400}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <TextInput
            label="Description"
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <TagsField projectId={projectId} value={tags} onChange={setTags} />
          <Problem error={update.error} />
          <Button type="submit" loading={update.isPending}>
            Save
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}
