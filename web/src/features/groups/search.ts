export type GroupsSearch = { search?: string; page?: number }

/** What the address of a list of groups says; anything else in it is left out. */
export const readGroupsSearch = (given: Record<string, unknown>): GroupsSearch => ({
  ...(given.search !== undefined && given.search !== '' ? { search: String(given.search) } : {}),
  ...(typeof given.page === 'number' && given.page > 1 ? { page: Math.floor(given.page) } : {}),
})

export const groupTabs = ['events', 'properties', 'people', 'groups'] as const
export type GroupTab = (typeof groupTabs)[number]

/** Which part of a group its page shows. */
export const readGroupSearch = (given: Record<string, unknown>): { tab?: GroupTab } => {
  const tab = groupTabs.find((one) => one === given.tab && one !== 'events')
  return tab ? { tab } : {}
}
