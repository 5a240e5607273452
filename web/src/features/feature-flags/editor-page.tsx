import { Button } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useRef, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import { flagQuery } from '../../api/flags.ts'
import type { FeatureFlag } from '../../api/types.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { ConditionSets } from '../../ui/flag/condition-sets.tsx'
import { useNames } from '../../ui/flag/names.ts'
import { changeWords } from '../../ui/flag/words.ts'
import { useRefusals, useUnsavedGuard } from '../../ui/leave-guard.tsx'
import { NotLoaded } from '../../ui/not-loaded.tsx'
import { Page } from '../../ui/page.tsx'
import styles from '../../ui/parts.module.css'
import { Problem } from '../../ui/problem.tsx'
import { Empty, sentence } from '../../ui/states.tsx'
import { sayFailed } from '../../ui/undo.tsx'
import { Conflict, Differences } from './conflict.tsx'
import {
  changesOf,
  copyOf,
  type Draft,
  draftOf,
  newDraft,
  type Problems,
  problemsOf,
  rebased,
} from './draft.ts'
import { About, Drawing, Values } from './editor-fields.tsx'
import { Editors, viewOnly } from './editors.tsx'
import { bodyOf, useCreateFlag, useUpdateFlag } from './queries.ts'

/** Makes a flag, from nothing or as a copy of another one. */
export function NewFlagPage(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/feature_flags/new' })
  const { from } = useSearch({ from: '/session/project/$projectId/feature_flags/new' })
  const copied = useQuery({ ...flagQuery(projectId, from ?? 0), enabled: from !== undefined })
  if (from === undefined) return <Editor key="new" projectId={projectId} flag={null} begin={newDraft} />
  if (!copied.data)
    return <NotLoaded thing="feature flag" query={copied} back={<BackLink projectId={projectId} />} />
  return <Editor key={from} projectId={projectId} flag={null} begin={copyOf(copied.data)} />
}

/** Changes a flag. */
export function EditFlagPage(): ReactNode {
  const { projectId, flagId } = useParams({ from: '/session/project/$projectId/feature_flags/$flagId/edit' })
  // what is edited must not be out of date from the start
  const flag = useQuery({ ...flagQuery(projectId, flagId), staleTime: 0 })
  if (!flag.data || (flag.isFetching && !flag.isFetchedAfterMount)) {
    return <NotLoaded thing="feature flag" query={flag} back={<BackLink projectId={projectId} />} />
  }
  if (!flag.data.can_edit) return <ViewOnly projectId={projectId} flag={flag.data} />
  return <Editor key={flagId} projectId={projectId} flag={flag.data} begin={draftOf(flag.data)} />
}

function ViewOnly({ projectId, flag }: { projectId: number; flag: FeatureFlag }): ReactNode {
  return (
    <Page title={flag.key} narrow>
      <Empty title={viewOnly}>
        <p>
          <Link to="/project/$projectId/feature_flags/$flagId" params={{ projectId, flagId: flag.id }}>
            Back to {flag.key}
          </Link>
        </p>
      </Empty>
      <section className={`card ${styles.part}`} aria-label="Who may edit it">
        <h2>Who may edit it</h2>
        <Editors projectId={projectId} flag={flag} />
      </section>
    </Page>
  )
}

const BackLink = ({ projectId }: { projectId: number }) => (
  <Link to="/project/$projectId/feature_flags" params={{ projectId }}>
    Back to feature flags
  </Link>
)

