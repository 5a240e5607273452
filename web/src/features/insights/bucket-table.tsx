import type { ReactNode } from 'react'
import { bucketName, type Interval } from '../../ui/chart/buckets.ts'
import { Pick } from '../../ui/insight/pick.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'

/** A column of figures: `cells` are as they are shown, in the order of the buckets. */
export type BucketColumn = { name: string; cells: string[]; onPick: (day: string) => void }

/** Figures by bucket, the newest first; each opens its people. */
export function BucketTable({
  heading,
  days,
  interval,
  columns,
}: {
  heading: string
  days: string[]
  interval: Interval
  columns: BucketColumn[]
}): ReactNode {
  const newestFirst = days.map((day, at) => ({ day, at })).reverse()
  return (
    <ScrollRegion label="Figures">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">{heading}</th>
            {columns.map(({ name }) => (
              <th key={name} scope="col" className="num">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {newestFirst.map(({ day, at }) => (
            <tr key={day}>
              <td>{bucketName(day, interval)}</td>
              {columns.map(({ name, cells, onPick }) => (
                <td key={name} className="num">
                  <Pick onPick={() => onPick(day)} what={`${name}, ${bucketName(day, interval)}`}>
                    {cells[at]}
                  </Pick>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
