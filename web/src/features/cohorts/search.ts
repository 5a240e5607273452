import * as z from 'zod/mini'

const text = z.catch(z.optional(z.coerce.string()), undefined)
const page = z.catch(z.optional(z.int().check(z.gt(1))), undefined)

const ofList = z.object({
  search: text,
  type: z.catch(z.optional(z.enum(['static', 'dynamic'])), undefined),
  page,
})
export type CohortsSearch = z.output<typeof ofList>

const ofCohort = z.object({ search: text, page })
export type CohortSearch = z.output<typeof ofCohort>

const said = <T extends object>(read: T): T =>
  Object.fromEntries(
    Object.entries(read).filter(([, value]) => value !== undefined && value !== ''),
  ) as unknown as T

/** What the address of the list says, by the API's names. */
export const readCohortsSearch = (given: Record<string, unknown>): CohortsSearch => said(ofList.parse(given))

/** Which of a cohort's people its page shows. */
export const readCohortSearch = (given: Record<string, unknown>): CohortSearch => said(ofCohort.parse(given))

/** What a new one begins as: a copy of that of this id, and whether its people are listed. */
export const readNewCohortSearch = (given: Record<string, unknown>): { from?: number; type?: 'static' } => ({
  ...(Number.isSafeInteger(given.from) && { from: Number(given.from) }),
  ...(given.type === 'static' && { type: 'static' }),
})
