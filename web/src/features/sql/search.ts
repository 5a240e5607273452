export type SqlSearch = { q?: string }

/** The query that the address holds. */
export const readSqlSearch = (search: Record<string, unknown>): SqlSearch =>
  typeof search.q === 'string' && search.q ? { q: search.q } : {}
