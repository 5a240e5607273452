import { ActionIcon, Alert, Button, Group, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconChartLine, IconPencil, IconUserPlus, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useProject } from '../../api/session.ts'
import type { Cohort, PersonRow } from '../../api/types.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { ExportButton } from '../../ui/export-csv.tsx'
import { History } from '../../ui/history.tsx'
import { ListCard, NoneMatch } from '../../ui/list-card.tsx'
import { cohortNameOf } from '../../ui/names.ts'
import { NotLoaded } from '../../ui/not-loaded.tsx'
import { counted } from '../../ui/numbers.ts'
import { Page } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import parts from '../../ui/parts.module.css'
import { PeopleTable } from '../../ui/people-table.tsx'
import { Problem } from '../../ui/problem.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Empty } from '../../ui/states.tsx'
import { sayFailed, withUndo } from '../../ui/undo.tsx'
import { CohortMenu } from './cohort-actions.tsx'
import { readDefinition } from './definition.ts'
import { DefinitionShown } from './definition-shown.tsx'
import { type IdList, IdListFields, listFile, noIds } from './id-list.tsx'
import { KindBadge } from './kind-badge.tsx'
import {
  cohortQuery,
  PEOPLE_A_PAGE,
  peopleQuery,
  useAddPeople,
  useAddPerson,
  useConditionNames,
  useRemovePerson,
  useUpdateCohort,
} from './queries.ts'
import { CalculationState } from './state.tsx'
import { changeWords } from './words.ts'

/** A cohort: its people, and what makes them so. */
export function CohortPage(): ReactNode {
  const { projectId, cohortId } = useParams({ from: '/session/project/$projectId/cohorts/$cohortId' })
  const cohort = useQuery(cohortQuery(projectId, cohortId))
  if (cohort.data) return <Shown key={cohortId} projectId={projectId} cohort={cohort.data} />
  return (
    <NotLoaded
      thing="cohort"
      query={cohort}
      back={
        <Link to="/project/$projectId/cohorts" params={{ projectId }}>
          Back to cohorts
        </Link>
      }
    />
  )
}

type Props = { projectId: number; cohort: Cohort }

function Shown({ projectId, cohort }: Props): ReactNode {
  const navigate = useNavigate({ from: '/project/$projectId/cohorts/$cohortId' })
  const names = useConditionNames(projectId)
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const name = cohortNameOf(cohort)
  const { id, is_static: isStatic, deleted, created_by: by } = cohort
  return (
    <Page
      title={name}
      about={cohort.description || undefined}
      actions={
        !deleted && (
          <>
            <Button
              component={Link}
              to={`/project/${projectId}/cohorts/${id}/edit`}
              leftSection={<IconPencil size={16} />}
            >
              Edit
            </Button>
            <CohortMenu
              projectId={projectId}
              cohort={cohort}
              onDeleted={() => void navigate({ to: '/project/$projectId/cohorts', params: { projectId } })}
            >
              {(label, icon) => (
                <Button variant="default" px="xs" aria-label={label}>
                  {icon}
                </Button>
              )}
            </CohortMenu>
          </>
        )
      }
    >
      {deleted && <Deleted projectId={projectId} cohort={cohort} />}
      <div className={parts.columns}>
        <div className={parts.column}>{!deleted && <People projectId={projectId} cohort={cohort} />}</div>
        <div className={parts.column}>
          <section className={`card ${parts.part}`} aria-label="Who is in it">
            <h2>Who is in it</h2>
            {isStatic ? (
              <p className="muted">Those who were listed. They stay until somebody changes the list.</p>
            ) : (
              <DefinitionShown tree={readDefinition(cohort.filters)} names={names} />
            )}
          </section>
          <section className={`card ${parts.part}`} aria-label="About">
            <h2>About</h2>
            <dl className={parts.facts}>
              <dt>Kind</dt>
              <dd>
                <KindBadge isStatic={isStatic} />
              </dd>
              <dt>{isStatic ? 'List' : 'Calculated'}</dt>
              <dd>
                <CalculationState projectId={projectId} cohort={cohort} timeZone={timeZone} />
              </dd>
              <dt>Created</dt>
              <dd>
                <RelativeTime at={cohort.created_at} timeZone={timeZone} />
                {by && ` by ${by.first_name || by.email}`}
              </dd>
              <dt>In SQL</dt>
              <dd>
                <code className="mono">person_id in cohort {id}</code>
              </dd>
            </dl>
            {!deleted && (
              <div>
                <Button
                  component={Link}
                  to={trendOf(projectId, id)}
                  size="xs"
                  variant="default"
                  leftSection={<IconChartLine size={14} />}
                >
                  Ask what they do
                </Button>
              </div>
            )}
          </section>
          <section className={`card ${parts.part}`} aria-label="History">
            <h2>History</h2>
            <History
              projectId={projectId}
              of={{ scope: 'Cohort', itemId: String(id), under: cohortQuery(projectId, id).queryKey }}
              words={(changes) => changeWords(changes, names)}
            />
          </section>
        </div>
      </div>
    </Page>
  )
}

/** A trend of all that a cohort's people do. */
function trendOf(projectId: number, id: number): string {
  const query = {
    kind: 'TrendsQuery',
    series: [{ kind: 'EventsNode', event: null, math: 'dau' }],
    interval: 'day',
    dateRange: { date_from: '-30d' },
    properties: [{ key: 'id', type: 'cohort', operator: 'in', value: id }],
    trendsFilter: { display: 'ActionsLineGraph' },
  }
  return `/project/${projectId}/insights/new?q=${encodeURIComponent(JSON.stringify(query))}`
}

