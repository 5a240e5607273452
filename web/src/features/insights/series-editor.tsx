import { ActionIcon, Button, Menu, NativeSelect, TextInput } from '@mantine/core'
import {
  IconArrowDown,
  IconArrowUp,
  IconCopy,
  IconDots,
  IconFilter,
  IconPencil,
  IconPlus,
  IconX,
} from '@tabler/icons-react'
import { type ReactNode, useEffect, useState } from 'react'
import { maths, needsProperty, nodeName, type SeriesMath, type SeriesNode } from '../../api/questions.ts'
import { EventPicker } from '../../ui/event-picker.tsx'
import type { Names } from '../../ui/names.ts'
import { PropertyFilters } from '../../ui/property-filters.tsx'
import { PropertyPicker } from '../../ui/property-picker.tsx'
import styles from './editor.module.css'

/** One event or action, with what a picker made of it kept: its name, count and filters. */
export function NodePicker({
  names,
  label,
  node,
  onChange,
  startsOpen,
  onLeave,
}: {
  names: Names
  label: string
  /** Undefined where nothing is chosen yet. */
  node: SeriesNode | undefined
  onChange: (node: SeriesNode) => void
  startsOpen?: boolean
  onLeave?: () => void
}): ReactNode {
  const { math, math_property, properties } = node ?? {}
  const kept = {
    ...(math && { math }),
    ...(math_property && { math_property }),
    ...(properties && { properties }),
  }
  return (
    <EventPicker
      projectId={names.projectId}
      label={label}
      events={names.events}
      actions={names.actions}
      loading={names.isLoading}
      allEvents
      startsOpen={startsOpen}
      onLeave={onLeave}
      value={node?.kind === 'EventsNode' ? node.event : undefined}
      action={node?.kind === 'ActionsNode' ? nodeName({ ...node, custom_name: undefined }) : undefined}
      onChange={(event) => onChange({ kind: 'EventsNode', event, ...kept })}
      onAction={({ id, name }) => onChange({ kind: 'ActionsNode', id, name, ...kept })}
    />
  )
}

/**
 * Events and actions in an order, each with a name of one's own, filters of its own and, where `withMaths`, what of it
 * is counted.
 */
export function SeriesEditor({
  names,
  noun,
  mark,
  series,
  most,
  withMaths = false,
  asksFirst = false,
  onChange,
}: {
  names: Names
  /** "series", "step" */
  noun: string
  /** How the one at a place is marked: "A", "1". */
  mark: (at: number) => string
  series: SeriesNode[]
  most: number
  withMaths?: boolean
  /** Whether the first one is asked for at once, where there is none. */
  asksFirst?: boolean
  onChange: (series: SeriesNode[]) => void
}): ReactNode {
  const [isAdding, setAdding] = useAdding(series.length)
  const isFirst = series.length === 0
  const plural = noun.charAt(0).toUpperCase() + noun.slice(1)
  const rows: (SeriesNode | undefined)[] = isFirst || isAdding ? [...series, undefined] : series
  return (
    <div className={styles.series}>
      {rows.map((node, at) => (
        <Row
          // biome-ignore lint/suspicious/noArrayIndexKey: a series is its place
          key={at}
          names={names}
          called={`${noun} ${mark(at)}`.trim()}
          pick={isFirst ? `Add a ${noun}: event` : `Event of ${noun} ${mark(at)}`.trim()}
          startsOpen={!node && (isAdding || (asksFirst && isRoomy()))}
          onLeave={() => setAdding(false)}
          mark={mark(at)}
          node={node}
          withMaths={withMaths}
          onChange={(changed) =>
            onChange(node ? series.with(at, changed) : [...series, { ...changed, math: 'total' }])
          }
          onRemove={() => onChange(series.toSpliced(at, 1))}
          onDuplicate={
            node && series.length < most ? () => onChange(series.toSpliced(at, 0, node)) : undefined
          }
          onUp={at > 0 ? () => onChange(swapped(series, at - 1)) : undefined}
          onDown={at < series.length - 1 ? () => onChange(swapped(series, at)) : undefined}
          onlyOne={most === 1}
        />
      ))}
      {!isFirst && most > 1 && (
        <div>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} />}
            disabled={series.length >= most}
            onClick={() => setAdding(true)}
          >
            {plural}
          </Button>
        </div>
      )}
    </div>
  )
}

/**
 * Whether one more than `count` is being added: it has its row, and nothing asks for it, until its event is picked. The
 * row then stays, with the focus in its picker, while the question with it is on its way.
 */
export function useAdding(count: number): [boolean, (is: boolean) => void] {
  const [to, setTo] = useState<number | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: when there is another number of them, it is not added any more
  useEffect(() => setTo(null), [count])
  return [to === count, (is) => setTo(is ? count : null)]
}

/** On a phone a list that is open, and the keyboard for it, hide all else. */
const isRoomy = (): boolean => window.matchMedia('(min-width: 68em)').matches

const swapped = (series: SeriesNode[], at: number): SeriesNode[] =>
  series.with(at, series[at + 1]!).with(at + 1, series[at]!)

