import { Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { eventQuery } from '../../api/events.ts'
import type { EventReceipt } from '../../api/types.ts'
import { PersonLink } from '../../ui/event-table.tsx'
import { absoluteTime } from '../../ui/time.ts'
import styles from './receipt-page.module.css'

const verdicts: Record<EventReceipt['status'], { text: string; tone: 'good' | 'plain' | 'odd' | 'bad' }> = {
  accepted: { text: 'Accepted', tone: 'plain' },
  processing: { text: 'Processing', tone: 'plain' },
  stored: { text: 'Stored', tone: 'good' },
  dropped: { text: 'Dropped', tone: 'odd' },
  dead: { text: 'Dead letter', tone: 'bad' },
  unsure: { text: 'Not sure yet', tone: 'plain' },
}

/** What is known of one event: a verdict, a sentence, its way with times, and what was changed. */
export function ReceiptAnswer({
  projectId,
  timeZone,
  receipt,
}: {
  projectId: number
  timeZone: string
  receipt: EventReceipt
}): ReactNode {
  const { status, detail, changes, lag_ms: lag, step } = receipt
  const { text, tone } = verdicts[status]
  const isOver = receipt.stored_at !== null
  const moment = (at: string | null) =>
    at === null ? null : <span className="mono">{absoluteTime(at, timeZone, true)}</span>
  return (
    <>
      <h2 className={styles.verdict}>
        <span data-tone={tone}>{text}</span>
      </h2>
      <p style={{ margin: 0 }}>{detail}</p>
      {status !== 'unsure' && (
        <ol className={styles.line} aria-label="Its way">
          <li data-done="true">
            Accepted, safe on disk
            <div className="small muted">{moment(receipt.accepted_at)}</div>
          </li>
          <li data-done={isOver}>
            {isOver ? 'Processed' : status === 'processing' ? 'Being processed' : 'Waits to be processed'}
            <div className="small muted">{moment(receipt.processed_at)}</div>
          </li>
          <li data-done={status === 'stored'} data-failed={status === 'dropped' || status === 'dead'}>
            {status === 'dropped' ? 'Dropped' : status === 'dead' ? 'Put aside' : 'Stored'}
            {step && isOver && ` at the step “${step}”`}
            {isOver && lag !== null && (
              <span className="muted"> · {duration(lag)} after it was accepted</span>
            )}
            <div className="small muted">{moment(receipt.stored_at)}</div>
            {!isOver && lag !== null && (
              <div className="small muted">The oldest event that waits has waited {duration(lag)}.</div>
            )}
          </li>
        </ol>
      )}
      {changes.length > 0 && (
        <section aria-label="What was changed">
          <strong>What was changed</strong>
          <ul className={styles.changes}>
            {changes.map((change) => (
              <li key={change.code}>{change.detail}</li>
            ))}
          </ul>
        </section>
      )}
      {receipt.deduplicated > 0 && (
        <p className="muted">
          The same uuid came {receipt.deduplicated === 255 ? 'at least 255' : receipt.deduplicated} more{' '}
          {receipt.deduplicated === 1 ? 'time' : 'times'}, and counts once.
        </p>
      )}
      {status === 'stored' && (
        <Group gap="md" mt="sm">
          <StoredLinks projectId={projectId} uuid={receipt.uuid} />
        </Group>
      )}
      {status === 'dead' && (
        <Link to="/project/$projectId/data-management/ingestion-warnings" params={{ projectId }}>
          Dead letters
        </Link>
      )}
    </>
  )
}

/** The event and its person, where there are such: events that only merge or set are stored, too. */
function StoredLinks({ projectId, uuid }: { projectId: number; uuid: string }): ReactNode {
  const event = useQuery({ ...eventQuery(projectId, uuid), retry: false })
  return (
    <>
      <Link to="/project/$projectId/events/$uuid" params={{ projectId, uuid }}>
        Show the event
      </Link>
      {event.data && (
        <span>
          by{' '}
          <span style={{ display: 'inline-block', verticalAlign: 'bottom' }}>
            <PersonLink projectId={projectId} event={event.data} />
          </span>
        </span>
      )}
    </>
  )
}

const duration = (ms: number) =>
  ms < 1000
    ? `${Math.round(ms)} ms`
    : ms < 90_000
      ? `${(ms / 1000).toFixed(1)} s`
      : `${Math.round(ms / 60_000)} min`
