import { Button, Group } from '@mantine/core'
import type { ReactNode } from 'react'
import { number } from './numbers.ts'

/** "51-100 of 4,312" with the ways back and on; nothing where all fits on one page. */
export function Pager({
  page,
  rows,
  aPage,
  count,
  more,
  go,
}: {
  page: number
  /** How many rows this page shows. */
  rows: number
  aPage: number
  /** How many there are in all, where the API says. */
  count?: number
  more: boolean
  go: (page: number) => void
}): ReactNode {
  if (page === 1 && !more) return null
  const first = (page - 1) * aPage + 1
  return (
    <Group justify="space-between" mt="sm" component="nav" aria-label="Pages">
      <span className="muted small">
        {rows > 0 ? `${number(first)}-${number(first + rows - 1)}` : 'Nothing on this page'}
        {count === undefined ? '' : ` of ${number(count)}`}
      </span>
      <Group gap="xs">
        <Button variant="default" size="xs" disabled={page === 1} onClick={() => go(page - 1)}>
          Previous
        </Button>
        <Button variant="default" size="xs" disabled={!more} onClick={() => go(page + 1)}>
          Next
        </Button>
      </Group>
    </Group>
  )
}
