import { Button } from '@mantine/core'
import { IconDeviceFloppy } from '@tabler/icons-react'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { ExportButton } from '../../ui/export-csv.tsx'
import { asked } from './queries.ts'
import { SaveDialog } from './save-dialog.tsx'
import { defaultQuery } from './search.ts'
import { summaryOf } from './summary.ts'
import { TrendsEditor } from './trends-editor.tsx'

/** A trend that nobody has saved yet. */
export function TrendsPage(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/insights/new' })
  const search = useSearch({ from: '/session/project/$projectId/insights/new' })
  const navigate = useNavigate({ from: '/project/$projectId/insights/new' })
  const [saving, setSaving] = useState(false)
  const query = search.q ?? defaultQuery
  return (
    <>
      <TrendsEditor
        projectId={projectId}
        query={query}
        search={search}
        onSearch={(change, replace = false) => void navigate({ search: change, replace, resetScroll: false })}
        title="Trends"
        actions={
          <>
            <ExportButton
              projectId={projectId}
              exported={{ export_context: { source: asked(query), filename: summaryOf(query) } }}
            />
            <Button leftSection={<IconDeviceFloppy size={16} />} onClick={() => setSaving(true)}>
              Save
            </Button>
          </>
        }
      />
      {saving && (
        <SaveDialog
          projectId={projectId}
          query={asked(query)}
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
