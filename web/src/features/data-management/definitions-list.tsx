import { Group } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { ListCard, NoneMatch } from '../../ui/list-card.tsx'
import { Pager } from '../../ui/pager.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { DEFINITIONS_A_PAGE } from './queries.ts'

type Answer<Row> = {
  data: { count: number; next: string | null; results: Row[] } | undefined
  isError: boolean
  isPlaceholderData: boolean
  error: unknown
  refetch: () => unknown
}

/** A searched, paged list of definitions; the table itself is the caller's. */
export function DefinitionsList<Row>({
  what,
  search,
  page,
  answer,
  empty,
  extra,
  narrowed = false,
  table,
  onSearch,
  onClear,
  onPage,
}: {
  /** "events", "properties" */
  what: string
  search: string
  page: number
  answer: Answer<Row>
  empty: ReactNode
  extra?: ReactNode
  /** Whether something else narrows it than the text. */
  narrowed?: boolean
  table: (rows: Row[]) => ReactNode
  onSearch: (text: string | undefined) => void
  /** Takes away all that narrows it. */
  onClear: () => void
  onPage: (page: number | undefined) => void
}): ReactNode {
  const [text, setText] = useState(search)
  const rows = answer.data?.results
  return (
    <>
      <Group mb="sm" gap="sm">
        <SearchField
          label={`Search ${what}`}
          placeholder={`Search ${what}`}
          text={text}
          onText={setText}
          onSearch={(value) => onSearch(value || undefined)}
        />
        {extra}
      </Group>
      <ListCard
        what={what}
        query={answer}
        rows={rows}
        skeleton={10}
        empty={
          search || narrowed ? (
            <NoneMatch
              title={search ? `No ${what} match “${search}”.` : `No ${what} match.`}
              verb={narrowed ? 'Clear filters' : 'Clear the search'}
              onClear={() => {
                setText('')
                onClear()
              }}
            />
          ) : (
            empty
          )
        }
      >
        {(rows) => <ScrollRegion label={what}>{table(rows)}</ScrollRegion>}
      </ListCard>
      <Pager
        page={page}
        rows={rows?.length ?? 0}
        aPage={DEFINITIONS_A_PAGE}
        count={answer.data?.count}
        more={Boolean(answer.data?.next)}
        go={(to) => onPage(to > 1 ? to : undefined)}
      />
    </>
  )
}
