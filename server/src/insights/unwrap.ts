import { isObject } from '../kit/is-object.ts'

/** Nodes that say how an answer is shown; the question is inside. */
const wrappers = new Set<unknown>(['DataTableNode', 'DataVisualizationNode', 'InsightVizNode'])

/** The question inside nodes that only say how it is shown; anything else as it is. */
export function unwrapped(node: unknown): unknown {
  let inner = node
  while (isObject(inner) && wrappers.has(inner.kind)) inner = inner.source
  return inner
}

/** How deep a query may nest: deeper than any question needs to. */
export const mostQueryLevels = 100

export function isTooDeep(query: unknown): boolean {
  let level: unknown[] = [query]
  for (let depth = 0; level.length; depth++) {
    if (depth > mostQueryLevels) return true
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  }
  return false
}
