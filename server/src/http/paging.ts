import { z } from 'zod'
import { invalid } from '../model/errors.ts'

/**
 * `limit` and `offset` of a list, spread into an operation's `query`. There is no maximum; nonsense means the
 * default, as PostHog's clients expect.
 */
export const pageQuery = {
  limit: z.coerce
    .number()
    .int()
    .positive()
    .catch(100)
    .default(100)
    .describe('Number of results to return per page.'),
  offset: z.coerce
    .number()
    .int()
    .nonnegative()
    .catch(0)
    .default(0)
    .describe('The initial index from which to return the results.'),
}

/** The shape of a counted list. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    count: z.int().describe('How many there are on all pages.'),
    next: z.string().nullable().describe('Address of the next page.'),
    previous: z.string().nullable().describe('Address of the previous page.'),
    results: z.array(item).describe('Those of this page.'),
  })

export type Page = { limit: number; offset: number }

/** Answers one page of a counted list; the links keep every other parameter of the request. */
export function counted<T>(url: URL, page: Page, list: { count: number; results: T[] }) {
  return {
    count: list.count,
    ...pageLinks(url, page, page.offset + page.limit < list.count),
    results: list.results,
  }
}

/** Absolute links to the neighbours of a page; `hasNext` says whether there is a next one. */
export function pageLinks(url: URL, { limit, offset }: Page, hasNext: boolean) {
  return {
    next: hasNext ? withOffset(url, limit, offset + limit) : null,
    previous: offset > 0 ? withOffset(url, limit, offset - limit) : null,
  }
}

function withOffset(url: URL, limit: number, offset: number): string {
  const link = new URL(url)
  link.searchParams.set('limit', String(limit))
  if (offset > 0) link.searchParams.set('offset', String(offset))
  else link.searchParams.delete('offset')
  return link.href
}

/**
 * What a list is ordered by: the name of a field, with a leading `-` downwards. Undefined where nothing is said.
 * @throws HedgerowError `invalid` for what is none of `names`.
 */
export function orderOf<const Name extends string>(
  given: string | undefined,
  names: readonly Name[],
): { by: Name; descending: boolean } | undefined {
  if (!given) return undefined
  const name = given.replace(/^-/, '')
  const by = names.find((one) => one === name)
  if (!by) throw invalid(`"${name}" is nothing to order by: use ${names.join(', ')}.`, { attr: 'order' })
  return { by, descending: given.startsWith('-') }
}
