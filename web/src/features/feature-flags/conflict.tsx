import { Alert, Button, Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { FeatureFlag } from '../../api/types.ts'
import styles from '../../ui/parts.module.css'

/** Changes, each a sentence. */
export const Differences = ({ words }: { words: string[] }) => (
  <ul className={styles.list}>
    {words.map((text) => (
      <li key={text}>{text}</li>
    ))}
  </ul>
)

/** Somebody else was faster: what they changed, and whose version goes on. */
export function Conflict({
  theirs,
  words,
  onTheirs,
  onMine,
}: {
  theirs: FeatureFlag
  words: string[]
  onTheirs: () => void
  onMine: () => void
}): ReactNode {
  const by = theirs.last_modified_by
  return (
    <Alert
      color="yellow"
      variant="outline"
      title={`${by ? by.first_name || by.email : 'Somebody'} changed this flag while you were editing it.`}
      role="alert"
      mb="md"
      styles={{ root: { background: 'var(--surface)' }, title: { color: 'var(--warning)' } }}
    >
      <Text size="sm" c="var(--text)" component="div">
        Nothing of yours is saved yet.
        <Differences words={words} />
      </Text>
      <Group gap="xs" mt="sm">
        <Button size="compact-sm" variant="default" onClick={onTheirs}>
          Show theirs
        </Button>
        <Button size="compact-sm" variant="default" onClick={onMine}>
          Keep mine
        </Button>
      </Group>
    </Alert>
  )
}
