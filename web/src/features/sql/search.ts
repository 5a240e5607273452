import { type RowsView, readRowsView } from '../../ui/insight/rows-view.ts'

export type SqlSearch = {
  q?: string
  /** What is written in place of it, and was not run. */
  draft?: string
  /** How the answer is shown; a table where it is not said. */
  view?: RowsView
  /** The saved insight that it is. */
  insight?: string
}

/** The query that the address holds, how its answer is shown, and which saved insight it is. */
export function readSqlSearch(search: Record<string, unknown>): SqlSearch {
  const view = readRowsView(search.view)
  return {
    ...(typeof search.q === 'string' && search.q ? { q: search.q } : {}),
    ...(typeof search.draft === 'string' && { draft: search.draft }),
    ...(view && { view }),
    ...(typeof search.insight === 'string' && search.insight ? { insight: search.insight } : {}),
  }
}
