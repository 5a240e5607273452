import * as z from 'zod/mini'

const text = z.catch(z.optional(z.coerce.string()), undefined)
const search = z.object({
  search: text,
  tag: text,
  page: z.catch(z.optional(z.int().check(z.gt(1))), undefined),
})
export type ActionsSearch = z.output<typeof search>

/** What the address of the list says. */
export function readActionsSearch(given: Record<string, unknown>): ActionsSearch {
  const said = Object.entries(search.parse(given)).filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(said)
}

/** Which action a new one begins as: a copy of that of this id. */
export const readNewActionSearch = (given: Record<string, unknown>): { from?: number } =>
  Number.isSafeInteger(given.from) ? { from: Number(given.from) } : {}
