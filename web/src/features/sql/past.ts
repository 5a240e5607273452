import * as z from 'zod/mini'

const MOST_KEPT = 50
const LONGEST = 20_000

const one = z.object({ query: z.string(), at: z.number() })
/** A query that was run in this browser, and when (milliseconds). */
export type Past = z.infer<typeof one>

const name = (projectId: number): string => `hedgerow.sql.${projectId}`

/** The queries that were run in this browser, the last first. */
export function pastQueries(projectId: number): Past[] {
  try {
    const read = z.array(one).safeParse(JSON.parse(localStorage.getItem(name(projectId)) ?? '[]'))
    return read.success ? read.data : []
  } catch {
    // a browser that keeps nothing, or something else under this name
    return []
  }
}

/** Puts a query in front; the same one again only moves there. */
export function withQuery(past: Past[], query: string, at: number): Past[] {
  if (query.length > LONGEST) return past
  return [{ query, at }, ...past.filter((each) => each.query !== query)].slice(0, MOST_KEPT)
}

/** Keeps them for the next visit, where the browser lets us. */
export function keepQueries(projectId: number, past: Past[]): void {
  try {
    localStorage.setItem(name(projectId), JSON.stringify(past))
  } catch {
    // full, or forbidden: the queries of this visit are still listed
  }
}
