import type { components } from '@hedgerow/client'
import { Badge, Button, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useProject } from '../../api/session.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { ListCard, NoneMatch } from '../../ui/list-card.tsx'
import { Page } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Problem } from '../../ui/problem.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Empty } from '../../ui/states.tsx'
import { reasonWords, warningWords } from './warning-words.ts'
import styles from './warnings-page.module.css'
import { deadLettersQuery, LETTERS_A_PAGE, useReplay, warningsQuery } from './warnings-queries.ts'

/** A day: how many, and which. */
type Day = (number | string)[]
type Warning = Omit<components['schemas']['IngestionWarningSummary'], 'sparkline'> & { sparkline: Day[] }
type Letter = components['schemas']['DeadLetter']

/** What was odd about events, and the events that could not be processed, with a way to send them again. */
export function WarningsPage(): ReactNode {
  const from = '/session/project/$projectId/data-management/ingestion-warnings'
  const { projectId } = useParams({ from })
  const { search = '', page = 1 } = useSearch({ from })
  const navigate = useNavigate({ from: '/project/$projectId/data-management/ingestion-warnings' })
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  return (
    <Page
      title="Ingestion warnings"
      about="What was odd about the events of the last thirty days, and events that could not be processed."
    >
      <DeadLetters
        projectId={projectId}
        page={page}
        timeZone={timeZone}
        onPage={(to) => void navigate({ search: (old) => ({ ...old, page: to > 1 ? to : undefined }) })}
      />
      <Warnings
        projectId={projectId}
        search={search}
        timeZone={timeZone}
        onSearch={(text) =>
          void navigate({ search: (old) => ({ ...old, search: text || undefined }), replace: true })
        }
      />
    </Page>
  )
}

function DeadLetters({
  projectId,
  page,
  timeZone,
  onPage,
}: {
  projectId: number
  page: number
  timeZone: string
  onPage: (page: number) => void
}): ReactNode {
  const letters = useQuery(deadLettersQuery(projectId, page))
  const [progress, setProgress] = useState('')
  const replay = useReplay(projectId, (done, left) =>
    setProgress(`${done} sent again${left > 0 ? `, ${left} left` : ''}.`),
  )
  const rows = letters.data?.results
  if (rows?.length === 0 && !progress) return null
  return (
    <section className={styles.part} aria-labelledby="dead-letters">
      <Group justify="space-between" mb="xs" gap="sm">
        <div>
          <h2 id="dead-letters" className={styles.title}>
            Events that could not be processed
          </h2>
          <Text size="sm" c="dimmed">
            Once what stood in their way is mended, send them again: each makes one event.
          </Text>
        </div>
        {rows && rows.length > 0 && (
          <Button variant="default" loading={replay.isPending} onClick={() => replay.mutate(undefined)}>
            Send all again
          </Button>
        )}
      </Group>
      <div role="status" className={progress ? styles.progress : 'visually-hidden'}>
        {progress}
      </div>
      <Problem error={replay.error} lead="They could not be sent again:" mb="xs" />
      <ListCard
        what="dead letters"
        query={letters}
        rows={rows}
        skeleton={2}
        empty={<Empty title="None waits any more.">They appear among the live events within a second.</Empty>}
      >
        {(rows) => (
          <ul className={styles.list}>
            {rows.map((letter) => (
              <LetterRow
                key={letter.id}
                letter={letter}
                timeZone={timeZone}
                busy={replay.isPending}
                replay={() => replay.mutate(letter.id)}
              />
            ))}
          </ul>
        )}
      </ListCard>
      <Pager
        page={page}
        rows={rows?.length ?? 0}
        aPage={LETTERS_A_PAGE}
        count={letters.data?.count}
        more={Boolean(letters.data?.next)}
        go={onPage}
      />
    </section>
  )
}

function LetterRow({
  letter,
  timeZone,
  busy,
  replay,
}: {
  letter: Letter
  timeZone: string
  busy: boolean
  replay: () => void
}): ReactNode {
  return (
    <li className={styles.row}>
      <details>
        <summary className={styles.summary}>
          <span className={styles.name}>{nameOf(letter.raw)}</span>
          <span className={styles.why}>{reasonWords[letter.reason] ?? letter.reason}</span>
          <span className="muted small">
            <RelativeTime at={letter.died_at} timeZone={timeZone} />
          </span>
        </summary>
        <dl className={styles.facts}>
          <dt>Step</dt>
          <dd>{letter.step || '–'}</dd>
          <dt>Detail</dt>
          <dd>{letter.detail || '–'}</dd>
          <dt>UUID</dt>
          <dd>{letter.event_uuid}</dd>
        </dl>
        <CodeBlock code={pretty(letter.raw)} what="the event" title="As captured" />
        <Button
          mt="xs"
          size="compact-sm"
          variant="default"
          disabled={!letter.replayable || busy}
          title={letter.replayable ? undefined : 'It is no event, so it can’t be sent again.'}
          onClick={replay}
        >
          Send again
        </Button>
      </details>
    </li>
  )
}

