import { type CSSProperties, lazy, type ReactNode, type Ref, Suspense } from 'react'
import { ScrollRegion } from '../scroll-region.tsx'
import styles from './insight.module.css'
import { heightOf, type Place } from './layout.ts'

const MarkdownText = lazy(async () => ({ default: (await import('../markdown-text.tsx')).MarkdownText }))

/** Pixels of a tile that are not its chart: padding, head, foot and a line of legend. */
const AROUND_A_CHART = 126
const LEAST_CHART = 80

/** How high a chart in a tile of so many rows is, pixels. */
export const chartHeight = ({ h }: Place): number => Math.max(heightOf(h) - AROUND_A_CHART, LEAST_CHART)

/** Tiles at their places; on a small screen one below the other. */
export function TileGrid({ children, ref }: { children: ReactNode; ref?: Ref<HTMLDivElement> }): ReactNode {
  return (
    <div className={styles.grid} ref={ref}>
      {children}
    </div>
  )
}

type TileProps = {
  place: Place
  /** What moves and resizes it, over its edges. */
  handles?: ReactNode
  /** Instead of its place in the grid, while it is dragged. */
  style?: CSSProperties
  ref?: Ref<HTMLElement>
}

export const styleOf = ({ x, y, w, h }: Place): CSSProperties =>
  ({ '--x': x + 1, '--y': y + 1, '--w': w, '--h': h }) as CSSProperties

/** A tile of a dashboard: what it is called, what one can do with it, and what it shows. */
export function Tile({
  place,
  title,
  menu,
  foot,
  handles,
  style,
  ref,
  children,
}: TileProps & {
  title: ReactNode
  menu?: ReactNode
  foot?: ReactNode
  children: ReactNode
}): ReactNode {
  return (
    <section className={`card ${styles.tile}`} style={style ?? styleOf(place)} ref={ref}>
      <div className={styles.head}>
        <h2 className={styles.title}>{title}</h2>
        {menu}
      </div>
      <div className={styles.body}>{children}</div>
      {foot && <div className="muted small">{foot}</div>}
      {handles}
    </section>
  )
}

/** A text among the tiles, in Markdown. */
export function TextTile({
  place,
  body,
  menu,
  handles,
  style,
  ref,
}: TileProps & { body: string; menu?: ReactNode }): ReactNode {
  return (
    <section className={`card ${styles.tile}`} style={style ?? styleOf(place)} ref={ref}>
      <div className={styles.textHead}>
        <ScrollRegion label="Text" className={styles.text}>
          <Suspense fallback={<p>{body}</p>}>
            <MarkdownText body={body} />
          </Suspense>
        </ScrollRegion>
        {menu}
      </div>
      {handles}
    </section>
  )
}
