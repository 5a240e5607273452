import { Button, FileButton, Group, Text, Textarea } from '@mantine/core'
import { IconUpload, IconX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { counted } from '../../ui/numbers.ts'

/** Distinct ids that were pasted, and a file of such. */
export type IdList = { text: string; file: File | null }
export const noIds: IdList = { text: '', file: null }

/** The ids in a text: one a line, or with commas, semicolons or tabs between them. */
export const idsIn = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\n\r,;\t]+/)
      .map((id) => id.trim())
      .filter((id) => id !== ''),
  ),
]

/** All of it as one file as the API takes it; null where there are none. */
export async function listFile({ text, file }: IdList): Promise<File | null> {
  const ids = idsIn(text)
  if (ids.length === 0) return file
  const pasted = ids.map((id) => `"${id.replaceAll('"', '""')}"`).join('\n')
  const uploaded = file ? `${await file.text()}\n` : ''
  return new File([uploaded, pasted], 'people.csv', { type: 'text/csv' })
}

/** Who is in a static cohort: ids that are pasted, or a file. */
export function IdListFields({
  value,
  onChange,
}: {
  value: IdList
  onChange: (value: IdList) => void
}): ReactNode {
  const { text, file } = value
  const count = idsIn(text).length
  return (
    <>
      <Textarea
        label="Distinct ids"
        description="One a line, or separated by commas. Ids of nobody are passed over."
        autosize
        minRows={4}
        maxRows={12}
        classNames={{ input: 'mono' }}
        value={text}
        onChange={(event) => onChange({ ...value, text: event.currentTarget.value })}
      />
      <Group gap="sm">
        <FileButton
          accept=".csv,.txt,text/csv,text/plain"
          onChange={(chosen) => onChange({ ...value, file: chosen })}
        >
          {(props) => (
            <Button {...props} size="xs" variant="default" leftSection={<IconUpload size={14} />}>
              {file ? 'Choose another CSV' : 'Upload a CSV'}
            </Button>
          )}
        </FileButton>
        {file ? (
          <Text size="sm">
            {file.name}{' '}
            <Button
              size="compact-xs"
              variant="subtle"
              aria-label={`Leave out ${file.name}`}
              leftSection={<IconX size={14} />}
              onClick={() => onChange({ ...value, file: null })}
            >
              Leave out
            </Button>
          </Text>
        ) : (
          <Text size="xs" c="dimmed">
            Its first column holds distinct ids.
          </Text>
        )}
      </Group>
      {count > 0 && (
        <Text size="xs" c="dimmed" role="status">
          {counted(count, 'id')} pasted.
        </Text>
      )}
    </>
  )
}
