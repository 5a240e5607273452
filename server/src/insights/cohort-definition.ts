import { z } from 'zod'
import { isObject } from '../kit/is-object.ts'
import { asNumber, shown } from '../kit/scalars.ts'
import { invalid } from '../model/errors.ts'
import type { PropertyFilter } from '../model/project.ts'
import type { PropertyFilters } from './property-filters.ts'
import { upgradeProperties } from './upgrade-filters.ts'

/** Which events: all of a name, or an action's; and which of them. */
export type Happening = { type: 'events' | 'actions'; key: string; filters?: PropertyFilters }
export type TimeUnit = keyof typeof secondsOf
export type Span = { amount: number; unit: TimeUnit }
/** A stretch that ends now, or between two dates as questions spell them. */
export type Window = Span | { from: string; to?: string }
export type CountOperator = 'gte' | 'lte' | 'gt' | 'lt' | 'eq'

/** What somebody did, or has stopped doing. */
export type Behaviour =
  | { kind: 'performed_event'; event: Happening; window: Window }
  | {
      kind: 'performed_event_multiple'
      event: Happening
      window: Window
      operator: CountOperator
      times: number
    }
  | { kind: 'performed_event_first_time'; event: Happening; window: Window }
  | { kind: 'performed_event_sequence'; event: Happening; window: Window; next: Happening; within: Span }
  | {
      kind: 'performed_event_regularly'
      event: Happening
      period: Span
      operator: CountOperator
      times: number
      /** In at least so many of so many periods, the last of which ends now. */
      minPeriods: number
      totalPeriods: number
    }
  /** Did it within `window`, but not within `recent`. */
  | { kind: 'stopped_performing_event'; event: Happening; window: Span; recent: Span }
  /** Did it before `window`, not in it until `recent`, and then again. */
  | { kind: 'restarted_performing_event'; event: Happening; window: Span; recent: Span }

export type CohortCondition = (
  | { type: 'person'; filter: PropertyFilter }
  | { type: 'cohort'; id: number }
  | { type: 'behavioral'; behaviour: Behaviour }
) & { negated: boolean }

/** Who is in a cohort: conditions under ANDs and ORs. Without any it is nobody. */
export type CohortDefinition = CohortCondition | { type: 'AND' | 'OR'; values: CohortDefinition[] }

/** What the database holds of a definition. */
export type Stored = { filters?: Record<string, unknown> | null; groups?: unknown[] | null }
type PropertyTree = { type: unknown; values: unknown[] }

export const secondsOf = {
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000,
  year: 31_536_000,
} as const

const mostPeriods = 1000
const mostConditions = 200
const deepest = 10

const wrong = (detail: string) => invalid(detail, { attr: 'filters' })

/** Numbers may come as text. */
const positive = z.coerce.number().int().positive().max(1_000_000)
const unit = z.enum(['minute', 'hour', 'day', 'week', 'month', 'year'])
const entity = z.union([z.string().min(1), z.number()]).transform(String)
const kindOfEntity = z.enum(['events', 'actions'])
const operator = z
  .enum(['gte', 'lte', 'gt', 'lt', 'eq', 'exact'])
  .nullish()
  .transform((value): CountOperator => (!value || value === 'exact' ? 'eq' : value))

const event = { key: entity, event_type: kindOfEntity, event_filters: z.unknown().optional() }
const lookBack = { time_value: positive, time_interval: unit }
const recently = { seq_time_value: positive, seq_time_interval: unit }
const window = {
  time_value: positive.nullish().catch(undefined),
  time_interval: unit.nullish().catch(undefined),
  explicit_datetime: z.string().min(1).nullish(),
  explicit_datetime_to: z.string().min(1).nullish(),
}

const behaviour = z.discriminatedUnion('value', [
  z.object({ value: z.literal('performed_event'), ...event, ...window }),
  z.object({
    value: z.literal('performed_event_multiple'),
    ...event,
    ...window,
    operator,
    operator_value: positive,
  }),
  z.object({ value: z.literal('performed_event_first_time'), ...event, ...window }),
  z.object({
    value: z.literal('performed_event_sequence'),
    ...event,
    ...window,
    ...recently,
    seq_event: entity,
    seq_event_type: kindOfEntity,
  }),
  z.object({
    value: z.literal('performed_event_regularly'),
    ...event,
    ...lookBack,
    operator,
    operator_value: positive,
    min_periods: positive,
    total_periods: positive,
  }),
  z.object({ value: z.literal('stopped_performing_event'), ...event, ...lookBack, ...recently }),
  z.object({ value: z.literal('restarted_performing_event'), ...event, ...lookBack, ...recently }),
])
type GivenBehaviour = z.output<typeof behaviour>

