import { Badge } from '@mantine/core'
import type { ReactNode } from 'react'

export const KindBadge = ({ isStatic }: { isStatic: boolean }): ReactNode => (
  <Badge size="sm" variant="outline" color="gray" tt="none">
    {isStatic ? 'Static' : 'Dynamic'}
  </Badge>
)
