import { type ComponentProps, lazy, type ReactNode, Suspense, useState } from 'react'
import type { Interval } from '../../ui/chart/buckets.ts'
import { useNotes } from '../../ui/chart/notes.ts'
import type { TimeChart as Chart } from '../../ui/chart/time-chart.tsx'

const TimeChart = lazy(async () => ({ default: (await import('../../ui/chart/time-chart.tsx')).TimeChart }))
const AnnotationDialog = lazy(async () => ({
  default: (await import('../../ui/annotation-dialog.tsx')).AnnotationDialog,
}))

/** A chart over time with the project's annotations; a click below a bucket, or `A` on it, writes one there. */
export function AnnotatedChart({
  projectId,
  insightId,
  timeZone,
  interval = 'day',
  ...chart
}: Omit<ComponentProps<typeof Chart>, 'notes' | 'onNote'> & {
  projectId: number
  /** The saved insight that is drawn; none for a question that nobody has saved. */
  insightId?: number
  timeZone: string
  interval?: Interval
}): ReactNode {
  const notes = useNotes({ projectId, insightId }, chart.days, interval, timeZone)
  const [at, setAt] = useState<number | null>(null)
  const day = at === null ? undefined : chart.days[at]
  return (
    <Suspense fallback={<div style={{ height: 360 }} />}>
      <TimeChart {...chart} interval={interval} timeZone={timeZone} notes={notes} onNote={setAt} />
      {day !== undefined && (
        <AnnotationDialog
          projectId={projectId}
          timeZone={timeZone}
          annotation={null}
          insightId={insightId}
          at={day.length > 10 ? day.slice(0, 16).replace(' ', 'T') : `${day}T12:00`}
          onClose={() => setAt(null)}
        />
      )}
    </Suspense>
  )
}
