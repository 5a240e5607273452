import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { annotationsQuery } from '../../api/annotations.ts'
import type { Annotation } from '../../api/types.ts'
import type { Interval } from '../../ui/chart/buckets.ts'
import type { Note } from '../../ui/chart/time-chart.tsx'
import { wallClock } from '../../ui/time.ts'

/** The remarks of the project at a chart's buckets. A chart without them is better than none: failures stay unsaid. */
export function useNotes(projectId: number, days: string[], interval: Interval, timeZone: string): Note[] {
  const { data } = useQuery(annotationsQuery(projectId))
  return useMemo(
    () => notesAt(data?.results ?? [], days, interval, timeZone),
    [data, days, interval, timeZone],
  )
}

/** Each remark at the bucket that its moment falls into; those of one insight are left to it. */
export function notesAt(
  annotations: Pick<Annotation, 'content' | 'date_marker' | 'scope'>[],
  days: string[],
  interval: Interval,
  timeZone: string,
): Note[] {
  const starts = days.map((day) => (day.length > 10 ? day.replace('T', ' ') : `${day} 00:00:00`))
  const end = starts.at(-1) && endOf(starts.at(-1)!, interval)
  return annotations.flatMap(({ content, date_marker: marker, scope }) => {
    if (!marker || !content || scope === 'dashboard_item' || end === undefined) return []
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
