import { ActionIcon, Button, Menu, NativeSelect, Switch } from '@mantine/core'
import { IconCopy, IconPlus, IconTrash } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { actionNameOf, type Names } from '../../ui/names.ts'
import { Problem } from '../../ui/problem.tsx'
import { FilterRow, freshFilter, PropertyFilters } from '../../ui/property-filters.tsx'
import { PropertyPicker } from '../../ui/property-picker.tsx'
import { BehaviourFields } from './behaviour-fields.tsx'
import styles from './builder.module.css'
import {
  type BehaviourKind,
  behaviourOf,
  type Condition,
  conditionsOf,
  isBehaviour,
  isTree,
  type Node,
  newPerson,
  type PersonCondition,
  problemOf,
  type Tree,
} from './definition.ts'
import { conditionWords } from './words.ts'

const kinds: { value: 'person' | BehaviourKind; label: string }[] = [
  { value: 'person', label: 'Has a property, or is in a cohort' },
  { value: 'performed_event', label: 'Did an event' },
  { value: 'performed_event_multiple', label: 'Did an event so many times' },
  { value: 'performed_event_first_time', label: 'Did an event for the first time' },
  { value: 'performed_event_regularly', label: 'Does an event regularly' },
  { value: 'performed_event_sequence', label: 'Did one event, then another' },
  { value: 'stopped_performing_event', label: 'Stopped doing an event' },
  { value: 'restarted_performing_event', label: 'Started doing an event again' },
]

const MOST_CONDITIONS = 200
/** Groups in groups deeper than this are read, and kept, but not made here. */
const DEEPEST = 3

type Shared = {
  names: Names
  /** Whether what is not finished says so. */
  tried: boolean
}

/** Who is in a cohort: conditions that must hold, all or any of them, and groups of such. */
export function Builder({
  tree,
  onChange,
  ...shared
}: Shared & { tree: Tree; onChange: (tree: Tree) => void }): ReactNode {
  const isFull = conditionsOf(tree).length >= MOST_CONDITIONS
  return <GroupEditor {...shared} tree={tree} path={[]} isFull={isFull} onChange={onChange} />
}

