import { Badge, Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'

/** "Stale", with the reason on hover and for those who don't see. */
export function StaleMark({ reason }: { reason: string | null }): ReactNode {
  if (!reason) return null
  return (
    <Tooltip label={reason} multiline maw={320}>
      <Badge variant="light" color="yellow" tabIndex={0} aria-label={`Stale: ${reason}`}>
        Stale
      </Badge>
    </Tooltip>
  )
}
