import { Badge, Button } from '@mantine/core'
import { IconPencil, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useProject } from '../../api/session.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { deleteWithUndo } from '../../ui/deferred-delete.tsx'
import { NotLoaded } from '../../ui/not-loaded.tsx'
import { counted } from '../../ui/numbers.ts'
import { Page } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import { PeopleTable } from '../../ui/people-table.tsx'
import { Empty, LoadError, Loading } from '../../ui/states.tsx'
import styles from '../../ui/thing-page.module.css'
import { absoluteTime } from '../../ui/time.ts'
import { FeatureDialog } from './feature-dialog.tsx'
import { countQuery, featureQuery, joinedQuery, PEOPLE_A_PAGE, useDeleteFeature } from './queries.ts'
import { type Feature, stages } from './stages.ts'

/** An early access feature, and who joined it. */
export function FeaturePage(): ReactNode {
  const { projectId, featureId } = useParams({
    from: '/session/project/$projectId/early_access_features/$featureId',
  })
  const feature = useQuery(featureQuery(projectId, featureId))
  if (feature.data) return <Shown key={featureId} projectId={projectId} feature={feature.data} />
  return (
    <NotLoaded
      thing="early access feature"
      query={feature}
      back={
        <Link to="/project/$projectId/early_access_features" params={{ projectId }}>
          Back to early access
        </Link>
      }
    />
  )
}

function Shown({ projectId, feature }: { projectId: number; feature: Feature }): ReactNode {
  const navigate = useNavigate()
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const [editing, setEditing] = useState(false)
  const remove = useDeleteFeature(projectId)
  const { id, name, description, stage, documentation_url: url, feature_flag: flag } = feature
  return (
    <Page
      title={name}
      about={description || undefined}
      actions={
        <>
          <Button leftSection={<IconPencil size={16} />} onClick={() => setEditing(true)}>
            Edit
          </Button>
          <Button
            variant="default"
            leftSection={<IconTrash size={16} />}
            onClick={() => {
              deleteWithUndo(id, `Deleted “${name}”. Its flag stays.`, () => remove(id))
              void navigate({ to: '/project/$projectId/early_access_features', params: { projectId } })
            }}
          >
            Delete
          </Button>
        </>
      }
    >
      <div className={styles.columns}>
        <section className={`card ${styles.part}`} aria-label="Who joined">
          <h2>Who joined</h2>
          <Joined projectId={projectId} flagKey={flag.key} timeZone={timeZone} />
        </section>
        <div className={styles.column}>
          <section className={`card ${styles.part}`} aria-label="About">
            <dl className={styles.facts} style={{ marginTop: 0 }}>
              <dt>Stage</dt>
              <dd>
                <Badge variant="light" color={stages[stage].color} tt="none">
                  {stages[stage].label}
                </Badge>
                <div className="muted small">{stages[stage].about}</div>
              </dd>
              <dt>Feature flag</dt>
              <dd>
                <Link
                  to="/project/$projectId/feature_flags/$flagId"
                  params={{ projectId, flagId: flag.id }}
                  className="mono"
                >
                  {flag.key}
                </Link>
                {!flag.active && <div className="small">It is off: nobody gets it.</div>}
              </dd>
              {url && (
                <>
                  <dt>Documentation</dt>
                  <dd>
                    <a href={url} target="_blank" rel="noreferrer">
                      {url}
                    </a>
                  </dd>
                </>
              )}
              <dt>Created</dt>
              <dd>{absoluteTime(feature.created_at, timeZone)}</dd>
            </dl>
          </section>
          <section className={`card ${styles.part}`} aria-label="Code">
            <h2>Offer it in code</h2>
            <CodeBlock
              what="Code that offers the feature"
              title="JavaScript"
              code={[
                `// what people may join, in the stages that you name`,
                `posthog.getEarlyAccessFeatures((features) => show(features), true, ['${stage}'])`,
                ``,
                `// somebody joins; false leaves`,
                `posthog.updateEarlyAccessFeatureEnrollment('${flag.key}', true)`,
              ].join('\n')}
            />
          </section>
        </div>
      </div>
      {editing && (
        <FeatureDialog
          projectId={projectId}
          feature={feature}
          onClose={() => setEditing(false)}
          onSaved={() => setEditing(false)}
        />
      )}
    </Page>
  )
}

function Joined({
  projectId,
  flagKey,
  timeZone,
}: {
  projectId: number
  flagKey: string
  timeZone: string
}): ReactNode {
  const { page = 1 } = useSearch({ from: '/session/project/$projectId/early_access_features/$featureId' })
  const navigate = useNavigate({ from: '/project/$projectId/early_access_features/$featureId' })
  const people = useQuery(joinedQuery(projectId, flagKey, page))
  const joined = useQuery(countQuery(projectId, flagKey, true))
  const left = useQuery(countQuery(projectId, flagKey, false))
  const rows = people.data?.results
  if (people.isError) {
    return <LoadError what="who joined" error={people.error} retry={() => void people.refetch()} />
  }
  if (!rows) return <Loading what="who joined" rows={4} />
  if (rows.length === 0 && page === 1) {
    return (
      <Empty title="Nobody joined yet.">
        People join where your product offers it, by the code at the side.
      </Empty>
    )
  }
  return (
    <>
      <p className={styles.plain}>
        {joined.data && `${counted(joined.data.users_affected, 'person', 'people')} joined`}
        {joined.data && left.data && left.data.users_affected > 0
          ? `; ${counted(left.data.users_affected, 'person', 'people')} left or declined.`
          : joined.data && '.'}
      </p>
      <PeopleTable projectId={projectId} rows={rows} timeZone={timeZone} />
      <Pager
        page={page}
        rows={rows.length}
        aPage={PEOPLE_A_PAGE}
        more={Boolean(people.data?.next)}
        go={(to) => void navigate({ search: to > 1 ? { page: to } : {}, resetScroll: false })}
      />
    </>
  )
}
