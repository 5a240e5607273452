export type DefinitionsSearch = { search?: string; page?: number; type?: 'person' }

/** What the address of a definitions list says; anything else in it is left out. */
export const readDefinitionsSearch = (search: Record<string, unknown>): DefinitionsSearch => ({
  ...(search.search !== undefined && search.search !== '' ? { search: String(search.search) } : {}),
  ...(typeof search.page === 'number' && search.page > 1 ? { page: Math.floor(search.page) } : {}),
  ...(search.type === 'person' ? { type: 'person' as const } : {}),
})
