import { Alert, Badge, Button, Text } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { groupTypesQuery } from '../../api/definitions.ts'
import { flagQuery } from '../../api/flags.ts'
import { useProject } from '../../api/session.ts'
import type { FeatureFlag } from '../../api/types.ts'
import {
  asksEnrolled,
  type FlagFilters,
  groupTypeOf,
  payloadText,
  readFilters,
  rolloutOf,
  variantsOf,
} from '../../ui/flag/filters.ts'
import { Matches } from '../../ui/flag/matches.tsx'
import { useNames } from '../../ui/flag/names.ts'
import {
  changeWords,
  enrolledWords,
  type Names,
  setWords,
  staleReason,
  summaryOf,
} from '../../ui/flag/words.ts'
import { FlagCode } from '../../ui/flag-code.tsx'
import { History } from '../../ui/history.tsx'
import { NotLoaded } from '../../ui/not-loaded.tsx'
import { Page } from '../../ui/page.tsx'
import parts from '../../ui/parts.module.css'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { capital } from '../../ui/text.ts'
import styles from '../../ui/thing-page.module.css'
import { sayFailed } from '../../ui/undo.tsx'
import { Editors, viewOnly } from './editors.tsx'
import { Explain } from './explain.tsx'
import { FlagMenu, FlagSwitch } from './flag-actions.tsx'
import { dependentFlagsQuery, useUpdateFlag } from './queries.ts'
import { StaleMark } from './stale-mark.tsx'
import { Usage } from './usage.tsx'

/** A feature flag: who gets it, how it is used, and why somebody gets what they get. */
export function FlagPage(): ReactNode {
  const { projectId, flagId } = useParams({ from: '/session/project/$projectId/feature_flags/$flagId' })
  const flag = useQuery(flagQuery(projectId, flagId))
  if (flag.data) return <Shown key={flagId} projectId={projectId} flag={flag.data} />
  return (
    <NotLoaded
      thing="feature flag"
      query={flag}
      back={
        <Link to="/project/$projectId/feature_flags" params={{ projectId }}>
          Back to feature flags
        </Link>
      }
    />
  )
}

type Props = { projectId: number; flag: FeatureFlag }

function Shown({ projectId, flag }: Props): ReactNode {
  const { explain } = useSearch({ from: '/session/project/$projectId/feature_flags/$flagId' })
  const navigate = useNavigate({ from: '/project/$projectId/feature_flags/$flagId' })
  const filters = readFilters(flag.filters)
  const names = useNames(projectId, [filters])
  const types = useQuery(groupTypesQuery(projectId))
  const variants = variantsOf(filters)
  const groupType = types.data?.find(
    ({ group_type_index: index }) => index === groupTypeOf(filters.groups[0] ?? {}, filters),
  )?.group_type
  return (
    <Page
      title={flag.key}
      about={flag.name || undefined}
      actions={
        !flag.deleted && (
          <>
            {flag.can_edit ? (
              <Button
                component={Link}
                to={`/project/${projectId}/feature_flags/${flag.id}/edit`}
                leftSection={<IconPencil size={16} />}
              >
                Edit
              </Button>
            ) : (
              <Text size="sm" c="dimmed">
                {viewOnly}
              </Text>
            )}
            <FlagMenu
              projectId={projectId}
              flag={flag}
              onDeleted={() =>
                void navigate({ to: '/project/$projectId/feature_flags', params: { projectId } })
              }
            >
              {(label, icon) => (
                <Button variant="default" px="xs" aria-label={label}>
                  {icon}
                </Button>
              )}
            </FlagMenu>
          </>
        )
      }
    >
      {flag.deleted && <Deleted projectId={projectId} flag={flag} />}
      <div className={parts.columns}>
        <div className={parts.column}>
          <section className={`card ${styles.part}`} aria-label="Who gets it">
            <h2>Who gets it</h2>
            <WhoGetsIt projectId={projectId} flag={flag} filters={filters} names={names} />
          </section>
          {(variants.length > 0 || payloadText(filters, 'true')) && (
            <section className={`card ${styles.part}`} aria-label="What they get">
              <h2>What they get</h2>
              <WhatTheyGet filters={filters} />
            </section>
          )}
          <section className={`card ${styles.part}`} aria-label="Usage">
            <h2>Usage</h2>
            <Usage projectId={projectId} flag={flag} />
          </section>
          <section className={`card ${styles.part}`} aria-label="History">
            <h2>History</h2>
            <History
              projectId={projectId}
              of={{
                scope: 'FeatureFlag',
                itemId: String(flag.id),
                under: flagQuery(projectId, flag.id).queryKey,
              }}
              words={(changes) => changeWords(changes, names)}
            />
          </section>
        </div>
        <div className={parts.column}>
          <section className={`card ${styles.part}`} aria-label="Explain">
            <h2>Why does somebody get it, or not?</h2>
            <Explain
              projectId={projectId}
              flag={flag}
              filters={filters}
              names={names}
              distinctId={explain}
              onExplain={(id) => void navigate({ search: { explain: id }, resetScroll: false })}
            />
          </section>
          <section className={`card ${styles.part}`} aria-label="Who may edit it">
            <h2>Who may edit it</h2>
            <Editors projectId={projectId} flag={flag} />
          </section>
          <section className={`card ${styles.part}`} aria-label="Code">
            <h2>Ask for it in code</h2>
            <FlagCode
              projectId={projectId}
              flag={{
                key: flag.key,
                variant: variants.find(({ key }) => key !== 'control')?.key ?? variants[0]?.key,
                hasPayload: Object.keys(filters.payloads ?? {}).length > 0,
                groupType,
              }}
            />
          </section>
        </div>
      </div>
    </Page>
  )
}

