import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { PersonRow } from '../api/types.ts'
import { personName } from './person-name.ts'
import { RelativeTime } from './relative-time.tsx'
import { ScrollRegion } from './scroll-region.tsx'

type Row = Pick<PersonRow, 'uuid' | 'properties' | 'distinct_ids' | 'created_at'>

/** People, each of whom leads to their page. */
export function PeopleTable<Person extends Row>({
  projectId,
  timeZone,
  rows,
  more,
}: {
  projectId: number
  timeZone: string
  rows: Person[]
  /** What can be done with somebody, at the end of their row. */
  more?: (person: Person, name: string) => ReactNode
}): ReactNode {
  return (
    <ScrollRegion label="People">
      <table className="data middle">
        <thead>
          <tr>
            <th scope="col">Person</th>
            <th scope="col" className="wide-only">
              Distinct ids
            </th>
            <th scope="col" className="num">
              First seen
            </th>
            {more && (
              <th scope="col">
                <span className="visually-hidden">More</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((person) => {
            const name = personName(person.properties, person.distinct_ids)
            return (
              <tr key={person.uuid} className="link">
                <td>
                  <Link to="/project/$projectId/persons/$uuid" params={{ projectId, uuid: person.uuid }}>
                    {name}
                  </Link>
                </td>
                <td className="muted mono wide-only" style={{ minWidth: 180 }}>
                  {person.distinct_ids.slice(0, 2).join(', ')}
                  {person.distinct_ids.length > 2 && ` and ${person.distinct_ids.length - 2} more`}
                </td>
                <td className="num muted" style={{ whiteSpace: 'nowrap' }}>
                  <RelativeTime at={person.created_at} timeZone={timeZone} />
                </td>
                {more && <td className="num">{more(person, name)}</td>}
              </tr>
            )
          })}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
