export type PersonsSearch = { search?: string; page?: number }

/** What the address of the people's list says; anything else in it is left out. */
export const readPersonsSearch = (search: Record<string, unknown>): PersonsSearch => ({
  ...(search.search !== undefined && search.search !== '' ? { search: String(search.search) } : {}),
  ...(typeof search.page === 'number' && search.page > 1 ? { page: Math.floor(search.page) } : {}),
})

const tabs = ['events', 'properties', 'ids', 'cohorts', 'flags', 'groups', 'history'] as const
export type PersonTab = (typeof tabs)[number]

/** Which part of a person their page shows. */
export const readPersonSearch = (given: Record<string, unknown>): { tab?: PersonTab } => {
  const tab = tabs.find((one) => one === given.tab && one !== 'events')
  return tab ? { tab } : {}
}
