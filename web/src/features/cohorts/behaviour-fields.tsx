import { Button, NativeSelect, TextInput } from '@mantine/core'
import { IconFilter } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { EventPicker } from '../../ui/event-picker.tsx'
import { actionNameOf, type Names } from '../../ui/names.ts'
import styles from './builder.module.css'
import {
  type Behaviour,
  type CountOperator,
  countOperators,
  type Happening,
  mayHaveDates,
  type TimeUnit,
  timeUnits,
} from './definition.ts'
import { countWords } from './words.ts'

type Fields = {
  names: Names
  /** "condition 1.2" */
  called: string
  condition: Behaviour
  onChange: (condition: Behaviour) => void
}

/** Which event, how often, and when: as its kind of behaviour asks. */
export function BehaviourFields({ names, called, condition, onChange }: Fields): ReactNode {
  const set = (changes: Partial<Behaviour>) => onChange({ ...condition, ...changes })
  const { value: kind } = condition
  const counts = kind === 'performed_event_multiple' || kind === 'performed_event_regularly'
  const recent = (
    <Span
      label={`${called}: recent`}
      amount={condition.seq_time_value}
      unit={condition.seq_time_interval}
      onChange={(seq_time_value, seq_time_interval) => set({ seq_time_value, seq_time_interval })}
    />
  )
  const whole = (
    <Span
      label={called}
      amount={condition.time_value}
      unit={condition.time_interval}
      onChange={(time_value, time_interval) => set({ time_value, time_interval })}
    />
  )
  return (
    <>
      <div className={styles.fields}>
        <HappeningPicker
          names={names}
          label={`Event of ${called}`}
          value={condition}
          onChange={(event) => set(event)}
        />
        {!condition.event_filters && (
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconFilter size={14} />}
            aria-label={`Filter the event of ${called}`}
            onClick={() => set({ event_filters: [] })}
          >
            Filter
          </Button>
        )}
      </div>
      <div className={styles.fields}>
        {counts && (
          <>
            <NativeSelect
              size="xs"
              aria-label={`How ${called} counts`}
              value={condition.operator ?? 'eq'}
              data={countOperators.map((value) => ({ value, label: countWords[value] }))}
              onChange={(event) => set({ operator: event.currentTarget.value as CountOperator })}
            />
            <Whole
              label={`Times of ${called}`}
              value={condition.operator_value}
              onChange={(operator_value) => set({ operator_value })}
            />
            <span>times</span>
          </>
        )}
        {kind === 'performed_event_sequence' && (
          <>
            <span>then</span>
            <HappeningPicker
              names={names}
              label={`Second event of ${called}`}
              value={{ key: condition.seq_event ?? null, event_type: condition.seq_event_type ?? 'events' }}
              onChange={({ key, event_type }) => set({ seq_event: key, seq_event_type: event_type })}
            />
            <span>within</span>
            {recent}
          </>
        )}
        {kind === 'performed_event_regularly' && (
          <>
            <span>in at least</span>
            <Whole
              label={`Periods of ${called} that count`}
              value={condition.min_periods}
              onChange={(min_periods) => set({ min_periods })}
            />
            <span>of the last</span>
            <Whole
              label={`Periods of ${called}`}
              value={condition.total_periods}
              onChange={(total_periods) => set({ total_periods })}
            />
            <span>periods of</span>
            {whole}
          </>
        )}
        {kind === 'stopped_performing_event' && (
          <>
            <span>in the last</span>
            {whole}
            <span>but not in the last</span>
            {recent}
          </>
        )}
        {kind === 'restarted_performing_event' && (
          <>
            <span>in the last</span>
            {recent}
            <span>after not doing it since</span>
            {whole}
            <span>ago</span>
          </>
        )}
        {mayHaveDates(kind) && <When called={called} condition={condition} onChange={onChange} />}
      </div>
      {counts && (condition.operator === 'lte' || condition.operator === 'lt') && (
        <p className={styles.words}>Only those count who did it at least once.</p>
      )}
    </>
  )
}