function Editor({
  projectId,
  flag,
  begin,
}: {
  projectId: number
  /** The flag that is changed; null for a new one. */
  flag: FeatureFlag | null
  begin: Draft
}): ReactNode {
  const navigate = useNavigate()
  const client = useQueryClient()
  const [draft, setDraft] = useState(begin)
  /** The flag that the draft changes, as it was when the editing began, or when somebody else's change was seen. */
  const [base, setBase] = useState(flag)
  const [theirs, setTheirs] = useState<FeatureFlag | null>(null)
  const [tried, setTried] = useState(false)
  const [confirming, setConfirming] = useState(false)
  const page = useRef<HTMLDivElement>(null)
  const refused = useRefusals(page)
  const create = useCreateFlag(projectId)
  const update = useUpdateFlag(projectId)
  const names = useNames(projectId, base ? [draft.filters, draftOf(base).filters] : [draft.filters])
  const before = base ? draftOf(base) : begin
  const changes = changesOf(draft, before)
  const isDirty = Object.keys(changes).length > 0
  const guard = useUnsavedGuard(isDirty, 'this flag')
  const error = create.error ?? update.error
  const problems = { ...placed(error), ...(tried && problemsOf(draft)) }
  const set = (next: Partial<Draft>) => {
    setDraft((old) => ({ ...old, ...next }))
    create.reset()
    update.reset()
  }
  const told = (what: Partial<Draft>) =>
    changeWords(
      Object.entries(what).map(([field, after]) => ({ field, before: before[field as keyof Draft], after })),
      names,
    )
  const goOn = (from: FeatureFlag, next: Draft) => {
    setDraft(next)
    setBase(from)
    setTheirs(null)
  }

  const onSaved = ({ id }: FeatureFlag) => {
    guard.saved()
    void navigate({
      to: '/project/$projectId/feature_flags/$flagId',
      params: { projectId, flagId: id },
    })
  }
  const save = async () => {
    setConfirming(false)
    if (!base) {
      create.mutate(draft, { onSuccess: onSaved, onError: refused })
      return
    }
    try {
      onSaved(
        await update.mutateAsync({
          id: base.id,
          ...bodyOf(changes),
          version: base.version,
          original_flag: base,
        }),
      )
    } catch (failure) {
      // every other failure is the mutation's, and shown by the fields
      if (!(failure instanceof ApiError) || failure.status !== 409) return refused()
      update.reset()
      client
        .fetchQuery({ ...flagQuery(projectId, base.id), staleTime: 0 })
        .then(setTheirs)
        .then(refused, sayFailed)
    }
  }
  const submit = () => {
    setTried(true)
    if (Object.keys(problemsOf(draft)).length > 0) refused()
    else if (!base) void save()
    else if (isDirty) setConfirming(true)
  }
  useHotkeys([['mod+S', submit]], [])

  return (
    <Page title={flag ? `Edit ${flag.key}` : 'New feature flag'} narrow>
      <div ref={page}>
        {base && theirs && (
          <Conflict
            theirs={theirs}
            words={told(changesOf(draftOf(theirs), before))}
            onTheirs={() => goOn(theirs, draftOf(theirs))}
            onMine={() => goOn(theirs, rebased(draft, before, draftOf(theirs)))}
          />
        )}
        <form
          className={styles.parts}
          onSubmit={(event: FormEvent) => {
            event.preventDefault()
            submit()
          }}
        >
          <About
            projectId={projectId}
            draft={draft}
            oldKey={base?.key ?? null}
            problems={problems}
            set={set}
          />
          <section className={`card ${styles.part}`} aria-label="What they get">
            <h2>What they get</h2>
            <Values draft={draft} isCompared={(base?.experiment_set.length ?? 0) > 0} set={set} />
            <Problem error={problems.variants ?? problems.payloads} />
          </section>
          <section className={`card ${styles.part}`} aria-label="Who gets it">
            <h2>Who gets it</h2>
            <ConditionSets
              projectId={projectId}
              filters={draft.filters}
              names={names}
              ownId={base?.id ?? null}
              onChange={(filters) => set({ filters })}
            />
            <Problem error={problems.filters} />
          </section>
          <Drawing draft={draft} set={set} />
          <div className={styles.foot}>
            <Problem error={error && Object.keys(placed(error)).length === 0 ? error : undefined} />
            <Button
              variant="default"
              onClick={() =>
                void navigate(
                  base
                    ? {
                        to: '/project/$projectId/feature_flags/$flagId',
                        params: { projectId, flagId: base.id },
                      }
                    : { to: '/project/$projectId/feature_flags', params: { projectId } },
                )
              }
            >
              Cancel
            </Button>
            <Button
              type="submit"
              loading={create.isPending || update.isPending}
              disabled={base !== null && !isDirty}
            >
              {base ? 'Save' : 'Create'}
            </Button>
          </div>
        </form>
        {flag && (
          <section className={`card ${styles.part} ${styles.apart}`} aria-label="Who may edit it">
            <h2>Who may edit it</h2>
            <Editors projectId={projectId} flag={flag} />
          </section>
        )}
      </div>
      {confirming && (
        <Confirm
          title={`Save “${before.key}”?`}
          verb="Save changes"
          busy={false}
          error={null}
          onConfirm={() => void save()}
          onClose={() => setConfirming(false)}
        >
          This is seen by people within a minute.
          <Differences words={told(changes)} />
        </Confirm>
      )}
      {guard.question}
    </Page>
  )
}

/** The server's refusal at the field that it is about. */
function placed(error: unknown): Problems {
  if (!(error instanceof ApiError)) return {}
  const text = sentence(error)
  if (error.attr === 'key') return { key: text }
  if (/^(Invalid variant|Variant|Every variant|A flag may have \d+ variants)/.test(text))
    return { variants: text }
  if (/^Payload/.test(text)) return { payloads: text }
  return error.attr === 'filters' ? { filters: text } : {}
}
