import { Button } from '@mantine/core'
import { IconDeviceFloppy } from '@tabler/icons-react'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { asKind, firstQuestion, type QuestionKind } from '../../api/questions.ts'
import { ExportButton } from '../../ui/export-csv.tsx'
import { SaveInsightDialog } from '../../ui/save-insight-dialog.tsx'
import styles from './editor.module.css'
import { Editor, type OnSearch } from './editor.tsx'
import { kinds, ofKind } from './kinds.tsx'
import { asked, whatIsMissing } from './queries.ts'
import { kindIn } from './search.ts'
import { summaryOf } from './summary.ts'

/** A question that nobody has saved yet, of any kind. */
export function NewInsightPage(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/insights/new' })
  const search = useSearch({ from: '/session/project/$projectId/insights/new' })
  const navigate = useNavigate({ from: '/project/$projectId/insights/new' })
  const [saving, setSaving] = useState(false)
  // who comes to ask something is asked what; who goes from kind to kind with the keyboard stays there
  const [asksFirst, setAsksFirst] = useState(search.q === undefined)
  const query = search.q ?? firstQuestion(kindIn(search))
  const onSearch: OnSearch = (change, replace = false) =>
    void navigate({ search: change, replace, resetScroll: false })
  return (
    <>
      <Editor
        projectId={projectId}
        query={query}
        search={search}
        onSearch={onSearch}
        title={ofKind(query.kind).label}
        asksFirst={asksFirst}
        above={
          <KindTabs
            value={query.kind}
            onChange={(kind) => {
              setAsksFirst(false)
              onSearch(({ dashboard }) => ({
                q: asKind(query, kind),
                ...(dashboard !== undefined && { dashboard }),
              }))
            }}
          />
        }
        actions={
          whatIsMissing(query) === null && (
            <>
              <ExportButton
                projectId={projectId}
                exported={{ export_context: { source: asked(query), filename: summaryOf(query) } }}
              />
              <Button leftSection={<IconDeviceFloppy size={16} />} onClick={() => setSaving(true)}>
                Save
              </Button>
            </>
          )
        }
      />
      {saving && (
        <SaveInsightDialog
          projectId={projectId}
          query={asked(query)}
          summary={summaryOf(query)}
          dashboard={search.dashboard}
          onClose={() => setSaving(false)}
          onSaved={({ short_id }) =>
            void navigate({
              to: '/project/$projectId/insights/$shortId',
              params: { projectId, shortId: short_id },
            })
          }
        />
      )}
    </>
  )
}

/** The same question as one of another kind, as far as it goes. */
function KindTabs({
  value,
  onChange,
}: {
  value: QuestionKind
  onChange: (kind: QuestionKind) => void
}): ReactNode {
  return (
    <fieldset className={styles.kinds} aria-label="Kind of insight">
      {kinds.map(({ kind, label, about, icon: Icon }) => (
        <button
          key={kind}
          type="button"
          className={styles.kind}
          aria-pressed={kind === value}
          title={about}
          onClick={() => onChange(kind)}
        >
          <Icon size={16} aria-hidden /> {label}
        </button>
      ))}
    </fieldset>
  )
}
