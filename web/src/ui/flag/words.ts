import type { FeatureFlag } from '../../api/types.ts'
import { type FilterNames, filterWords, quoted } from '../filter-words.ts'
import { capital } from '../text.ts'
import type { Variant } from '../variants.ts'
import {
  asksEnrolled,
  type ConditionSet,
  type FlagFilters,
  groupTypeOf,
  payloadText,
  readFilters,
  rolloutOf,
  variantsOf,
} from './filters.ts'

/** Flags and their changes in words. */

/** What things are called that filters name by their number. */
export type Names = FilterNames & { groups(index: number): string }

/** "people where email contains “@acme” and plan equals “pro”". */
export function whoWords(set: ConditionSet, filters: FlagFilters, names: Names): string {
  const index = groupTypeOf(set, filters)
  const all = index === null ? 'people' : names.groups(index)
  if (!set.properties.length) return index === null ? all : `all ${all}`
  return `${all} where ${set.properties.map((one) => filterWords(one, names)).join(' and ')}`
}

/** "30 % of people where …", "all people", with the variant that they always get. */
export function setWords(set: ConditionSet, filters: FlagFilters, names: Names): string {
  const rollout = rolloutOf(set)
  const who = whoWords(set, filters, names)
  const always = set.variant ? `, always “${set.variant}”` : ''
  if (rollout === 100) {
    return `${set.properties.length || groupTypeOf(set, filters) !== null ? who : 'everybody'}${always}`
  }
  return `${rollout} % of ${who.replace(/^all /, '')}${always}`
}

const MOST_SETS = 2

/** Who has a flag besides those of its sets. */
export const enrolledWords = 'people who joined its early access'

/** Who gets a flag, in one sentence. */
export function summaryOf(filters: FlagFilters, names: Names): string {
  const { groups } = filters
  const meant = groups.filter((set) => rolloutOf(set) > 0)
  const enrolled = asksEnrolled(filters) ? [enrolledWords] : []
  if (!meant.length) return enrolled.length ? capital(enrolledWords) : 'Nobody'
  const sets = meant.slice(0, MOST_SETS).map((set) => setWords(set, filters, names))
  const shown = [...enrolled, ...sets]
  const more = meant.length - sets.length
  return capital(shown.join('; or ')) + (more ? `; or ${more} more` : '')
}

export const variantWords = (variants: Variant[]): string =>
  variants.map(({ key, rollout_percentage: share }) => `${key} ${share} %`).join(', ')

const STALE_AFTER_DAYS = 30

/**
 * Why a flag is not needed in code any more, as the API finds stale ones (`active=STALE`): everybody has got the same
 * for long. Null where it is needed.
 */
export function staleReason(
  { active, created_at: at, filters: given }: Pick<FeatureFlag, 'active' | 'created_at' | 'filters'>,
  now = Date.now(),
): string | null {
  if (!active || now - Date.parse(at) < STALE_AFTER_DAYS * 86_400_000) return null
  const filters = readFilters(given)
  const isDrawn = variantsOf(filters).length > 0
  const forAll = filters.groups.find(
    (set) => rolloutOf(set) === 100 && !set.properties.length && (!isDrawn || set.variant),
  )
  if (!forAll) return null
  const what = forAll.variant ? `Everybody gets “${forAll.variant}”` : 'On for everybody'
  return `${what}, and older than ${STALE_AFTER_DAYS} days. Take it out of the code, then delete it.`
}

export type Change = { field: string | null; before: unknown; after: unknown }

/** What changed about a flag, a sentence for each thing. */
export const changeWords = (changes: Change[], names: Names): string[] =>
  changes.flatMap(({ field, before, after }) => {
    switch (field) {
      case 'key':
        return `Key ${quoted(before)} → ${quoted(after)}`
      case 'name':
        return `Description ${quoted(before)} → ${quoted(after)}`
      case 'active':
        return after ? 'Turned on' : 'Turned off'
      case 'tags':
        return `Tags ${listed(before)} → ${listed(after)}`
      case 'ensure_experience_continuity':
        return after ? 'Kept after sign-in from now on' : 'Not kept after sign-in any more'
      case 'bucketing_identifier':
        return `Drawn by the ${after === 'device_id' ? 'device' : 'distinct id'}`
      case 'role_access':
        return `Roles that may edit it ${listed(before)} → ${listed(after)}`
      case 'filters':
        return filterChanges(readFilters(asObject(before)), readFilters(asObject(after)), names)
      default:
        return `${field ?? 'Something'} changed`
    }
  })

const asObject = (value: unknown) => (typeof value === 'object' && value !== null ? { ...value } : {})
const listed = (value: unknown) => (Array.isArray(value) && value.length ? value.join(', ') : 'none')

function filterChanges(before: FlagFilters, after: FlagFilters, names: Names): string[] {
  const found: string[] = []
  const told = (set: ConditionSet, filters: FlagFilters) => setWords(set, filters, names)
  for (let at = 0; at < Math.max(before.groups.length, after.groups.length); at++) {
    const [old, now] = [before.groups[at], after.groups[at]]
    if (!old && now) found.push(`Set ${at + 1} added: ${told(now, after)}`)
    if (old && !now) found.push(`Set ${at + 1} removed: ${told(old, before)}`)
    if (!old || !now || told(old, before) === told(now, after)) continue
    const isRollout =
      told({ ...old, rollout_percentage: 50 }, before) === told({ ...now, rollout_percentage: 50 }, after)
    found.push(
      isRollout
        ? `Set ${at + 1}: ${rolloutOf(old)} % → ${rolloutOf(now)} %`
        : `Set ${at + 1}: ${told(old, before)} → ${told(now, after)}`,
    )
  }
  const variants = [before, after].map((filters) => variantWords(variantsOf(filters)) || 'none')
  if (variants[0] !== variants[1]) found.push(`Variants: ${variants[0]} → ${variants[1]}`)
  if (asksEnrolled(before) !== asksEnrolled(after)) {
    found.push(
      asksEnrolled(after)
        ? `On for ${enrolledWords}`
        : 'Does not ask any more whether people joined its early access',
    )
  }
  const keys = new Set([before, after].flatMap(({ payloads }) => Object.keys(payloads ?? {})))
  for (const key of keys) {
    const [old, now] = [payloadText(before, key), payloadText(after, key)]
    if (old !== now) found.push(`Payload of “${key}”: ${old || 'none'} → ${now || 'none'}`)
  }
  return found.length ? found : ['Other settings of the conditions changed']
}
