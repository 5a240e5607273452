import { Alert, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { type ReactNode, useEffect, useState } from 'react'
import { ApiError } from '../api/client.ts'
import { CopyButton } from './copy-button.tsx'

/** The error of a request as one sentence for people. */
export const sentence = (error: unknown): string =>
  error instanceof Error ? error.message : 'Something went wrong.'

/** "Couldn't load events.", or "You can't see events.", with the server's reason and a way on. `what` is the thing: "events", "this person". */
export function LoadError({
  what,
  error,
  retry,
}: {
  what: string
  error: unknown
  retry?: () => void
}): ReactNode {
  const wait = error instanceof ApiError ? error.retryAfter : null
  const isRefused = error instanceof ApiError && error.status === 403
  const details = JSON.stringify({
    at: new Date().toISOString(),
    page: window.location.pathname,
    status: error instanceof ApiError ? error.status : undefined,
    code: error instanceof ApiError ? error.code : undefined,
    detail: sentence(error),
  })
  return (
    <Alert
      color="red"
      variant="outline"
      icon={<IconAlertTriangle size={20} />}
      title={isRefused ? `You can't see ${what}.` : `Couldn't load ${what}.`}
      role="alert"
      styles={{
        root: { background: 'var(--surface)', borderColor: 'var(--danger)' },
        title: { color: 'var(--danger)' },
      }}
    >
      <Text size="sm" c="var(--text)">
        {sentence(error)}
        {wait ? ` Try again in ${wait} s.` : ''}
        {isRefused && ' An admin of the organization can give you access.'}
      </Text>
      <Group gap="xs" mt="sm">
        {retry && (
          <Button size="compact-sm" variant="default" onClick={retry}>
            Try again
          </Button>
        )}
        <CopyButton value={details} label="Copy details" what="of this error" />
      </Group>
    </Alert>
  )
}

/** Rows in the place of what is coming; they appear only after 150 ms, so that quick answers don't flicker. */
export function Loading({
  what,
  rows = 6,
  height = 20,
}: {
  what: string
  rows?: number
  height?: number
}): ReactNode {
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 150)
    return () => clearTimeout(timer)
  }, [])
  return (
    <Stack gap="sm" p="md" role="status" style={{ visibility: late ? 'visible' : 'hidden' }}>
      <span className="visually-hidden">Loading {what}</span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <Skeleton key={row} height={height} radius={4} width={row % 3 === 2 ? '72%' : '100%'} />
      ))}
    </Stack>
  )
}

/** Nothing here yet, or nothing that matches: why, and the next step. */
export function Empty({ title, children }: { title: string; children?: ReactNode }): ReactNode {
  return (
    <Stack align="center" gap="xs" py={48} px="md" ta="center">
      <Title order={2} size="h3">
        {title}
      </Title>
      {children && (
        <Text component="div" size="sm" c="dimmed" maw={460}>
          {children}
        </Text>
      )}
    </Stack>
  )
}
