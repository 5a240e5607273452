import { Group, NativeSelect } from '@mantine/core'
import type { ReactNode } from 'react'
import { type DateRange, DateRangePicker, type Interval } from '../../ui/date-range.tsx'
import styles from './editor.module.css'

/** Above an answer: which days, and what its kind has besides. */
export function Toolbar({
  dateRange,
  onDates,
  children,
}: {
  dateRange: DateRange
  onDates: (dateRange: DateRange, interval: Interval) => void
  children?: ReactNode
}): ReactNode {
  return (
    <Group gap="xs" mb="sm" className={styles.toolbar}>
      <DateRangePicker value={dateRange} onChange={onDates} />
      {children}
    </Group>
  )
}

const buckets = [
  { value: 'hour', label: 'by hour' },
  { value: 'day', label: 'by day' },
  { value: 'week', label: 'by week' },
  { value: 'month', label: 'by month' },
]

export function IntervalSelect({
  value,
  disabled = false,
  onChange,
}: {
  value: Interval
  disabled?: boolean
  onChange: (interval: Interval) => void
}): ReactNode {
  return (
    <NativeSelect
      aria-label="Bucket"
      value={value}
      disabled={disabled}
      data={buckets}
      onChange={(event) => onChange(event.currentTarget.value as Interval)}
    />
  )
}
