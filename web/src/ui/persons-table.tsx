import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { PersonRow } from '../api/types.ts'
import { personName } from './person-name.ts'
import { RelativeTime } from './relative-time.tsx'
import { ScrollRegion } from './scroll-region.tsx'

/** People, with the ways to their pages. */
export function PersonsTable({
  projectId,
  rows,
  timeZone,
}: {
  projectId: number
  rows: Pick<PersonRow, 'uuid' | 'properties' | 'distinct_ids' | 'created_at'>[]
  timeZone: string
}): ReactNode {
  return (
    <ScrollRegion label="People">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Person</th>
            <th scope="col" className="wide-only">
              Distinct ids
            </th>
            <th scope="col" className="num">
              First seen
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((person) => (
            <tr key={person.uuid} className="link">
              <td>
                <Link to="/project/$projectId/persons/$uuid" params={{ projectId, uuid: person.uuid }}>
                  {personName(person.properties, person.distinct_ids)}
                </Link>
              </td>
              <td className="muted mono wide-only" style={{ minWidth: 180 }}>
                {person.distinct_ids.slice(0, 2).join(', ')}
                {person.distinct_ids.length > 2 && ` and ${person.distinct_ids.length - 2} more`}
              </td>
              <td className="num muted" style={{ whiteSpace: 'nowrap' }}>
                <RelativeTime at={person.created_at} timeZone={timeZone} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
