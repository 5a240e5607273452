import { Alert, Button, Group, SegmentedControl, Text } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconDeviceFloppy, IconHistory, IconPlayerPlay } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useUpdateInsight } from '../../api/saved.ts'
import { useProject } from '../../api/session.ts'
import type { HogQLAnswer } from '../../api/types.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { SidePanel } from '../../ui/dialog.tsx'
import { ExportButton } from '../../ui/export-csv.tsx'
import { RowsChart } from '../../ui/insight/rows-chart.tsx'
import { guessedView, nodeOf, type RowsView, viewOfNode } from '../../ui/insight/rows-view.ts'
import { innerQuery, insightName } from '../../ui/insight/shown.ts'
import { counted } from '../../ui/numbers.ts'
import { Page } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SaveInsightDialog } from '../../ui/save-insight-dialog.tsx'
import { Empty, LoadError, Loading, sentence } from '../../ui/states.tsx'
import { sayFailed } from '../../ui/undo.tsx'
import { SqlEditor } from './editor.tsx'
import { keepQueries, type Past, pastQueries, withQuery } from './past.ts'
import { savedQuery, useSql } from './queries.ts'
import { ResultTable } from './result-table.tsx'
import styles from './sql-page.module.css'
import { ViewSettings } from './view-settings.tsx'

const example = `select event, count() as events, count(distinct person_id) as people
from events
where timestamp > now() - interval 7 day
group by event
order by events desc`

const mac = /Mac|iPhone|iPad/.test(navigator.userAgent)
const LONGEST_SUMMARY = 80
/** What is typed is in the address so long after the last key. */
const DRAFT_AFTER_MS = 400

/** A question in HogQL (ClickHouse's SQL over this project's events and persons), and its answer. */
export function SqlPage(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/sql' })
  const { q, draft, view, insight: shortId } = useSearch({ from: '/session/project/$projectId/sql' })
  const navigate = useNavigate({ from: '/project/$projectId/sql' })
  const [text, setText] = useState(draft ?? q ?? example)
  const [past, setPast] = useState(() => pastQueries(projectId))
  const [open, setOpen] = useState<'history' | 'saving' | null>(null)
  const { answer, query, tookMs, error, cancelledMs, running, run, cancel } = useSql(projectId)
  const ran = useRef<string>(undefined)
  const ask = (query: string) => {
    ran.current = query
    const next = withQuery(past, query, Date.now())
    setPast(next)
    keepQueries(projectId, next)
    run(query)
  }
  const start = async () => {
    if (!text.trim()) return
    ask(text)
    // Back leads to what was asked before, not to what was written in its place
    if (draft !== undefined)
      await navigate({ search: (old) => ({ ...old, draft: undefined }), replace: true })
    await navigate({ search: (old) => ({ ...old, q: text, draft: undefined }), replace: q === text })
  }
  // what is written is in the address, so that a reload or Back brings it again
  const keepDraft = useDebouncedCallback((written: string) => {
    const next = written === (q ?? example) ? undefined : written
    if (next !== draft) void navigate({ search: (old) => ({ ...old, draft: next }), replace: true })
  }, DRAFT_AFTER_MS)
  const write = (written: string) => {
    setText(written)
    keepDraft(written)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: a link shows what it says, and so does going back
  useEffect(() => {
    if (!q || q === ran.current) return
    setText(draft ?? q)
    ask(q)
  }, [q])
  const setView = (next: RowsView | undefined) =>
    void navigate({ search: (old) => ({ ...old, view: next }), replace: true })
  return (
    <Page
      title="SQL"
      about="HogQL: ClickHouse's SQL over the tables events and persons of this project. Properties are properties.name, people's are person.properties.name."
      actions={
        <Button variant="default" leftSection={<IconHistory size={16} />} onClick={() => setOpen('history')}>
          History
        </Button>
      }
    >
      <div className={`card ${styles.editor}`}>
        <SqlEditor projectId={projectId} value={text} onChange={write} onRun={() => void start()} />
        <Group gap="xs" mt="sm">
          <Button leftSection={<IconPlayerPlay size={16} />} loading={running} onClick={() => void start()}>
            Run
          </Button>
          {running && (
            <Button variant="default" onClick={cancel}>
              Cancel
            </Button>
          )}
          <Saving
            projectId={projectId}
            shortId={shortId}
            query={text}
            view={view}
            onSaveNew={() => setOpen('saving')}
          />
          {!running && (
            <Text size="xs" c="dimmed">
              {mac ? '⌘' : 'Ctrl'} + Enter runs, Ctrl + Space completes
            </Text>
          )}
        </Group>
      </div>
      <div aria-live="polite" className={styles.result}>
        {cancelledMs !== null && !running && (
          <Text size="sm" c="dimmed" mb="xs">
            Cancelled after {(cancelledMs / 1000).toFixed(1)} s.
          </Text>
        )}
        {error ? (
          <SqlError error={error} />
        ) : running && !answer ? (
          <div className="card">
            <Loading what="the results" />
          </div>
        ) : answer ? (
          <Result
            projectId={projectId}
            query={query}
            answer={answer}
            tookMs={tookMs}
            stale={running}
            view={view}
            onView={setView}
          />
        ) : null}
      </div>
      {open === 'history' && (
        <History
          projectId={projectId}
          past={past}
          onClose={() => setOpen(null)}
          onPick={(query) => {
            write(query)
            setOpen(null)
          }}
        />
      )}
      {open === 'saving' && (
        <SaveInsightDialog
          projectId={projectId}
          query={nodeOf(text, view)}
          summary={text.replace(/\s+/g, ' ').trim().slice(0, LONGEST_SUMMARY)}
          onClose={() => setOpen(null)}
          onSaved={(made) => {
            setOpen(null)
            void navigate({
              search: (old) => ({ ...old, q: text, draft: undefined, insight: made.short_id }),
              replace: true,
            })
          }}
        />
      )}
    </Page>
  )
}

/** Keeps the query as an insight, or a change of one. */
function Saving({
  projectId,
  shortId,
  query,
  view,
  onSaveNew,
}: {
  projectId: number
  /** The saved insight that it is. */
  shortId: string | undefined
  query: string
  view: RowsView | undefined
  onSaveNew: () => void
}): ReactNode {
  const saved = useQuery({ ...savedQuery(projectId, shortId ?? ''), enabled: shortId !== undefined })
  const update = useUpdateInsight(projectId)
  const insight = shortId === undefined ? undefined : saved.data
  const isEmpty = !query.trim()
  if (!insight || insight.effective_privilege_level < 37) {
    return (
      <Button
        variant="default"
        leftSection={<IconDeviceFloppy size={16} />}
        disabled={isEmpty}
        onClick={onSaveNew}
      >
        Save
      </Button>
    )
  }
  const node = nodeOf(query, view)
  const isSame =
    innerQuery(insight.query)?.query === query &&
    JSON.stringify(viewOfNode(insight.query)) === JSON.stringify(view)
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconDeviceFloppy size={16} />}
        disabled={isEmpty || isSame}
        loading={update.isPending}
        onClick={() => update.mutate({ id: insight.id, query: node }, { onError: sayFailed })}
      >
        {isSame ? 'Saved' : 'Save changes'}
      </Button>
      <Button variant="subtle" disabled={isEmpty} onClick={onSaveNew}>
        Save as new
      </Button>
      <Text size="xs">
        <Link to="/project/$projectId/insights/$shortId" params={{ projectId, shortId: insight.short_id }}>
          {insightName(insight)}
        </Link>
      </Text>
    </>
  )
}

