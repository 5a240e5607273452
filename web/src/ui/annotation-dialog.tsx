import { Button, NativeSelect, Stack, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useCreateAnnotation, useUpdateAnnotation } from '../api/annotations.ts'
import type { Annotation } from '../api/types.ts'
import { Dialog } from './dialog.tsx'
import { Problem } from './problem.tsx'
import { wallClock, whenClocksShow } from './time.ts'

/** Where an annotation is seen. */
export const scopeNames: Record<Annotation['scope'], string> = {
  project: 'This project',
  organization: 'All projects of the organization',
  dashboard_item: 'One insight',
}

/** Writes an annotation, or changes one. Its moment is one of the project's clock. */
export function AnnotationDialog({
  projectId,
  timeZone,
  annotation,
  insightId,
  at,
  onClose,
}: {
  projectId: number
  timeZone: string
  /** The one that is changed; null for a new one. */
  annotation: Pick<Annotation, 'id' | 'content' | 'date_marker' | 'scope'> | null
  /** The saved insight on whose chart a new one is written: it may be of that one only. */
  insightId?: number
  /** Where a new one stands, by the project's clock (`YYYY-MM-DDTHH:mm`); now where nothing is said. */
  at?: string
  onClose: () => void
}): ReactNode {
  const [content, setContent] = useState(annotation?.content ?? '')
  const [wall, setWall] = useState(
    () => at ?? minuteOf(annotation?.date_marker ?? new Date().toISOString(), timeZone),
  )
  const [scope, setScope] = useState<Annotation['scope']>(annotation?.scope ?? 'project')
  const create = useCreateAnnotation(projectId)
  const update = useUpdateAnnotation(projectId)
  const error = create.error ?? update.error
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const body = {
      content: content.trim(),
      scope,
      date_marker: new Date(whenClocksShow(wall, timeZone)).toISOString(),
      ...(scope === 'dashboard_item' && insightId !== undefined && { dashboard_item: insightId }),
    }
    const done = { onSuccess: onClose }
    if (annotation) update.mutate({ id: annotation.id, ...body }, done)
    else create.mutate(body, done)
  }
  // which insight is said by where one is: elsewhere, only what is of one stays so
  const scopes = (Object.keys(scopeNames) as Annotation['scope'][]).filter(
    (one) => one !== 'dashboard_item' || insightId !== undefined || annotation?.scope === one,
  )
  return (
    <Dialog
      onClose={onClose}
      isDirty={content !== (annotation?.content ?? '')}
      title={annotation ? 'Edit annotation' : 'New annotation'}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <Textarea
            label="What happened"
            placeholder="Released the new editor"
            required
            autosize
            minRows={2}
            maxLength={400}
            value={content}
            onChange={(event) => setContent(event.currentTarget.value)}
            data-autofocus
          />
          <TextInput
            label="When"
            description={`By the project's clock (${timeZone}).`}
            type="datetime-local"
            required
            value={wall}
            onChange={(event) => setWall(event.currentTarget.value)}
          />
          <NativeSelect
            label="Seen in"
            value={scope}
            data={scopes.map((value) => ({
              value,
              label:
                value === 'dashboard_item' && insightId !== undefined ? 'This insight' : scopeNames[value],
            }))}
            onChange={(event) => setScope(event.currentTarget.value as Annotation['scope'])}
          />
          <Problem error={error} />
          <Button
            type="submit"
            loading={create.isPending || update.isPending}
            disabled={!content.trim() || !wall}
          >
            {annotation ? 'Save' : 'Create'}
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}

const minuteOf = (iso: string, timeZone: string): string =>
  wallClock(Date.parse(iso), timeZone).slice(0, 16).replace(' ', 'T')
