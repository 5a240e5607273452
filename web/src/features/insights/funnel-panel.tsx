import { ActionIcon, Button, NativeSelect, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { type ReactNode, useEffect, useState } from 'react'
import { byWhat } from '../../api/breakdowns.ts'
import {
  attributions,
  type FunnelExclusion,
  type FunnelsFilter,
  type FunnelsQuery,
  funnelWindowUnits,
  nodeName,
} from '../../api/questions.ts'
import { counted } from '../../ui/numbers.ts'
import styles from './editor.module.css'
import { windowOf, withSteps } from './funnel.ts'
import { BreakdownPart, FiltersPart, Part, QuestionPanel } from './panel.tsx'
import { NodePicker, SeriesEditor, useAdding } from './series-editor.tsx'
import type { PanelProps } from './trends-panel.tsx'

const MOST_STEPS = 30
const longestWindow = 100_000

/** How many people did one thing after the other: the steps, and what counts as going through them. */
export function FunnelPanel({ names, query, asksFirst, onChange }: PanelProps<FunnelsQuery>): ReactNode {
  const filter = query.funnelsFilter ?? {}
  const set = (changes: Partial<FunnelsFilter>) => onChange({ funnelsFilter: { ...filter, ...changes } })
  const window = windowOf(query)
  const attribution = filter.breakdownAttributionType ?? 'first_touch'
  return (
    <QuestionPanel summary={inShort(query)} startsOpen={query.series.length < 2}>
      <Part title="Steps">
        <SeriesEditor
          names={names}
          noun="step"
          mark={(at) => String(at + 1)}
          series={query.series}
          asksFirst={asksFirst}
          most={MOST_STEPS}
          onChange={(series) => onChange(withSteps(query, series))}
        />
      </Part>
      <Part title="Going through">
        <div className={styles.fields}>
          <div className={styles.line}>
            <span>within</span>
            <WindowLength
              value={window.interval}
              onChange={(funnelWindowInterval) => set({ funnelWindowInterval })}
            />
            <NativeSelect
              size="xs"
              aria-label="Unit of the window"
              value={window.unit}
              data={funnelWindowUnits.map((unit) => ({ value: unit, label: `${unit}s` }))}
              onChange={({ currentTarget: { value } }) =>
                set({ funnelWindowIntervalUnit: value as (typeof funnelWindowUnits)[number] })
              }
            />
          </div>
          <NativeSelect
            size="xs"
            aria-label="Order of the steps"
            value={filter.funnelOrderType ?? 'ordered'}
            data={[
              { value: 'ordered', label: 'one after the other' },
              { value: 'strict', label: 'with nothing else in between' },
              { value: 'unordered', label: 'in any order' },
            ]}
            onChange={({ currentTarget: { value } }) =>
              set({ funnelOrderType: value as FunnelsFilter['funnelOrderType'] })
            }
          />
        </div>
      </Part>
      <Part title="Exclusions">
        <Exclusions names={names} query={query} onChange={(exclusions) => set({ exclusions })} />
      </Part>
      <FiltersPart names={names} query={query} onChange={onChange} />
      <BreakdownPart
        names={names}
        value={query.breakdownFilter}
        onChange={(breakdownFilter) => onChange({ breakdownFilter })}
      >
        <NativeSelect
          mt="xs"
          size="xs"
          label="The value is that of"
          value={attribution === 'step' ? `step/${filter.breakdownAttributionValue ?? 0}` : attribution}
          data={[
            ...attributions
              .filter((one) => one !== 'step')
              .map((value) => ({ value, label: attributionNames[value] })),
            ...query.series.map((node, at) => ({
              value: `step/${at}`,
              label: `step ${at + 1}, ${nodeName(node)}`,
            })),
          ]}
          onChange={({ currentTarget: { value } }) => {
            const [type, step] = value.split('/')
            set({
              breakdownAttributionType: type as FunnelsFilter['breakdownAttributionType'],
              breakdownAttributionValue: step === undefined ? undefined : Number(step),
            })
          }}
        />
      </BreakdownPart>
    </QuestionPanel>
  )
}

const attributionNames = {
  first_touch: 'the first step that has one',
  last_touch: 'the last step that has one',
  all_events: 'all steps: they must agree',
} as const

function inShort(query: FunnelsQuery): string {
  const { series } = query
  if (series.length === 0) return 'Pick the first step'
  return `${counted(series.length, 'step')}: ${series.map(nodeName).join(' → ')}${byWhat(query)}`
}

/** A number that is asked when it is whole: while it is written, the chart stays. */
function WindowLength({ value, onChange }: { value: number; onChange: (value: number) => void }): ReactNode {
  const [text, setText] = useState(String(value))
  useEffect(() => setText(String(value)), [value])
  const number = Number(text)
  const isValid = text.trim() !== '' && number > 0 && number <= longestWindow
  const take = () => {
    if (isValid && number !== value) onChange(number)
  }
  return (
    <TextInput
      size="xs"
      w={72}
      type="number"
      min={1}
      aria-label="Window"
      aria-invalid={!isValid}
      error={!isValid}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take()
      }}
    />
  )
}

