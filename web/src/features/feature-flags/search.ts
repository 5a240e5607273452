import * as z from 'zod/mini'

const text = z.catch(z.optional(z.coerce.string()), undefined)

const search = z.object({
  search: text,
  active: z.catch(z.optional(z.pipe(z.coerce.string(), z.enum(['true', 'false', 'STALE']))), undefined),
  type: z.catch(z.optional(z.enum(['boolean', 'multivariant', 'experiment', 'remote_config'])), undefined),
  created_by_id: text,
  tag: text,
  order: z.catch(z.optional(z.string().check(z.regex(/^-?(key|active|created_at|updated_at)$/))), undefined),
  page: z.catch(z.optional(z.int().check(z.gt(1))), undefined),
})

export type FlagsSearch = z.output<typeof search>

/** What the address of the list says, by the API's names. */
export function readFlagsSearch(given: Record<string, unknown>): FlagsSearch {
  const said = Object.entries(search.parse(given)).filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(said)
}

/** Which flag a new one begins as: a copy of that of this id. */
export const readNewFlagSearch = (given: Record<string, unknown>): { from?: number } =>
  Number.isSafeInteger(given.from) ? { from: Number(given.from) } : {}

/** Whom the page of a flag explains it for. */
export const readFlagSearch = (given: Record<string, unknown>): { explain?: string } =>
  given.explain === undefined || given.explain === '' ? {} : { explain: String(given.explain) }
