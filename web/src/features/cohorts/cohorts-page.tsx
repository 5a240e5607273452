import { ActionIcon, Button, Group, SegmentedControl } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useProject } from '../../api/session.ts'
import type { Cohort } from '../../api/types.ts'
import { ListCard, NoneMatch } from '../../ui/list-card.tsx'
import { cohortNameOf } from '../../ui/names.ts'
import { counted, number } from '../../ui/numbers.ts'
import { Page } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Empty } from '../../ui/states.tsx'
import { CohortMenu } from './cohort-actions.tsx'
import { KindBadge } from './kind-badge.tsx'
import { COHORTS_A_PAGE, cohortsListQuery } from './queries.ts'
import type { CohortsSearch } from './search.ts'
import { CalculationState } from './state.tsx'

/** The cohorts of the project, newest first. */
export function CohortsPage(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/cohorts' })
  const asked = useSearch({ from: '/session/project/$projectId/cohorts' })
  const navigate = useNavigate({ from: '/project/$projectId/cohorts' })
  const cohorts = useQuery(cohortsListQuery(projectId, asked))
  const rows = cohorts.data?.results
  const { search, type, page = 1 } = asked
  const [text, setText] = useState(search ?? '')
  const onSearch = (changes: CohortsSearch) =>
    void navigate({
      search: (old) => ({ ...old, page: undefined, ...changes }),
      replace: 'search' in changes,
    })
  const create = (
    <Button component={Link} to={`/project/${projectId}/cohorts/new`} leftSection={<IconPlus size={16} />}>
      New cohort
    </Button>
  )
  return (
    <Page
      title="Cohorts"
      about="Groups of people with a name, to filter, compare and roll out by."
      actions={create}
    >
      <Group mb="sm" gap="sm">
        <SearchField
          label="Search cohorts"
          placeholder="Name or description"
          text={text}
          onText={setText}
          onSearch={(value) => onSearch({ search: value || undefined })}
        />
        <SegmentedControl
          aria-label="Kind"
          value={type ?? ''}
          onChange={(value) => onSearch({ type: (value || undefined) as CohortsSearch['type'] })}
          data={[
            { value: '', label: 'All' },
            { value: 'dynamic', label: 'Dynamic' },
            { value: 'static', label: 'Static' },
          ]}
        />
      </Group>
      <ListCard
        what="cohorts"
        query={cohorts}
        rows={rows}
        empty={
          search || type || page > 1 ? (
            <NoneMatch
              title="No cohorts match."
              onClear={() => {
                setText('')
                void navigate({ search: {} })
              }}
            />
          ) : (
            <Empty title="No cohorts yet.">
              A cohort is a saved group of people. A dynamic one is found anew by what people did and what is
              known of them; a static one is a list of yours. <div style={{ marginTop: 12 }}>{create}</div>
            </Empty>
          )
        }
      >
        {(rows) => <CohortTable projectId={projectId} rows={rows} />}
      </ListCard>
      <Pager
        page={page}
        rows={rows?.length ?? 0}
        aPage={COHORTS_A_PAGE}
        count={cohorts.data?.count}
        more={Boolean(cohorts.data?.next)}
        go={(to) => onSearch({ page: to > 1 ? to : undefined })}
      />
    </Page>
  )
}

function CohortTable({ projectId, rows }: { projectId: number; rows: Cohort[] }): ReactNode {
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  return (
    <ScrollRegion label="Cohorts">
      <table className="data middle">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" className="num">
              People
            </th>
            <th scope="col" className="wide-only">
              Calculated
            </th>
            <th scope="col" className="wide-only">
              By
            </th>
            <th scope="col" className="wide-only">
              Created
            </th>
            <th scope="col">
              <span className="visually-hidden">More</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((cohort) => {
            const state = <CalculationState projectId={projectId} cohort={cohort} timeZone={timeZone} />
            return (
              <tr key={cohort.id} className="link">
                <td>
                  <Group gap={6}>
                    <Link
                      to="/project/$projectId/cohorts/$cohortId"
                      params={{ projectId, cohortId: cohort.id }}
                      style={{ textDecoration: 'none', overflowWrap: 'anywhere' }}
                    >
                      {cohortNameOf(cohort)}
                    </Link>
                    <KindBadge isStatic={cohort.is_static} />
                  </Group>
                  {cohort.description && <div className="muted small">{cohort.description}</div>}
                  <div className="small narrow-only">{state}</div>
                </td>
                <td className="num">
                  {cohort.count === null ? (
                    <span className="muted">–</span>
                  ) : (
                    <span title={counted(cohort.count, 'person', 'people')}>{number(cohort.count)}</span>
                  )}
                </td>
                <td className="wide-only">{state}</td>
                <td className="muted wide-only">
                  {cohort.created_by ? cohort.created_by.first_name || cohort.created_by.email : ''}
                </td>
                <td className="muted wide-only" style={{ whiteSpace: 'nowrap' }}>
                  <RelativeTime at={cohort.created_at} timeZone={timeZone} />
                </td>
                <td className="num" style={{ width: '1%' }}>
                  <CohortMenu projectId={projectId} cohort={cohort}>
                    {(label, icon) => (
                      <ActionIcon variant="subtle" color="gray" aria-label={label}>
                        {icon}
                      </ActionIcon>
                    )}
                  </CohortMenu>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