/** What must not happen between two steps. */
function Exclusions({
  names,
  query,
  onChange,
}: {
  names: PanelProps<FunnelsQuery>['names']
  query: FunnelsQuery
  onChange: (exclusions: FunnelExclusion[] | undefined) => void
}): ReactNode {
  const exclusions = query.funnelsFilter?.exclusions ?? []
  const last = query.series.length - 1
  const whole = { funnelFromStep: 0, funnelToStep: last }
  const [isAdding, setAdding] = useAdding(exclusions.length)
  const steps = (from: number, to: number) =>
    query.series.slice(from, to + 1).map((node, at) => ({
      value: String(from + at),
      label: `${from + at + 1}. ${nodeName(node)}`,
    }))
  const change = (at: number, changes: Partial<FunnelExclusion>) =>
    onChange(exclusions.with(at, { ...exclusions[at]!, ...changes } as FunnelExclusion))
  const rows: (FunnelExclusion | undefined)[] = isAdding ? [...exclusions, undefined] : exclusions
  return (
    <div className={styles.series}>
      {rows.map((one, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an exclusion is its place
        <fieldset key={at} className={styles.exclusion} aria-label={`Exclusion ${at + 1}`}>
          <NodePicker
            names={names}
            label={one ? `Event of exclusion ${at + 1}` : 'Event that must not happen'}
            node={one}
            startsOpen={!one}
            onLeave={() => setAdding(false)}
            onChange={({ math: _, math_property: __, ...node }) => {
              const { funnelFromStep, funnelToStep } = one ?? whole
              const changed = { ...node, funnelFromStep, funnelToStep } as FunnelExclusion
              onChange(one ? exclusions.with(at, changed) : [...exclusions, changed])
            }}
          />
          {one && (
            <>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Remove exclusion ${at + 1}`}
                onClick={() => {
                  const left = exclusions.toSpliced(at, 1)
                  onChange(left.length > 0 ? left : undefined)
                }}
              >
                <IconX size={16} />
              </ActionIcon>
              <div className={styles.line}>
                <span className="muted small">between</span>
                <NativeSelect
                  size="xs"
                  aria-label={`Exclusion ${at + 1}: after step`}
                  value={one.funnelFromStep}
                  data={steps(0, one.funnelToStep - 1)}
                  onChange={({ currentTarget }) =>
                    change(at, { funnelFromStep: Number(currentTarget.value) })
                  }
                />
                <span className="muted small">and</span>
                <NativeSelect
                  size="xs"
                  aria-label={`Exclusion ${at + 1}: before step`}
                  value={one.funnelToStep}
                  data={steps(one.funnelFromStep + 1, last)}
                  onChange={({ currentTarget }) => change(at, { funnelToStep: Number(currentTarget.value) })}
                />
              </div>
            </>
          )}
        </fieldset>
      ))}
      <div>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} />}
          disabled={last < 1}
          onClick={() => setAdding(true)}
        >
          Exclusion
        </Button>
      </div>
    </div>
  )
}