function HappeningPicker({
  names,
  label,
  value: { key, event_type: type },
  onChange,
}: {
  names: Names
  label: string
  value: Happening
  onChange: (event: Happening) => void
}): ReactNode {
  const action = names.actions.find(({ id }) => String(id) === key)
  return (
    <div className={styles.event}>
      <EventPicker
        projectId={names.projectId}
        label={label}
        events={names.events}
        actions={names.actions}
        loading={names.isLoading}
        value={type === 'events' ? (key ?? undefined) : undefined}
        action={
          type === 'actions' && key ? actionNameOf(action ?? { id: Number(key), name: null }) : undefined
        }
        onChange={(name) => onChange({ key: name, event_type: 'events' })}
        onAction={({ id }) => onChange({ key: String(id), event_type: 'actions' })}
      />
    </div>
  )
}

/** A stretch that ends now, or dates. */
function When({ called, condition, onChange }: Omit<Fields, 'names'>): ReactNode {
  const {
    explicit_datetime: from,
    explicit_datetime_to: to,
    time_value: amount,
    time_interval: unit,
  } = condition
  const how = from === undefined ? 'last' : to === undefined ? 'since' : 'between'
  const { explicit_datetime: _, explicit_datetime_to: __, ...rest } = condition
  return (
    <>
      <NativeSelect
        size="xs"
        aria-label={`When, of ${called}`}
        value={how}
        data={[
          { value: 'last', label: 'in the last' },
          { value: 'since', label: 'since' },
          { value: 'between', label: 'between' },
        ]}
        onChange={({ currentTarget: { value } }) => {
          if (value === 'last') {
            onChange({ ...rest, time_value: amount ?? 30, time_interval: unit ?? 'day' })
          } else {
            onChange({
              ...rest,
              explicit_datetime: from ?? '',
              ...(value === 'between' && { explicit_datetime_to: to ?? '' }),
            })
          }
        }}
      />
      {how === 'last' ? (
        <Span
          label={called}
          amount={amount}
          unit={unit}
          onChange={(time_value, time_interval) => onChange({ ...condition, time_value, time_interval })}
        />
      ) : (
        <DateField
          label={`First day of ${called}`}
          value={from ?? ''}
          onChange={(explicit_datetime) => onChange({ ...condition, explicit_datetime })}
        />
      )}
      {how === 'between' && (
        <>
          <span>and</span>
          <DateField
            label={`Last day of ${called}`}
            value={to ?? ''}
            onChange={(explicit_datetime_to) => onChange({ ...condition, explicit_datetime_to })}
          />
        </>
      )}
    </>
  )
}

function DateField({
  label,
  value,
  onChange,
}: {
  label: string
  value: string
  onChange: (value: string) => void
}): ReactNode {
  // so long ago, or a time of day, is no date for the browser
  const isDay = /^(\d{4}-\d\d-\d\d)?$/.test(value)
  return (
    <TextInput
      size="xs"
      type={isDay ? 'date' : 'text'}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

function Span({
  label,
  amount,
  unit,
  onChange,
}: {
  label: string
  amount: number | undefined
  unit: TimeUnit | undefined
  onChange: (amount: number | undefined, unit: TimeUnit) => void
}): ReactNode {
  const of = unit ?? 'day'
  return (
    <>
      <Whole label={`How long, ${label}`} value={amount} onChange={(next) => onChange(next, of)} />
      <NativeSelect
        size="xs"
        aria-label={`Unit, ${label}`}
        value={of}
        data={timeUnits.map((value) => ({ value, label: amount === 1 ? value : `${value}s` }))}
        onChange={(event) => onChange(amount, event.currentTarget.value as TimeUnit)}
      />
    </>
  )
}

/** A whole number, 1 or more; empty while it is written. */
function Whole({
  label,
  value,
  onChange,
}: {
  label: string
  value: number | undefined
  onChange: (value: number | undefined) => void
}): ReactNode {
  return (
    <TextInput
      size="xs"
      w={72}
      type="number"
      min={1}
      step={1}
      aria-label={label}
      value={value ?? ''}
      onChange={({ currentTarget: { value: text } }) => {
        const given = Number(text)
        onChange(Number.isSafeInteger(given) && given > 0 ? given : undefined)
      }}
    />
  )
}
