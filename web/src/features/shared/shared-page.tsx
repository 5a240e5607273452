import { useQuery } from '@tanstack/react-query'
import { useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useEffect } from 'react'
import { ApiError } from '../../api/client.ts'
import { InsightChart } from '../../ui/insight/insight-chart.tsx'
import { inReadingOrder, placesOf } from '../../ui/insight/layout.ts'
import { insightName } from '../../ui/insight/shown.ts'
import { chartHeight, TextTile, Tile, TileGrid } from '../../ui/insight/tile-grid.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Empty, LoadError, Loading } from '../../ui/states.tsx'
import { type SharedInsight, type SharedTile, sharedQuery } from './queries.ts'
import styles from './shared-page.module.css'

/** What a link shows to whoever has it, as a page of its own. */
export function SharedPage(): ReactNode {
  const { token } = useParams({ from: '/shared/$token' })
  return <Shown at="shared" token={token} look={useSearch({ from: '/shared/$token' })} />
}

/** The same in a frame of another site. */
export function EmbeddedPage(): ReactNode {
  const { token } = useParams({ from: '/embedded/$token' })
  return <Shown at="embedded" token={token} look={useSearch({ from: '/embedded/$token' })} />
}

/** The address that links began with once. */
export function SharedDashboardPage(): ReactNode {
  const { token } = useParams({ from: '/shared_dashboard/$token' })
  return <Shown at="shared" token={token} look={useSearch({ from: '/shared_dashboard/$token' })} />
}

type Look = { whitelabel?: boolean; noHeader?: boolean; legend?: boolean }

function Shown({ at, token, look }: { at: 'shared' | 'embedded'; token: string; look: Look }): ReactNode {
  const shared = useQuery(sharedQuery(at, token))
  const { dashboard, insight } = shared.data ?? {}
  const name = dashboard ? dashboard.name || 'Dashboard' : insight ? insightName(insight) : 'Hedgerow'
  useEffect(() => {
    document.title = name
  }, [name])
  if (shared.isError) {
    const { error } = shared
    return (
      <main className={styles.page}>
        {error instanceof ApiError && error.status === 404 ? (
          <Empty title="This link no longer works.">Ask whoever gave it to you for a new one.</Empty>
        ) : (
          <LoadError what="this page" error={error} retry={() => void shared.refetch()} />
        )}
      </main>
    )
  }
  return (
    <main className={styles.page}>
      {!look.noHeader && shared.data && (
        <header className={styles.header}>
          <h1>{name}</h1>
          {(dashboard ?? insight)?.description && (
            <p className="muted">{(dashboard ?? insight)?.description}</p>
          )}
        </header>
      )}
      {!shared.data && <Loading what="this page" rows={8} height={24} />}
      {dashboard &&
        (dashboard.tiles.length === 0 ? (
          <Empty title="Nothing is on this dashboard." />
        ) : (
          <Tiles tiles={dashboard.tiles} legend={look.legend} />
        ))}
      {insight && (
        <div className={`card ${styles.single}`}>
          <div className={styles.chart}>
            <Answer insight={insight} legend={look.legend} height={380} />
          </div>
          <p className="muted small">
            <AsOf insight={insight} />
          </p>
        </div>
      )}
      {!look.whitelabel && shared.data && <footer className={styles.made}>Made with Hedgerow</footer>}
    </main>
  )
}

function Tiles({ tiles, legend }: { tiles: SharedTile[]; legend?: boolean }): ReactNode {
  const places = placesOf(tiles)
  return (
    <TileGrid>
      {inReadingOrder(tiles, places).map(({ id, insight, text }) => {
        const place = places.get(id)
        if (!place) return null
        return insight ? (
          <Tile key={id} place={place} title={insightName(insight)} foot={<AsOf insight={insight} />}>
            <Answer insight={insight} legend={legend} height={chartHeight(place)} />
          </Tile>
        ) : (
          <TextTile key={id} place={place} body={text?.body ?? ''} />
        )
      })}
    </TileGrid>
  )
}

function Answer({
  insight,
  legend = true,
  height,
}: {
  insight: SharedInsight
  legend?: boolean
  height?: number
}): ReactNode {
  if (insight.error) return <Empty title={insight.error} />
  return (
    <InsightChart insight={insight} timeZone={insight.timezone ?? 'UTC'} legend={legend} height={height} />
  )
}

function AsOf({ insight }: { insight: SharedInsight }): ReactNode {
  if (!insight.last_refresh) return null
  const timeZone = insight.timezone ?? 'UTC'
  return (
    <>
      As of <RelativeTime at={insight.last_refresh} timeZone={timeZone} />
      {insight.hasMore && ', the first rows'} · {timeZone}
    </>
  )
}
