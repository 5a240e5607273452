import * as z from 'zod/mini'
import type { AnyFilter } from '../../api/events.ts'
import type { Action, ActionStep, PropertyFilter } from '../../api/types.ts'
import { type FilterNames, filterWords, quoted } from '../../ui/filter-words.ts'
import type { Change } from '../../ui/flag/words.ts'
import { isComplete } from '../../ui/operators.ts'

/** What an action says of its events: steps, any of which suffices. */

export type Matching = 'contains' | 'exact' | 'regex'
/** A step as the editor has it; one without an id is new. */
export type Step = Omit<ActionStep, 'id' | 'properties'> & {
  id?: string
  /** Filters that must all hold; what else the API takes there is kept as it is. */
  properties: PropertyFilter[] | { kept: unknown }
}

export const autocapture = '$autocapture'
export const ofElement = ['text', 'href', 'selector', 'tag_name'] as const
export type ElementField = (typeof ofElement)[number]

export const newStep: Step = {
  event: null,
  tag_name: null,
  text: null,
  text_matching: null,
  href: null,
  href_matching: null,
  selector: null,
  url: null,
  url_matching: null,
  name: null,
  properties: [],
}

const filters = z.array(
  z.object({
    key: z.string(),
    type: z._default(z.enum(['event', 'person', 'cohort']), 'event'),
    operator: z._default(z.string(), 'exact'),
    value: z.optional(
      z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()])), z.null()]),
    ),
    negation: z.optional(z.boolean()),
  }),
)

function readStep({ properties, ...step }: ActionStep): Step {
  if (properties === null || properties === undefined) return { ...step, properties: [] }
  const read = filters.safeParse(properties)
  return { ...step, properties: read.success ? read.data : { kept: properties } }
}

/** Kept as it is, or filters. */
export const filtersOfStep = ({ properties }: Step): PropertyFilter[] =>
  Array.isArray(properties) ? properties : []
const propertiesOf = ({ properties }: Step): unknown =>
  Array.isArray(properties) ? properties : properties.kept

/** The step as the API takes it: of an element only where it is of one, as it counts only there. */
export function givenStep(step: Step) {
  const isOfElement = step.event === autocapture
  const cleared = Object.fromEntries(
    ['text_matching', 'href_matching', ...ofElement].map((field) => [field, null]),
  )
  return { ...step, ...(!isOfElement && cleared), properties: propertiesOf(step) }
}

export const urlMatching = ({ url_matching: given }: Step): Matching => given || 'contains'
export const elementMatching = (step: Step, field: 'text' | 'href'): Matching => {
  const given = step[`${field}_matching`]
  return given === 'contains' || given === 'regex' ? given : 'exact'
}

const operators: Record<Matching, string> = { contains: 'icontains', exact: 'exact', regex: 'regex' }

/** All that must hold of an event, as filters of a question: what the action will mean once it is saved. */
export function filtersOf(step: Step): AnyFilter[] {
  const found: AnyFilter[] = []
  const { event, url } = step
  if (event) found.push({ type: 'event_metadata', key: 'event', operator: 'exact', value: [event] })
  if (url) {
    const matching = urlMatching(step)
    // `%` and `_` are wildcards in an action's URL, which no filter has
    const pattern = `%${url}%`.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
    found.push(
      matching === 'contains'
        ? { type: 'hogql', key: `properties.$current_url like '${pattern}'` }
        : { type: 'event', key: '$current_url', operator: operators[matching], value: url },
    )
  }
  if (event === autocapture) {
    for (const field of ofElement) {
      const value = step[field]
      if (!value) continue
      const matching = field === 'text' || field === 'href' ? elementMatching(step, field) : 'exact'
      found.push({ type: 'element', key: field, operator: operators[matching], value: [value] })
    }
  }
  const properties = propertiesOf(step)
  return Array.isArray(properties)
    ? [...found, ...properties.filter(isComplete)]
    : [...found, properties as AnyFilter]
}

