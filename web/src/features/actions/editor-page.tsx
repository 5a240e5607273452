import { Alert, Button, Text, Textarea, TextInput } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useRef, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import { useProject } from '../../api/session.ts'
import type { Action } from '../../api/types.ts'
import { History } from '../../ui/history.tsx'
import { useRefusals, useUnsavedGuard } from '../../ui/leave-guard.tsx'
import { actionNameOf, useNames } from '../../ui/names.ts'
import { NotLoaded } from '../../ui/not-loaded.tsx'
import { Page } from '../../ui/page.tsx'
import parts from '../../ui/parts.module.css'
import { Problem } from '../../ui/problem.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { sentence } from '../../ui/states.tsx'
import { TagsField } from '../../ui/tags-field.tsx'
import { sayFailed } from '../../ui/undo.tsx'
import { ActionMenu } from './action-menu.tsx'
import { Matches } from './matches.tsx'
import { actionQuery, bodyOf, useCreateAction, useFilterNames, useUpdateAction } from './queries.ts'
import { StepFields } from './step-fields.tsx'
import styles from './steps.module.css'
import {
  changeWords,
  copyOf,
  type Draft,
  draftOf,
  newDraft,
  newStep,
  type Problems,
  problemsOf,
  type Step,
} from './steps.ts'

const MOST_STEPS = 500

/** Makes an action, from nothing or as a copy of another one. */
export function NewActionPage(): ReactNode {
  const from = '/session/project/$projectId/data-management/actions/new'
  const { projectId } = useParams({ from })
  const { from: copiedId } = useSearch({ from })
  const copied = useQuery({ ...actionQuery(projectId, copiedId ?? 0), enabled: copiedId !== undefined })
  if (copiedId === undefined) {
    return <Editor key="new" projectId={projectId} action={null} begin={newDraft} />
  }
  if (!copied.data)
    return <NotLoaded thing="action" query={copied} back={<BackLink projectId={projectId} />} />
  return <Editor key={copiedId} projectId={projectId} action={null} begin={copyOf(copied.data)} />
}

/** An action, which is changed where it is shown. */
export function ActionPage(): ReactNode {
  const { projectId, actionId } = useParams({
    from: '/session/project/$projectId/data-management/actions/$actionId',
  })
  const action = useQuery(actionQuery(projectId, actionId))
  if (!action.data)
    return <NotLoaded thing="action" query={action} back={<BackLink projectId={projectId} />} />
  return (
    <Editor
      // what somebody else has changed meanwhile is not written over what is being written here
      key={actionId}
      projectId={projectId}
      action={action.data}
      begin={draftOf(action.data)}
    />
  )
}

const BackLink = ({ projectId }: { projectId: number }) => (
  <Link to="/project/$projectId/data-management/actions" params={{ projectId }}>
    Back to actions
  </Link>
)

