import { Alert, Button, Group, Text, Textarea } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useRef, useState } from 'react'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ExportButton } from '../../ui/export-csv.tsx'
import { counted } from '../../ui/numbers.ts'
import { Page } from '../../ui/page.tsx'
import { LoadError, Loading, sentence } from '../../ui/states.tsx'
import { useSql } from './queries.ts'
import { ResultTable } from './result-table.tsx'
import styles from './sql-page.module.css'

const example = `select event, count() as events, count(distinct person_id) as people
from events
where timestamp > now() - interval 7 day
group by event
order by events desc`

/** A question in HogQL (ClickHouse's SQL over this project's events and persons), and its answer. */
export function SqlPage(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/sql' })
  const { q } = useSearch({ from: '/session/project/$projectId/sql' })
  const navigate = useNavigate({ from: '/project/$projectId/sql' })
  const [text, setText] = useState(q ?? example)
  const field = useRef<HTMLTextAreaElement>(null)
  const { answer, tookMs, error, running, run, cancel } = useSql(projectId)
  const start = () => {
    if (!text.trim()) return
    void navigate({ search: { q: text }, replace: q === text })
    run(text)
  }
  return (
    <Page
      title="SQL"
      about="HogQL: ClickHouse's SQL over the tables events and persons of this project. Properties are properties.name, people's are person.properties.name."
    >
      <div className={`card ${styles.editor}`}>
        <Textarea
          ref={field}
          aria-label="Query"
          autosize
          minRows={6}
          maxRows={20}
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          classNames={{ input: styles.input }}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
              event.preventDefault()
              start()
            }
          }}
        />
        <Group gap="xs" mt="sm">
          <Button leftSection={<IconPlayerPlay size={16} />} loading={running} onClick={start}>
            Run
          </Button>
          {running ? (
            <Button variant="default" onClick={cancel}>
              Cancel
            </Button>
          ) : (
            <Text size="xs" c="dimmed">
              Ctrl or ⌘ + Enter
            </Text>
          )}
        </Group>
      </div>
      <div aria-live="polite" className={styles.result}>
        {error ? (
          <SqlError error={error} />
        ) : running && !answer ? (
          <div className="card">
            <Loading what="the results" />
          </div>
        ) : answer ? (
          <div style={{ opacity: running ? 0.6 : 1 }}>
            <Group justify="space-between" mb="xs" gap="xs">
              <Text size="sm" c="dimmed">
                {answer.results.length === 0 ? 'Ran fine, 0 rows' : counted(answer.results.length, 'row')}
                {tookMs === null ? '' : ` in ${tookMs} ms`}
                {answer.hasMore ? ', and there are more: raise the LIMIT to see them' : ''}
              </Text>
              {answer.results.length > 0 && (
                <Group gap="xs">
                  <CopyButton value={asTsv(answer)} label="Copy as table" what="of these results" />
                  <ExportButton
                    projectId={projectId}
                    size="compact-sm"
                    exported={{
                      export_context: {
                        source: { kind: 'HogQLQuery', query: q ?? text },
                        filename: 'sql',
                      },
                    }}
                  />
                </Group>
              )}
            </Group>
            <div className="card">
              <ResultTable columns={answer.columns} rows={answer.results} />
            </div>
          </div>
        ) : null}
      </div>
    </Page>
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
function asTsv(answer: { columns: string[]; results: unknown[][] }): string {
  const cell = (value: unknown) =>
    (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).replace(/[\t\n\r]+/g, ' ')
  return [answer.columns, ...answer.results].map((row) => row.map(cell).join('\t')).join('\n')
}
