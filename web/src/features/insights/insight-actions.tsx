import { ActionIcon, Button, Menu, Stack, Text, TextInput } from '@mantine/core'
import {
  IconCopy,
  IconDots,
  IconDownload,
  IconLayoutDashboard,
  IconMail,
  IconPencil,
  IconShare,
  IconStar,
  IconStarFilled,
  IconTrash,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { Question } from '../../api/questions.ts'
import { dashboardsQuery, useCreateInsight, useUpdateInsight } from '../../api/saved.ts'
import type { Insight, InsightBasic } from '../../api/types.ts'
import { BarrableIcon, BarrableItem, viewOnly } from '../../ui/barred.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { useExportCsv } from '../../ui/export-csv.tsx'
import { insightName } from '../../ui/insight/shown.ts'
import { Problem } from '../../ui/problem.tsx'
import { ShareDialog } from '../../ui/share-dialog.tsx'
import { LoadError, Loading } from '../../ui/states.tsx'
import { SubscribeDialog } from '../../ui/subscribe-dialog.tsx'
import { TagsField } from '../../ui/tags-field.tsx'
import { deleteRestorable, sayFailed } from '../../ui/undo.tsx'
import { summaryOf } from './summary.ts'

const LONGEST_NAME = 400

type Changing = 'name' | 'dashboards' | 'sharing' | 'subscribing'

/** What one can do with a saved insight. */
export function InsightActions({
  projectId,
  insight,
  changed,
  onCopied,
}: {
  projectId: number
  insight: Insight
  /** What is asked now, where it is not what is saved. */
  changed?: Question
  /** It is kept, in a copy. */
  onCopied?: () => void
}): ReactNode {
  const [changing, setChanging] = useState<Changing | null>(null)
  const navigate = useNavigate()
  const remove = useDelete(projectId)
  const csv = useExportCsv(projectId)
  const { copy } = useCopy(projectId, onCopied)
  const barred = barredFrom(insight)
  const close = () => setChanging(null)
  return (
    <>
      <Star projectId={projectId} insight={insight} />
      {!barred ? (
        <Button
          variant="default"
          leftSection={<IconShare size={16} />}
          onClick={() => setChanging('sharing')}
        >
          Share
        </Button>
      ) : (
        <Text size="sm" c="dimmed">
          You can view this insight, not change it. A copy is yours.
        </Text>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More">
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <BarrableItem
            leftSection={<IconPencil size={16} />}
            barred={barred}
            onClick={() => setChanging('name')}
          >
            Rename, describe and tag
          </BarrableItem>
          <BarrableItem
            leftSection={<IconLayoutDashboard size={16} />}
            barred={barred}
            onClick={() => setChanging('dashboards')}
          >
            Put on dashboards
          </BarrableItem>
          <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => copy(insight, changed)}>
            Duplicate
          </Menu.Item>
          <Menu.Item leftSection={<IconMail size={16} />} onClick={() => setChanging('subscribing')}>
            Subscribe
          </Menu.Item>
          <Menu.Item
            leftSection={<IconDownload size={16} />}
            disabled={csv.busy}
            onClick={() =>
              csv.start(
                changed
                  ? { export_context: { source: changed, filename: insightName(insight) } }
                  : { insight: insight.id },
              )
            }
          >
            Export CSV
          </Menu.Item>
          <BarrableItem
            leftSection={<IconTrash size={16} />}
            color="red"
            barred={barred}
            onClick={() =>
              void remove(
                insight,
                () => void navigate({ to: '/project/$projectId/insights', params: { projectId } }),
              )
            }
          >
            Delete
          </BarrableItem>
        </Menu.Dropdown>
      </Menu>
      {changing === 'name' && <RenameDialog projectId={projectId} insight={insight} onClose={close} />}
      {changing === 'dashboards' && (
        <DashboardsDialog projectId={projectId} insight={insight} onClose={close} />
      )}
      {changing === 'subscribing' && (
        <SubscribeDialog projectId={projectId} thing={{ kind: 'insight', id: insight.id }} onClose={close} />
      )}
      {changing === 'sharing' && (
        <ShareDialog projectId={projectId} thing={{ kind: 'insight', id: insight.id }} onClose={close} />
      )}
    </>
  )
}

/** Makes another insight of one, of what is asked on the screen where that is not what is saved, and goes there. */
export function useCopy(projectId: number, onCopied?: () => void) {
  const navigate = useNavigate()
  const { mutate, isPending } = useCreateInsight(projectId)
  const copy = (insight: Insight, changed?: Question) => {
    const query = changed ?? insight.query
    mutate(
      {
        name: `${insightName(insight)} (copy)`.slice(0, LONGEST_NAME),
        derived_name: changed ? summaryOf(changed) : insight.derived_name,
        description: insight.description,
        tags: insight.tags,
        saved: true,
        ...(query ? { query } : { filters: insight.filters }),
      },
      {
        onSuccess: ({ short_id: shortId }) => {
          onCopied?.()
          void navigate({ to: '/project/$projectId/insights/$shortId', params: { projectId, shortId } })
        },
        onError: sayFailed,
      },
    )
  }
  return { copy, isPending }
}

/** Why somebody may not change an insight; nothing where they may. */
export const barredFrom = (insight: Pick<InsightBasic, 'effective_privilege_level'>): string | false =>
  insight.effective_privilege_level < 37 && viewOnly

/** Marks a favourite, or takes the mark away. */
export function Star({
  projectId,
  insight,
}: {
  projectId: number
  insight: Pick<
    InsightBasic,
    'id' | 'favorited' | 'name' | 'derived_name' | 'query' | 'filters' | 'effective_privilege_level'
  >
}): ReactNode {
  const update = useUpdateInsight(projectId)
  const favorited = update.isPending ? Boolean(update.variables.favorited) : insight.favorited
  return (
    <BarrableIcon
      barred={barredFrom(insight)}
      variant="subtle"
      color={favorited ? 'yellow' : 'gray'}
      label={`${favorited ? 'No favourite any more' : 'Favourite'}: ${insightName(insight)}`}
      pressed={favorited}
      onClick={() => update.mutate({ id: insight.id, favorited: !favorited })}
    >
      {favorited ? <IconStarFilled size={16} /> : <IconStar size={16} />}
    </BarrableIcon>
  )
}

/** Deletes an insight; the message has the way back. */
export function useDelete(projectId: number) {
  const { mutateAsync: update } = useUpdateInsight(projectId)
  const restore = async ({ id, dashboards }: InsightBasic | Insight) => {
    await update({ id, deleted: false })
    // its tiles do not come back by themselves
    if (dashboards.length > 0) await update({ id, dashboards })
  }
  return (insight: InsightBasic | Insight, gone?: () => void): Promise<void> =>
    deleteRestorable(
      insightName(insight),
      (deleted) => (deleted ? update({ id: insight.id, deleted }) : restore(insight)),
      gone,
    )
}

function RenameDialog({
  projectId,
  insight,
  onClose,
}: {
  projectId: number
  insight: Insight
  onClose: () => void
}): ReactNode {
  const update = useUpdateInsight(projectId)
  const [name, setName] = useState(insight.name ?? '')
  const [description, setDescription] = useState(insight.description ?? '')
  const [tags, setTags] = useState(insight.tags)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    update.mutate({ id: insight.id, name: name.trim() || null, description, tags }, { onSuccess: onClose })
  }
  return (
    <Dialog onClose={onClose} title="Name, description and tags">
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label="Name"
            placeholder={insight.derived_name ?? undefined}
            maxLength={400}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <TextInput
            label="Description"
            maxLength={400}
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

function DashboardsDialog({
  projectId,
  insight,
  onClose,
}: {
  projectId: number
  insight: Insight
  onClose: () => void
}): ReactNode {
  const dashboards = useQuery(dashboardsQuery(projectId))
  const update = useUpdateInsight(projectId)
  const on = new Set(update.isPending ? update.variables.dashboards : insight.dashboards)
  const toggle = (id: number) => {
    const wanted = on.has(id) ? insight.dashboards.filter((one) => one !== id) : [...insight.dashboards, id]
    update.mutate({ id: insight.id, dashboards: wanted })
  }
  return (
    <Dialog onClose={onClose} title="Put on dashboards">
      {dashboards.data ? (
        <Stack gap="xs">
          {dashboards.data.results.map(({ id, name, effective_privilege_level: level }) => (
            <label key={id} style={{ display: 'flex', gap: 8, alignItems: 'center' }}>
              <input
                type="checkbox"
                checked={on.has(id)}
                disabled={update.isPending || level < 37}
                onChange={() => toggle(id)}
              />
              <span className="cut">{name || 'Untitled dashboard'}</span>
              {level < 37 && <span className="muted small">{viewOnly}</span>}
            </label>
          ))}
          {dashboards.data.results.length === 0 && <Text size="sm">There are no dashboards yet.</Text>}
          <Problem error={update.error} />
        </Stack>
      ) : dashboards.isError ? (
        <LoadError what="dashboards" error={dashboards.error} retry={() => void dashboards.refetch()} />
      ) : (
        <Loading what="dashboards" rows={3} />
      )}
    </Dialog>
  )
}
