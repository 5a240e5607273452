import { Button, Group, NativeSelect } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { http } from '../../api/client.ts'
import { allMembersQuery } from '../../api/members.ts'
import { useMe, useProject } from '../../api/session.ts'
import { changeWords, type Entry, kindOf, tellsChanges, verbOf, whoOf } from '../../ui/activity/words.ts'
import { ListCard, NoneMatch } from '../../ui/list-card.tsx'
import { Page } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { Empty } from '../../ui/states.tsx'
import { capital } from '../../ui/text.ts'
import type { HistorySearch } from './search.ts'

const A_PAGE = 50

/** Kinds of things of a project whose changes are told. */
const kinds = [
  'Action',
  'Annotation',
  'Cohort',
  'Dashboard',
  'DeadLetter',
  'EarlyAccessFeature',
  'EventDefinition',
  'Experiment',
  'ExperimentHoldout',
  'FeatureFlag',
  'Group',
  'GroupType',
  'Insight',
  'Person',
  'PropertyDefinition',
  'SharingConfiguration',
  'Subscription',
  'Survey',
  'Team',
]
const verbs = ['created', 'updated', 'deleted']

const historyQuery = (projectId: number, { page = 1, ...which }: HistorySearch) =>
  queryOptions({
    queryKey: ['project', projectId, 'history', which, page],
    queryFn: ({ signal }) =>
      http.GET('/api/projects/{project_id}/activity_log/', {
        params: {
          path: { project_id: String(projectId) },
          query: { ...which, limit: A_PAGE, offset: (page - 1) * A_PAGE },
        },
        signal,
      }),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })

/** Who changed what in the project, and when; newest first. */
export function HistoryPage(): ReactNode {
  const from = '/session/project/$projectId/data-management/history'
  const { projectId } = useParams({ from })
  const asked = useSearch({ from })
  const navigate = useNavigate({ from: '/project/$projectId/data-management/history' })
  const me = useMe()
  const members = useQuery(allMembersQuery(me.organization?.id ?? '@current'))
  const history = useQuery(historyQuery(projectId, asked))
  const rows = history.data?.results
  const { page = 1, ...narrowed } = asked
  /** The one thing that is asked about. */
  const only = rows?.find(({ detail }) => detail.name)?.detail.name ?? 'One thing only'
  const onSearch = (changes: HistorySearch) =>
    void navigate({ search: (old) => ({ ...old, page: undefined, ...changes }) })
  const select = (
    label: string,
    name: 'scope' | 'user' | 'activity',
    all: string,
    choices: { value: string; label: string }[],
  ) => {
    const value = asked[name] ?? ''
    const known = value === '' || choices.some((one) => one.value === value)
    return (
      <NativeSelect
        aria-label={label}
        value={value}
        data={[
          { value: '', label: all },
          ...choices,
          ...(known ? [] : [{ value, label: name === 'user' ? 'Somebody else' : value }]),
        ]}
        onChange={(event) =>
          onSearch({
            [name]: event.currentTarget.value || undefined,
            // the id is one of another kind
            ...(name === 'scope' && { item_id: undefined }),
          })
        }
      />
    )
  }
  return (
    <Page title="History" about="Who changed what in this project, and when.">
      <Group mb="sm" gap="sm">
        {select(
          'Kind of thing',
          'scope',
          'Everything',
          kinds.map((value) => ({ value, label: capital(kindOf(value)) })),
        )}
        {select(
          'Who',
          'user',
          'By anybody',
          (members.data?.results ?? []).map(({ user }) => ({
            value: user.uuid,
            label: `By ${user.uuid === me.uuid ? 'you' : user.first_name || user.email}`,
          })),
        )}
        {select(
          'What was done',
          'activity',
          'Whatever was done',
          verbs.map((value) => ({ value, label: capital(value) })),
        )}
        {asked.item_id !== undefined && (
          <Button
            variant="default"
            rightSection={<IconX size={14} />}
            aria-label={`${only}: remove this filter`}
            onClick={() => onSearch({ item_id: undefined })}
          >
            {only}
          </Button>
        )}
      </Group>
      <ListCard
        what="the history"
        query={history}
        rows={rows}
        empty={
          Object.keys(narrowed).length > 0 || page > 1 ? (
            <NoneMatch title="No changes match." onClear={() => void navigate({ search: {} })} />
          ) : (
            <Empty title="No changes yet.">
              Every change that is made here, or by the API, is told here.
            </Empty>
          )
        }
      >
        {(rows) => <HistoryTable projectId={projectId} rows={rows} />}
      </ListCard>
      <Pager
        page={page}
        rows={rows?.length ?? 0}
        aPage={A_PAGE}
        count={history.data?.count}
        more={Boolean(history.data?.next)}
        go={(to) => onSearch({ page: to > 1 ? to : undefined })}
      />
    </Page>
  )
}

