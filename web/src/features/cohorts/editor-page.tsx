import { Button, SegmentedControl, Text, Textarea, TextInput } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useRef, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import type { Cohort } from '../../api/types.ts'
import { useRefusals, useUnsavedGuard } from '../../ui/leave-guard.tsx'
import { cohortNameOf, useNames } from '../../ui/names.ts'
import { NotLoaded } from '../../ui/not-loaded.tsx'
import { Page } from '../../ui/page.tsx'
import parts from '../../ui/parts.module.css'
import { Problem } from '../../ui/problem.tsx'
import { sentence } from '../../ui/states.tsx'
import { Builder } from './builder.tsx'
import { copyOf, type Draft, draftOf, filtersOf, newDraft, type Problems, problemsOf } from './definition.ts'
import { type IdList, IdListFields, listFile, noIds } from './id-list.tsx'
import { cohortQuery, useCreateCohort, useUpdateCohort } from './queries.ts'

/** Makes a cohort, from nothing or as a copy of another one. */
export function NewCohortPage(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/cohorts/new' })
  const { from, type } = useSearch({ from: '/session/project/$projectId/cohorts/new' })
  const copied = useQuery({ ...cohortQuery(projectId, from ?? 0), enabled: from !== undefined })
  if (from === undefined) {
    return (
      <Editor
        key="new"
        projectId={projectId}
        cohort={null}
        begin={newDraft}
        startsStatic={type === 'static'}
      />
    )
  }
  if (!copied.data)
    return <NotLoaded thing="cohort" query={copied} back={<BackLink projectId={projectId} />} />
  return <Editor key={from} projectId={projectId} cohort={null} begin={copyOf(copied.data)} />
}

/** Changes a cohort. */
export function EditCohortPage(): ReactNode {
  const { projectId, cohortId } = useParams({ from: '/session/project/$projectId/cohorts/$cohortId/edit' })
  // what is edited must not be out of date from the start
  const cohort = useQuery({ ...cohortQuery(projectId, cohortId), staleTime: 0, refetchInterval: false })
  if (!cohort.data || (cohort.isFetching && !cohort.isFetchedAfterMount)) {
    return <NotLoaded thing="cohort" query={cohort} back={<BackLink projectId={projectId} />} />
  }
  return <Editor key={cohortId} projectId={projectId} cohort={cohort.data} begin={draftOf(cohort.data)} />
}

const BackLink = ({ projectId }: { projectId: number }) => (
  <Link to="/project/$projectId/cohorts" params={{ projectId }}>
    Back to cohorts
  </Link>
)

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

function Editor({
  projectId,
  cohort,
  begin,
  startsStatic = false,
}: {
  projectId: number
  /** The one that is changed; null for a new one. */
  cohort: Cohort | null
  begin: Draft
  startsStatic?: boolean
}): ReactNode {
  const navigate = useNavigate()
  const names = useNames(projectId)
  const [before] = useState(begin)
  const [draft, setDraft] = useState(begin)
  const [isStatic, setStatic] = useState(cohort?.is_static ?? startsStatic)
  const [list, setList] = useState<IdList>(noIds)
  const [tried, setTried] = useState(false)
  const place = useRef<HTMLDivElement>(null)
  const refused = useRefusals(place)
  const create = useCreateCohort(projectId)
  const update = useUpdateCohort(projectId)
  const isDirty = !same(draft, before) || !same(list.text, '') || list.file !== null
  const guard = useUnsavedGuard(isDirty, 'this cohort')
  const error = create.error ?? update.error
  const problems = { ...placed(error), ...(tried && problemsOf(draft, isStatic)) }
  const set = (changes: Partial<Draft>) => {
    setDraft((old) => ({ ...old, ...changes }))
    create.reset()
    update.reset()
  }
  const toCohort = (id: number) =>
    void navigate({ to: '/project/$projectId/cohorts/$cohortId', params: { projectId, cohortId: id } })
  const submit = async () => {
    setTried(true)
    if (Object.keys(problemsOf(draft, isStatic)).length > 0) return refused()
    const { definition, ...about } = draft
    const changed = { ...about, name: draft.name.trim() }
    const done = {
      onError: refused,
      onSuccess: ({ id }: Cohort) => {
        guard.saved()
        toCohort(id)
      },
    }
    if (!cohort) create.mutate({ ...draft, list: isStatic ? await listFile(list) : undefined }, done)
    else if (isStatic || same(definition, before.definition))
      update.mutate({ id: cohort.id, ...changed }, done)
    else update.mutate({ id: cohort.id, ...changed, filters: filtersOf(definition) }, done)
  }
  useHotkeys([['mod+S', () => void submit()]], [])
  const ownNames = {
    ...names,
    properties: {
      ...names.properties,
      // it can't be part of itself
      cohort: names.properties.cohort?.filter(({ key }) => key !== String(cohort?.id)),
    },
  }
  return (
    <Page title={cohort ? `Edit ${cohortNameOf(cohort)}` : 'New cohort'} narrow>
      <div ref={place}>
        <form
          className={parts.parts}
          onSubmit={(event: FormEvent) => {
            event.preventDefault()
            void submit()
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
              autoFocus={cohort === null}
            />
            <Textarea
              label="Description"
              autosize
              minRows={1}
              maxLength={1000}
              value={draft.description}
              onChange={(event) => set({ description: event.currentTarget.value })}
            />
          </section>
          {(!cohort || !isStatic) && (
            <section className={`card ${parts.part}`} aria-label="Who is in it">
              <h2>Who is in it</h2>
              {!cohort && (
                <div>
                  <SegmentedControl
                    aria-label="Kind"
                    value={isStatic ? 'static' : 'dynamic'}
                    onChange={(kind) => setStatic(kind === 'static')}
                    data={[
                      { value: 'dynamic', label: 'Dynamic' },
                      { value: 'static', label: 'Static' },
                    ]}
                  />
                  <Text size="xs" c="dimmed" mt={4}>
                    {isStatic
                      ? 'The people whom you list, until you change the list.'
                      : 'Whoever fits, found out anew every quarter of an hour.'}
                  </Text>
                </div>
              )}
              {isStatic ? (
                <IdListFields value={list} onChange={setList} />
              ) : (
                <Builder
                  names={ownNames}
                  tried={tried}
                  tree={draft.definition}
                  onChange={(definition) => set({ definition })}
                />
              )}
              <Problem error={problems.definition} />
            </section>
          )}
          <div className={parts.foot}>
            <Problem error={error && Object.keys(placed(error)).length === 0 ? error : undefined} />
            <Button
              variant="default"
              onClick={() =>
                cohort
                  ? toCohort(cohort.id)
                  : void navigate({ to: '/project/$projectId/cohorts', params: { projectId } })
              }
            >
              Cancel
            </Button>
            <Button
              type="submit"
              loading={create.isPending || update.isPending}
              disabled={cohort !== null && !isDirty}
            >
              {cohort ? 'Save' : 'Create'}
            </Button>
          </div>
        </form>
      </div>
      {guard.question}
    </Page>
  )
}

/** The server's refusal at the field that it is about. */
function placed(error: unknown): Problems {
  if (!(error instanceof ApiError)) return {}
  if (error.attr === 'name') return { name: sentence(error) }
  return error.attr === 'filters' || error.attr === 'csv' ? { definition: sentence(error) } : {}
}
