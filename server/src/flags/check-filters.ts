import { isObject } from '../kit/is-object.ts'
import { invalid } from '../model/errors.ts'
import { type FlagCondition, type FlagFilters, type FlagProperty, readFilters } from './flag-filters.ts'
import { matcherOf } from './matchers.ts'

const mostConditions = 200
const mostProperties = 200
const mostVariants = 100
const mostValues = 1000

const wrong = (detail: string, code?: string) => invalid(detail, { attr: 'filters', code })

/**
 * Refuses filters that can't work; what is not known here is left alone. Cohorts and flags that they name are the
 * caller's to look up. Texts and codes are PostHog's where it has them.
 * @param before the filters so far: variants that do not sum to 100 may stay, but not be made
 * @throws HedgerowError `invalid`, `attr` filters
 */
export function checkFilters(given: Record<string, unknown>, before?: Record<string, unknown>): FlagFilters {
  checkShape(given)
  const filters = readFilters(given)
  const { conditions, variants } = filters
  checkVariants(filters, before && readFilters(before))
  for (const condition of conditions) {
    checkTypes(condition)
    if (condition.variant !== null && !variants.some(({ key }) => key === condition.variant)) {
      throw wrong('Filters are not valid (variant override does not exist)')
    }
    for (const property of condition.properties) checkProperty(property)
  }
  checkPayloads(given.payloads, filters)
  return filters
}

/** Lists are lists, objects objects, percentages numbers from 0 to 100. */
function checkShape(given: Record<string, unknown>): void {
  const { groups = [], multivariate = null } = given
  if (!Array.isArray(groups)) throw wrong('Groups must be a list of conditions.')
  if (groups.length > mostConditions) throw wrong(`A flag may have ${mostConditions} conditions.`)
  for (const group of groups) {
    if (!isObject(group)) throw wrong('A condition must be a dictionary.')
    checkPercentage(group.rollout_percentage ?? null)
    checkIndex(group.aggregation_group_type_index ?? null)
    const properties = group.properties ?? []
    if (!Array.isArray(properties) || !properties.every(isObject)) {
      throw wrong("A condition's properties must be a list of dictionaries.")
    }
    if (properties.length > mostProperties) throw wrong(`A condition may have ${mostProperties} properties.`)
  }
  checkIndex(given.aggregation_group_type_index ?? null)
  if (multivariate !== null && !isObject(multivariate)) throw wrong('Multivariate must be a dictionary.')
  const variants = multivariate?.variants ?? []
  if (!Array.isArray(variants) || !variants.every(isObject)) {
    throw wrong('Variants must be a list of dictionaries.')
  }
  for (const variant of variants) checkPercentage(variant.rollout_percentage ?? null)
}

function checkPercentage(value: unknown): void {
  if (value === null || (typeof value === 'number' && value >= 0 && value <= 100)) return
  throw wrong('Rollout percentages must be numbers from 0 to 100.')
}

function checkIndex(value: unknown): void {
  if (value === null || (typeof value === 'number' && Number.isInteger(value) && value >= 0)) return
  throw wrong('A group type index must be a whole number, 0 or more.')
}

function checkVariants({ variants }: FlagFilters, before: FlagFilters | undefined): void {
  if (!variants.length) return
  if (variants.length > mostVariants) throw wrong(`A flag may have ${mostVariants} variants.`)
  if (variants.some(({ key }) => key === '')) throw wrong('Every variant needs a key.')
  if (new Set(variants.map(({ key }) => key)).size < variants.length) {
    throw wrong('Variant keys must be unique.')
  }
  const sum = variants.reduce((total, { rolloutPercentage }) => total + rolloutPercentage, 0)
  const isKept = before && JSON.stringify(before.variants) === JSON.stringify(variants)
  if (Math.abs(sum - 100) < 1e-9 || isKept) return
  throw invalid('Invalid variant definitions: Variant rollout percentages must sum to 100.')
}

/** People are known by their properties, cohorts and flags; groups by their own properties. */
function checkTypes({ properties, groupTypeIndex }: FlagCondition): void {
  if (groupTypeIndex !== null) {
    const isOfGroup = (one: FlagProperty) =>
      one.type === 'group' && (one.groupTypeIndex ?? groupTypeIndex) === groupTypeIndex
    if (!properties.every(isOfGroup)) throw wrong('Filters are not valid (can only use group properties)')
    return
  }
  if (!properties.every(({ type }) => ofPeople.has(type))) {
    throw wrong('Filters are not valid (can only use person, cohort, and flag properties)')
  }
}

const ofPeople = new Set(['person', 'person_metadata', 'cohort', 'flag'])

function checkProperty({ type, key, value, operator }: FlagProperty): void {
  if (Array.isArray(value) && value.length > mostValues) {
    throw wrong(`Property group expressions of type ${key} cannot contain more than ${mostValues} values.`)
  }
  if (type === 'cohort') {
    if (operator !== null && operator !== 'in' && operator !== 'not_in' && operator !== 'exact') {
      throw wrong(`The '${operator}' operator is not valid for cohorts.`, 'invalid_operator')
    }
    return
  }
  if (type === 'flag') {
    if (operator !== 'flag_evaluates_to') {
      throw wrong("Flag properties must use the 'flag_evaluates_to' operator")
    }
    if (!/^\d{1,9}$/.test(key)) {
      throw wrong(
        `Flag dependencies must reference flag IDs (integers), not flag keys. Invalid reference: '${key}'`,
      )
    }
    if (typeof value !== 'boolean' && typeof value !== 'string') {
      throw wrong('A flag evaluates to true, to false, or to a variant.', 'invalid_value')
    }
    return
  }
  if (operator === 'in' || operator === 'not_in') {
    throw wrong(
      `The '${operator}' operator is only valid for cohort properties, not '${type}' properties.`,
      'invalid_operator',
    )
  }
  if (key === '') throw wrong('A property filter needs a key.')
  if (type === 'person_metadata' && key !== 'created_at') {
    throw wrong(`"${key}" is not known of persons; "created_at" is.`)
  }
  const matcher = matcherOf(operator, value)
  if (typeof matcher !== 'function') throw wrong(matcher.problem, matcher.code)
}

function checkPayloads(payloads: unknown, { variants }: FlagFilters): void {
  if (payloads === undefined || payloads === null) return
  if (!isObject(payloads)) throw wrong('Payloads must be passed as a dictionary')
  const keys = Object.keys(payloads)
  if (variants.length) {
    if (!keys.every((key) => variants.some((variant) => variant.key === key))) {
      throw wrong('Payload keys must match a variant key for multivariate flags')
    }
  } else if (keys.some((key) => key !== 'true')) {
    throw wrong("Payload keys must be 'true' for boolean flags")
  }
}
