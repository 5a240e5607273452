export type ActivitySearch = { event?: string; live?: boolean }

/** What the address of the live events says; anything else in it is left out. */
export const readActivitySearch = (search: Record<string, unknown>): ActivitySearch => ({
  ...(typeof search.event === 'string' && search.event ? { event: search.event } : {}),
  ...(search.live === false ? { live: false } : {}),
})
