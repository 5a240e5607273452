import { Badge, Button, Group, SegmentedControl } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useProject } from '../../api/session.ts'
import { ListCard, NoneMatch } from '../../ui/list-card.tsx'
import { Page } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Empty } from '../../ui/states.tsx'
import { dayOf } from '../../ui/time.ts'
import { HoldoutsDialog } from './holdouts-dialog.tsx'
import { NewExperimentDialog } from './new-dialog.tsx'
import { EXPERIMENTS_A_PAGE, type Experiment, experimentsQuery } from './queries.ts'
import type { ExperimentsSearch } from './search.ts'
import { stateColors, stateOf } from './shown.ts'

/** The experiments of the project. */
export function ExperimentsPage(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/experiments' })
  const asked = useSearch({ from: '/session/project/$projectId/experiments' })
  const { page = 1 } = asked
  const navigate = useNavigate({ from: '/project/$projectId/experiments' })
  const [creating, setCreating] = useState(false)
  const [listing, setListing] = useState(false)
  const experiments = useQuery(experimentsQuery(projectId, asked))
  const [text, setText] = useState(asked.search ?? '')
  const onSearch = (changes: ExperimentsSearch) =>
    void navigate({
      search: (old) => ({ ...old, page: undefined, ...changes }),
      replace: 'search' in changes,
    })
  const rows = experiments.data?.results
  const actions = (
    <>
      <Button variant="default" onClick={() => setListing(true)}>
        Holdouts
      </Button>
      <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
        New experiment
      </Button>
    </>
  )
  return (
    <Page
      title="Experiments"
      about="Show people variants of a feature, and see which makes more of them do what you want."
      actions={actions}
    >
      <Group mb="sm" gap="sm">
        <SearchField
          label="Search experiments"
          placeholder="Name or description"
          text={text}
          onText={setText}
          onSearch={(value) => onSearch({ search: value || undefined })}
          width={260}
        />
        <SegmentedControl
          aria-label="State"
          value={asked.state ?? ''}
          onChange={(state) => onSearch({ state: (state || undefined) as ExperimentsSearch['state'] })}
          data={[
            { value: '', label: 'All' },
            { value: 'draft', label: 'Draft' },
            { value: 'running', label: 'Running' },
            { value: 'ended', label: 'Ended' },
            { value: 'archived', label: 'Archived' },
          ]}
        />
      </Group>
      <ListCard
        what="experiments"
        query={experiments}
        rows={rows}
        skeleton={6}
        empty={
          asked.search || asked.state || page > 1 ? (
            <NoneMatch
              title="No experiments match."
              onClear={() => {
                setText('')
                void navigate({ search: {} })
              }}
            />
          ) : (
            <Empty title="No experiments yet.">
              An experiment makes a feature flag with variants, and compares what the people who get each of
              them do.
            </Empty>
          )
        }
      >
        {(rows) => <ExperimentTable projectId={projectId} rows={rows} />}
      </ListCard>
      <Pager
        page={page}
        rows={rows?.length ?? 0}
        aPage={EXPERIMENTS_A_PAGE}
        count={experiments.data?.count}
        more={Boolean(experiments.data?.next)}
        go={(to) => onSearch({ page: to > 1 ? to : undefined })}
      />
      {listing && <HoldoutsDialog projectId={projectId} onClose={() => setListing(false)} />}
      {creating && (
        <NewExperimentDialog
          projectId={projectId}
          onClose={() => setCreating(false)}
          onCreated={(experimentId) =>
            void navigate({
              to: '/project/$projectId/experiments/$experimentId',
              params: { projectId, experimentId },
            })
          }
        />
      )}
    </Page>
  )
}

function ExperimentTable({ projectId, rows }: { projectId: number; rows: Experiment[] }): ReactNode {
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const day = (at: string | null) => (at ? dayOf(at, timeZone) : '')
  return (
    <ScrollRegion label="Experiments">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">State</th>
            <th scope="col" className="wide-only">
              Launched
            </th>
            <th scope="col" className="wide-only">
              Ended
            </th>
            <th scope="col" className="wide-only">
              By
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((experiment) => {
            const state = stateOf(experiment)
            const by = experiment.created_by
            return (
              <tr key={experiment.id} className="link">
                <td>
                  <Link
                    to="/project/$projectId/experiments/$experimentId"
                    params={{ projectId, experimentId: experiment.id }}
                  >
                    {experiment.name}
                  </Link>
                  <div className="muted small mono">{experiment.feature_flag_key}</div>
                </td>
                <td>
                  <Badge variant="light" color={stateColors[state]}>
                    {state}
                  </Badge>
                </td>
                <td className="muted wide-only">{day(experiment.start_date)}</td>
                <td className="muted wide-only">{day(experiment.end_date)}</td>
                <td className="muted wide-only">{by ? by.first_name || by.email : ''}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
