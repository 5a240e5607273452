import { ActionIcon, Menu } from '@mantine/core'
import { IconDots, IconPhoto, IconRefresh } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useCallback, useRef } from 'react'
import { readQuestion } from '../../api/questions.ts'
import type { Insight } from '../../api/types.ts'
import { InsightChart, type OnPeople } from '../../ui/insight/insight-chart.tsx'
import { aboutOf, insightName } from '../../ui/insight/shown.ts'
import { chartHeight, Tile } from '../../ui/insight/tile-grid.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { savePicture } from '../../ui/save-picture.ts'
import { LoadError, Loading } from '../../ui/states.tsx'
import type { Standing } from './board.tsx'
import { tileQuery } from './queries.ts'

/** An insight on a dashboard: it asks for its answer itself, so that one that takes long holds up nobody. */
export function InsightTile({
  projectId,
  dashboardId,
  insight,
  override,
  standing: { place, handles, style },
  more,
  onPeople,
}: {
  projectId: number
  dashboardId: number
  insight: Insight
  /** What stands in for filters of the dashboard, for who looks only. */
  override: Record<string, unknown> | null
  standing: Standing
  /** What else its menu offers. */
  more?: ReactNode
  /** Opens the people behind one of its numbers. */
  onPeople: OnPeople
}): ReactNode {
  const client = useQueryClient()
  const isSeen = useRef(false)
  const drawing = useRef<HTMLDivElement>(null)
  const look = useCallback((element: HTMLElement | null) => {
    if (!element) return
    const observer = new IntersectionObserver(([entry]) => {
      isSeen.current = entry?.isIntersecting ?? false
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const answered = useQuery(
    tileQuery(projectId, dashboardId, insight, { override, isSeen: () => isSeen.current }),
  )
  const name = insightName(insight)
  const shown = answered.data
  return (
    <Tile
      ref={look}
      place={place}
      handles={handles}
      style={style}
      title={
        <Link to="/project/$projectId/insights/$shortId" params={{ projectId, shortId: insight.short_id }}>
          {name}
        </Link>
      }
      menu={
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={`More of ${name}`}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={<IconRefresh size={16} />}
              onClick={() =>
                void client.prefetchQuery({
                  ...tileQuery(projectId, dashboardId, insight, { override, anew: true }),
                  staleTime: 0,
                })
              }
            >
              Refresh
            </Menu.Item>
            {shown && (
              <Menu.Item
                leftSection={<IconPhoto size={16} />}
                onClick={() => void savePicture(drawing.current, { title: name, about: aboutOf(shown) })}
              >
                Save as PNG
              </Menu.Item>
            )}
            {more}
          </Menu.Dropdown>
        </Menu>
      }
      foot={
        shown?.last_refresh && (
          <>
            As of <RelativeTime at={shown.last_refresh} timeZone={shown.timezone} />
          </>
        )
      }
    >
      {shown ? (
        <div ref={drawing} style={{ height: '100%' }} aria-busy={answered.isFetching}>
          <InsightChart
            insight={shown}
            timeZone={shown.timezone}
            height={chartHeight(place)}
            notesOf={{ projectId, insightId: insight.id }}
            onPeople={readQuestion(shown.typed_query) && onPeople}
          />
        </div>
      ) : answered.isError ? (
        <LoadError what={name} error={answered.error} retry={() => void answered.refetch()} />
      ) : (
        <Loading what={name} rows={6} />
      )}
    </Tile>
  )
}
