import * as z from 'zod/mini'
import type { Cohort, PropertyFilter } from '../../api/types.ts'
import { isComplete } from '../../ui/operators.ts'

/** Who is in a cohort, as the API keeps it: conditions under ANDs and ORs. */

export const timeUnits = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const
export type TimeUnit = (typeof timeUnits)[number]

export const behaviours = [
  'performed_event',
  'performed_event_multiple',
  'performed_event_first_time',
  'performed_event_regularly',
  'performed_event_sequence',
  'stopped_performing_event',
  'restarted_performing_event',
] as const
export type BehaviourKind = (typeof behaviours)[number]

export const countOperators = ['gte', 'lte', 'eq', 'gt', 'lt'] as const
export type CountOperator = (typeof countOperators)[number]

/** Which events: all of a name (`events`), or an action's, whose id the key is; null where none is chosen yet. */
export type Happening = { key: string | null; event_type: 'events' | 'actions' }

/** What somebody did, or has stopped doing. Which of the fields count depends on `value`. */
export type Behaviour = Happening & {
  type: 'behavioral'
  value: BehaviourKind
  negation?: boolean
  event_filters?: PropertyFilter[]
  time_value?: number
  time_interval?: TimeUnit
  /** Instead of a stretch that ends now. */
  explicit_datetime?: string
  explicit_datetime_to?: string
  operator?: CountOperator
  operator_value?: number
  seq_event?: string | null
  seq_event_type?: 'events' | 'actions'
  seq_time_value?: number
  seq_time_interval?: TimeUnit
  min_periods?: number
  total_periods?: number
}
export type PersonCondition = PropertyFilter & { type: 'person' | 'cohort' }
/** What is kept as it is: these pages have no field for it. */
export type Kept = { type: 'kept'; is: unknown }
export type Condition = Behaviour | PersonCondition | Kept
export type Tree = { type: 'AND' | 'OR'; values: Node[] }
export type Node = Tree | Condition

export const isTree = (node: Node): node is Tree => 'values' in node
export const isBehaviour = (node: Node): node is Behaviour => node.type === 'behavioral'

const ifThere = <T extends z.ZodMiniType>(schema: T) => z.catch(z.optional(schema), undefined)
const negation = z.catch(z.optional(z.pipe(z.coerce.string(), z.literal('true'))), undefined)
const whole = z.pipe(z.coerce.number(), z.int().check(z.positive()))
const value = z.optional(
  z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()])), z.null()]),
)
const key = z.pipe(
  z.union([z.string(), z.number()]),
  z.transform((given) => String(given)),
)
const entity = z.enum(['events', 'actions'])
const unit = z.enum(timeUnits)

const person = z.object({
  type: z._default(z.literal('person'), 'person'),
  key,
  operator: z.catch(z.string(), 'exact'),
  value,
  negation,
})
const cohort = z.object({
  type: z.enum(['cohort', 'static-cohort', 'precalculated-cohort', 'dynamic-cohort']),
  operator: z.optional(z.nullable(z.string())),
  value: z.coerce.number(),
  negation,
})
const eventFilter = z.object({
  key: z.string(),
  type: z._default(z.enum(['event', 'person', 'cohort']), 'event'),
  operator: z.catch(z.string(), 'exact'),
  value,
})
const behaviour = z.object({
  type: z.literal('behavioral'),
  value: z.enum(behaviours),
  negation,
  key,
  event_type: entity,
  event_filters: z.optional(z.array(eventFilter)),
  time_value: ifThere(whole),
  time_interval: ifThere(unit),
  explicit_datetime: ifThere(z.string()),
  explicit_datetime_to: ifThere(z.string()),
  operator: z.catch(z.optional(z.enum(countOperators)), undefined),
  operator_value: ifThere(whole),
  seq_event: ifThere(key),
  seq_event_type: ifThere(entity),
  seq_time_value: ifThere(whole),
  seq_time_interval: ifThere(unit),
  min_periods: ifThere(whole),
  total_periods: ifThere(whole),
})