function Row({
  names,
  called,
  pick,
  startsOpen,
  onLeave,
  mark,
  node,
  withMaths,
  onChange,
  onRemove,
  onDuplicate,
  onUp,
  onDown,
  onlyOne,
}: {
  names: Names
  /** "series A" */
  called: string
  /** What its picker is called. */
  pick: string
  startsOpen: boolean
  onLeave: () => void
  mark: string
  /** Undefined until its event is picked. */
  node: SeriesNode | undefined
  withMaths: boolean
  onChange: (node: SeriesNode) => void
  onRemove: () => void
  onDuplicate?: () => void
  onUp?: () => void
  onDown?: () => void
  onlyOne: boolean
}): ReactNode {
  const [isFiltering, setFiltering] = useState(false)
  const [isNaming, setNaming] = useState(false)
  const filters = node?.properties ?? []
  const named = node?.custom_name
  // its field stays, with the focus, while the question with the name is on its way
  // biome-ignore lint/correctness/useExhaustiveDependencies: once it has another name it is not being named any more
  useEffect(() => setNaming(false), [named])
  return (
    <fieldset
      className={`${styles.row} ${mark ? '' : styles.unmarked}`}
      aria-label={called.charAt(0).toUpperCase() + called.slice(1)}
    >
      {mark && <span className={styles.letter}>{mark}</span>}
      <div>
        <NodePicker
          names={names}
          label={pick}
          node={node}
          onChange={onChange}
          startsOpen={startsOpen}
          onLeave={onLeave}
        />
      </div>
      {node && (
        // the name's field takes the focus, where one is written
        <Menu position="bottom-end" returnFocus={!isNaming}>
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={`More of ${called}`}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconFilter size={16} />} onClick={() => setFiltering(true)}>
              Filter
            </Menu.Item>
            <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setNaming(true)}>
              Rename
            </Menu.Item>
            {!onlyOne && (
              <>
                <Menu.Item leftSection={<IconCopy size={16} />} disabled={!onDuplicate} onClick={onDuplicate}>
                  Duplicate
                </Menu.Item>
                <Menu.Item leftSection={<IconArrowUp size={16} />} disabled={!onUp} onClick={onUp}>
                  Move up
                </Menu.Item>
                <Menu.Item leftSection={<IconArrowDown size={16} />} disabled={!onDown} onClick={onDown}>
                  Move down
                </Menu.Item>
              </>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
      {node && !onlyOne && (
        <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${called}`} onClick={onRemove}>
          <IconX size={16} />
        </ActionIcon>
      )}
      {node && (isNaming || node.custom_name) && (
        <Naming
          called={called}
          node={node}
          isNew={isNaming}
          onDone={(name) => {
            if (name === (node.custom_name ?? '')) setNaming(false)
            else onChange({ ...node, custom_name: name || undefined })
          }}
        />
      )}
      {node && withMaths && <MathPicker names={names} called={called} node={node} onChange={onChange} />}
      {node && (isFiltering || filters.length > 0) && (
        <div className={styles.under}>
          <PropertyFilters
            filters={filters}
            properties={names.properties}
            projectId={names.projectId}
            onChange={(properties) => {
              setFiltering(properties.length > 0)
              onChange({ ...node, properties: properties.length ? properties : undefined })
            }}
          />
        </div>
      )}
    </fieldset>
  )
}

function Naming({
  called,
  node,
  isNew,
  onDone,
}: {
  called: string
  node: SeriesNode
  isNew: boolean
  onDone: (name: string) => void
}): ReactNode {
  const own = node.custom_name ?? ''
  const [name, setName] = useState(own)
  useEffect(() => setName(own), [own])
  return (
    <TextInput
      className={styles.under}
      size="xs"
      aria-label={`Name of ${called}`}
      placeholder={nodeName({ ...node, custom_name: undefined })}
      maxLength={400}
      // the menu that it was asked for in gives its focus back first
      ref={(field) => {
        if (field && isNew) setTimeout(() => field.focus(), 50)
      }}
      value={name}
      onChange={(event) => setName(event.currentTarget.value)}
      onBlur={() => onDone(name.trim())}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onDone(name.trim())
      }}
    />
  )
}

function MathPicker({
  names,
  called,
  node,
  onChange,
}: {
  names: Names
  called: string
  node: SeriesNode
  onChange: (node: SeriesNode) => void
}): ReactNode {
  return (
    <div className={`${styles.under} ${styles.math}`}>
      <NativeSelect
        size="xs"
        aria-label={`Count of ${called}`}
        value={node.math ?? 'total'}
        data={maths}
        onChange={(event) => {
          const math = event.currentTarget.value as SeriesMath
          onChange({ ...node, math, math_property: needsProperty(math) ? node.math_property : undefined })
        }}
      />
      {needsProperty(node.math) && (
        <PropertyPicker
          label={node.math_property ? `Property: ${node.math_property}. Change` : `Property of ${called}`}
          properties={{ event: names.properties.event?.filter(isNumeric) }}
          onPick={(_kind, key) => onChange({ ...node, math_property: key })}
        >
          {node.math_property || 'Choose a number'}
        </PropertyPicker>
      )}
    </div>
  )
}

const isNumeric = ({ property_type: type }: { property_type: string | null }): boolean => type === 'Numeric'
