import { Button, Divider, Group, NativeSelect, Popover, TextInput } from '@mantine/core'
import { IconCalendar, IconCheck } from '@tabler/icons-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import styles from './date-range.module.css'

export type DateRange = { date_from: string; date_to?: string | null }
export type Interval = 'hour' | 'day' | 'week' | 'month'

const presets: { label: string; range: DateRange; interval: Interval }[] = [
  { label: 'Today', range: { date_from: 'dStart' }, interval: 'hour' },
  { label: 'Yesterday', range: { date_from: '-1dStart', date_to: '-1dEnd' }, interval: 'hour' },
  { label: 'Last 24 hours', range: { date_from: '-24h' }, interval: 'hour' },
  { label: 'Last 48 hours', range: { date_from: '-48h' }, interval: 'hour' },
  { label: 'Last 7 days', range: { date_from: '-7d' }, interval: 'day' },
  { label: 'Last 14 days', range: { date_from: '-14d' }, interval: 'day' },
  { label: 'Last 30 days', range: { date_from: '-30d' }, interval: 'day' },
  { label: 'Last 90 days', range: { date_from: '-90d' }, interval: 'day' },
  { label: 'Last 180 days', range: { date_from: '-180d' }, interval: 'week' },
  { label: 'Last 12 months', range: { date_from: '-12m' }, interval: 'month' },
  { label: 'This week', range: { date_from: 'wStart' }, interval: 'day' },
  { label: 'Last week', range: { date_from: '-1wStart', date_to: '-1wEnd' }, interval: 'day' },
  { label: 'This month', range: { date_from: 'mStart' }, interval: 'day' },
  { label: 'Last month', range: { date_from: '-1mStart', date_to: '-1mEnd' }, interval: 'day' },
  { label: 'This quarter', range: { date_from: 'qStart' }, interval: 'week' },
  { label: 'Last quarter', range: { date_from: '-1qStart', date_to: '-1qEnd' }, interval: 'week' },
  { label: 'Year to date', range: { date_from: 'yStart' }, interval: 'month' },
  { label: 'Last year', range: { date_from: '-1yStart', date_to: '-1yEnd' }, interval: 'month' },
  { label: 'All time', range: { date_from: 'all' }, interval: 'month' },
]

const same = (a: DateRange, b: DateRange): boolean =>
  a.date_from === b.date_from && (a.date_to ?? null) === (b.date_to ?? null)

const unitNames: Record<string, string> = {
  h: 'hour',
  d: 'day',
  w: 'week',
  m: 'month',
  q: 'quarter',
  y: 'year',
}

/** "Last 7 days", or the two days of a range of one's own. */
export function rangeLabel(range: DateRange): string {
  const preset = presets.find((each) => same(each.range, range))
  if (preset) return preset.label
  const [, count, unit = ''] = /^-(\d+)([hdwmqy])$/.exec(range.date_from) ?? []
  if (!range.date_to && count) return `Last ${count} ${unitNames[unit]}${count === '1' ? '' : 's'}`
  return range.date_to ? `${range.date_from} to ${range.date_to}` : `From ${range.date_from} until now`
}

/** The bucket that suits so many days. */
export function intervalFor(days: number): Interval {
  return days <= 2 ? 'hour' : days <= 92 ? 'day' : days <= 370 ? 'week' : 'month'
}

/** Which days: a preset at once, or two dates of one's own. `onChange` comes with the bucket that suits them. */
export function DateRangePicker({
  value,
  unset = 'Choose dates',
  onChange,
}: {
  value: DateRange | null
  /** What stands there while no dates are chosen. */
  unset?: string
  onChange: (range: DateRange, interval: Interval) => void
}): ReactNode {
  const [open, setOpen] = useState(false)
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconCalendar size={16} />}
          aria-haspopup="dialog"
          onClick={() => setOpen(!open)}
        >
          {value ? rangeLabel(value) : unset}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="xs" aria-label="Date range">
        <div className={styles.presets}>
          {presets.map((preset) => (
            <button
              key={preset.label}
              type="button"
              className={styles.preset}
              aria-pressed={value !== null && same(preset.range, value)}
              onClick={() => {
                setOpen(false)
                onChange(preset.range, preset.interval)
              }}
            >
              {preset.label}
              {value && same(preset.range, value) && <IconCheck size={14} aria-hidden />}
            </button>
          ))}
        </div>
        <Divider my="xs" />
        <LastSoMany
          value={value}
          onApply={(range, interval) => {
            setOpen(false)
            onChange(range, interval)
          }}
        />
        <Divider my="xs" />
        <Custom
          value={value}
          onApply={(range, interval) => {
            setOpen(false)
            onChange(range, interval)
          }}
        />
      </Popover.Dropdown>
    </Popover>
  )
}

const unitDays: Record<string, number> = { h: 1 / 24, d: 1, w: 7, m: 30, q: 91, y: 365 }
const MOST_UNITS = 10_000

/** "In the last 3 weeks", whichever number. */
function LastSoMany({
  value,
  onApply,
}: {
  value: DateRange | null
  onApply: (range: DateRange, interval: Interval) => void
}): ReactNode {
  const [, given = '', givenUnit = 'd'] =
    (!value?.date_to && /^-(\d+)([hdwmqy])$/.exec(value?.date_from ?? '')) || []
  const [count, setCount] = useState(given)
  const [unit, setUnit] = useState(givenUnit)
  const units = Number(count)
  const isValid = Number.isInteger(units) && units > 0 && units <= MOST_UNITS
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (isValid) onApply({ date_from: `-${units}${unit}` }, intervalFor(units * (unitDays[unit] ?? 1)))
      }}
    >
      <Group gap="xs" align="center" wrap="nowrap">
        <span className={styles.words}>In the last</span>
        <TextInput
          type="number"
          size="xs"
          w={72}
          min={1}
          aria-label="How many"
          value={count}
          onChange={(event) => setCount(event.currentTarget.value)}
        />
        <NativeSelect
          size="xs"
          aria-label="Of what"
          value={unit}
          data={Object.entries(unitNames).map(([letter, name]) => ({ value: letter, label: `${name}s` }))}
          onChange={({ currentTarget }) => setUnit(currentTarget.value)}
        />
        <Button type="submit" size="xs" variant="default" disabled={!isValid}>
          Show
        </Button>
      </Group>
    </form>
  )
}

const isDay = (text: string | null | undefined): text is string => /^\d{4}-\d\d-\d\d$/.test(text ?? '')

function Custom({
  value,
  onApply,
}: {
  value: DateRange | null
  onApply: (range: DateRange, interval: Interval) => void
}): ReactNode {
  const [from, setFrom] = useState(isDay(value?.date_from) ? value.date_from : '')
  const [to, setTo] = useState(isDay(value?.date_to) ? value.date_to : '')
  const backwards = Boolean(from && to && to < from)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isDay(from) || backwards) return
    const days = ((to ? Date.parse(to) : Date.now()) - Date.parse(from)) / 86_400_000
    onApply(to ? { date_from: from, date_to: to } : { date_from: from }, intervalFor(days + 1))
  }
  return (
    <form onSubmit={submit}>
      <Group gap="xs" align="flex-start" wrap="nowrap">
        <TextInput
          type="date"
          size="xs"
          label="From"
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          type="date"
          size="xs"
          label="To (or now)"
          value={to}
          error={backwards ? 'Before the start' : undefined}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
      </Group>
      <Button type="submit" size="xs" mt="xs" disabled={!from || backwards} fullWidth>
        Apply
      </Button>
    </form>
  )
}
