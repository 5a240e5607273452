import { useMediaQuery } from '@mantine/hooks'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { Fragment, type ReactNode, useState } from 'react'
import type { EventRow } from '../api/types.ts'
import { columnName, personColumn, placeColumn, propertyOf, usualColumns } from './event-columns.ts'
import { EventDetails } from './event-details.tsx'
import styles from './event-table.module.css'
import { personName } from './person-name.ts'
import { RelativeTime } from './relative-time.tsx'
import { ScrollRegion } from './scroll-region.tsx'

/** Where it happened: the page's path, or the screen of an app. */
export function placeOf(event: EventRow): string {
  const url = event.properties.$current_url
  if (typeof url === 'string') {
    try {
      const { pathname, search } = new URL(url)
      return pathname + search
    } catch {
      return url
    }
  }
  const screen = event.properties.$screen_name
  return typeof screen === 'string' ? screen : ''
}

/** Pixels of the event's name and its time, and of each column besides, before the table scrolls. */
const LEAST_TABLE = 320
const LEAST_COLUMN = 130

/** Events, newest first; a row opens to all that is known of the event. */
export function EventTable({
  projectId,
  timeZone,
  events,
  withPerson = true,
  compact = false,
  columns = usualColumns,
  onOpen,
}: {
  projectId: number
  timeZone: string
  events: EventRow[]
  withPerson?: boolean
  /** Without what there is no room for in a column beside others. */
  compact?: boolean
  /** Between the event's name and its time. Others than the usual ones are shown on small screens too. */
  columns?: readonly string[]
  onOpen?: (anyOpen: boolean) => void
}): ReactNode {
  const [open, setOpen] = useState<string | null>(null)
  const small = useMediaQuery('(max-width: 62em)', false, { getInitialValueInEffect: false })
  const isUsual = columns === usualColumns
  const shown = columns.filter((column) =>
    column === personColumn ? withPerson : !(isUsual && (small || compact)),
  )
  const toggle = (id: string) => {
    const next = open === id ? null : id
    setOpen(next)
    onOpen?.(next !== null)
  }
  return (
    <ScrollRegion label="Events">
      <table
        className={`data ${styles.table}`}
        style={isUsual ? undefined : { minWidth: LEAST_TABLE + shown.length * LEAST_COLUMN }}
      >
        <thead>
          <tr>
            <th scope="col">Event</th>
            {shown.map((column) => (
              <th key={column} scope="col" className={styles.cell} title={columnName(column)}>
                {columnName(column)}
              </th>
            ))}
            <th scope="col" className={styles.when}>
              Time
            </th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <Fragment key={event.id}>
              <tr className={`link ${open === event.id ? 'open' : ''}`}>
                <td className={styles.event}>
                  <button
                    type="button"
                    className={styles.toggle}
                    aria-expanded={open === event.id}
                    onClick={() => toggle(event.id)}
                  >
                    {open === event.id ? (
                      <IconChevronDown size={16} aria-hidden />
                    ) : (
                      <IconChevronRight size={16} aria-hidden />
                    )}
                    <span className="cut">{event.event}</span>
                  </button>
                </td>
                {shown.map((column) =>
                  column === personColumn ? (
                    <td key={column} className={styles.cell}>
                      <PersonLink projectId={projectId} event={event} />
                    </td>
                  ) : (
                    <td
                      key={column}
                      className={`${styles.cell} ${column === placeColumn ? '' : 'muted'}`}
                      title={textOf(column, event)}
                    >
                      {textOf(column, event)}
                    </td>
                  ),
                )}
                <td className={`${styles.when} muted`}>
                  <RelativeTime at={event.timestamp} timeZone={timeZone} />
                </td>
              </tr>
              {open === event.id && (
                <tr className="open">
                  <td colSpan={2 + shown.length} className={styles.details}>
                    <EventDetails projectId={projectId} timeZone={timeZone} event={event} />
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

/** What stands in a column that is not the person's. */
function textOf(column: string, event: EventRow): string {
  if (column === placeColumn) return placeOf(event)
  const property = propertyOf(column)
  if (!property) return ''
  const { of, name } = property
  if (of === 'event' && name === '$lib') return libraryOf(event)
  const value = of === 'person' ? event.person_properties?.[name] : event.properties[name]
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function libraryOf(event: EventRow): string {
  const { $lib, $lib_version } = event.properties
  return typeof $lib === 'string'
    ? `${$lib}${typeof $lib_version === 'string' ? ` ${$lib_version}` : ''}`
    : ''
}

/** The person behind an event, found by the distinct id that the event carries. */
export function PersonLink({ projectId, event }: { projectId: number; event: EventRow }): ReactNode {
  return (
    <Link
      to="/project/$projectId/person/$distinctId"
      params={{ projectId, distinctId: event.distinct_id }}
      preload={false}
      title={event.distinct_id}
    >
      <span className="cut" style={{ display: 'block' }}>
        {personName(event.person?.properties, [event.distinct_id])}
      </span>
    </Link>
  )
}