function HistoryTable({ projectId, rows }: { projectId: number; rows: Entry[] }): ReactNode {
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  return (
    <ScrollRegion label="History">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">When</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((entry) => {
            const changes = tellsChanges(entry.activity) ? changeWords(entry, timeZone) : []
            return (
              <tr key={entry.id}>
                <td>{whoOf(entry)}</td>
                <td style={{ overflowWrap: 'anywhere' }}>
                  <div>
                    {capital(verbOf(entry.activity))} the {kindOf(entry.scope)}{' '}
                    <Thing projectId={projectId} entry={entry} />
                  </div>
                  {changes.length > 0 && (
                    <ul className="small muted" style={{ margin: '2px 0 0', paddingLeft: 16 }}>
                      {changes.map((text) => (
                        <li key={text}>{text}</li>
                      ))}
                    </ul>
                  )}
                </td>
                <td className="muted" style={{ whiteSpace: 'nowrap' }}>
                  <RelativeTime at={entry.created_at} timeZone={timeZone} />
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

/** What was changed, with the way there where it has a page and is not gone. */
function Thing({ projectId, entry }: { projectId: number; entry: Entry }): ReactNode {
  const { scope, item_id: id, activity, detail } = entry
  const name = detail.name ? `“${detail.name}”` : id ? `number ${id}` : ''
  if (!id || activity === 'deleted') return name
  switch (scope) {
    case 'FeatureFlag':
      return (
        <Link to="/project/$projectId/feature_flags/$flagId" params={{ projectId, flagId: Number(id) }}>
          {name}
        </Link>
      )
    case 'Dashboard':
      return (
        <Link to="/project/$projectId/dashboard/$dashboardId" params={{ projectId, dashboardId: Number(id) }}>
          {name}
        </Link>
      )
    case 'Experiment':
      return (
        <Link
          to="/project/$projectId/experiments/$experimentId"
          params={{ projectId, experimentId: Number(id) }}
        >
          {name}
        </Link>
      )
    case 'Survey':
      return (
        <Link to="/project/$projectId/surveys/$surveyId" params={{ projectId, surveyId: id }}>
          {name}
        </Link>
      )
    case 'EarlyAccessFeature':
      return (
        <Link to="/project/$projectId/early_access_features/$featureId" params={{ projectId, featureId: id }}>
          {name}
        </Link>
      )
    case 'Action':
      return (
        <Link
          to="/project/$projectId/data-management/actions/$actionId"
          params={{ projectId, actionId: Number(id) }}
        >
          {name}
        </Link>
      )
    case 'Cohort':
      return (
        <Link to="/project/$projectId/cohorts/$cohortId" params={{ projectId, cohortId: Number(id) }}>
          {name}
        </Link>
      )
    case 'EventDefinition':
    case 'PropertyDefinition':
      return (
        <Link
          to={`/project/$projectId/data-management/${scope === 'EventDefinition' ? 'events' : 'properties'}`}
          params={{ projectId }}
          search={{ search: detail.name ?? undefined }}
        >
          {name}
        </Link>
      )
    case 'Insight':
      return detail.short_id ? (
        <Link to="/project/$projectId/insights/$shortId" params={{ projectId, shortId: detail.short_id }}>
          {detail.name ? name : 'without a name'}
        </Link>
      ) : (
        name
      )
    default:
      return name
  }
}
