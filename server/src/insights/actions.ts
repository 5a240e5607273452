import { and, compare, constant, type Expr, field, or } from '../hogql/ast.ts'
import { attributeExpr, matches, selectorExpr, tagNameExpr } from './elements.ts'
import { type FilterContext, type PropertyFilters, propertyExpr } from './property-filters.ts'

/** What an insight must know of an action; rows and routes of actions are elsewhere. */
export type ActionStep = {
  event?: string | null
  url?: string | null
  /** `contains` (default, where `%` and `_` are wildcards), `regex` or `exact`. */
  url_matching?: string | null
  selector?: string | null
  tag_name?: string | null
  text?: string | null
  text_matching?: string | null
  href?: string | null
  href_matching?: string | null
  properties?: PropertyFilters
}
export type Action = { id: number; name: string; steps: ActionStep[] }

const elementOperator = (matching: string | null | undefined) =>
  matching === 'contains' ? 'icontains' : matching === 'regex' ? 'regex' : 'exact'

function urlExpr(url: string, matching: string | null | undefined): Expr {
  const current = field('properties', '$current_url')
  if (matching === 'exact') return compare(current, '=', constant(url))
  if (matching === 'regex') return matches(current, url)
  return compare(current, 'like', constant(`%${url}%`))
}

function stepExpr(step: ActionStep, ctx: FilterContext): Expr {
  const onElement = step.event === '$autocapture'
  const conditions = and(
    step.event ? compare(field('event'), '=', constant(step.event)) : undefined,
    step.url ? urlExpr(step.url, step.url_matching) : undefined,
    onElement && step.selector ? selectorExpr(step.selector) : undefined,
    onElement && step.tag_name ? tagNameExpr(step.tag_name) : undefined,
    onElement && step.text
      ? attributeExpr('text', [step.text], elementOperator(step.text_matching))
      : undefined,
    onElement && step.href
      ? attributeExpr('href', [step.href], elementOperator(step.href_matching))
      : undefined,
    propertyExpr(step.properties, ctx),
  )
  return conditions ?? constant(true)
}

/**
 * "The event is one of this action's": any step suffices, all that a step says must hold (as in PostHog).
 * An action without steps matches nothing. What names are needed at all comes first, so that the table's order by
 * event prunes.
 */
export function actionExpr(action: Action, ctx: FilterContext): Expr {
  if (action.steps.length === 0) return constant(false)
  const names = new Set(action.steps.map((step) => step.event))
  const any = or(...action.steps.map((step) => stepExpr(step, ctx)))!
  if (action.steps.length === 1 || names.has(null) || names.has(undefined) || names.has('')) return any
  const ofNames = or(...[...names].map((name) => compare(field('event'), '=', constant(name!))))
  return and(ofNames, any)!
}
