import { Autocomplete, Checkbox, NativeSelect, Stack, TagsInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { mostPathSteps, type PathsFilter, type PathsQuery, type PathType } from '../../api/questions.ts'
import { PathChart, PathTable, pathActions, type StepAction } from '../../ui/insight/path-chart.tsx'
import { type Edge, stepText } from '../../ui/insight/sankey.ts'
import { counted } from '../../ui/numbers.ts'
import { AnswerCard, type AnswerProps } from './answer-card.tsx'
import styles from './editor.module.css'
import { FiltersPart, Part, QuestionPanel } from './panel.tsx'
import { answerQuery } from './queries.ts'
import { Toolbar } from './toolbar.tsx'
import type { PanelProps } from './trends-panel.tsx'

const types: { value: PathType; label: string }[] = [
  { value: '$pageview', label: 'Page views' },
  { value: '$screen', label: 'Screens' },
  { value: 'custom_event', label: 'Own events' },
]

/** Which ways people take: of what steps they are, and where they begin and end. */
export function PathsPanel({ names, query, onChange }: PanelProps<PathsQuery>): ReactNode {
  const filter = query.pathsFilter
  const set = (changes: Partial<PathsFilter>) => onChange({ pathsFilter: { ...filter, ...changes } })
  const { data } = useQuery(answerQuery(names.projectId, query))
  const steps = [
    ...new Set(data?.results.flatMap(({ source, target }) => [stepText(source), stepText(target)]) ?? []),
  ]
  const included = filter.includeEventTypes ?? types.map(({ value }) => value)
  const toggle = (type: PathType) => {
    const left = types.map(({ value }) => value).filter((one) => included.includes(one) !== (one === type))
    // none at all would be every event
    if (left.length > 0) set({ includeEventTypes: left })
  }
  const list = (values: string[]) => (values.length > 0 ? values : undefined)
  return (
    <QuestionPanel summary={inShort(query)} startsOpen={false}>
      <Part title="Steps are">
        <Stack gap="xs">
          {types.map(({ value, label }) => (
            <Checkbox
              key={value}
              size="sm"
              label={label}
              checked={included.includes(value)}
              onChange={() => toggle(value)}
            />
          ))}
        </Stack>
      </Part>
      <Part title="Routes">
        <div className={styles.fields}>
          <Point
            label="Begin at"
            steps={steps}
            value={filter.startPoint}
            onChange={(startPoint) => set({ startPoint })}
          />
          <Point
            label="End at"
            steps={steps}
            value={filter.endPoint}
            onChange={(endPoint) => set({ endPoint })}
          />
          <div className={styles.line}>
            <NativeSelect
              size="xs"
              label="Steps"
              value={filter.stepLimit ?? 5}
              data={Array.from({ length: mostPathSteps - 1 }, (_, at) => String(at + 2))}
              onChange={({ currentTarget }) => set({ stepLimit: Number(currentTarget.value) })}
            />
            <LeastPeople value={filter.minEdgeWeight} onChange={(minEdgeWeight) => set({ minEdgeWeight })} />
          </div>
        </div>
      </Part>
      <Part title="Without and together">
        <div className={styles.fields}>
          <TagsInput
            size="xs"
            label="Steps left out"
            placeholder={filter.excludeEvents?.length ? undefined : '/health or /admin/*'}
            data={steps}
            value={filter.excludeEvents ?? []}
            acceptValueOnBlur
            onChange={(values) => set({ excludeEvents: list(values) })}
          />
          <TagsInput
            size="xs"
            label="Steps shown as one"
            placeholder={filter.pathGroupings?.length ? undefined : '/product/*'}
            data={[]}
            value={filter.pathGroupings ?? []}
            acceptValueOnBlur
            onChange={(values) => set({ pathGroupings: list(values) })}
          />
          <Checkbox
            size="sm"
            label="The project's rules for addresses"
            checked={filter.pathReplacements ?? false}
            onChange={({ currentTarget: { checked } }) => set({ pathReplacements: checked || undefined })}
          />
        </div>
      </Part>
      <FiltersPart names={names} query={query} onChange={onChange} />
    </QuestionPanel>
  )
}

function inShort({ pathsFilter: { includeEventTypes, startPoint, endPoint } }: PathsQuery): string {
  const of = types
    .filter(({ value }) => includeEventTypes?.includes(value) ?? true)
    .map(({ label }) => label.toLowerCase())
    .join(', ')
  return `Paths over ${of}${startPoint ? ` from ${startPoint}` : ''}${endPoint ? ` to ${endPoint}` : ''}`
}

/** A step by its name; what is written counts when the field is left. */
function Point({
  label,
  steps,
  value = '',
  onChange,
}: {
  label: string
  steps: string[]
  value?: string
  onChange: (value: string | undefined) => void
}): ReactNode {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  const take = (given: string) => {
    const point = given.trim()
    if (point !== value) onChange(point || undefined)
  }
  return (
    <Autocomplete
      size="xs"
      label={label}
      placeholder="anywhere"
      data={steps}
      limit={50}
      clearable
      value={text}
      onChange={setText}
      onOptionSubmit={take}
      onClear={() => take('')}
      onBlur={() => take(text)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take(text)
      }}
    />
  )
}

function LeastPeople({
  value,
  onChange,
}: {
  value: number | undefined
  onChange: (value: number | undefined) => void
}): ReactNode {
  const [text, setText] = useState(String(value ?? ''))
  useEffect(() => setText(String(value ?? '')), [value])
  const take = () => {
    const least = Math.round(Number(text))
    onChange(least > 1 ? least : undefined)
  }
  return (
    <TextInput
      size="xs"
      w={120}
      type="number"
      min={1}
      label="Taken at least"
      placeholder="once"
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take()
      }}
    />
  )
}

/** The ways that people take, as lines between steps and as a table of the same. */
export function PathsAnswerView({
  projectId,
  query,
  timeZone,
  title,
  onChange,
  onPeople,
}: AnswerProps<PathsQuery>): ReactNode {
  const filter = query.pathsFilter
  const set = (changes: Partial<PathsFilter>) => onChange({ pathsFilter: { ...filter, ...changes } })
  const onEdge = ({ source, target }: Edge) => onPeople({ from: source, to: target })
  const actions: StepAction[] = [
    ...pathActions(onPeople),
    { label: 'Begin here', run: ({ text }) => set({ startPoint: text, endPoint: undefined }) },
    { label: 'End here', run: ({ text }) => set({ endPoint: text, startPoint: undefined }) },
    {
      label: 'Leave out',
      run: ({ text }) => set({ excludeEvents: [...new Set([...(filter.excludeEvents ?? []), text])] }),
    },
  ]
  return (
    <>
      <Toolbar dateRange={query.dateRange} onDates={(dateRange) => onChange({ dateRange })} />
      <AnswerCard
        projectId={projectId}
        query={query}
        timeZone={timeZone}
        title={title}
        isEmpty={({ results }) => results.length === 0}
        note={({ results }) =>
          results.length >= (filter.edgeLimit ?? 50)
            ? `The ${counted(results.length, 'edge')} that were taken most.`
            : ''
        }
        below={({ results }) => <PathTable edges={results} onEdge={onEdge} />}
      >
        {({ results }) => <PathChart edges={results} least={360} onEdge={onEdge} actions={actions} />}
      </AnswerCard>
    </>
  )
}
