import { z } from 'zod'
import type { PropertyFilters } from '../insights/property-filters.ts'
import { properties } from '../insights/query-parts.ts'
import { isObject } from '../kit/is-object.ts'
import { invalid } from '../model/errors.ts'
import { fieldError } from './validation.ts'

/**
 * `properties` of a list's query: a JSON list of filters, or a group of them. Typed clients repeat the parameter with one
 * filter each, as PostHog's schema (a list of objects) makes them.
 */
export const propertiesParameter = z
  .preprocess(
    (given) => (Array.isArray(given) ? `[${given.filter((text) => text !== '').join()}]` : given),
    z.string().optional(),
  )
  .describe(
    'Filters as JSON: a list, all of which must hold, or a group `{"type": "OR", "values": […]}`. May be repeated ' +
      'with one filter each.',
  )

/** One filter alone, not PostHog's old form `{name: value}`. */
const isFilter = (value: unknown) =>
  isObject(value) && typeof value.key === 'string' && ('operator' in value || 'type' in value)

/** @throws HedgerowError `invalid` when the text is not JSON, or no filters. */
export function parseProperties(text: string | undefined): PropertyFilters {
  if (!text) return null
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw invalid('Properties are unparsable!', { cause: error })
  }
  if (Array.isArray(value)) value = value.flat()
  else if (isFilter(value)) value = [value]
  if (value === null || (typeof value === 'object' && Object.keys(value).length === 0)) return null
  const parsed = z.safeParse(properties, value, { reportInput: true })
  if (!parsed.success) throw fieldError(parsed.error)
  return parsed.data as PropertyFilters
}
