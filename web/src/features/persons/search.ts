export type PersonsSearch = { search?: string; page?: number }

/** What the address of the people's list says; anything else in it is left out. */
export const readPersonsSearch = (search: Record<string, unknown>): PersonsSearch => ({
  ...(search.search !== undefined && search.search !== '' ? { search: String(search.search) } : {}),
  ...(typeof search.page === 'number' && search.page > 1 ? { page: Math.floor(search.page) } : {}),
})
