import { Button, Group, Menu, SegmentedControl } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { INSIGHTS_A_PAGE, insightsQuery } from '../../api/saved.ts'
import { useProject } from '../../api/session.ts'
import type { InsightBasic } from '../../api/types.ts'
import { BarrableIcon } from '../../ui/barred.tsx'
import { insightName, kindName } from '../../ui/insight/shown.ts'
import { ListCard, NoneMatch } from '../../ui/list-card.tsx'
import { Page } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Empty } from '../../ui/states.tsx'
import { TagButton, TagFilter } from '../../ui/tag-button.tsx'
import { barredFrom, Star, useDelete } from './insight-actions.tsx'
import { kinds } from './kinds.tsx'
import type { InsightsSearch } from './search.ts'

/** The saved insights of the project, the one changed last first. */
export function InsightsPage(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/insights' })
  const { search = '', tag, tab, page = 1 } = useSearch({ from: '/session/project/$projectId/insights' })
  const navigate = useNavigate({ from: '/project/$projectId/insights' })
  const [text, setText] = useState(search)
  const insights = useQuery(insightsQuery(projectId, { search, tag, tab, page }))
  const rows = insights.data?.results
  const narrow = (changes: InsightsSearch, replace = false) =>
    navigate({ search: (old) => ({ ...old, page: undefined, ...changes }), replace })
  return (
    <Page
      title="Insights"
      about="Questions that were saved."
      actions={
        <Menu position="bottom-end">
          <Menu.Target>
            <Button leftSection={<IconPlus size={16} />}>New insight</Button>
          </Menu.Target>
          <Menu.Dropdown>
            {kinds.map(({ name, label, about, icon: Icon }) => (
              <Menu.Item
                key={name}
                component={Link}
                to={`/project/${projectId}/insights/new?kind=${name}`}
                leftSection={<Icon size={16} />}
              >
                {label}
                <div className="muted small">{about}</div>
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      }
    >
      <Group mb="sm" gap="sm">
        <SearchField
          label="Search insights"
          placeholder="Name, description or tag"
          text={text}
          onText={setText}
          onSearch={(value) => void narrow({ search: value || undefined }, true)}
        />
        <SegmentedControl
          aria-label="Which insights"
          value={tab ?? 'all'}
          onChange={(value) =>
            void narrow({ tab: value === 'all' ? undefined : (value as 'yours' | 'favorites') })
          }
          data={[
            { value: 'all', label: 'All' },
            { value: 'yours', label: 'Yours' },
            { value: 'favorites', label: 'Favourites' },
          ]}
        />
        <TagFilter tag={tag} onClear={() => void narrow({ tag: undefined })} />
      </Group>
      <ListCard
        what="insights"
        query={insights}
        rows={rows}
        skeleton={10}
        empty={
          search || tag || tab ? (
            <NoneMatch
              title="No insights match."
              onClear={() => {
                setText('')
                void navigate({ search: {} })
              }}
            >
              Search looks into names, descriptions and tags.
            </NoneMatch>
          ) : (
            <Empty title="No insights yet.">
              <Link to="/project/$projectId/insights/new" params={{ projectId }}>
                Ask your first question
              </Link>
            </Empty>
          )
        }
      >
        {(rows) => (
          <InsightTable projectId={projectId} rows={rows} onTag={(one) => void narrow({ tag: one })} />
        )}
      </ListCard>
      <Pager
        page={page}
        rows={rows?.length ?? 0}
        aPage={INSIGHTS_A_PAGE}
        count={insights.data?.count}
        more={Boolean(insights.data?.next)}
        go={(to) => void navigate({ search: (old) => ({ ...old, page: to > 1 ? to : undefined }) })}
      />
    </Page>
  )
}

function InsightTable({
  projectId,
  rows,
  onTag,
}: {
  projectId: number
  rows: InsightBasic[]
  onTag: (tag: string) => void
}): ReactNode {
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const remove = useDelete(projectId)
  return (
    <ScrollRegion label="Insights">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Favourite</span>
            </th>
            <th scope="col">Name</th>
            <th scope="col" className="wide-only">
              Kind
            </th>
            <th scope="col" className="wide-only">
              By
            </th>
            <th scope="col" className="num">
              Changed
            </th>
            <th scope="col">
              <span className="visually-hidden">Delete</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((insight) => (
            <tr key={insight.id} className="link">
              <td style={{ width: 40 }}>
                <Star projectId={projectId} insight={insight} />
              </td>
              <td>
                <Group gap={6}>
                  <Link
                    to="/project/$projectId/insights/$shortId"
                    params={{ projectId, shortId: insight.short_id }}
                  >
                    {insightName(insight)}
                  </Link>
                  {insight.tags.map((tag) => (
                    <TagButton key={tag} tag={tag} what="insights" onPick={onTag} />
                  ))}
                </Group>
                {insight.description && <div className="muted small">{insight.description}</div>}
              </td>
              <td className="muted wide-only">{kindName(insight)}</td>
              <td className="muted wide-only">
                {insight.created_by ? insight.created_by.first_name || insight.created_by.email : ''}
              </td>
              <td className="num muted" style={{ whiteSpace: 'nowrap' }}>
                <RelativeTime at={insight.last_modified_at} timeZone={timeZone} />
              </td>
              <td className="num" style={{ width: 40 }}>
                <BarrableIcon
                  barred={barredFrom(insight)}
                  variant="subtle"
                  color="gray"
                  label={`Delete ${insightName(insight)}`}
                  onClick={() => void remove(insight)}
                >
                  <IconTrash size={16} />
                </BarrableIcon>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