/** A new flag is on, and for nobody yet. */
const onWords = (filters: FlagFilters): string =>
  asksEnrolled(filters) || filters.groups.some((set) => rolloutOf(set) > 0)
    ? 'On'
    : 'On, but for 0 %: nobody gets it. Edit it to roll it out.'

type Known = Props & { filters: FlagFilters; names: Names }

function WhoGetsIt({ projectId, flag, filters, names }: Known): ReactNode {
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const { data: dependents = [] } = useQuery(dependentFlagsQuery(projectId, flag.id))
  return (
    <>
      <div className={styles.verdict} style={{ marginBottom: 12 }}>
        {!flag.deleted && <FlagSwitch projectId={projectId} flag={flag} who={summaryOf(filters, names)} />}
        <span>{flag.active ? onWords(filters) : 'Off: nobody gets it'}</span>
        <StaleMark reason={staleReason(flag)} />
        {flag.tags.map((tag) => (
          <Badge key={tag} variant="outline" color="gray" tt="none">
            {tag}
          </Badge>
        ))}
      </div>
      <ol className={styles.sets}>
        {asksEnrolled(filters) && (
          <li>
            {flag.features.length > 0 ? 'People who joined ' : capital(enrolledWords)}
            {flag.features.map(({ id, name }) => (
              <Link
                key={id}
                to="/project/$projectId/early_access_features/$featureId"
                params={{ projectId, featureId: id }}
              >
                “{name}”
              </Link>
            ))}
            <div className="muted small">Who left it again does not get it, whatever the sets say.</div>
          </li>
        )}
        {filters.groups.map((set, at) =>
          // "or 0 % of people" says nothing beside those who joined
          asksEnrolled(filters) && rolloutOf(set) === 0 ? null : (
            // biome-ignore lint/suspicious/noArrayIndexKey: a set is the place that it has in the list
            <li key={at}>
              <div>
                {(at > 0 || asksEnrolled(filters)) && <span className="muted">or </span>}
                {setWords(set, filters, names)}
              </div>
              {rolloutOf(set) > 0 && (
                <Matches projectId={projectId} set={set} filters={filters} names={names} />
              )}
            </li>
          ),
        )}
        {filters.groups.length === 0 && !asksEnrolled(filters) && <li>Nobody: it has no conditions.</li>}
      </ol>
      <dl className={parts.facts} style={{ marginTop: 12 }}>
        <dt>After sign-in</dt>
        <dd>
          {flag.ensure_experience_continuity
            ? 'People keep what they got before they were known.'
            : 'It is drawn anew when somebody becomes known.'}
        </dd>
        {flag.bucketing_identifier === 'device_id' && (
          <>
            <dt>Drawn by</dt>
            <dd>The device</dd>
          </>
        )}
        {dependents.length > 0 && (
          <>
            <dt>Asked for by</dt>
            <dd>
              {dependents.map(({ id, key }) => (
                <div key={id}>
                  <Link
                    to="/project/$projectId/feature_flags/$flagId"
                    params={{ projectId, flagId: id }}
                    className="mono"
                  >
                    {key}
                  </Link>
                </div>
              ))}
            </dd>
          </>
        )}
        {flag.experiment_set.length > 0 && (
          <>
            <dt>Experiment</dt>
            <dd>
              {flag.experiment_set.map((experimentId) => (
                <Link
                  key={experimentId}
                  to="/project/$projectId/experiments/$experimentId"
                  params={{ projectId, experimentId }}
                >
                  See its results
                </Link>
              ))}
            </dd>
          </>
        )}
        <dt>Created</dt>
        <dd>
          <RelativeTime at={flag.created_at} timeZone={timeZone} />
          {flag.created_by && ` by ${flag.created_by.first_name || flag.created_by.email}`}
        </dd>
      </dl>
    </>
  )
}

function WhatTheyGet({ filters }: { filters: FlagFilters }): ReactNode {
  const variants = variantsOf(filters)
  const rows = variants.length ? variants : [{ key: 'true', name: '', rollout_percentage: 100 }]
  return (
    <ScrollRegion label="Variants and payloads">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">{variants.length ? 'Variant' : 'Value'}</th>
            <th scope="col" className="num">
              Share
            </th>
            <th scope="col">Payload</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, rollout_percentage: share }) => (
            <tr key={key}>
              <td>
                <span className="mono">{key}</span>
                {name && <div className="muted small">{name}</div>}
              </td>
              <td className="num">{share} %</td>
              <td className="mono">{payloadText(filters, key)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

function Deleted({ projectId, flag }: Props): ReactNode {
  const restore = useUpdateFlag(projectId)
  return (
    <Alert
      color="yellow"
      variant="outline"
      title="This flag was deleted."
      mb="md"
      styles={{ root: { background: 'var(--surface)' }, title: { color: 'var(--warning)' } }}
    >
      <Text size="sm" c="var(--text)" mb="sm">
        Code that asks for it gets nothing.
      </Text>
      <Button
        size="compact-sm"
        variant="default"
        disabled={!flag.can_edit}
        loading={restore.isPending}
        onClick={() => restore.mutate({ id: flag.id, deleted: false }, { onError: sayFailed })}
      >
        Restore it
      </Button>
    </Alert>
  )
}
