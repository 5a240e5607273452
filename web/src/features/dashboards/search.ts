export type DashboardsSearch = { search?: string; page?: number }

/** What the address of the list says. */
export function readDashboardsSearch(search: Record<string, unknown>): DashboardsSearch {
  const page = Number(search.page)
  return {
    ...(search.search !== undefined && search.search !== '' ? { search: String(search.search) } : {}),
    ...(Number.isSafeInteger(page) && page > 1 ? { page } : {}),
  }
}
