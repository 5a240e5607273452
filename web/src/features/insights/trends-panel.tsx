import { TextInput } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { byWhat } from '../../api/breakdowns.ts'
import { letter, nodeName, type TrendsQuery } from '../../api/questions.ts'
import { leavesOf } from '../../ui/filter-tree.ts'
import type { Names } from '../../ui/names.ts'
import { counted } from '../../ui/numbers.ts'
import { wrongInFormula } from './formula.ts'
import { BreakdownPart, FiltersPart, Part, QuestionPanel } from './panel.tsx'
import { SeriesEditor } from './series-editor.tsx'

const MOST_SERIES = 26
/** The API keeps so many values apart on a map. */
const ALL_COUNTRIES = 300

/** What every editor's panel is given. */
export type PanelProps<Q> = {
  names: Names
  query: Q
  /** Whether the first event is asked for at once. */
  asksFirst?: boolean
  onChange: (changes: Partial<Q>) => void
}

/** How often something happens over time: what is counted. */
export function TrendsPanel({ names, query, asksFirst, onChange }: PanelProps<TrendsQuery>): ReactNode {
  return (
    <QuestionPanel summary={inShort(query)} startsOpen={query.series.length === 0}>
      <Part title="Series">
        <SeriesEditor
          names={names}
          noun="series"
          mark={letter}
          series={query.series}
          asksFirst={asksFirst}
          most={MOST_SERIES}
          withMaths
          onChange={(series) => onChange({ series })}
        />
      </Part>
      {query.series.length > 0 && (
        <Part title="Formula">
          <FormulaField
            value={query.trendsFilter?.formula ?? ''}
            series={query.series.length}
            onChange={(formula) => onChange({ trendsFilter: { ...query.trendsFilter, formula } })}
          />
        </Part>
      )}
      <FiltersPart names={names} query={query} onChange={onChange} />
      <BreakdownPart
        names={names}
        value={query.breakdownFilter}
        withBins
        usualLimit={query.trendsFilter?.display === 'WorldMap' ? ALL_COUNTRIES : undefined}
        onChange={(breakdownFilter) => onChange({ breakdownFilter })}
      />
    </QuestionPanel>
  )
}

function inShort(query: TrendsQuery): string {
  if (query.series.length === 0) return 'Pick an event'
  const filters = leavesOf(query.properties).length
  const by = byWhat(query)
  return `${query.series.map(nodeName).join(', ')}${by}${filters ? `, ${counted(filters, 'filter')}` : ''}`
}

/** Arithmetic over the series, asked when the field is left: `A / B`. */
function FormulaField({
  value,
  series,
  onChange,
}: {
  value: string
  /** How many there are. */
  series: number
  onChange: (formula: string | undefined) => void
}): ReactNode {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  const wrong = wrongInFormula(text, series)
  const take = () => {
    const formula = text.trim()
    if (wrong === null && formula !== value) onChange(formula || undefined)
  }
  return (
    <TextInput
      size="xs"
      aria-label="Formula"
      placeholder={series > 1 ? 'A / B * 100' : 'A * 2'}
      error={wrong}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take()
      }}
    />
  )
}
