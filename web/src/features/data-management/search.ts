export type DefinitionsSearch = { search?: string; tag?: string; page?: number; type?: 'person' }

/** What the address of a definitions list says; anything else in it is left out. */
export const readDefinitionsSearch = (search: Record<string, unknown>): DefinitionsSearch => ({
  ...(search.search !== undefined && search.search !== '' ? { search: String(search.search) } : {}),
  ...(search.tag !== undefined && search.tag !== '' ? { tag: String(search.tag) } : {}),
  ...(typeof search.page === 'number' && search.page > 1 ? { page: Math.floor(search.page) } : {}),
  ...(search.type === 'person' ? { type: 'person' as const } : {}),
})

const scopes = ['project', 'organization', 'dashboard_item'] as const
export type AnnotationsSearch = { search?: string; page?: number; scope?: (typeof scopes)[number] }

/** What the address of the annotations says. */
export const readAnnotationsSearch = (search: Record<string, unknown>): AnnotationsSearch => {
  const { type: _, tag: __, ...read } = readDefinitionsSearch(search)
  const scope = scopes.find((one) => one === search.scope)
  return { ...read, ...(scope && { scope }) }
}

export type HistorySearch = {
  scope?: string
  /** One thing of that kind. */
  item_id?: string
  user?: string
  activity?: string
  page?: number
}

/** Whose changes of what the history is asked for. */
export const readHistorySearch = (search: Record<string, unknown>): HistorySearch => {
  const { page } = readDefinitionsSearch(search)
  const said = (['scope', 'item_id', 'user', 'activity'] as const).flatMap((name) => {
    const value = search[name]
    // an id that is a number is one in an address too
    return (typeof value === 'string' && value) || typeof value === 'number'
      ? [[name, String(value)] as const]
      : []
  })
  return { ...Object.fromEntries(said), ...(page && { page }) }
}
