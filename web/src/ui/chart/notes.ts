import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { annotationsQuery } from '../../api/annotations.ts'
import type { Annotation } from '../../api/types.ts'
import { wallClock } from '../time.ts'
import type { Interval } from './buckets.ts'
import type { Note } from './time-chart.tsx'

/** Whose remarks a chart shows: the project's, and those of the saved insight that it is of. */
export type NotesOf = { projectId: number; insightId?: number }

/**
 * The remarks at a chart's buckets. A chart without them is better than none: failures stay unsaid.
 * @param of undefined where remarks are nobody's business: on pages that are shared
 */
export function useNotes(
  of: NotesOf | undefined,
  days: string[],
  interval: Interval,
  timeZone: string,
): Note[] {
  const { data } = useQuery({ ...annotationsQuery(of?.projectId ?? 0), enabled: of !== undefined })
  const insightId = of?.insightId
  return useMemo(
    () => notesAt(data?.results ?? [], days, interval, timeZone, insightId),
    [data, days, interval, timeZone, insightId],
  )
}

/** Each remark at the bucket that its moment falls into; those of one insight stand on that one only. */
export function notesAt(
  annotations: Pick<Annotation, 'content' | 'date_marker' | 'scope' | 'dashboard_item'>[],
  days: string[],
  interval: Interval,
  timeZone: string,
  insightId?: number,
): Note[] {
  const starts = days.map((day) => (day.length > 10 ? day.replace('T', ' ') : `${day} 00:00:00`))
  const end = starts.at(-1) && endOf(starts.at(-1)!, interval)
  return annotations.flatMap(({ content, date_marker: marker, scope, dashboard_item: item }) => {
    if (!marker || !content || end === undefined) return []
    if (scope === 'dashboard_item' && (item === null || item !== insightId)) return []
    const there = wallClock(Date.parse(marker), timeZone)
    const at = starts.findLastIndex((start) => start <= there)
    return at < 0 || there >= end ? [] : [{ at, text: content }]
  })
}

function endOf(start: string, interval: Interval): string {
  const time = new Date(`${start.replace(' ', 'T')}Z`)
  if (interval === 'hour') time.setUTCHours(time.getUTCHours() + 1)
  if (interval === 'day') time.setUTCDate(time.getUTCDate() + 1)
  if (interval === 'week') time.setUTCDate(time.getUTCDate() + 7)
  if (interval === 'month') time.setUTCMonth(time.getUTCMonth() + 1)
  return time.toISOString().slice(0, 19).replace('T', ' ')
}
