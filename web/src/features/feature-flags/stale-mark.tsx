import { Badge, Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'

/** "Stale", with the reason on hover and for those who don't see. */
export function StaleMark({ reason }: { reason: string | null }): ReactNode {
  if (!reason) return null
  return (
    <Tooltip label={reason} multiline maw={320}>
      <Badge
        tabIndex={0}
        aria-label={`Stale: ${reason}`}
        tt="none"
        style={{ background: 'var(--warning-tint)', color: 'var(--warning)' }}
      >
        Stale
      </Badge>
    </Tooltip>
  )
}
