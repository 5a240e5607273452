import type { ReactNode } from 'react'
import styles from './insight.module.css'

const widest = 12
const usual = 6

type Placed = { layouts: Record<string, unknown> }
type Place = { x?: number; y?: number; w?: number }

const placeOf = ({ layouts }: Placed): Place => {
  const { sm } = layouts
  if (typeof sm !== 'object' || sm === null) return {}
  const numbers = Object.entries(sm).map(([name, value]) => [name, Number(value)] as const)
  return Object.fromEntries(numbers.filter(([, value]) => Number.isFinite(value)))
}

/** Tiles in reading order: by where their layouts put them, those without one at the end. */
export function inReadingOrder<T extends Placed>(tiles: T[]): T[] {
  const rank = (tile: T) => {
    const { x = 0, y = Number.POSITIVE_INFINITY } = placeOf(tile)
    return { x, y }
  }
  return [...tiles].sort((a, b) => {
    const [first, second] = [rank(a), rank(b)]
    if (first.y !== second.y) return first.y < second.y ? -1 : 1
    return first.x - second.x
  })
}

/** So many of the grid's twelve columns. */
function columnsOf(tile: Placed): number {
  const { w = usual } = placeOf(tile)
  return Math.min(Math.max(Math.round(w), 3), widest)
}

export function TileGrid({ children }: { children: ReactNode }): ReactNode {
  return <div className={styles.grid}>{children}</div>
}

/** A tile of a dashboard: what it is called, what one can do with it, and what it shows. */
export function Tile({
  tile,
  title,
  menu,
  foot,
  children,
}: {
  tile: Placed & { color?: string | null }
  title: ReactNode
  menu?: ReactNode
  foot?: ReactNode
  children: ReactNode
}): ReactNode {
  return (
    <section
      className={`card ${styles.tile}`}
      style={{ '--columns': columnsOf(tile) } as React.CSSProperties}
    >
      <div className={styles.head}>
        <h2 className={styles.title}>{title}</h2>
        {menu}
      </div>
      <div className={styles.body}>{children}</div>
      {foot && <div className="muted small">{foot}</div>}
    </section>
  )
}

/** A text among the tiles. */
export function TextTile({ tile, body, menu }: { tile: Placed; body: string; menu?: ReactNode }): ReactNode {
  return (
    <section
      className={`card ${styles.tile}`}
      style={{ '--columns': columnsOf(tile) } as React.CSSProperties}
    >
      <div className={styles.head}>
        <p className={styles.text}>{body}</p>
        {menu}
      </div>
    </section>
  )
}