function readNode(given: unknown): Node {
  if (Array.isArray(given)) return { type: 'AND', values: given.map(readNode) }
  if (typeof given !== 'object' || given === null) return { type: 'kept', is: given }
  if ('values' in given && Array.isArray(given.values)) {
    return { type: 'type' in given && given.type === 'OR' ? 'OR' : 'AND', values: given.values.map(readNode) }
  }
  const ofCohort = cohort.safeParse(given)
  if (ofCohort.success) {
    const { operator, value: id, negation: negated } = ofCohort.data
    const isOut = (operator === 'not_in' || operator === 'is_not') !== Boolean(negated)
    return { type: 'cohort', key: 'id', operator: isOut ? 'not_in' : 'in', value: id }
  }
  const read = behaviour.safeParse(given)
  if (read.success) {
    const { operator, negation: negated, ...rest } = read.data
    // another word for "exactly", and what none means
    const counts = rest.operator_value !== undefined && { operator: operator ?? ('eq' as const) }
    return withoutUnset({ ...rest, ...counts, ...(negated && { negation: true }) }) as Behaviour
  }
  const ofPerson = person.safeParse(given)
  if (ofPerson.success) {
    const { negation: negated, ...rest } = ofPerson.data
    return withoutUnset({ ...rest, ...(negated && { negation: true }) }) as PersonCondition
  }
  return { type: 'kept', is: given }
}

const withoutUnset = (object: object) =>
  Object.fromEntries(Object.entries(object).filter(([, one]) => one !== undefined))

/** The definition of a cohort. What is no group is one of a single condition. */
export function readDefinition(filters: Record<string, unknown>): Tree {
  const { properties } = filters
  const isEmpty =
    typeof properties !== 'object' || properties === null || Object.keys(properties).length === 0
  if (isEmpty) return { type: 'AND', values: [] }
  const node = readNode(properties)
  return isTree(node) ? node : { type: 'AND', values: [node] }
}

/** The other way round, as the API takes it. */
export const filtersOf = (tree: Tree): { properties: unknown } => ({ properties: given(tree) })
function given(node: Node): unknown {
  if (isTree(node)) return { type: node.type, values: node.values.map(given) }
  return node.type === 'kept' ? node.is : node
}

/** What a new condition of each kind says before anything is chosen. */
const first: Record<BehaviourKind, Partial<Behaviour>> = {
  performed_event: { time_value: 30, time_interval: 'day' },
  performed_event_multiple: { operator: 'gte', operator_value: 3, time_value: 30, time_interval: 'day' },
  performed_event_first_time: { time_value: 30, time_interval: 'day' },
  performed_event_regularly: {
    operator: 'gte',
    operator_value: 1,
    time_value: 1,
    time_interval: 'week',
    min_periods: 3,
    total_periods: 4,
  },
  performed_event_sequence: {
    seq_event: null,
    seq_event_type: 'events',
    seq_time_value: 7,
    seq_time_interval: 'day',
    time_value: 30,
    time_interval: 'day',
  },
  stopped_performing_event: {
    time_value: 30,
    time_interval: 'day',
    seq_time_value: 7,
    seq_time_interval: 'day',
  },
  restarted_performing_event: {
    time_value: 30,
    time_interval: 'day',
    seq_time_value: 7,
    seq_time_interval: 'day',
  },
}

/** A behaviour of a kind, about the same events as the one before. */
export function behaviourOf(kind: BehaviourKind, before?: Condition): Behaviour {
  const {
    key: event,
    event_type,
    event_filters,
    negation: negated,
  }: Partial<Behaviour> = before && isBehaviour(before) ? before : {}
  return {
    type: 'behavioral',
    value: kind,
    key: event ?? null,
    event_type: event_type ?? 'events',
    ...(event_filters && { event_filters }),
    ...(negated && { negation: true }),
    ...first[kind],
  }
}

