export type DashboardsSearch = { search?: string; page?: number }

/** What the address of the list says. */
export function readDashboardsSearch(search: Record<string, unknown>): DashboardsSearch {
  const page = Number(search.page)
  return {
    ...(search.search !== undefined && search.search !== '' ? { search: String(search.search) } : {}),
    ...(Number.isSafeInteger(page) && page > 1 ? { page } : {}),
  }
}

export type DashboardSearch = { refresh?: number; fullscreen?: true }

/** The seconds after which a dashboard may ask for everything again. */
export const refreshes = [60, 300, 900, 1800, 3600]

/** How a dashboard is looked at, as its address says: on a screen on the wall, asked again every so many seconds. */
export function readDashboardSearch(search: Record<string, unknown>): DashboardSearch {
  const refresh = Number(search.refresh)
  const fullscreen = search.fullscreen !== undefined && !['0', 'false'].includes(String(search.fullscreen))
  return {
    ...(refreshes.includes(refresh) && { refresh }),
    ...(fullscreen && { fullscreen }),
  }
}