function happening(given: Pick<GivenBehaviour, 'key' | 'event_type' | 'event_filters'>): Happening {
  if (given.event_type === 'actions' && !/^\d+$/.test(given.key)) {
    throw wrong(`"${given.key}" is not the id of an action.`)
  }
  return {
    type: given.event_type,
    key: given.key,
    ...(given.event_filters !== undefined && {
      filters: upgradeProperties(given.event_filters) as PropertyFilters,
    }),
  }
}

function windowOf(given: z.output<z.ZodObject<typeof window>>): Window {
  if (given.explicit_datetime) {
    return { from: given.explicit_datetime, to: given.explicit_datetime_to ?? undefined }
  }
  if (!given.time_value) throw wrong('time_value must be a whole number, 1 or more.')
  if (!given.time_interval) throw wrong(`time_interval must be one of ${unit.options.join(', ')}.`)
  return { amount: given.time_value, unit: given.time_interval }
}

const seconds = ({ amount, unit: one }: Span) => amount * secondsOf[one]

function behaviourOf(item: Record<string, unknown>): Behaviour {
  const parsed = behaviour.safeParse(item)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw wrong(`${issue!.path.join('.') || 'value'} of the behaviour "${item.value}": ${issue!.message}`)
  }
  const given = parsed.data
  const shared = { event: happening(given) }
  switch (given.value) {
    case 'performed_event':
    case 'performed_event_first_time':
      return { kind: given.value, ...shared, window: windowOf(given) }
    case 'performed_event_multiple':
      return {
        kind: given.value,
        ...shared,
        window: windowOf(given),
        operator: given.operator,
        times: given.operator_value,
      }
    case 'performed_event_sequence':
      return {
        kind: given.value,
        ...shared,
        window: windowOf(given),
        next: happening({ key: given.seq_event, event_type: given.seq_event_type }),
        within: { amount: given.seq_time_value, unit: given.seq_time_interval },
      }
    case 'performed_event_regularly': {
      if (given.min_periods > given.total_periods) {
        throw wrong(
          `min_periods (${given.min_periods}) cannot be greater than total_periods (${given.total_periods})`,
        )
      }
      if (given.total_periods > mostPeriods) throw wrong(`total_periods can be ${mostPeriods} at most.`)
      return {
        kind: given.value,
        ...shared,
        period: { amount: given.time_value, unit: given.time_interval },
        operator: given.operator,
        times: given.operator_value,
        minPeriods: given.min_periods,
        totalPeriods: given.total_periods,
      }
    }
    case 'stopped_performing_event':
    case 'restarted_performing_event': {
      const whole = { amount: given.time_value, unit: given.time_interval }
      const recent = { amount: given.seq_time_value, unit: given.seq_time_interval }
      if (seconds(recent) > seconds(whole)) {
        throw wrong('seq_time_value must reach less far back than time_value.')
      }
      return { kind: given.value, ...shared, window: whole, recent }
    }
  }
}

const cohortTypes = new Set(['cohort', 'static-cohort', 'precalculated-cohort', 'dynamic-cohort'])

function conditionOf(item: Record<string, unknown>): CohortCondition {
  const negated = item.negation === true || item.negation === 'true'
  const type = item.type ?? 'person'
  if (type === 'behavioral') return { type, behaviour: behaviourOf(item), negated }
  if (typeof type === 'string' && cohortTypes.has(type)) {
    const id = asNumber(item.value)
    if (!Number.isSafeInteger(id) || Array.isArray(item.value)) throw wrong('Invalid Cohort ID in filter')
    const { operator: given } = item
    return { type: 'cohort', id, negated: negated !== (given === 'not_in' || given === 'is_not') }
  }
  if (type !== 'person') throw wrong(`Cohorts can't have conditions of type "${shown(type)}".`)
  const [filter] = upgradeProperties([item]) as PropertyFilter[]
  if (!filter) throw wrong('A condition must have a key.')
  return { type: 'person', filter: { ...filter, type: 'person' }, negated }
}

