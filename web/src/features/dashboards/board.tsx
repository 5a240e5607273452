import { IconArrowsDiagonal2, IconGripVertical } from '@tabler/icons-react'
import {
  type CSSProperties,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import {
  bounded,
  COLUMNS,
  GAP,
  inReadingOrder,
  keptPlace,
  moved,
  type Place,
  type Placeable,
  type Places,
  placesOf,
  ROW,
  stepped,
} from '../../ui/insight/layout.ts'
import { styleOf, TileGrid } from '../../ui/insight/tile-grid.tsx'
import styles from './board.module.css'

/** Moves by the keyboard come one after the other: they are kept together. */
const SAVE_AFTER_MS = 800
/** So close to the window's edge a drag scrolls, so far at a time; pixels. */
const EDGE = 60
const SCROLL = 16

/** What of a tile the board decides. */
export type Standing = { place: Place; handles: ReactNode; style: CSSProperties | undefined }
type Drag = {
  id: number
  kind: 'move' | 'resize'
  /** Where the pointer and the tile were at first, in the page's pixels and the grid's. */
  from: { x: number; y: number; left: number; top: number; width: number; height: number; places: Places }
  by: { x: number; y: number }
}

/**
 * Tiles in a grid that whoever may edit can move and resize, with the pointer or with the arrow keys on a tile's two
 * handles. Escape takes a drag back.
 */
export function Board<T extends Placeable>({
  tiles,
  nameOf,
  onPlaces,
  children,
}: {
  tiles: T[]
  nameOf: (tile: T) => string
  /** Keeps the places that changed. Absent where one may not. */
  onPlaces?: (changed: Places) => Promise<unknown>
  children: (tile: T, standing: Standing) => ReactNode
}): ReactNode {
  const kept = useMemo(() => placesOf(tiles), [tiles])
  const [own, setOwn] = useState<Places | null>(null)
  const [drag, setDrag] = useState<Drag | null>(null)
  const [said, setSaid] = useState('')
  const grid = useRef<HTMLDivElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const unsaved = useRef<() => void>(undefined)
  // what was moved just before the page was left is kept too
  useEffect(() => () => unsaved.current?.(), [])
  // tiles that came or went meanwhile are not in what was moved
  const isCurrent = own !== null && own.size === kept.size && [...own.keys()].every((id) => kept.has(id))
  const places = isCurrent ? own : kept
  // the order of the elements stays while tiles move: an element that is put elsewhere loses focus and pointer
  const ids = tiles.map(({ id }) => id).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: only other tiles make another order
  const order = useMemo(() => inReadingOrder(tiles, kept).map(({ id }) => id), [ids])

  const keep = (next: Places) => {
    clearTimeout(timer.current)
    unsaved.current = undefined
    const isAsBefore = [...next].every(([id, place]) => isSame(place, kept.get(id)))
    if (isAsBefore) return setOwn(null)
    // also those that stood where nobody had put them: beside the ones that are kept now they would go elsewhere
    const saved = new Map(tiles.map((tile) => [tile.id, keptPlace(tile)]))
    const changed = new Map([...next].filter(([id, place]) => !isSame(place, saved.get(id))))
    onPlaces?.(changed).then(
      () => setOwn((now) => (now === next ? null : now)),
      () => setOwn(null),
    )
  }
  const say = (id: number, next: Places) => {
    const place = next.get(id)
    if (place) {
      setSaid(`Column ${place.x + 1}, row ${place.y + 1}, ${place.w} wide, ${place.h} high`)
    }
  }

  const start = (tile: T, kind: Drag['kind']) => (event: PointerEvent<HTMLElement>) => {
    const element = event.currentTarget.closest('section')
    if (event.button !== 0 || !element) return
    event.preventDefault()
    event.currentTarget.focus()
    event.currentTarget.setPointerCapture(event.pointerId)
    clearTimeout(timer.current)
    setDrag({
      id: tile.id,
      kind,
      from: {
        x: event.pageX,
        y: event.pageY,
        left: element.offsetLeft,
        top: element.offsetTop,
        width: element.offsetWidth,
        height: element.offsetHeight,
        places,
      },
      by: { x: 0, y: 0 },
    })
  }
  const go = (tile: T) => (event: PointerEvent<HTMLElement>) => {
    if (!drag || drag.id !== tile.id || !grid.current) return
    if (event.clientY < EDGE) window.scrollBy(0, -SCROLL)
    if (event.clientY > window.innerHeight - EDGE) window.scrollBy(0, SCROLL)
    const { from, kind } = drag
    const by = { x: event.pageX - from.x, y: event.pageY - from.y }
    const column = (grid.current.offsetWidth + GAP) / COLUMNS
    const first = from.places.get(tile.id)!
    const cells = { x: Math.round(by.x / column), y: Math.round(by.y / (ROW + GAP)) }
    const wanted =
      kind === 'move'
        ? { ...first, x: first.x + cells.x, y: first.y + cells.y }
        : { ...first, w: Math.min(first.w + cells.x, COLUMNS - first.x), h: first.h + cells.y }
    setDrag({ ...drag, by })
    setOwn(moved(from.places, tile.id, bounded(wanted, tile.text !== null)))
  }
  const drop = () => {
    if (!drag) return
    setDrag(null)
    keep(places)
    say(drag.id, places)
  }
  const cancel = () => {
    if (!drag) return
    setDrag(null)
    keep(drag.from.places)
  }

  const onKey = (tile: T, kind: Drag['kind']) => (event: KeyboardEvent) => {
    if (event.key === 'Escape') return cancel()
    const to = arrows[event.key]
    const place = places.get(tile.id)
    if (!to || !place || drag) return
    event.preventDefault()
    const next =
      kind === 'move'
        ? stepped(places, tile.id, to)
        : moved(places, tile.id, bounded(resized(place, to), tile.text !== null))
    setOwn(next)
    say(tile.id, next)
    clearTimeout(timer.current)
    unsaved.current = () => keep(next)
    timer.current = setTimeout(unsaved.current, SAVE_AFTER_MS)
  }

  const handles = (tile: T) =>
    (['move', 'resize'] as const).map((kind) => {
      const Icon = kind === 'move' ? IconGripVertical : IconArrowsDiagonal2
      return (
        <button
          key={kind}
          type="button"
          className={`${styles.handle} ${styles[kind]}`}
          aria-label={`${kind === 'move' ? 'Move' : 'Resize'} ${nameOf(tile)}`}
          title={`${kind === 'move' ? 'Move' : 'Resize'}: drag, or use the arrow keys`}
          onPointerDown={start(tile, kind)}
          onPointerMove={go(tile)}
          onPointerUp={drop}
          onPointerCancel={cancel}
          onKeyDown={onKey(tile, kind)}
        >
          <Icon size={16} aria-hidden />
        </button>
      )
    })
  const byId = new Map(tiles.map((tile) => [tile.id, tile]))
  const target = drag && places.get(drag.id)
  return (
    <>
      <TileGrid ref={grid}>
        {target && <div className={styles.target} style={styleOf(target)} aria-hidden />}
        {order.map((id) => {
          const tile = byId.get(id)
          const place = places.get(id)
          if (!tile || !place) return null
          return children(tile, {
            place,
            handles: onPlaces && handles(tile),
            style: drag?.id === id ? styleOfDragged(drag) : undefined,
          })
        })}
      </TileGrid>
      <div className="visually-hidden" aria-live="polite">
        {said}
      </div>
    </>
  )
}

const isSame = (a: Place, b: Partial<Place> | undefined): boolean =>
  b !== undefined && a.x === b.x && a.y === b.y && a.w === b.w && a.h === b.h

const arrows: Record<string, 'left' | 'right' | 'up' | 'down' | undefined> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
}

function resized(place: Place, to: 'left' | 'right' | 'up' | 'down'): Place {
  const { x, w, h } = place
  if (to === 'left') return { ...place, w: w - 1 }
  if (to === 'right') return { ...place, w: Math.min(w + 1, COLUMNS - x) }
  return { ...place, h: to === 'up' ? h - 1 : h + 1 }
}

/** Off the grid, under the pointer. */
const styleOfDragged = ({ kind, from, by }: Drag): CSSProperties => ({
  position: 'absolute',
  zIndex: 2,
  left: from.left + (kind === 'move' ? by.x : 0),
  top: from.top + (kind === 'move' ? by.y : 0),
  width: Math.max(from.width + (kind === 'resize' ? by.x : 0), 120),
  height: Math.max(from.height + (kind === 'resize' ? by.y : 0), ROW),
  boxShadow: 'var(--mantine-shadow-lg)',
  gridArea: 'auto',
})
