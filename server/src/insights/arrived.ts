import { parseSelect } from '../hogql/parse.ts'
import type { Questions } from './questions.ts'

/** What of a project's events says what a dashboard could show. */
export type Arrived = {
  /** The most frequent ones first, at most fifty. */
  events: { name: string; people: number }[]
  /** Those of `of` that happened, in the order in which people do them. */
  order(of: string[]): Promise<string[]>
  has: { pathname: boolean; browser: boolean; country: boolean; referrer: boolean }
}

const mostEvents = 50
const days = 30

/** Looks at the events of the last thirty days. */
export async function whatArrived(
  questions: Pick<Questions, 'rows'>,
  project: { id: number; timezone: string },
  now: Date,
): Promise<Arrived> {
  const from = new Date(now.getTime() - days * 86_400_000).toISOString()
  const lately = `timestamp >= toDateTime('${from}')`
  const rows = await questions.rows(
    project,
    parseSelect(`
      select event, uniq(person_id), countIf(isNotNull(properties.$pathname)), countIf(isNotNull(properties.$browser)),
        countIf(isNotNull(properties.$geoip_country_code)), countIf(isNotNull(properties.$referring_domain))
      from events where ${lately} group by event order by count() desc, event limit ${mostEvents}`),
  )
  const some = (at: number) => rows.some((row) => Number(row[at]) > 0)
  return {
    events: rows.map(([name, people]) => ({ name: String(name), people: Number(people) })),
    has: { pathname: some(2), browser: some(3), country: some(4), referrer: some(5) },
    async order(of) {
      if (of.length < 2) return of
      const names = of.map((name) => `'${name.replace(/['\\]/g, '\\$&')}'`).join()
      const ordered = await questions.rows(
        project,
        parseSelect(`
          select event, avg(place) from (
            select event, row_number() over (partition by person_id order by min(timestamp)) as place
            from events where ${lately} and event in (${names}) group by person_id, event
          ) group by event order by avg(place), event`),
      )
      return ordered.map(([name]) => String(name))
    },
  }
}
