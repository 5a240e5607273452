/** What of the API's edge is drawn: steps are keys of their place and how they are shown, `2_/pricing`. */
export type Edge = { source: string; target: string; value: number; average_conversion_time?: number }

export type SankeyNode = {
  key: string
  /** Its place on the route, from 1. */
  place: number
  text: string
  x: number
  y: number
  height: number
  /** How many routes came through. */
  value: number
  /** How many of them ended here; 0 in the last column, where everything ends. */
  ended: number
}
export type SankeyLink = Edge & { path: string; width: number }
export type SankeyLayout = { nodes: SankeyNode[]; links: SankeyLink[]; height: number }

export const nodeWidth = 10
const gap = 14
const thinnest = 2
const roomOfLabel = 30

/** "/pricing" of the key "2_/pricing". */
export const stepText = (key: string): string => key.replace(/^\d+_/, '')
const placeOf = (key: string): number => Number(/^\d+/.exec(key)?.[0] ?? 1)

type Draft = { key: string; place: number; into: number; out: number; y: number; height: number }

/**
 * Where the parts of a Sankey chart lie: a column for each place, as high as the routes that came through, each column
 * in the order of where its routes come from, so that few lines cross.
 * @param width of the whole, pixels; `least` is the least height
 */
export function sankeyLayout(edges: Edge[], width: number, least = 320): SankeyLayout {
  const drafts = new Map<string, Draft>()
  const draftOf = (key: string): Draft => {
    const found = drafts.get(key)
    if (found) return found
    const made = { key, place: placeOf(key), into: 0, out: 0, y: 0, height: 0 }
    drafts.set(key, made)
    return made
  }
  for (const { source, target, value } of edges) {
    draftOf(source).out += value
    draftOf(target).into += value
  }
  const places = [...new Set([...drafts.values()].map(({ place }) => place))].sort((a, b) => a - b)
  const columns = places.map((place) => [...drafts.values()].filter((one) => one.place === place))
  const through = ({ into, out }: Draft) => Math.max(into, out)
  const total = (column: Draft[]) => column.reduce((sum, one) => sum + through(one), 0)
  const height = Math.max(least, ...columns.map((column) => column.length * (roomOfLabel + gap)))
  const scale = Math.min(
    ...columns.map(
      (column) => (height - (column.length - 1) * gap - column.length * 8) / Math.max(total(column), 1),
    ),
  )
  for (const [at, column] of columns.entries()) {
    if (at > 0) order(column, edges, drafts)
    else column.sort((a, b) => through(b) - through(a))
    let y = 0
    for (const one of column) {
      one.y = y
      one.height = Math.max(through(one) * scale, thinnest)
      y += Math.max(one.height, roomOfLabel) + gap
    }
  }
  const lowest = Math.max(
    ...[...drafts.values()].map((one) => one.y + Math.max(one.height, roomOfLabel)),
    least,
  )
  const step = places.length > 1 ? width / places.length : 0
  const xOf = (place: number) => places.indexOf(place) * step
  return {
    height: lowest,
    nodes: columns.flatMap((column, at) =>
      column.map((one) => ({
        key: one.key,
        place: one.place,
        text: stepText(one.key),
        x: xOf(one.place),
        y: one.y,
        height: one.height,
        value: through(one),
        ended: at === columns.length - 1 ? 0 : Math.max(one.into - one.out, 0),
      })),
    ),
    links: linksOf(edges, drafts, scale, xOf),
  }
}

/** By the middle of where routes come from, then the larger first. */
function order(column: Draft[], edges: Edge[], drafts: Map<string, Draft>): void {
  const middle = new Map(
    column.map((one) => {
      const into = edges.filter(({ target }) => target === one.key)
      const weight = into.reduce((sum, { value }) => sum + value, 0)
      const at = into.reduce((sum, { source, value }) => {
        const from = drafts.get(source)!
        return sum + value * (from.y + from.height / 2)
      }, 0)
      return [one.key, weight > 0 ? at / weight : Number.POSITIVE_INFINITY] as const
    }),
  )
  column.sort((a, b) => middle.get(a.key)! - middle.get(b.key)! || b.into - a.into)
}

/** Lines leave a step in the order of where they go, and come in the order of where they are from. */
function linksOf(
  edges: Edge[],
  drafts: Map<string, Draft>,
  scale: number,
  xOf: (place: number) => number,
): SankeyLink[] {
  const left = new Map<string, number>()
  const come = new Map<string, number>()
  const taken = (at: Map<string, number>, key: string, width: number): number => {
    const y = (at.get(key) ?? drafts.get(key)!.y) + width / 2
    at.set(key, y + width / 2)
    return y
  }
  const sorted = [...edges].sort(
    (a, b) =>
      drafts.get(a.source)!.y - drafts.get(b.source)!.y || drafts.get(a.target)!.y - drafts.get(b.target)!.y,
  )
  return sorted.map((edge) => {
    const [from, to] = [drafts.get(edge.source)!, drafts.get(edge.target)!]
    const width = Math.max(edge.value * scale, 1)
    const y1 = taken(left, edge.source, width)
    const y2 = taken(come, edge.target, width)
    const [x1, x2] = [xOf(from.place) + nodeWidth, xOf(to.place)]
    const bend = (x1 + x2) / 2
    return { ...edge, width, path: `M${x1},${y1}C${bend},${y1} ${bend},${y2} ${x2},${y2}` }
  })
}

/** A step in short: of addresses of one host the path; the end is what tells them apart, so the middle is cut. */
export function shortSteps(texts: string[]): (text: string) => string {
  const hosts = new Set(texts.flatMap((text) => hostOf(text) ?? []))
  return (text) => {
    const host = hosts.size === 1 ? hostOf(text) : undefined
    const own = host ? text.slice(text.indexOf(host) + host.length) || '/' : text.replace(/^https?:\/\//, '')
    return own.length > 48 ? `${own.slice(0, 18)}…${own.slice(-28)}` : own
  }
}

const hostOf = (text: string): string | undefined => /^https?:\/\/([^/?#]+)/.exec(text)?.[1]
