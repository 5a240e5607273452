import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useRef } from 'react'
import { eventNamesQuery } from '../../api/definitions.ts'
import type { Pin } from '../../api/pin.ts'
import type { Question } from '../../api/questions.ts'
import type { PictureWords } from '../../ui/chart/picture.ts'
import { rangeLabel } from '../../ui/date-range.tsx'
import type { Hidden } from '../../ui/insight/legend.tsx'
import { counted, number } from '../../ui/numbers.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { savePicture } from '../../ui/save-picture.ts'
import { Empty, LoadError, Loading } from '../../ui/states.tsx'
import styles from './editor.module.css'
import { type Answers, answerQuery, type Timed, whatIsMissing } from './queries.ts'

/** What every editor's answer is given. */
export type AnswerProps<Q extends Question> = Hidden & {
  projectId: number
  /** The saved insight whose question it is, or was before it was changed here. */
  insightId?: number
  query: Q
  timeZone: string
  /** What a picture of the chart is called. */
  title: string
  onChange: (changes: Partial<Q>) => void
  onPeople: (pin: Pin) => void
}

/**
 * The answer to a question in its box: what is missing, that it is coming, why it failed, or what `children` draw, and
 * below how true it is. An older answer stays, dimmed, while a new one is worked out.
 */
export function AnswerCard<Q extends Question>({
  projectId,
  query,
  timeZone,
  title,
  isEmpty,
  note,
  legend,
  below,
  isTablePictured = false,
  children,
}: {
  projectId: number
  query: Q
  timeZone: string
  title: string
  isEmpty: (answer: Answers[Q['kind']]) => boolean
  /** What else has to be said of the numbers. */
  note?: (answer: Timed<Answers[Q['kind']]>) => ReactNode
  /** The series that are drawn, where their names do not stand with the chart: a picture of it has them too. */
  legend?: (answer: Timed<Answers[Q['kind']]>) => PictureWords['legend']
  /** In a box of its own: the figures that a chart is drawn from. */
  below?: (answer: Timed<Answers[Q['kind']]>) => ReactNode
  /** Whether these are on a picture too. */
  isTablePictured?: boolean
  children: (answer: Timed<Answers[Q['kind']]>) => ReactNode
}): ReactNode {
  const client = useQueryClient()
  const drawing = useRef<HTMLDivElement>(null)
  const all = useRef<HTMLDivElement>(null)
  const answered = useQuery(answerQuery(projectId, query))
  const events = useQuery(eventNamesQuery(projectId))
  const missing = whatIsMissing(query)
  if (missing !== null) {
    return (
      <div className={`card ${styles.hold}`}>
        <Empty title={missing}>
          {events.data?.length === 0 && (
            <>
              Nothing arrived yet?{' '}
              <Link to="/project/$projectId/onboarding" params={{ projectId }}>
                Send your first event
              </Link>
            </>
          )}
        </Empty>
      </div>
    )
  }
  if (answered.isError) {
    return (
      <div className={`card ${styles.hold}`} style={{ padding: 16 }}>
        <LoadError what="this chart" error={answered.error} retry={() => void answered.refetch()} />
      </div>
    )
  }
  const answer = answered.data
  if (!answer) {
    return (
      <div className={`card ${styles.hold}`}>
        <Loading what="this chart" rows={8} height={24} />
      </div>
    )
  }
  const words = (of: typeof answer): PictureWords => ({
    title,
    about: `${rangeLabel(query.dateRange)} · ${timeZone}`,
    legend: legend?.(of),
  })
  const busy = answered.isFetching
  const empty = isEmpty(answer)
  return (
    <div ref={all}>
      <div className={`card ${styles.chart}`}>
        {busy && <div className={styles.busy} data-picture="never" />}
        {/* an older answer's numbers are not those of the question that there is now */}
        <div ref={drawing} aria-busy={busy} inert={answered.isPlaceholderData}>
          {empty ? (
            <Empty title={`No events match in ${rangeLabel(query.dateRange).toLowerCase()}.`}>
              Try a longer range, or fewer filters.
            </Empty>
          ) : (
            children(answer)
          )}
        </div>
        <p className={styles.foot} data-picture="never">
          <span>
            {!empty && note?.(answer)} Time zone {timeZone}
          </span>
          <span>
            As of <RelativeTime at={answer.last_refresh} timeZone={timeZone} />
            {answer.is_cached ? ', from the cache' : ''} · {number(answer.tookMs)} ms ·{' '}
            {counted(answer.statistics.rows_read, 'row')} read ·{' '}
            <button
              type="button"
              className={styles.again}
              onClick={() =>
                void client.prefetchQuery({ ...answerQuery(projectId, query, true), staleTime: 0 })
              }
            >
              Refresh
            </button>
            {!empty && (
              <>
                {' · '}
                <button
                  type="button"
                  className={styles.again}
                  onClick={() => void savePicture((isTablePictured ? all : drawing).current, words(answer))}
                >
                  Save as PNG
                </button>
              </>
            )}
          </span>
        </p>
      </div>
      {!empty && below && (
        <div className={`card ${styles.details}`} inert={answered.isPlaceholderData}>
          {below(answer)}
        </div>
      )}
    </div>
  )
}
