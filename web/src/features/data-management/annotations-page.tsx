import { ActionIcon, Button, NativeSelect } from '@mantine/core'
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { annotationPageQuery, useUpdateAnnotation } from '../../api/annotations.ts'
import { useProject } from '../../api/session.ts'
import type { Annotation } from '../../api/types.ts'
import { AnnotationDialog, scopeNames } from '../../ui/annotation-dialog.tsx'
import { Page } from '../../ui/page.tsx'
import { Empty } from '../../ui/states.tsx'
import { absoluteTime } from '../../ui/time.ts'
import { withUndo } from '../../ui/undo.tsx'
import { DefinitionsList } from './definitions-list.tsx'
import type { AnnotationsSearch } from './search.ts'

/** What a row needs; the client leaves out of answers what is always null. */
type Row = Pick<
  Annotation,
  'id' | 'content' | 'date_marker' | 'scope' | 'insight_short_id' | 'insight_name'
> & {
  created_by: { first_name: string; email: string } | null
}

/** The remarks that charts show: releases, campaigns, outages. */
export function AnnotationsPage(): ReactNode {
  const from = '/session/project/$projectId/data-management/annotations'
  const { projectId } = useParams({ from })
  const { search = '', scope, page = 1 } = useSearch({ from })
  const navigate = useNavigate({ from: '/project/$projectId/data-management/annotations' })
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const answer = useQuery(annotationPageQuery(projectId, { search: search || undefined, scope, page }))
  const { mutateAsync: update } = useUpdateAnnotation(projectId)
  const [writing, setWriting] = useState<Row | 'new' | null>(null)
  const create = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setWriting('new')}>
      New annotation
    </Button>
  )
  const remove = async ({ id, content }: Row) => {
    await withUndo(
      `Deleted “${content ?? ''}”.`,
      () => update({ id, deleted: true }),
      () => update({ id, deleted: false }),
    )
  }
  return (
    <Page
      title="Annotations"
      about={`What happened when: charts show it on their time axis. Times are of the project’s clock, ${timeZone}.`}
      actions={create}
    >
      <DefinitionsList<Row>
        what="annotations"
        search={search}
        page={page}
        answer={answer}
        narrowed={scope !== undefined}
        onSearch={(text) =>
          void navigate({ search: (old) => ({ ...old, page: undefined, search: text }), replace: true })
        }
        onClear={() => void navigate({ search: {} })}
        onPage={(to) => void navigate({ search: (old) => ({ ...old, page: to }) })}
        extra={
          <NativeSelect
            aria-label="Seen in"
            value={scope ?? ''}
            data={[
              { value: '', label: 'Seen anywhere' },
              ...Object.entries(scopeNames).map(([value, label]) => ({ value, label })),
            ]}
            onChange={({ currentTarget: { value } }) =>
              void navigate({
                search: (old) => ({
                  ...old,
                  page: undefined,
                  scope: (value || undefined) as AnnotationsSearch['scope'],
                }),
              })
            }
          />
        }
        empty={
          <Empty title="No annotations.">
            Mark releases and campaigns; they show on every chart. <div>{create}</div>
          </Empty>
        }
        table={(rows) => (
          <AnnotationTable
            projectId={projectId}
            rows={rows}
            timeZone={timeZone}
            onEdit={setWriting}
            onDelete={(row) => void remove(row)}
          />
        )}
      />
      {writing !== null && (
        <AnnotationDialog
          projectId={projectId}
          timeZone={timeZone}
          annotation={writing === 'new' ? null : writing}
          onClose={() => setWriting(null)}
        />
      )}
    </Page>
  )
}

function AnnotationTable({
  projectId,
  rows,
  timeZone,
  onEdit,
  onDelete,
}: {
  projectId: number
  rows: Row[]
  timeZone: string
  onEdit: (row: Row) => void
  onDelete: (row: Row) => void
}): ReactNode {
  return (
    <table className="data">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">What happened</th>
          <th scope="col" className="wide-only">
            Seen in
          </th>
          <th scope="col" className="wide-only">
            By
          </th>
          <th scope="col">
            <span className="visually-hidden">Change</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const { id, content, date_marker: at, scope, insight_short_id: shortId, created_by: by } = row
          return (
            <tr key={id}>
              <td className="muted">{at ? absoluteTime(at, timeZone) : 'Nowhere'}</td>
              <td style={{ overflowWrap: 'anywhere' }}>{content}</td>
              <td className="wide-only">
                {scope === 'dashboard_item' && shortId ? (
                  <Link to="/project/$projectId/insights/$shortId" params={{ projectId, shortId }}>
                    {row.insight_name || 'An insight'}
                  </Link>
                ) : (
                  scopeNames[scope]
                )}
              </td>
              <td className="muted wide-only">{by ? by.first_name || by.email : ''}</td>
              <td className="num" style={{ whiteSpace: 'nowrap' }}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Edit “${content}”`}
                  onClick={() => onEdit(row)}
                >
                  <IconPencil size={16} />
                </ActionIcon>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Delete “${content}”`}
                  onClick={() => onDelete(row)}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
