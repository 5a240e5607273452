import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Properties } from '../api/types.ts'
import { groupName } from './group-words.ts'
import { RelativeTime } from './relative-time.tsx'
import { ScrollRegion } from './scroll-region.tsx'

export type GroupRow = {
  group_type_index: number
  group_key: string
  properties: Properties
  created_at: string
}

/** Groups, each of which leads to its page. */
export function GroupsTable({
  projectId,
  timeZone,
  rows,
  typeOf,
}: {
  projectId: number
  timeZone: string
  rows: GroupRow[]
  /** What kind a group is, where they are of several. */
  typeOf?: (index: number) => string
}): ReactNode {
  return (
    <ScrollRegion label="Groups">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Name</th>
            {typeOf && <th scope="col">Type</th>}
            <th scope="col" className="wide-only">
              Key
            </th>
            <th scope="col" className="num">
              First seen
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ group_type_index: index, group_key: key, properties, created_at: at }) => (
            <tr key={`${index}/${key}`} className="link">
              <td>
                <Link
                  to="/project/$projectId/groups/$groupTypeIndex/$groupKey"
                  params={{ projectId, groupTypeIndex: index, groupKey: key }}
                >
                  {groupName(key, properties)}
                </Link>
              </td>
              {typeOf && <td className="muted">{typeOf(index)}</td>}
              <td className="muted mono wide-only">{key}</td>
              <td className="num muted" style={{ whiteSpace: 'nowrap' }}>
                <RelativeTime at={at} timeZone={timeZone} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