function Warnings({
  projectId,
  search,
  timeZone,
  onSearch,
}: {
  projectId: number
  search: string
  timeZone: string
  onSearch: (text: string) => void
}): ReactNode {
  const warnings = useQuery(warningsQuery(projectId, search))
  const [text, setText] = useState(search)
  const rows = warnings.data?.results
  return (
    <section className={styles.part} aria-label="Warnings">
      <SearchField
        label="Search warnings"
        placeholder="Search by distinct id, event, value"
        text={text}
        onText={setText}
        onSearch={onSearch}
        mb="sm"
      />
      <ListCard
        what="warnings"
        query={warnings}
        rows={rows}
        skeleton={6}
        empty={
          search ? (
            <NoneMatch
              title={`No warning says “${search}”.`}
              verb="Clear the search"
              onClear={() => {
                setText('')
                onSearch('')
              }}
            />
          ) : (
            <Empty title="No warnings.">
              When a client sends something odd, such as a time that can’t be read, it is stored as well as
              can be, and said here.
            </Empty>
          )
        }
      >
        {(rows) => (
          <ul className={styles.list}>
            {rows.map((warning) => (
              <WarningRow key={warning.type} projectId={projectId} warning={warning} timeZone={timeZone} />
            ))}
          </ul>
        )}
      </ListCard>
    </section>
  )
}

function WarningRow({
  projectId,
  warning,
  timeZone,
}: {
  projectId: number
  warning: Warning
  timeZone: string
}): ReactNode {
  const words = warningWords[warning.type]
  return (
    <li className={styles.row}>
      <details>
        <summary className={styles.summary}>
          <span className={styles.name}>{words?.title ?? warning.type}</span>
          <Badge variant="light" color="gray" aria-label={`${warning.count} kept`}>
            {warning.count.toLocaleString('en')}
          </Badge>
          <Days days={warning.sparkline} />
          <span className="muted small">
            <RelativeTime at={warning.lastSeen} timeZone={timeZone} />
          </span>
        </summary>
        <p className={styles.help}>{words?.help ?? warning.type}</p>
        <ScrollRegion label="The latest">
          <table className="data">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Event</th>
                <th scope="col">Distinct ID</th>
                <th scope="col">Details</th>
              </tr>
            </thead>
            <tbody>
              {warning.warnings.map(({ timestamp, details: { event, eventUuid, distinctId, ...more } }) => (
                <tr key={`${timestamp} ${eventUuid}`}>
                  <td className="muted" style={{ whiteSpace: 'nowrap' }}>
                    <RelativeTime at={timestamp} timeZone={timeZone} />
                  </td>
                  <td>
                    {typeof eventUuid === 'string' ? (
                      <Link
                        to="/project/$projectId/where-is-my-event"
                        params={{ projectId }}
                        search={{ uuid: eventUuid }}
                        title="What became of it"
                      >
                        {String(event ?? eventUuid)}
                      </Link>
                    ) : (
                      String(event ?? '–')
                    )}
                  </td>
                  <td>{String(distinctId ?? '–')}</td>
                  <td className={styles.more}>
                    {Object.entries(more)
                      .map(
                        ([name, value]) =>
                          `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
                      )
                      .join(', ') || '–'}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      </details>
    </li>
  )
}

/** Thirty small bars; what they say is said in words besides. */
function Days({ days }: { days: Day[] }): ReactNode {
  const most = Math.max(1, ...days.map(([count]) => Number(count)))
  return (
    <svg viewBox="0 0 90 20" width="90" height="20" className={styles.days} aria-hidden>
      {days.map(([count, day], at) => {
        const height = count ? Math.max(2, (Number(count) / most) * 20) : 1
        return <rect key={day} x={at * 3} y={20 - height} width="2" height={height} />
      })}
    </svg>
  )
}

function nameOf(raw: string): string {
  const value = parsed(raw)
  const name = typeof value === 'object' && value !== null && 'event' in value ? value.event : null
  return typeof name === 'string' && name ? name : 'Event without a name'
}

const pretty = (raw: string) => {
  const value = parsed(raw)
  return value === undefined ? raw : JSON.stringify(value, null, 2)
}

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw)
  } catch {
    return undefined
  }
}
