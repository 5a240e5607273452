/** The grid of a dashboard: so many columns, and rows of a fixed height with a gap, in pixels. */
export const COLUMNS = 12
export const ROW = 56
export const GAP = 16

/** Where a tile stands: columns and rows from the left and the top, and how many of each it takes. */
export type Place = { x: number; y: number; w: number; h: number }
/** What of a tile says where it is: PostHog's layouts by width of the screen, of which `sm` is the grid's. */
export type Placeable = { id: number; layouts: Record<string, unknown>; text: { body: string } | null }
export type Places = Map<number, Place>

const LEAST = { w: 2, h: 2 }
const MOST_ROWS = 40
const usual = { w: 6, h: 5 }

const within = (value: number, least: number, most: number): number =>
  Math.min(Math.max(Math.round(value), least), most)

/** A place inside the grid, of a size that shows something. */
export function bounded({ x, y, w, h }: Place, isText: boolean): Place {
  const width = within(w, LEAST.w, COLUMNS)
  return {
    x: within(x, 0, COLUMNS - width),
    y: Math.max(Math.round(y), 0),
    w: width,
    h: within(h, isText ? 1 : LEAST.h + 1, MOST_ROWS),
  }
}

/** What is kept of a tile's place, which may be any part of it. */
export function keptPlace({ layouts: { sm } }: Placeable): Partial<Place> {
  if (typeof sm !== 'object' || sm === null) return {}
  const numbers = Object.entries(sm).map(([name, value]) => [name, Number(value)] as const)
  return Object.fromEntries(numbers.filter(([, value]) => Number.isFinite(value)))
}

const CHARACTERS_A_COLUMN = 11
const LINE = 20

/** Rows that a text needs where nobody has said. */
function rowsOf(body: string, columns: number): number {
  const lines = body
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / (columns * CHARACTERS_A_COLUMN))), 0)
  return within((lines * LINE + 48) / (ROW + GAP), 1, 5)
}

/**
 * Where each tile stands, without overlaps or holes above a tile, in reading order. Tiles that nobody has placed come
 * last, side by side.
 */
export function placesOf(tiles: Placeable[]): Places {
  const placed: [Placeable, Place][] = []
  const rest: [Placeable, Omit<Place, 'x' | 'y'>][] = []
  for (const tile of tiles) {
    const { x, y, w = usual.w, h } = keptPlace(tile)
    const size = { w, h: h ?? (tile.text ? rowsOf(tile.text.body, w) : usual.h) }
    if (x === undefined || y === undefined) rest.push([tile, size])
    else placed.push([tile, { x, y, ...size }])
  }
  let y = Math.max(0, ...placed.map(([, place]) => place.y + place.h))
  let x = 0
  let height = 0
  for (const [tile, size] of rest) {
    const place = bounded({ x, y, ...size }, tile.text !== null)
    if (x + place.w > COLUMNS) {
      y += height
      x = 0
      height = 0
    }
    placed.push([tile, { ...place, x, y }])
    x += place.w
    height = Math.max(height, place.h)
  }
  return settled(placed.map(([tile, place]) => [tile.id, bounded(place, tile.text !== null)]))
}

/** The same tiles, first the one that is read first. */
export function inReadingOrder<T extends { id: number }>(tiles: T[], places: Places): T[] {
  const rank = new Map([...places.keys()].map((id, at) => [id, at]))
  return [...tiles].sort((a, b) => (rank.get(a.id) ?? 0) - (rank.get(b.id) ?? 0))
}

/** Everything falls up until it meets something. `order` says what is put down first; by their places, if absent. */
function settled(all: [number, Place][], order = ([, { y }]: [number, Place]): number => y): Places {
  const sorted = [...all].sort((a, b) => order(a) - order(b) || a[1].x - b[1].x)
  const done: [number, Place][] = []
  for (const [id, place] of sorted) {
    const above = done.filter(([, one]) => one.x < place.x + place.w && place.x < one.x + one.w)
    const y = Math.max(0, ...above.map(([, one]) => one.y + one.h))
    done.push([id, { ...place, y }])
  }
  return new Map(done.sort(([, a], [, b]) => a.y - b.y || a.x - b.x))
}

/**
 * The tiles after one of them was moved or resized to `to`; the others make room. It changes places with a neighbour
 * once it covers half of it.
 */
export function moved(places: Places, id: number, to: Place): Places {
  const from = places.get(id)
  if (!from) return places
  const half = (Math.sign(to.y - from.y) * to.h) / 2
  const all = [...places].map(([one, place]): [number, Place] => [one, one === id ? to : place])
  // of two on one line the one that is moved was meant to be there
  return settled(all, ([one, { y }]) => (one === id ? y + half - 0.1 : y))
}

/** One step by the keyboard: sideways by a column, up and down past the next tile. */
export function stepped(places: Places, id: number, to: 'left' | 'right' | 'up' | 'down'): Places {
  const place = places.get(id)
  if (!place) return places
  const beside = (one: Place) => one.x < place.x + place.w && place.x < one.x + one.w
  const others = [...places].flatMap(([one, other]) => (one !== id && beside(other) ? [other] : []))
  switch (to) {
    case 'left':
      return moved(places, id, bounded({ ...place, x: place.x - 1 }, true))
    case 'right':
      return moved(places, id, bounded({ ...place, x: place.x + 1 }, true))
    case 'up': {
      const above = others.filter(({ y }) => y < place.y).at(-1)
      return above ? moved(places, id, { ...place, y: above.y }) : places
    }
    case 'down': {
      const below = others.find(({ y }) => y > place.y)
      return below ? moved(places, id, { ...place, y: below.y + 1 }) : places
    }
  }
}

/** Pixels that so many rows take. */
export const heightOf = (rows: number): number => rows * ROW + (rows - 1) * GAP
