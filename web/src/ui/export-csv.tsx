import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconDownload } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { type Export, type Exported, exportAddress, getExport, startExport } from '../api/exports.ts'
import { counted } from './numbers.ts'
import { sentence } from './states.tsx'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Every second once it takes longer: the server is not asked without need. */
const pauseMs = (asked: number) => Math.min(200 * asked, 1000)

const cuts: Record<NonNullable<Export['cut_by']>, string> = {
  rows: ' There are more: a file has so many at most.',
  bytes: ' There are more: a file is so large at most.',
  columns: ' Some columns are left out: there are too many.',
  answer: ' There may be more than the answer has.',
}

/**
 * Has a table made on the server and saved by the browser; messages say how far it is. Leaving the page ends the
 * waiting, not the work.
 */
export function useExportCsv(projectId: number) {
  const [busy, setBusy] = useState(false)
  const start = async (exported: Exported) => {
    setBusy(true)
    const id = notifications.show({
      loading: true,
      autoClose: false,
      role: 'status',
      message: 'Making the file …',
    })
    const say = (message: ReactNode, more: object) =>
      notifications.update({ id, loading: false, withCloseButton: true, message, ...more })
    try {
      const made = await ready(projectId, await startExport(projectId, exported), (rows) =>
        notifications.update({
          id,
          loading: true,
          autoClose: false,
          message: `${counted(rows, 'row')} so far …`,
        }),
      )
      if (made.exception !== null) throw new Error(made.exception)
      save(exportAddress(projectId, made.id), made.filename)
      say(
        <>
          {counted(made.rows, 'row')} in{' '}
          <a href={exportAddress(projectId, made.id)} download={made.filename}>
            {made.filename}
          </a>
          .{made.cut_by && cuts[made.cut_by]}
        </>,
        { autoClose: 15_000, color: made.cut_by ? 'yellow' : undefined },
      )
    } catch (error) {
      say(sentence(error as Error), { autoClose: false, color: 'red', role: 'alert' })
    } finally {
      setBusy(false)
    }
  }
  return { busy, start: (exported: Exported) => void start(exported) }
}

async function ready(projectId: number, started: Export, progress: (rows: number) => void): Promise<Export> {
  let made = started
  for (let asked = 1; !made.has_content && made.exception === null; asked++) {
    await pause(pauseMs(asked))
    made = await getExport(projectId, made.id)
    if (made.rows > 0 && !made.has_content) progress(made.rows)
  }
  return made
}

function save(address: string, filename: string) {
  const link = document.createElement('a')
  link.href = address
  link.download = filename
  document.body.append(link)
  link.click()
  link.remove()
}

/** The button of a page whose table can be taken away. */
export function ExportButton({
  projectId,
  exported,
  disabled = false,
  size = 'sm',
}: {
  projectId: number
  exported: Exported
  disabled?: boolean
  size?: 'xs' | 'sm' | 'compact-sm'
}): ReactNode {
  const { busy, start } = useExportCsv(projectId)
  return (
    <Button
      variant="default"
      size={size}
      leftSection={<IconDownload size={16} />}
      disabled={disabled}
      loading={busy}
      onClick={() => start(exported)}
    >
      Export CSV
    </Button>
  )
}
