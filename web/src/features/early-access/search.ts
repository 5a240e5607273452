import * as z from 'zod/mini'

const search = z.object({ page: z.catch(z.optional(z.int().check(z.gt(1))), undefined) })

/** Which page of a list is shown: of the features, or of the people who joined one. */
export const readPageSearch = (given: Record<string, unknown>): { page?: number } => {
  const { page } = search.parse(given)
  return page === undefined ? {} : { page }
}
