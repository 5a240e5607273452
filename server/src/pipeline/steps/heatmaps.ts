import { cleanText } from '../../kit/clean-text.ts'
import { isObject } from '../../kit/is-object.ts'
import { isIllegalDistinctId } from '../../persons/illegal-distinct-id.ts'
import type { Batch } from '../batch.ts'
import type { HeatmapPoint, PipelineEvent } from '../pipeline-event.ts'

export const scaleFactor = 16
const longestUrl = 2048
const furthest = 2 ** 31 - 1

/**
 * Takes heatmap data out of events, whatever their name, into the batch; and how far a page was scrolled, which its
 * successor tells. Without the size of the window it means nothing and is left out (PostHog's rules).
 */
export function takeHeatmaps(batch: Batch): Batch {
  for (const event of batch.events) for (const point of pointsOf(event)) batch.heatmaps.push(point)
  return batch
}

function pointsOf(event: PipelineEvent): HeatmapPoint[] {
  const { properties } = event
  const { $heatmap_data: data, $viewport_width: width, $viewport_height: height } = properties
  if (data !== undefined) delete properties.$heatmap_data
  const pages = { ...(isObject(data) ? data : {}) }
  const scrolled = scrolledPage(event)
  if (scrolled) pages[scrolled.url] = [...list(pages[scrolled.url]), scrolled.point]
  if (!isSize(width) || !isSize(height) || isIllegalDistinctId(event.distinctId)) return []
  const viewport = { viewportWidth: scaled(width), viewportHeight: scaled(height) }
  const { $session_id: session } = properties
  const sessionId = typeof session === 'string' ? cleanText(session) : ''
  return Object.entries(pages).flatMap(([url, points]) =>
    list(points).flatMap((point): HeatmapPoint[] => {
      if (!isObject(point) || !isPlace(point.x) || !isPlace(point.y)) return []
      const place = { x: scaled(point.x), y: scaled(point.y), isFixed: point.target_fixed === true }
      const type = typeof point.type === 'string' ? point.type.slice(0, 100) : ''
      return [{ event, sessionId, url: url.slice(0, longestUrl), type, ...place, ...viewport }]
    }),
  )
}

/** How far the page before this one was scrolled, in pixels. */
function scrolledPage({ properties }: PipelineEvent) {
  const {
    $prev_pageview_pathname: path,
    $prev_pageview_max_scroll: depth,
    $current_url: current,
  } = properties
  if (typeof path !== 'string' || typeof current !== 'string' || !isPlace(depth)) return null
  const origin = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i.exec(current)?.[0]
  if (origin === undefined) return null
  const point = { x: 0, y: depth, target_fixed: false, type: 'scrolldepth' }
  return { url: `${origin}${path}`, point }
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const isPlace = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) < furthest
const isSize = (value: unknown): value is number => isPlace(value) && value >= 0
const scaled = (pixels: number) => Math.round(pixels / scaleFactor)