function groupOf(given: unknown): CohortDefinition {
  let count = 0
  const build = (item: unknown, depth: number): CohortDefinition => {
    if (depth > deepest) throw wrong(`Groups may be nested ${deepest} deep.`)
    if (Array.isArray(item)) return { type: 'AND', values: item.map((one) => build(one, depth + 1)) }
    if (!isObject(item)) throw wrong('A condition must be a dictionary.')
    if (Array.isArray(item.values)) {
      if (item.type !== 'AND' && item.type !== 'OR') throw wrong('A group is of type "AND" or "OR".')
      return { type: item.type, values: item.values.map((one) => build(one, depth + 1)) }
    }
    if (++count > mostConditions) throw wrong(`A cohort may have ${mostConditions} conditions.`)
    return conditionOf(item)
  }
  return build(given, 0)
}

/** The older spelling as today's: any of the groups, each of them properties or an event. */
function fromGroups(groups: unknown[]): PropertyTree {
  return {
    type: 'OR',
    values: groups.map((group): PropertyTree => {
      if (!isObject(group)) throw wrong('A group must be a dictionary.')
      const { properties, event_id: eventId, action_id: actionId } = group
      if (properties !== undefined && properties !== null && Object.keys(properties).length > 0) {
        const filters = asPersons(upgradeProperties(properties))
        return Array.isArray(filters) ? { type: 'AND', values: filters } : (filters as PropertyTree)
      }
      const key = actionId ?? eventId
      if (!key) throw wrong('Cohort group needs properties or action_id or event_id')
      const count = Math.max(0, Math.trunc(asNumber(group.count ?? 0)) || 0)
      const never = count === 0 && present(group.count) && /^(eq|lte)$/.test(String(group.count_operator))
      return {
        type: 'AND',
        values: [
          {
            key,
            type: 'behavioral',
            value: count ? 'performed_event_multiple' : 'performed_event',
            event_type: actionId ? 'actions' : 'events',
            time_interval: 'day',
            time_value: group.days ?? 365,
            ...(count && { operator: group.count_operator ?? 'eq', operator_value: count }),
            ...(present(group.start_date) && { explicit_datetime: group.start_date }),
            ...(present(group.end_date) && { explicit_datetime_to: group.end_date }),
            ...(never && { negation: true }),
          },
        ],
      }
    }),
  }
}

const present = (value: unknown) => value !== null && value !== undefined

/** What was meant of events was saved of persons, long ago. */
function asPersons(properties: unknown): unknown {
  if (Array.isArray(properties)) return properties.map(asPersons)
  if (!isObject(properties)) return properties
  if (Array.isArray(properties.values)) return { ...properties, values: properties.values.map(asPersons) }
  return { ...properties, type: (properties.type ?? 'event') === 'event' ? 'person' : properties.type }
}

/** `filters` of a cohort as the API shows them: also of one that was defined the older way. */
export function shownFilters({ filters, groups }: Stored): Record<string, unknown> {
  if (filters && Object.keys(filters).length > 0) return filters
  return { properties: groups?.length ? fromGroups(groups) : {} }
}

/**
 * A cohort's definition as it was sent: `filters`, or the older `groups` where there are none.
 * @throws HedgerowError `invalid`, `attr` filters, for what makes no sense.
 */
export function parseDefinition(stored: Stored): CohortDefinition {
  const { properties } = shownFilters(stored)
  if (typeof properties !== 'object' || properties === null) {
    throw wrong("Filters must be a dictionary with a 'properties' key.")
  }
  return Object.keys(properties).length === 0 ? { type: 'AND', values: [] } : groupOf(properties)
}

/** Every condition of a definition. */
export function conditionsOf(definition: CohortDefinition): CohortCondition[] {
  return 'values' in definition ? definition.values.flatMap(conditionsOf) : [definition]
}

/** The actions that a definition names. */
export function actionsIn(definition: CohortDefinition): number[] {
  return conditionsOf(definition).flatMap((one) => {
    if (one.type !== 'behavioral') return []
    const { behaviour: what } = one
    const both = what.kind === 'performed_event_sequence' ? [what.event, what.next] : [what.event]
    return both.filter(({ type }) => type === 'actions').map(({ key }) => Number(key))
  })
}

/** The cohorts that a definition names. */
export const cohortsNamedBy = (definition: CohortDefinition): number[] =>
  conditionsOf(definition).flatMap((one) => (one.type === 'cohort' ? [one.id] : []))
