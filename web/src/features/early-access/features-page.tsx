import { Badge, Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useProject } from '../../api/session.ts'
import { useBeingDeleted } from '../../ui/deferred-delete.tsx'
import { ListCard } from '../../ui/list-card.tsx'
import { Page } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { Empty } from '../../ui/states.tsx'
import { dayOf } from '../../ui/time.ts'
import { FeatureDialog } from './feature-dialog.tsx'
import { FEATURES_A_PAGE, featuresQuery } from './queries.ts'
import { stages } from './stages.ts'

/** The features that people may turn on for themselves. */
export function EarlyAccessPage(): ReactNode {
  const from = '/session/project/$projectId/early_access_features'
  const { projectId } = useParams({ from })
  const { page = 1 } = useSearch({ from })
  const navigate = useNavigate({ from: '/project/$projectId/early_access_features' })
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const [creating, setCreating] = useState(false)
  const features = useQuery(featuresQuery(projectId, page))
  const beingDeleted = useBeingDeleted()
  const rows = features.data?.results.filter(({ id }) => !beingDeleted.includes(id))
  const create = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
      New feature
    </Button>
  )
  return (
    <Page
      title="Early access"
      about="Features that people turn on for themselves, before they are for everybody."
      actions={create}
    >
      <ListCard
        what="early access features"
        query={features}
        rows={rows}
        skeleton={6}
        empty={
          <Empty title="Nothing in early access.">
            Offer people what is not ready for everybody: they join by a switch in your product, and get the
            feature’s flag. <div>{create}</div>
          </Empty>
        }
      >
        {(rows) => (
          <ScrollRegion label="Early access features">
            <table className="data">
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">Stage</th>
                  <th scope="col" className="wide-only">
                    Feature flag
                  </th>
                  <th scope="col" className="wide-only">
                    Created
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ id, name, description, stage, feature_flag: flag, created_at: at }) => (
                  <tr key={id} className="link">
                    <td>
                      <Link
                        to="/project/$projectId/early_access_features/$featureId"
                        params={{ projectId, featureId: id }}
                      >
                        {name}
                      </Link>
                      {description && <div className="muted small">{description}</div>}
                    </td>
                    <td>
                      <Badge variant="light" color={stages[stage].color} tt="none">
                        {stages[stage].label}
                      </Badge>
                    </td>
                    <td className="wide-only">
                      <Link
                        to="/project/$projectId/feature_flags/$flagId"
                        params={{ projectId, flagId: flag.id }}
                        className="mono"
                      >
                        {flag.key}
                      </Link>
                    </td>
                    <td className="muted wide-only">{dayOf(at, timeZone)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollRegion>
        )}
      </ListCard>
      <Pager
        page={page}
        rows={rows?.length ?? 0}
        aPage={FEATURES_A_PAGE}
        count={features.data?.count}
        more={Boolean(features.data?.next)}
        go={(to) => void navigate({ search: to > 1 ? { page: to } : {} })}
      />
      {creating && (
        <FeatureDialog
          projectId={projectId}
          feature={null}
          onClose={() => setCreating(false)}
          onSaved={({ id }) =>
            void navigate({
              to: '/project/$projectId/early_access_features/$featureId',
              params: { projectId, featureId: id },
            })
          }
        />
      )}
    </Page>
  )
}
