import { RE2JS } from 're2js'
import { and, call, compare, constant, type Expr, field, not, or } from '../hogql/ast.ts'
import { invalid } from '../model/errors.ts'
import { escapeRegex, matches } from './elements.ts'
import type { PathCleaningRule, PathsFilter } from './insight-queries.ts'
import type { FilterContext } from './property-filters.ts'

/** What an event is on a path: which events are steps, and how a step is shown. */

type Kind = NonNullable<PathsFilter['includeEventTypes']>[number]

/** Which events are steps; undefined for all. */
export function isStep({ includeEventTypes, includeCustomEvents }: PathsFilter): Expr | undefined {
  const named = (event: string) => compare(field('event'), '=', constant(event))
  const conditions: Record<Kind, Expr | undefined> = {
    $pageview: named('$pageview'),
    $screen: named('$screen'),
    custom_event: not(call('startsWith', field('event'), constant('$'))),
    // an expression shows the events that there are
    hogql: undefined,
  }
  return or(
    ...(includeEventTypes ?? []).map((kind) => conditions[kind]),
    ...(includeCustomEvents ?? []).map(named),
  )
}

/**
 * How an event is shown before wildcards group it: a page view by its address, a screen by its name, others by their
 * own; then cleaned by the rules, one after the other.
 * @throws HedgerowError `invalid` for a rule that is no regular expression.
 */
export function stepText(filter: PathsFilter, rules: PathCleaningRule[], ctx: FilterContext): Expr {
  const shows = (kind: Kind) =>
    filter.includeEventTypes?.length
      ? filter.includeEventTypes.includes(kind)
      : !filter.excludeEvents?.includes(kind)
  const own =
    shows('hogql') && filter.pathsHogQLExpression
      ? call('ifNull', call('toString', ctx.parseExpr(filter.pathsHogQLExpression)), constant(''))
      : field('event')
  const named = (event: string, text: Expr, other: Expr) =>
    call('if', compare(field('event'), '=', constant(event)), text, other)
  const screens = shows('$screen') ? named('$screen', property('$screen_name', ctx), own) : own
  const address = call('replaceRegexpOne', property('$current_url', ctx), constant('(.)/$'), constant('\\1'))
  const pages = shows('$pageview') ? named('$pageview', address, screens) : screens
  return rules.reduce((text, { regex, alias }) => {
    if (!regex) return text
    return call('replaceRegexpAll', text, constant(checked(regex)), constant(alias ?? ''))
  }, pages)
}

function property(name: string, ctx: FilterContext): Expr {
  const type = ctx.propertyType('event', name)
  const value = field('properties', name)
  return call('ifNull', type === null || type === 'String' ? value : call('toString', value), constant(''))
}

function checked(regex: string): string {
  try {
    RE2JS.compile(regex)
    return regex
  } catch (cause) {
    throw invalid(`"${regex}" is not a regular expression.`, { attr: 'localPathCleaningFilters', cause })
  }
}

const wildcards = (text: string) => text.split('*').map(escapeRegex).join('.*')

/** A step's text, or the first of the groupings that it contains. */
export function grouped(text: Expr, groupings: string[]): Expr {
  if (groupings.length === 0) return text
  const cases = groupings.flatMap((one) => [matches(text, wildcards(one)), constant(one)])
  return call('multiIf', ...cases, text)
}

/** "It is not left out". */
export function isKept(text: Expr, excluded: string[]): Expr | undefined {
  return and(
    ...excluded.map((one) =>
      one.includes('*') ? not(matches(text, `^(?s:${wildcards(one)})$`)) : compare(text, '!=', constant(one)),
    ),
  )
}

/** A start or end point as steps are shown: page addresses lose a slash at their end. */
export const shownPoint = (point: string | null | undefined): string | undefined =>
  point ? point.replace(/(.)\/$/s, '$1') : undefined