function People({ projectId, cohort }: Props): ReactNode {
  const { search, page = 1 } = useSearch({ from: '/session/project/$projectId/cohorts/$cohortId' })
  const navigate = useNavigate({ from: '/project/$projectId/cohorts/$cohortId' })
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const people = useQuery(peopleQuery(projectId, cohort, { search, page }))
  const rows = people.data?.results
  const [text, setText] = useState(search ?? '')
  const [adding, setAdding] = useState(false)
  const { id, count, is_static: isStatic } = cohort
  const isFirst = cohort.is_calculating && cohort.last_calculation === null
  return (
    <section aria-label="People of this cohort">
      <Group justify="space-between" mb="sm" gap="sm">
        <h2 style={{ margin: 0, fontSize: 16 }}>
          {count === null ? 'People' : counted(count, 'person', 'people')}
        </h2>
        <Group gap="xs">
          {isStatic && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconUserPlus size={14} />}
              onClick={() => setAdding(true)}
            >
              Add people
            </Button>
          )}
          <ExportButton
            projectId={projectId}
            size="xs"
            disabled={!rows?.length}
            exported={{
              export_context: {
                path: `/api/projects/${projectId}/cohorts/${id}/persons/${search ? `?search=${encodeURIComponent(search)}` : ''}`,
                filename: cohortNameOf(cohort),
              },
            }}
          />
        </Group>
      </Group>
      <SearchField
        label="Search the people of this cohort"
        placeholder="E-mail or distinct id"
        text={text}
        onText={setText}
        onSearch={(value) => void navigate({ search: value ? { search: value } : {}, replace: true })}
        mb="sm"
      />
      <ListCard
        what="people"
        query={people}
        rows={isFirst ? [] : rows}
        empty={
          isFirst ? (
            <Empty title="Calculating…">
              Its people are being found out. They appear here by themselves.
            </Empty>
          ) : search ? (
            <NoneMatch
              title={`Nobody in it matches “${search}”.`}
              verb="Clear the search"
              onClear={() => {
                setText('')
                void navigate({ search: {} })
              }}
            >
              Search looks into e-mails, and at distinct ids as a whole.
            </NoneMatch>
          ) : (
            <Empty title="Nobody is in it.">
              {isStatic
                ? 'Add people by their distinct ids.'
                : 'Nobody fits its conditions at present. It is calculated again every quarter of an hour.'}
            </Empty>
          )
        }
      >
        {(rows) => (
          <PeopleTable
            projectId={projectId}
            timeZone={timeZone}
            rows={rows}
            more={
              isStatic
                ? (person, name) => (
                    <TakeOut projectId={projectId} cohort={cohort} person={person} name={name} />
                  )
                : undefined
            }
          />
        )}
      </ListCard>
      <Pager
        page={page}
        rows={rows?.length ?? 0}
        aPage={PEOPLE_A_PAGE}
        count={search ? undefined : (count ?? undefined)}
        more={Boolean(people.data?.next)}
        go={(to) => void navigate({ search: (old) => ({ ...old, page: to > 1 ? to : undefined }) })}
      />
      {adding && <AddPeople projectId={projectId} cohort={cohort} onClose={() => setAdding(false)} />}
    </section>
  )
}

function TakeOut({
  projectId,
  cohort: { id },
  person: { uuid },
  name,
}: Props & { person: PersonRow; name: string }): ReactNode {
  const { mutateAsync: remove, isPending } = useRemovePerson(projectId)
  const { mutateAsync: add } = useAddPerson(projectId)
  const takeOut = async () => {
    await withUndo(
      `Took ${name} out.`,
      () => remove({ id, uuid }),
      () => add({ id, uuid }),
    )
  }
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={`Take ${name} out`}
      loading={isPending}
      onClick={() => void takeOut()}
    >
      <IconX size={16} />
    </ActionIcon>
  )
}

function AddPeople({ projectId, cohort, onClose }: Props & { onClose: () => void }): ReactNode {
  const add = useAddPeople(projectId)
  const [list, setList] = useState<IdList>(noIds)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const file = await listFile(list)
    if (!file) return
    add.mutate(
      { id: cohort.id, list: file },
      {
        onSuccess: (after) => {
          const added = (after.count ?? 0) - (cohort.count ?? 0)
          notifications.show({
            role: 'status',
            message:
              added > 0
                ? `Added ${counted(added, 'person', 'people')}.`
                : 'Nobody was added: the ids are of nobody, or of people who are in it.',
          })
          onClose()
        },
      },
    )
  }
  return (
    <Dialog onClose={onClose} title={`Add people to “${cohortNameOf(cohort)}”`}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="md">
          <IdListFields value={list} onChange={setList} />
          <Problem error={add.error} />
          <Button type="submit" loading={add.isPending} disabled={!list.text.trim() && !list.file}>
            Add
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}

function Deleted({ projectId, cohort }: Props): ReactNode {
  const restore = useUpdateCohort(projectId)
  return (
    <Alert
      color="yellow"
      variant="outline"
      title="This cohort was deleted."
      mb="md"
      styles={{ root: { background: 'var(--surface)' }, title: { color: 'var(--warning)' } }}
    >
      <Text size="sm" c="var(--text)" mb="sm">
        Insights and flags that name it find nobody.
      </Text>
      <Button
        size="compact-sm"
        variant="default"
        loading={restore.isPending}
        onClick={() => restore.mutate({ id: cohort.id, deleted: false }, { onError: sayFailed })}
      >
        Restore it
      </Button>
    </Alert>
  )
}
