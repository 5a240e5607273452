import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import { useProject } from '../../api/session.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Page } from '../../ui/page.tsx'
import { LoadError, Loading } from '../../ui/states.tsx'
import { ReceiptAnswer } from './receipt-answer.tsx'
import styles from './receipt-page.module.css'
import { receiptQuery } from './receipt-queries.ts'

/** "Where is my event?": what became of one, by its uuid. */
export function ReceiptPage(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/where-is-my-event' })
  const { uuid = '' } = useSearch({ from: '/session/project/$projectId/where-is-my-event' })
  const navigate = useNavigate({ from: '/project/$projectId/where-is-my-event' })
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const [text, setText] = useState(uuid)
  useEffect(() => setText(uuid), [uuid])
  const receipt = useQuery(receiptQuery(projectId, uuid))

  return (
    <Page
      title="Where is my event?"
      narrow
      about={
        <>
          What became of an event, from the moment it was accepted.{' '}
          <Link to="/project/$projectId/activity" params={{ projectId }}>
            Live events
          </Link>
        </>
      }
    >
      <form
        className={styles.form}
        onSubmit={(submit) => {
          submit.preventDefault()
          const asked = text.trim()
          if (asked === uuid) void receipt.refetch()
          else void navigate({ search: asked ? { uuid: asked } : {} })
        }}
      >
        <TextInput
          className={styles.field}
          label="The event's uuid"
          description="SDKs send one with every event; it is the event's id in lists and exports."
          placeholder="01a204ee-a8a2-7000-8000-000000000001"
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={(change) => setText(change.currentTarget.value)}
        />
        <Button type="submit" disabled={text.trim() === ''}>
          Find it
        </Button>
      </form>
      {uuid !== '' && (
        <div className={`card ${styles.answer}`} aria-live="polite">
          {receipt.data ? (
            <ReceiptAnswer projectId={projectId} timeZone={timeZone} receipt={receipt.data} />
          ) : receipt.data === null ? (
            <>
              <h2 className={styles.verdict}>Not known</h2>
              <p>
                No event <span className="mono">{uuid}</span> was accepted in this project, or it was too long
                ago: what became of an event is kept for some days, seven unless the server is set otherwise.
              </p>
              <p className="muted">
                Check that the SDK sends to this project's key, and that the request was answered with 200.
                The uuid is the event's own, not a person's or a session's.
              </p>
              <CopyButton value={uuid} label="Copy the uuid" what="that was asked for" />
            </>
          ) : receipt.isError ? (
            <LoadError what="what became of it" error={receipt.error} retry={() => void receipt.refetch()} />
          ) : (
            <Loading what="what became of it" rows={3} />
          )}
        </div>
      )}
    </Page>
  )
}
