/** The event that is asked for. */
export const readReceiptSearch = (search: Record<string, unknown>): { uuid?: string } =>
  typeof search.uuid === 'string' && search.uuid ? { uuid: search.uuid } : {}

export type ActivitySearch = { event?: string; live?: boolean }

/** What the address of the live events says; anything else in it is left out. */
export const readActivitySearch = (search: Record<string, unknown>): ActivitySearch => ({
  ...(typeof search.event === 'string' && search.event ? { event: search.event } : {}),
  ...(search.live === false ? { live: false } : {}),
})
