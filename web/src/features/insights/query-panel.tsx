import { ActionIcon, Button, NativeSelect } from '@mantine/core'
import { IconChevronDown, IconPencil, IconPlus, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useId, useState } from 'react'
import { eventNamesQuery, propertyNamesQuery } from '../../api/definitions.ts'
import type { SeriesMath, TrendsQuery } from '../../api/types.ts'
import { EventPicker } from '../../ui/event-picker.tsx'
import { counted } from '../../ui/numbers.ts'
import { PropertyFilters } from '../../ui/property-filters.tsx'
import { PropertyPicker } from '../../ui/property-picker.tsx'
import { letter, maths } from './series.ts'
import styles from './trends-page.module.css'

const MOST_SERIES = 26

/** What is asked: series, filters, breakdown. Every change is asked at once. */
export function QueryPanel({
  projectId,
  query,
  onChange,
}: {
  projectId: number
  query: TrendsQuery
  onChange: (changes: Partial<TrendsQuery>) => void
}): ReactNode {
  const events = useQuery(eventNamesQuery(projectId))
  const ofEvents = useQuery(propertyNamesQuery(projectId, 'event'))
  const ofPeople = useQuery(propertyNamesQuery(projectId, 'person'))
  const properties = { event: ofEvents.data ?? [], person: ofPeople.data ?? [] }
  const { breakdownFilter } = query
  const [open, setOpen] = useState(query.series.length === 0)
  const panelId = useId()
  const setSeries = (at: number, changes: Partial<TrendsQuery['series'][number]>) =>
    onChange({ series: query.series.map((old, index) => (index === at ? { ...old, ...changes } : old)) })
  const picker = (at: number | null) => (
    <EventPicker
      label={at === null ? 'Add a series: event' : `Event of series ${letter(at)}`}
      events={events.data ?? []}
      loading={events.isPending}
      allEvents
      value={at === null ? undefined : (query.series[at]?.event ?? null)}
      onChange={(event) =>
        at === null
          ? onChange({ series: [...query.series, { kind: 'EventsNode', event, math: 'total' }] })
          : setSeries(at, { event })
      }
    />
  )
  return (
    <section className="card" aria-label="Question">
      <button
        type="button"
        className={styles.toggle}
        aria-expanded={open}
        aria-controls={panelId}
        onClick={() => setOpen(!open)}
      >
        <span className="cut">{question(query)}</span>
        {open ? <IconChevronDown size={16} aria-hidden /> : <IconPencil size={16} aria-hidden />}
      </button>
      <div id={panelId} className={`${styles.panel} ${open ? '' : styles.folded}`}>
        <div>
          <h2>Series</h2>
          <div className={styles.series}>
            {query.series.map((node, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a series is its letter
              <fieldset key={at} className={styles.row} aria-label={`Series ${letter(at)}`}>
                <span className={styles.letter}>{letter(at)}</span>
                <div>{picker(at)}</div>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Remove series ${letter(at)}`}
                  onClick={() => onChange({ series: query.series.filter((_, index) => index !== at) })}
                >
                  <IconX size={16} />
                </ActionIcon>
                <NativeSelect
                  className={styles.math}
                  size="xs"
                  aria-label={`Count of series ${letter(at)}`}
                  value={node.math}
                  data={maths}
                  onChange={(event) => setSeries(at, { math: event.currentTarget.value as SeriesMath })}
                />
              </fieldset>
            ))}
            {query.series.length === 0 ? (
              picker(null)
            ) : (
              <div>
                <Button
                  size="xs"
                  variant="default"
                  leftSection={<IconPlus size={14} />}
                  disabled={query.series.length >= MOST_SERIES}
                  onClick={() =>
                    onChange({
                      series: [...query.series, { kind: 'EventsNode', event: null, math: 'total' }],
                    })
                  }
                >
                  Series
                </Button>
              </div>
            )}
          </div>
        </div>
        <div>
          <h2>Filters</h2>
          <PropertyFilters
            filters={query.properties ?? []}
            properties={properties}
            projectId={projectId}
            onChange={(filters) => onChange({ properties: filters.length ? filters : undefined })}
          />
        </div>
        <div>
          <h2>Breakdown</h2>
          <div className={styles.breakdown}>
            <PropertyPicker
              label={
                breakdownFilter ? `Broken down by ${breakdownFilter.breakdown}. Change` : 'Break down by'
              }
              properties={properties}
              onPick={(kind, key) =>
                onChange({
                  breakdownFilter: {
                    breakdown: key,
                    breakdown_type: kind === 'person' ? 'person' : 'event',
                  },
                })
              }
            >
              {breakdownFilter ? breakdownFilter.breakdown : 'Choose a property'}
            </PropertyPicker>
            {breakdownFilter && (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label="Remove the breakdown"
                onClick={() => onChange({ breakdownFilter: undefined })}
              >
                <IconX size={16} />
              </ActionIcon>
            )}
          </div>
        </div>
      </div>
    </section>
  )
}

/** The question in short, for where the panel is folded away. */
function question(query: TrendsQuery): string {
  if (query.series.length === 0) return 'Pick an event'
  const series = query.series.map((node) => node.event ?? 'All events').join(', ')
  const filters = query.properties?.length ?? 0
  const by = query.breakdownFilter ? ` by ${query.breakdownFilter.breakdown}` : ''
  return `${series}${by}${filters ? `, ${counted(filters, 'filter')}` : ''}`
}
