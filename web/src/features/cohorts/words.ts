import { type FilterNames, filterWords, quoted } from '../../ui/filter-words.ts'
import type { Change } from '../../ui/flag/words.ts'
import {
  type Behaviour,
  type Condition,
  isBehaviour,
  isTree,
  type Node,
  readDefinition,
} from './definition.ts'

/** Cohorts in words. */

/** What things are called that conditions name by their number. */
export type Names = Pick<FilterNames, 'cohort'> & { action(id: number): string }

export const countWords: Record<NonNullable<Behaviour['operator']>, string> = {
  gte: 'at least',
  lte: 'at most',
  eq: 'exactly',
  gt: 'more than',
  lt: 'fewer than',
}

const times = (count: number | undefined) => (count === 1 ? 'once' : `${count ?? '…'} times`)
/** "30 days", "day". */
const span = (amount: number | undefined, unit = 'day') => (amount === 1 ? unit : `${amount ?? '…'} ${unit}s`)

function happening(key: string | null | undefined, type: string | undefined, names: Names): string {
  if (!key) return '…'
  return type === 'actions' ? `the action ${quoted(names.action(Number(key)))}` : quoted(key)
}

function windowWords({ explicit_datetime: from, explicit_datetime_to: to, ...rest }: Behaviour): string {
  if (from !== undefined) return to ? `from ${from || '…'} to ${to}` : `since ${from || '…'}`
  return `in the last ${span(rest.time_value, rest.time_interval)}`
}

function behaviourWords(what: Behaviour, names: Names): string {
  const {
    key,
    event_type: type,
    event_filters: filters,
    seq_time_value: amount,
    seq_time_interval: unit,
  } = what
  const where = filters?.length
    ? ` where ${filters.map((one) => filterWords(one, { ...names, flag: String })).join(' and ')}`
    : ''
  const event = happening(key, type, names) + where
  const count = `${countWords[what.operator ?? 'eq']} ${times(what.operator_value)}`
  switch (what.value) {
    case 'performed_event':
      return `did ${event} ${windowWords(what)}`
    case 'performed_event_multiple':
      return `did ${event} ${count} ${windowWords(what)}`
    case 'performed_event_first_time':
      return `did ${event} for the first time ${windowWords(what)}`
    case 'performed_event_regularly': {
      const { time_value: length, time_interval: period, min_periods: some, total_periods: all } = what
      const periods = length === 1 ? `${period}s` : `stretches of ${span(length, period)}`
      return `did ${event} ${count} in at least ${some ?? '…'} of the last ${all ?? '…'} ${periods}`
    }
    case 'performed_event_sequence':
      return `did ${event} and then, within ${span(amount, unit)}, ${happening(what.seq_event, what.seq_event_type, names)}, ${windowWords(what)}`
    case 'stopped_performing_event':
      return `did ${event} ${windowWords(what)}, but not in the last ${span(amount, unit)}`
    case 'restarted_performing_event':
      return `did ${event} in the last ${span(amount, unit)}, after a break that began ${span(what.time_value, what.time_interval)} ago or earlier`
  }
}

/** "did “purchase” at least 3 times in the last 30 days", "email contains “@acme”". */
export function conditionWords(condition: Condition, names: Names): string {
  if (condition.type === 'kept') return 'a condition that only the API can change'
  if (isBehaviour(condition)) {
    const words = behaviourWords(condition, names)
    return condition.negation ? `did not: ${words}` : words
  }
  if (condition.key === '') return '…'
  const words = filterWords(condition, { ...names, flag: String })
  return condition.negation && condition.type === 'person' ? `not: ${words}` : words
}

/** All of it in one sentence. */
export function treeWords(node: Node, names: Names): string {
  if (!isTree(node)) return conditionWords(node, names)
  const joined = node.values
    .map((one) =>
      isTree(one) && one.values.length > 1 ? `(${treeWords(one, names)})` : treeWords(one, names),
    )
    .join(node.type === 'AND' ? ' and ' : ' or ')
  return joined || 'nobody'
}

/** What changed about a cohort, a sentence for each thing. What a calculation did is nobody's change. */
export const changeWords = (changes: Change[], names: Names): string[] =>
  changes.flatMap(({ field, before, after }) => {
    switch (field) {
      case 'name':
        return `Name ${quoted(before)} → ${quoted(after)}`
      case 'description':
        return `Description ${quoted(before)} → ${quoted(after)}`
      case 'deleted':
        return after ? 'Deleted' : 'Brought back'
      case 'count':
        return `People: ${before ?? 0} → ${after ?? 0}`
      case 'filters':
        return `Who is in it: ${told(before, names)} → ${told(after, names)}`
      default:
        return []
    }
  })

const told = (filters: unknown, names: Names): string =>
  typeof filters === 'object' && filters !== null
    ? treeWords(readDefinition({ ...filters }), names)
    : 'nobody'
