import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { Empty, LoadError, Loading } from './states.tsx'

/** The card of a list: its rows, what stands there where there are none, that they come, or why they don't. */
export function ListCard<Row>({
  what,
  query,
  rows,
  empty,
  skeleton = 8,
  children,
}: {
  /** What it lists, as in "Couldn't load cohorts." */
  what: string
  query: { isPlaceholderData: boolean; isError: boolean; error: unknown; refetch: () => unknown }
  /** Undefined until they are there. */
  rows: Row[] | undefined
  empty: ReactNode
  /** How many rows are hinted at meanwhile. */
  skeleton?: number
  children: (rows: Row[]) => ReactNode
}): ReactNode {
  return (
    <div className="card" aria-busy={query.isPlaceholderData}>
      {rows ? (
        rows.length > 0 ? (
          children(rows)
        ) : (
          empty
        )
      ) : query.isError ? (
        <LoadError what={what} error={query.error} retry={() => void query.refetch()} />
      ) : (
        <Loading what={what} rows={skeleton} />
      )}
    </div>
  )
}

/** What stands in a list that a search or a filter has emptied. */
export function NoneMatch({
  title,
  verb = 'Clear filters',
  onClear,
  children,
}: {
  title: string
  verb?: string
  onClear: () => void
  /** Where the search looks. */
  children?: ReactNode
}): ReactNode {
  return (
    <Empty title={title}>
      {children}
      <div>
        <Button variant="default" mt="xs" onClick={onClear}>
          {verb}
        </Button>
      </div>
    </Empty>
  )
}