/** The filter for events of any step; null where every event is one, undefined where none is. */
export function filterOfAny(steps: Step[]): AnyFilter | null | undefined {
  if (steps.length === 0) return undefined
  const each = steps.map(filtersOf)
  if (each.some((all) => all.length === 0)) return null
  return { type: 'OR', values: each.map((values) => ({ type: 'AND', values })) }
}

const matchingWords: Record<Matching, string> = {
  contains: 'contains',
  exact: 'is',
  regex: 'matches regex',
}
const fieldNames: Record<ElementField, string> = {
  text: 'text',
  href: 'link target',
  selector: 'selector',
  tag_name: 'tag',
}

/** "“$autocapture” where the text is “Buy” and the URL contains “/pricing”". */
export function stepWords(step: Step, names: FilterNames): string {
  const parts: string[] = []
  if (step.url) parts.push(`the URL ${matchingWords[urlMatching(step)]} ${quoted(step.url)}`)
  if (step.event === autocapture) {
    for (const field of ofElement) {
      const value = step[field]
      if (!value) continue
      const matching = field === 'text' || field === 'href' ? elementMatching(step, field) : 'exact'
      parts.push(`the ${fieldNames[field]} ${matchingWords[matching]} ${quoted(value)}`)
    }
  }
  parts.push(...filtersOfStep(step).map((one) => filterWords(one, names)))
  if (!Array.isArray(step.properties)) parts.push('filters hold that only the API can change')
  const event = step.event ? quoted(step.event) : 'any event'
  return parts.length ? `${event} where ${parts.join(' and ')}` : event
}

/** What of an action the editor changes. */
export type Draft = { name: string; description: string; tags: string[]; steps: Step[] }

export const newDraft: Draft = { name: '', description: '', tags: [], steps: [newStep] }

export const draftOf = ({ name, description, tags, steps }: Action): Draft => ({
  name: name ?? '',
  description,
  tags,
  steps: steps.map(readStep),
})

export const copyOf = (action: Action): Draft => {
  const draft = draftOf(action)
  return {
    ...draft,
    name: `${draft.name || 'Action'} (copy)`,
    steps: draft.steps.map(({ id: _, ...step }) => step),
  }
}

export type Problems = { name?: string; steps?: string }

const isRegex = (text: string): boolean => {
  try {
    new RegExp(text)
    return true
  } catch {
    return false
  }
}

export function problemsOf({ name, steps }: Draft): Problems {
  const unfinished = steps.findIndex((step) => !filtersOfStep(step).every(isComplete))
  const noRegex = steps.findIndex(
    (step) =>
      (step.url && urlMatching(step) === 'regex' && !isRegex(step.url)) ||
      (['text', 'href'] as const).some((field) => {
        const value = step[field]
        return value && elementMatching(step, field) === 'regex' && !isRegex(value)
      }),
  )
  const said =
    steps.length === 0
      ? 'Add a step: without one, no event is one of it.'
      : unfinished >= 0
        ? `Step ${unfinished + 1} has a filter without a value.`
        : noRegex >= 0
          ? `Step ${noRegex + 1} has a regular expression that can't be read.`
          : undefined
  return { ...(!name.trim() && { name: 'An action needs a name.' }), ...(said && { steps: said }) }
}

/** What changed about an action, a sentence for each thing. */
export const changeWords = (changes: Change[], names: FilterNames): string[] =>
  changes.flatMap(({ field, before, after }) => {
    switch (field) {
      case 'name':
        return `Name ${quoted(before)} → ${quoted(after)}`
      case 'description':
        return `Description ${quoted(before)} → ${quoted(after)}`
      case 'tags':
        return `Tags ${listed(before)} → ${listed(after)}`
      case 'deleted':
        return after ? 'Deleted' : 'Brought back'
      case 'steps':
        return `Steps: ${told(before, names)} → ${told(after, names)}`
      default:
        return []
    }
  })

const listed = (value: unknown) => (Array.isArray(value) && value.length ? value.join(', ') : 'none')
const told = (steps: unknown, names: FilterNames): string =>
  Array.isArray(steps) && steps.length
    ? steps.map((step: ActionStep) => stepWords(readStep(step), names)).join('; or ')
    : 'none'
