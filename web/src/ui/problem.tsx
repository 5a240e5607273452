import { Text, type TextProps } from '@mantine/core'
import type { ReactNode } from 'react'
import { sentence } from './states.tsx'

/**
 * What went wrong, where it stands: why something can't be saved, or what the server answered. Nothing where nothing did.
 * @param error an error, or a sentence for people
 * @param lead what stands before it, where that says more: "They could not be sent again:"
 */
export const Problem = ({
  error,
  lead,
  size = 'sm',
  ...place
}: { error: unknown; lead?: string } & Pick<TextProps, 'size' | 'mt' | 'mb' | 'p'>): ReactNode =>
  error ? (
    // what a form refuses for takes the focus (`leave-guard.tsx`)
    <Text size={size} c="var(--danger)" role="alert" tabIndex={-1} {...place}>
      {lead && `${lead} `}
      {typeof error === 'string' ? error : sentence(error)}
    </Text>
  ) : null