function Editor({
  projectId,
  action,
  begin,
}: {
  projectId: number
  /** The one that is shown; null for a new one. */
  action: Action | null
  begin: Draft
}): ReactNode {
  const navigate = useNavigate()
  const names = useNames(projectId)
  const [before, setBefore] = useState(begin)
  const [draft, setDraft] = useState(begin)
  const [tried, setTried] = useState(false)
  const place = useRef<HTMLDivElement>(null)
  const refused = useRefusals(place)
  const create = useCreateAction(projectId)
  const update = useUpdateAction(projectId)
  const isDirty = JSON.stringify(draft) !== JSON.stringify(before)
  const guard = useUnsavedGuard(isDirty, 'this action')
  const error = create.error ?? update.error
  const problems = { ...placed(error), ...(tried && problemsOf(draft)) }
  const set = (changes: Partial<Draft>) => {
    setDraft((old) => ({ ...old, ...changes }))
    create.reset()
    update.reset()
  }
  const setSteps = (steps: Step[]) => set({ steps })
  const { steps } = draft
  const toList = () =>
    void navigate({ to: '/project/$projectId/data-management/actions', params: { projectId } })
  const submit = () => {
    setTried(true)
    if (Object.keys(problemsOf(draft)).length > 0) return refused()
    if (action) {
      update.mutate(
        { id: action.id, ...bodyOf(draft) },
        {
          onError: refused,
          onSuccess: (saved) => {
            setBefore(draftOf(saved))
            setDraft(draftOf(saved))
          },
        },
      )
    } else {
      create.mutate(draft, {
        onError: refused,
        onSuccess: ({ id }) => {
          guard.saved()
          void navigate({
            to: '/project/$projectId/data-management/actions/$actionId',
            params: { projectId, actionId: id },
          })
        },
      })
    }
  }
  useHotkeys([['mod+S', submit]], [])
  return (
    <Page
      title={action ? actionNameOf(action) : 'New action'}
      actions={
        action &&
        !action.deleted && (
          <ActionMenu
            projectId={projectId}
            action={action}
            onDeleted={() => {
              guard.saved()
              toList()
            }}
          >
            {(label, icon) => (
              <Button variant="default" px="xs" aria-label={label}>
                {icon}
              </Button>
            )}
          </ActionMenu>
        )
      }
    >
      {action?.deleted && <Deleted projectId={projectId} action={action} />}
      <div ref={place} className={parts.columns}>
        <form
          className={parts.parts}
          onSubmit={(event: FormEvent) => {
            event.preventDefault()
            submit()
          }}
        >
          <section className={`card ${parts.part}`} aria-label="About">
            <TextInput
              label="Name"
              withAsterisk
              maxLength={400}
              value={draft.name}
              error={problems.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
              autoFocus={action === null}
            />
            <Textarea
              label="Description"
              autosize
              minRows={1}
              value={draft.description}
              onChange={(event) => set({ description: event.currentTarget.value })}
            />
            <TagsField projectId={projectId} value={draft.tags} onChange={(tags) => set({ tags })} />
          </section>
          <section className={`card ${parts.part}`} aria-label="Which events">
            <h2>Which events</h2>
            <p className="muted small">An event is one of this action when any step fits it.</p>
            {steps.map((step, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a step is the place that it has in the list
              <div key={at} className={parts.parts} style={{ gap: 8 }}>
                {at > 0 && <span className={styles.or}>or</span>}
                <StepFields
                  names={names}
                  step={step}
                  number={at + 1}
                  onChange={(next) => setSteps(steps.with(at, next))}
                  onDuplicate={() => {
                    const { id: _, ...copied } = step
                    setSteps(steps.toSpliced(at + 1, 0, copied))
                  }}
                  onRemove={steps.length > 1 ? () => setSteps(steps.toSpliced(at, 1)) : undefined}
                />
              </div>
            ))}
            <div>
              <Button
                size="xs"
                variant="default"
                leftSection={<IconPlus size={14} />}
                disabled={steps.length >= MOST_STEPS}
                onClick={() => setSteps([...steps, newStep])}
              >
                Add a step
              </Button>
            </div>
            <Problem error={problems.steps} />
          </section>
          <div className={parts.foot}>
            <Problem error={error && Object.keys(placed(error)).length === 0 ? error : undefined} />
            {(!action || isDirty) && (
              <Button variant="default" onClick={action ? () => setDraft(before) : toList}>
                {action ? 'Undo changes' : 'Cancel'}
              </Button>
            )}
            <Button
              type="submit"
              loading={create.isPending || update.isPending}
              disabled={action !== null && (!isDirty || action.deleted)}
            >
              {action ? 'Save' : 'Create'}
            </Button>
          </div>
        </form>
        <div className={`${parts.column} ${styles.beside}`}>
          <section className="card" aria-label="Matching events">
            <h2 style={{ margin: '16px 16px 8px', fontSize: 14, lineHeight: '20px' }}>Matching events</h2>
            <Matches projectId={projectId} steps={steps} />
          </section>
          {action && <More projectId={projectId} action={action} />}
        </div>
      </div>
      {guard.question}
    </Page>
  )
}

function More({ projectId, action }: { projectId: number; action: Action }): ReactNode {
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const names = useFilterNames(projectId)
  const { created_by: by } = action
  return (
    <section className={`card ${parts.part}`} aria-label="History">
      <h2>History</h2>
      <p className="muted small">
        Created <RelativeTime at={action.created_at} timeZone={timeZone} />
        {by && ` by ${by.first_name || by.email}`}
      </p>
      <History
        projectId={projectId}
        of={{
          scope: 'Action',
          itemId: String(action.id),
          under: actionQuery(projectId, action.id).queryKey,
        }}
        words={(changes) => changeWords(changes, names)}
      />
    </section>
  )
}

function Deleted({ projectId, action }: { projectId: number; action: Action }): ReactNode {
  const restore = useUpdateAction(projectId)
  return (
    <Alert
      color="yellow"
      variant="outline"
      title="This action was deleted."
      mb="md"
      styles={{ root: { background: 'var(--surface)' }, title: { color: 'var(--warning)' } }}
    >
      <Text size="sm" c="var(--text)" mb="sm">
        No picker offers it. Insights that use it say that it is gone.
      </Text>
      <Button
        size="compact-sm"
        variant="default"
        loading={restore.isPending}
        onClick={() => restore.mutate({ id: action.id, deleted: false }, { onError: sayFailed })}
      >
        Restore it
      </Button>
    </Alert>
  )
}

/** The server's refusal at the field that it is about. */
function placed(error: unknown): Problems {
  if (!(error instanceof ApiError)) return {}
  if (error.attr === 'name') return { name: sentence(error) }
  return error.attr?.startsWith('steps') ? { steps: sentence(error) } : {}
}