export const newPerson: PersonCondition = { type: 'person', key: '', operator: 'exact' }

/** Whether such a behaviour may be asked of dates, not only of a stretch that ends now. */
export const mayHaveDates = (kind: BehaviourKind): boolean =>
  kind !== 'performed_event_regularly' &&
  kind !== 'stopped_performing_event' &&
  kind !== 'restarted_performing_event'

const secondsOf: Record<TimeUnit, number> = {
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000,
  year: 31_536_000,
}
const seconds = (amount: number | undefined, of: TimeUnit | undefined): number =>
  (amount ?? 0) * secondsOf[of ?? 'day']

/** What a condition lacks to be asked. */
export function problemOf(condition: Condition): string | undefined {
  if (condition.type === 'kept') return undefined
  if (!isBehaviour(condition)) {
    if (condition.key === '') return 'Choose a property or a cohort.'
    return isComplete(condition) ? undefined : 'Give it a value.'
  }
  const { value: kind, event_filters: filters = [] } = condition
  if (!condition.key) return 'Choose an event.'
  if (kind === 'performed_event_sequence' && !condition.seq_event) return 'Choose the event that follows.'
  if (!filters.every(isComplete)) return 'A filter of the event has no value.'
  const numbers: (keyof Behaviour)[] = condition.explicit_datetime === undefined ? ['time_value'] : []
  if (first[kind].operator_value) numbers.push('operator_value')
  if (first[kind].seq_time_value) numbers.push('seq_time_value')
  if (first[kind].min_periods) numbers.push('min_periods', 'total_periods')
  if (numbers.some((name) => !condition[name])) return 'Numbers are whole, and 1 or more.'
  if (condition.explicit_datetime === '' || condition.explicit_datetime_to === '') return 'Choose a date.'
  const { explicit_datetime: from, explicit_datetime_to: to } = condition
  if (from && to && to < from) return 'It ends before it begins.'
  if ((condition.min_periods ?? 0) > (condition.total_periods ?? 0)) {
    return `${condition.min_periods} of ${condition.total_periods} periods can't be.`
  }
  const isLonger =
    seconds(condition.seq_time_value, condition.seq_time_interval) >
    seconds(condition.time_value, condition.time_interval)
  const isAway = kind === 'stopped_performing_event' || kind === 'restarted_performing_event'
  return isAway && isLonger ? 'The second stretch must be the shorter one.' : undefined
}

export const conditionsOf = (node: Node): Condition[] =>
  isTree(node) ? node.values.flatMap(conditionsOf) : [node]

/** What of a cohort the editor changes. */
export type Draft = { name: string; description: string; definition: Tree }

export const newDraft: Draft = { name: '', description: '', definition: { type: 'AND', values: [] } }

export const draftOf = ({ name, description, filters }: Cohort): Draft => ({
  name: name ?? '',
  description,
  definition: readDefinition(filters),
})

/** A new one like another. */
export const copyOf = (cohort: Cohort): Draft => ({
  ...draftOf(cohort),
  name: `${cohort.name || 'Cohort'} (copy)`,
})

export type Problems = { name?: string; definition?: string }

/** What keeps a draft from being saved. */
export function problemsOf({ name, definition }: Draft, isStatic: boolean): Problems {
  const conditions = conditionsOf(definition)
  const lacking = isStatic ? 0 : conditions.filter((one) => problemOf(one) !== undefined).length
  return {
    ...(!name.trim() && { name: 'A cohort needs a name.' }),
    ...(!isStatic &&
      conditions.length === 0 && { definition: 'Add a condition: without one, nobody is in it.' }),
    ...(lacking > 0 && {
      definition: lacking === 1 ? 'A condition is not finished.' : `${lacking} conditions are not finished.`,
    }),
  }
}
