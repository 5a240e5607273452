const states = ['draft', 'running', 'ended', 'archived'] as const

/** What of a project's experiments is listed; archived ones only where they are asked for. */
export type ExperimentsSearch = { search?: string; state?: (typeof states)[number]; page?: number }

/** What the address of the list says. */
export function readExperimentsSearch(search: Record<string, unknown>): ExperimentsSearch {
  const page = Number(search.page)
  const state = states.find((one) => one === search.state)
  return {
    ...(search.search !== undefined && search.search !== '' ? { search: String(search.search) } : {}),
    ...(state && { state }),
    ...(Number.isSafeInteger(page) && page > 1 ? { page } : {}),
  }
}