function GroupEditor({
  tree,
  path,
  isFull,
  onChange,
  onDuplicate,
  onRemove,
  ...shared
}: Shared & {
  tree: Tree
  /** The places that lead to it, from the outermost group. */
  path: number[]
  isFull: boolean
  onChange: (tree: Tree) => void
  onDuplicate?: () => void
  onRemove?: () => void
}): ReactNode {
  const { values } = tree
  const isInner = path.length > 0
  const name = isInner ? `Group ${path.join('.')}` : 'Conditions'
  const set = (next: Node[]) => onChange({ ...tree, values: next })
  const add = (node: Node) => set([...values, node])
  return (
    <fieldset className={`${styles.group} ${isInner ? styles.inner : ''}`} aria-label={name}>
      <div className={styles.head}>
        <span>Match</span>
        <NativeSelect
          size="xs"
          aria-label={`Which conditions of ${name.toLowerCase()} must hold`}
          value={tree.type}
          data={[
            { value: 'AND', label: 'all' },
            { value: 'OR', label: 'any' },
          ]}
          onChange={(event) => onChange({ ...tree, type: event.currentTarget.value as Tree['type'] })}
        />
        <span className={styles.grow}>of these</span>
        {isInner && (
          <Tools name={name.toLowerCase()} isFull={isFull} onDuplicate={onDuplicate} onRemove={onRemove} />
        )}
      </div>
      <div className={styles.items}>
        {values.map((node, at) => {
          const place = [...path, at + 1]
          const shownAs = {
            ...shared,
            path: place,
            isFull,
            onDuplicate: () => set(values.toSpliced(at + 1, 0, node)),
            onRemove: () => set(values.toSpliced(at, 1)),
          }
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a condition is the place that it has
            <div key={at} className={styles.items}>
              {at > 0 && <span className={styles.joint}>{tree.type === 'AND' ? 'and' : 'or'}</span>}
              {isTree(node) ? (
                <GroupEditor {...shownAs} tree={node} onChange={(next) => set(values.with(at, next))} />
              ) : (
                <ConditionEditor
                  {...shownAs}
                  condition={node}
                  onChange={(next) => set(values.with(at, next))}
                />
              )}
            </div>
          )
        })}
      </div>
      <div className={styles.foot}>
        <Menu position="bottom-start">
          <Menu.Target>
            <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} disabled={isFull}>
              {isInner ? `Add a condition to ${name.toLowerCase()}` : 'Add a condition'}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {kinds.map(({ value, label }) => (
              <Menu.Item key={value} onClick={() => add(value === 'person' ? newPerson : behaviourOf(value))}>
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        {path.length < DEEPEST && (
          <Button
            size="xs"
            variant="subtle"
            leftSection={<IconPlus size={14} />}
            disabled={isFull}
            onClick={() => add({ type: tree.type === 'AND' ? 'OR' : 'AND', values: [newPerson] })}
          >
            {isInner ? `Add a group to ${name.toLowerCase()}` : 'Add a group'}
          </Button>
        )}
      </div>
    </fieldset>
  )
}

function Tools({
  name,
  isFull,
  onDuplicate,
  onRemove,
}: {
  name: string
  isFull: boolean
  onDuplicate?: () => void
  onRemove?: () => void
}): ReactNode {
  return (
    <span style={{ whiteSpace: 'nowrap' }}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={`Duplicate ${name}`}
        disabled={isFull}
        onClick={onDuplicate}
      >
        <IconCopy size={16} />
      </ActionIcon>
      <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${name}`} onClick={onRemove}>
        <IconTrash size={16} />
      </ActionIcon>
    </span>
  )
}

function ConditionEditor({
  names,
  tried,
  condition,
  path,
  isFull,
  onChange,
  onDuplicate,
  onRemove,
}: Shared & {
  condition: Condition
  path: number[]
  isFull: boolean
  onChange: (condition: Condition) => void
  onDuplicate: () => void
  onRemove: () => void
}): ReactNode {
  const name = `Condition ${path.join('.')}`
  const called = name.toLowerCase()
  const words = conditionWords(condition, {
    cohort: (id) => names.properties.cohort?.find(({ key }) => key === String(id))?.name ?? `Cohort ${id}`,
    action: (id) => actionNameOf(names.actions.find((action) => action.id === id) ?? { id, name: null }),
  })
  return (
    <fieldset className={styles.condition} aria-label={name}>
      <div className={styles.head}>
        {condition.type !== 'kept' && (
          <NativeSelect
            size="xs"
            aria-label={`Kind of ${called}`}
            value={isBehaviour(condition) ? condition.value : 'person'}
            data={kinds}
            onChange={({ currentTarget: { value } }) =>
              onChange(value === 'person' ? newPerson : behaviourOf(value as BehaviourKind, condition))
            }
          />
        )}
        {(condition.type === 'behavioral' || condition.type === 'person') && (
          <Switch
            size="xs"
            label="Not"
            aria-label={`Not: the opposite of ${called}`}
            checked={condition.negation ?? false}
            onChange={(event) =>
              onChange({ ...condition, negation: event.currentTarget.checked || undefined })
            }
          />
        )}
        <span className={styles.grow} />
        <Tools name={called} isFull={isFull} onDuplicate={onDuplicate} onRemove={onRemove} />
      </div>
      {condition.type === 'kept' ? (
        <code className="mono">{JSON.stringify(condition.is)}</code>
      ) : isBehaviour(condition) ? (
        <>
          <BehaviourFields names={names} called={called} condition={condition} onChange={onChange} />
          {condition.event_filters && (
            <PropertyFilters
              filters={condition.event_filters}
              properties={names.properties}
              projectId={names.projectId}
              onChange={(filters) =>
                onChange({ ...condition, event_filters: filters.length ? filters : undefined })
              }
            />
          )}
          <p className={styles.words}>Who {words}.</p>
        </>
      ) : (
        <PersonFields names={names} called={called} condition={condition} onChange={onChange} />
      )}
      <Problem error={tried ? problemOf(condition) : undefined} />
    </fieldset>
  )
}

function PersonFields({
  names,
  called,
  condition,
  onChange,
}: {
  names: Names
  called: string
  condition: PersonCondition
  onChange: (condition: Condition) => void
}): ReactNode {
  const properties = { person: names.properties.person, cohort: names.properties.cohort }
  const pick = (next: PersonCondition) =>
    // what a cohort is not, its own operator says
    onChange(next.type === 'person' && condition.negation ? { ...next, negation: true } : next)
  if (condition.key === '') {
    return (
      <div>
        <PropertyPicker
          label={`Property or cohort of ${called}`}
          properties={properties}
          onPick={(kind, key) =>
            pick(freshFilter({ properties, projectId: names.projectId }, kind, key) as PersonCondition)
          }
        >
          Choose a property or cohort
        </PropertyPicker>
      </div>
    )
  }
  return (
    <FilterRow
      filter={condition}
      properties={properties}
      projectId={names.projectId}
      onChange={(next) => pick(next as PersonCondition)}
    />
  )
}
