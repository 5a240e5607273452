import { Badge, Box, Button, Menu, Text, Title } from '@mantine/core'
import { IconArchive, IconDots, IconFlag, IconPencil, IconPlayerPlay, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useProject } from '../../api/session.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { FlagCode } from '../../ui/flag-code.tsx'
import { NotLoaded } from '../../ui/not-loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { absoluteTime } from '../../ui/time.ts'
import { sayFailed, withUndo } from '../../ui/undo.tsx'
import { EditExperimentDialog } from './edit-dialog.tsx'
import styles from './experiment-page.module.css'
import { HoldoutSelect } from './holdout-select.tsx'
import { metricSentence, otherVariantOf } from './metric.ts'
import { type Experiment, experimentQuery, useDeleteExperiment, useUpdateExperiment } from './queries.ts'
import { Results } from './results.tsx'
import { holdoutSentence, stateColors, stateOf } from './shown.ts'

/** An experiment, and what it says. */
export function ExperimentPage(): ReactNode {
  const { projectId, experimentId } = useParams({
    from: '/session/project/$projectId/experiments/$experimentId',
  })
  const experiment = useQuery(experimentQuery(projectId, experimentId))
  if (experiment.data) return <Shown projectId={projectId} experiment={experiment.data} />
  return (
    <NotLoaded
      thing="experiment"
      query={experiment}
      back={
        <Link to="/project/$projectId/experiments" params={{ projectId }}>
          Back to experiments
        </Link>
      }
    />
  )
}

type Shown = { projectId: number; experiment: Experiment }

function Shown({ projectId, experiment }: Shown): ReactNode {
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const state = stateOf(experiment)
  const isLaunched = experiment.start_date !== null
  return (
    <Page
      title={experiment.name}
      about={experiment.description || undefined}
      actions={<Actions projectId={projectId} experiment={experiment} />}
    >
      <div className={styles.parts}>
        <dl className={styles.facts}>
          <div>
            <dt>State</dt>
            <dd>
              <Badge variant="light" color={stateColors[state]}>
                {state}
              </Badge>
            </dd>
          </div>
          <div>
            <dt>Feature flag</dt>
            <dd className="mono">
              <Link
                to="/project/$projectId/feature_flags/$flagId"
                params={{ projectId, flagId: experiment.feature_flag }}
              >
                {experiment.feature_flag_key}
              </Link>
            </dd>
          </div>
          <div>
            <dt>Compared</dt>
            <dd>{metricSentence(experiment.filters)}</dd>
          </div>
          {experiment.holdout && (
            <div>
              <dt>Holdout</dt>
              <dd>{holdoutSentence(experiment.holdout)}</dd>
            </div>
          )}
          {experiment.start_date && (
            <div>
              <dt>Launched</dt>
              <dd>{absoluteTime(experiment.start_date, timeZone)}</dd>
            </div>
          )}
          {experiment.end_date && (
            <div>
              <dt>Ended</dt>
              <dd>{absoluteTime(experiment.end_date, timeZone)}</dd>
            </div>
          )}
        </dl>
        {isLaunched ? (
          <Results projectId={projectId} experiment={experiment} timeZone={timeZone} />
        ) : (
          <Draft projectId={projectId} experiment={experiment} />
        )}
      </div>
    </Page>
  )
}

function Draft({ projectId, experiment }: Shown): ReactNode {
  const update = useUpdateExperiment(projectId, experiment.id)
  return (
    <section className="card" style={{ padding: 16 }}>
      <Title order={2} size="h3" mb="xs">
        Before you launch
      </Title>
      <Text size="sm" mb="sm">
        Ask for the flag where the variants differ. As long as this is a draft everybody gets what they have
        now. The SDK then tells who saw which variant, and adds it to their events.
      </Text>
      <FlagCode
        projectId={projectId}
        flag={{ key: experiment.feature_flag_key, variant: otherVariantOf(experiment) }}
      />
      <Box mt="md">
        <HoldoutSelect
          projectId={projectId}
          value={experiment.holdout_id}
          disabled={update.isPending}
          onChange={(holdout_id) => update.mutate({ holdout_id }, { onError: sayFailed })}
        />
      </Box>
    </section>
  )
}

function Actions({ projectId, experiment }: Shown): ReactNode {
  const [asks, setAsks] = useState<'end' | 'delete' | 'edit' | null>(null)
  const navigate = useNavigate()
  const update = useUpdateExperiment(projectId, experiment.id)
  const remove = useDeleteExperiment(projectId, experiment.id)
  const now = () => new Date().toISOString()
  const close = () => setAsks(null)
  const { archived } = experiment
  const archive = () =>
    withUndo(
      archived ? 'Brought back from the archive.' : 'Archived.',
      () => update.mutateAsync({ archived: !archived }),
      () => update.mutateAsync({ archived }),
    )
  return (
    <>
      {!experiment.start_date && (
        <Button
          leftSection={<IconPlayerPlay size={16} />}
          loading={update.isPending}
          onClick={() => update.mutate({ start_date: now() }, { onError: sayFailed })}
        >
          Launch
        </Button>
      )}
      {experiment.start_date && !experiment.end_date && (
        <Button variant="default" leftSection={<IconFlag size={16} />} onClick={() => setAsks('end')}>
          End
        </Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" px="xs" aria-label="More">
            <IconDots size={16} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setAsks('edit')}>
            Edit
          </Menu.Item>
          <Menu.Item leftSection={<IconArchive size={16} />} onClick={() => void archive()}>
            {archived ? 'Bring back from the archive' : 'Archive'}
          </Menu.Item>
          <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => setAsks('delete')}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asks === 'edit' && (
        <EditExperimentDialog projectId={projectId} experiment={experiment} onClose={close} />
      )}
      {asks === 'end' && (
        <Confirm
          title="End this experiment?"
          verb="End it"
          busy={update.isPending}
          error={update.error}
          onConfirm={() => update.mutate({ end_date: now() }, { onSuccess: close })}
          onClose={close}
        >
          What happens from now on is not counted. The flag stays as it is: people keep their variants.
        </Confirm>
      )}
      {asks === 'delete' && (
        <Confirm
          title="Delete this experiment?"
          verb="Delete it"
          busy={remove.isPending}
          error={remove.error}
          onConfirm={() =>
            remove.mutate(undefined, {
              onSuccess: () =>
                void navigate({ to: '/project/$projectId/experiments', params: { projectId } }),
            })
          }
          onClose={close}
        >
          A flag that was made for it is deleted too: people then get what code does without it.
        </Confirm>
      )}
    </>
  )
}
