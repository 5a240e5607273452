import {
  Alert,
  Button,
  Group,
  SegmentedControl,
  Switch,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useBlocker, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import type { FeatureFlag } from '../../api/types.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { NotLoaded } from '../../ui/not-loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { sentence } from '../../ui/states.tsx'
import { spreadEvenly, type Variant } from '../../ui/variants.ts'
import { VariantsEditor } from '../../ui/variants-editor.tsx'
import { ConditionSets } from './condition-sets.tsx'
import styles from './editor-page.module.css'
import {
  changesOf,
  type Draft,
  draftOf,
  keyProblem,
  newDraft,
  type Problems,
  payloadProblem,
  payloadText,
  problemsOf,
  rebased,
  variantsOf,
  withPayload,
  withVariants,
} from './filters.ts'
import { bodyOf, flagQuery, tagsQuery, useCreateFlag, useNames, useUpdateFlag } from './queries.ts'
import { changeWords } from './words.ts'

const MOST_VARIANTS = 100
const variantOf = (key: string): Variant => ({ key, name: '', rollout_percentage: 50 })

/** Makes a flag, from nothing or as a copy of another one. */
export function NewFlagPage(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/feature_flags/new' })
  const { from } = useSearch({ from: '/session/project/$projectId/feature_flags/new' })
  const copied = useQuery({ ...flagQuery(projectId, from ?? 0), enabled: from !== undefined })
  if (from === undefined) return <Editor key="new" projectId={projectId} flag={null} begin={newDraft} />
  if (!copied.data)
    return <NotLoaded thing="feature flag" query={copied} back={<BackLink projectId={projectId} />} />
  const draft = draftOf(copied.data)
  return (
    <Editor key={from} projectId={projectId} flag={null} begin={{ ...draft, key: `${draft.key}-copy` }} />
  )
}

/** Changes a flag. */
export function EditFlagPage(): ReactNode {
  const { projectId, flagId } = useParams({ from: '/session/project/$projectId/feature_flags/$flagId/edit' })
  // what is edited must not be out of date from the start
  const flag = useQuery({ ...flagQuery(projectId, flagId), staleTime: 0 })
  if (!flag.data || (flag.isFetching && !flag.isFetchedAfterMount)) {
    return <NotLoaded thing="feature flag" query={flag} back={<BackLink projectId={projectId} />} />
  }
  return <Editor key={flagId} projectId={projectId} flag={flag.data} begin={draftOf(flag.data)} />
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
  const isSaved = useRef(false)
  /** Counts what was refused: each time, the place that says why comes into view. */
  const [refusals, setRefusals] = useState(0)
  const page = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!refusals) return
    const place = page.current?.querySelector<HTMLElement>('[role="alert"], [aria-invalid="true"]')
    place?.scrollIntoView({ block: 'center' })
    place?.focus({ preventScroll: true })
  }, [refusals])
  const refused = () => setRefusals((count) => count + 1)
  const create = useCreateFlag(projectId)
  const update = useUpdateFlag(projectId)
  const names = useNames(projectId, base ? [draft.filters, draftOf(base).filters] : [draft.filters])
  const before = base ? draftOf(base) : begin
  const changes = changesOf(draft, before)
  const isDirty = Object.keys(changes).length > 0
  const blocker = useBlocker({
    shouldBlockFn: () => isDirty && !isSaved.current,
    enableBeforeUnload: () => isDirty && !isSaved.current,
    withResolver: true,
  })
  const error = create.error ?? update.error
  const problems = { ...placed(error), ...(tried && problemsOf(draft)) }
  const set = (next: Partial<Draft>) => {
    setDraft((old) => ({ ...old, ...next }))
    create.reset()
    update.reset()
  }
  const differences = base
    ? changeWords(
        Object.entries(changes).map(([field, after]) => ({
          field,
          before: before[field as keyof Draft],
          after,
        })),
        names,
      )
    : []

  const onSaved = ({ id }: FeatureFlag) => {
    isSaved.current = true
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
      setTheirs(await client.fetchQuery({ ...flagQuery(projectId, base.id), staleTime: 0 }))
      refused()
    }
  }
  const submit = () => {
    setTried(true)
    if (Object.keys(problemsOf(draft)).length > 0) refused()
    else if (base) setConfirming(true)
    else void save()
  }
  useHotkeys([['mod+S', submit]], [])

  return (
    <Page title={flag ? `Edit ${flag.key}` : 'New feature flag'} narrow>
      <div ref={page}>
        {base && theirs && (
          <Conflict
            theirs={theirs}
            words={changeWords(
              Object.entries(changesOf(draftOf(theirs), before)).map(([field, after]) => ({
                field,
                before: before[field as keyof Draft],
                after,
              })),
              names,
            )}
            onTheirs={() => {
              setDraft(draftOf(theirs))
              setBase(theirs)
              setTheirs(null)
            }}
            onMine={() => {
              setDraft(rebased(draft, before, draftOf(theirs)))
              setBase(theirs)
              setTheirs(null)
            }}
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
            <Problem text={problems.variants ?? problems.payloads} />
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
            <Problem text={problems.filters} />
          </section>
          <Drawing draft={draft} set={set} />
          <div className={styles.foot}>
            <Problem text={error && Object.keys(placed(error)).length === 0 ? sentence(error) : undefined} />
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
          <Differences words={differences} />
        </Confirm>
      )}
      {blocker.status === 'blocked' && (
        <Confirm
          title="Leave without saving?"
          verb="Leave"
          busy={false}
          error={null}
          onConfirm={blocker.proceed}
          onClose={blocker.reset}
        >
          What you changed of this flag is lost.
        </Confirm>
      )}
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

const Problem = ({ text }: { text: string | undefined }) =>
  text ? (
    <p className={styles.problem} role="alert">
      {text}
    </p>
  ) : null

const Differences = ({ words }: { words: string[] }) => (
  <ul className={styles.differences}>
    {words.map((text) => (
      <li key={text}>{text}</li>
    ))}
  </ul>
)

/** Somebody else was faster: what they changed, and whose version goes on. */
function Conflict({
  theirs,
  words,
  onTheirs,
  onMine,
}: {
  theirs: FeatureFlag
  words: string[]
  onTheirs: () => void
  onMine: () => void
}): ReactNode {
  const by = theirs.last_modified_by
  return (
    <Alert
      color="yellow"
      variant="outline"
      title={`${by ? by.first_name || by.email : 'Somebody'} changed this flag while you were editing it.`}
      role="alert"
      mb="md"
      styles={{ root: { background: 'var(--surface)' }, title: { color: 'var(--warning)' } }}
    >
      <Text size="sm" c="var(--text)" component="div">
        Nothing of yours is saved yet.
        <Differences words={words} />
      </Text>
      <Group gap="xs" mt="sm">
        <Button size="compact-sm" variant="default" onClick={onTheirs}>
          Show theirs
        </Button>
        <Button size="compact-sm" variant="default" onClick={onMine}>
          Keep mine
        </Button>
      </Group>
    </Alert>
  )
}

type Fields = { draft: Draft; set: (next: Partial<Draft>) => void }

function About({
  projectId,
  draft,
  oldKey,
  problems,
  set,
}: Fields & { projectId: number; oldKey: string | null; problems: Problems }): ReactNode {
  const tags = useQuery(tagsQuery(projectId))
  const isRenamed = oldKey !== null && draft.key !== oldKey
  return (
    <section className={`card ${styles.part}`} aria-label="About">
      <TextInput
        label="Key"
        description="What code asks for. Letters, digits, - and _ only; it can't be changed safely later."
        required
        maxLength={400}
        classNames={{ input: 'mono' }}
        value={draft.key}
        error={problems.key ?? (draft.key ? keyProblem(draft.key) : undefined)}
        onChange={(event) => set({ key: event.currentTarget.value.trim() })}
        data-autofocus
      />
      {isRenamed && (
        <Text size="sm" c="var(--warning)" role="status">
          Code that asks for “{oldKey}” gets nothing any more, and people are drawn anew.
        </Text>
      )}
      <Textarea
        label="Description"
        autosize
        minRows={2}
        maxLength={10_000}
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TagsInput
        label="Tags"
        data={tags.data ?? []}
        value={draft.tags}
        acceptValueOnBlur
        onChange={(picked) => set({ tags: picked.map((tag) => tag.trim().toLowerCase()) })}
      />
      <Switch
        label="On"
        description="Off, nobody gets it, whatever the conditions say."
        checked={draft.active}
        onChange={(event) => set({ active: event.currentTarget.checked })}
      />
    </section>
  )
}

function Values({ draft, isCompared, set }: Fields & { isCompared: boolean }): ReactNode {
  const { filters } = draft
  const variants = variantsOf(filters)
  const setVariants = (next: Variant[]) => set({ filters: withVariants(filters, next) })
  const payload = (key: string, label: string) => (
    <Textarea
      size="xs"
      label={label}
      placeholder='JSON, as {"color": "green"}'
      autosize
      minRows={1}
      classNames={{ input: 'mono' }}
      value={payloadText(filters, key)}
      error={payloadProblem(payloadText(filters, key))}
      onChange={(event) => set({ filters: withPayload(filters, key, event.currentTarget.value) })}
    />
  )
  return (
    <>
      <SegmentedControl
        aria-label="Type"
        value={variants.length ? 'multivariate' : 'boolean'}
        onChange={(type) =>
          setVariants(type === 'boolean' ? [] : spreadEvenly(['control', 'test'].map(variantOf)))
        }
        data={[
          { value: 'boolean', label: 'On or off' },
          { value: 'multivariate', label: 'Variants' },
        ]}
      />
      {isCompared && (
        <Text size="sm" c="var(--warning)">
          An experiment compares its variants: other ones spoil its results.
        </Text>
      )}
      {variants.length ? (
        <VariantsEditor
          variants={variants}
          most={MOST_VARIANTS}
          create={variantOf}
          onChange={setVariants}
          more={({ key }) => payload(key, `Payload of ${key}`)}
        />
      ) : (
        payload('true', 'Payload')
      )}
    </>
  )
}

function Drawing({ draft, set }: Fields): ReactNode {
  const isOfPeople = (draft.filters.aggregation_group_type_index ?? null) === null
  if (!isOfPeople) return null
  const byDevice = draft.bucketing_identifier === 'device_id'
  return (
    <section className={`card ${styles.part}`} aria-label="How percentages are drawn">
      <h2>How percentages are drawn</h2>
      <div>
        <SegmentedControl
          aria-label="Drawn by"
          value={byDevice ? 'device_id' : 'distinct_id'}
          onChange={(by) => set({ bucketing_identifier: by === 'device_id' ? by : null })}
          data={[
            { value: 'distinct_id', label: 'By distinct id' },
            { value: 'device_id', label: 'By device' },
          ]}
        />
        <Text size="xs" c="dimmed" mt={4}>
          {byDevice
            ? 'A device keeps what it got, whoever uses it. Only SDKs that tell the device can ask.'
            : 'Somebody gets the same wherever the same id asks.'}
        </Text>
      </div>
      <Switch
        label="Keep it after sign-in"
        description="Who got it before they were known keeps it. Needs a look-up, so SDKs can't evaluate it on their own."
        checked={draft.ensure_experience_continuity}
        disabled={byDevice && !draft.ensure_experience_continuity}
        onChange={(event) => set({ ensure_experience_continuity: event.currentTarget.checked })}
      />
    </section>
  )
}
