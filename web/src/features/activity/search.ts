import { readFilters } from '../../api/questions.ts'
import type { FilterTree } from '../../api/types.ts'
import { readColumns } from '../../ui/event-columns.ts'

/** The event that is asked for. */
export const readReceiptSearch = (search: Record<string, unknown>): { uuid?: string } =>
  typeof search.uuid === 'string' && search.uuid ? { uuid: search.uuid } : {}

export type ActivitySearch = {
  event?: string
  live?: boolean
  filters?: FilterTree
  date_from?: string
  date_to?: string
  /** Between the event and its time; the project's own where nothing is said. */
  columns?: string[]
}

const text = (name: string, given: unknown) => (typeof given === 'string' && given ? { [name]: given } : {})

/** What the address of the live events says; anything else in it is left out. */
export function readActivitySearch(search: Record<string, unknown>): ActivitySearch {
  const filters = readFilters(search.filters)
  const columns = readColumns(search.columns)
  return {
    ...text('event', search.event),
    ...(search.live === false ? { live: false } : {}),
    ...(filters && { filters }),
    ...text('date_from', search.date_from),
    ...(search.date_from ? text('date_to', search.date_to) : {}),
    ...(columns && { columns }),
  }
}
