export type ExperimentsSearch = { page?: number }

/** What the address of the list says. */
export function readExperimentsSearch(search: Record<string, unknown>): ExperimentsSearch {
  const page = Number(search.page)
  return Number.isSafeInteger(page) && page > 1 ? { page } : {}
}