function Result({
  projectId,
  query,
  answer,
  tookMs,
  stale,
  view,
  onView,
}: {
  projectId: number
  query: string
  answer: HogQLAnswer
  tookMs: number | null
  /** Another one is under way. */
  stale: boolean
  view: RowsView | undefined
  onView: (view: RowsView | undefined) => void
}): ReactNode {
  const { columns, results: rows } = answer
  const guess = guessedView({ columns, rows })
  return (
    <div aria-busy={stale}>
      <Group justify="space-between" mb="xs" gap="xs">
        <Text size="sm" c="dimmed">
          {rows.length === 0 ? 'Ran fine, 0 rows' : counted(rows.length, 'row')}
          {tookMs === null ? '' : ` in ${tookMs} ms`}
          {answer.hasMore ? ', and there are more: raise the LIMIT to see them' : ''}
        </Text>
        {rows.length > 0 && (
          <Group gap="xs">
            <SegmentedControl
              size="xs"
              aria-label="Show as"
              value={view ? 'chart' : 'table'}
              data={[
                { value: 'table', label: 'Table' },
                { value: 'chart', label: 'Chart', disabled: !view && !guess },
              ]}
              onChange={(next) => onView(next === 'chart' ? guess : undefined)}
            />
            <CopyButton value={asTsv(columns, rows)} label="Copy as table" what="of these results" />
            <ExportButton
              projectId={projectId}
              size="compact-sm"
              exported={{ export_context: { source: { kind: 'HogQLQuery', query }, filename: 'sql' } }}
            />
          </Group>
        )}
      </Group>
      <div className="card">
        {view && rows.length > 0 ? (
          <div className={styles.chart}>
            <ViewSettings columns={columns} rows={rows} view={view} onView={onView} />
            <RowsChart columns={columns} rows={rows} view={view} height={360} name="Results" />
          </div>
        ) : (
          <ResultTable columns={columns} rows={rows} />
        )}
      </div>
    </div>
  )
}

function History({
  projectId,
  past,
  onPick,
  onClose,
}: {
  projectId: number
  past: Past[]
  onPick: (query: string) => void
  onClose: () => void
}): ReactNode {
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  return (
    <SidePanel onClose={onClose} size={480} title="Queries run in this browser">
      {past.length === 0 ? (
        <Empty title="None yet.">What you run is listed here, the last first.</Empty>
      ) : (
        <ol className={styles.past}>
          {past.map(({ query, at }) => (
            <li key={query}>
              <button type="button" onClick={() => onPick(query)}>
                <span className="muted small">
                  <RelativeTime at={new Date(at).toISOString()} timeZone={timeZone} />
                </span>
                <code>{query}</code>
              </button>
            </li>
          ))}
        </ol>
      )}
    </SidePanel>
  )
}

/** What the server says is wrong with the query is about the query, not about the server. */
function SqlError({ error }: { error: Error }): ReactNode {
  if ('status' in error && error.status === 400) {
    return (
      <Alert
        color="red"
        variant="outline"
        title="The query can't run."
        role="alert"
        styles={{ root: { background: 'var(--surface)' } }}
      >
        <pre className={styles.message}>{sentence(error)}</pre>
      </Alert>
    )
  }
  return <LoadError what="the results" error={error} />
}

/** Tab-separated, which spreadsheets paste as a table. */
function asTsv(columns: string[], rows: unknown[][]): string {
  const cell = (value: unknown) =>
    (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).replace(/[\t\n\r]+/g, ' ')
  return [columns, ...rows].map((row) => row.map(cell).join('\t')).join('\n')
}
