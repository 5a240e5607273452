import { z } from 'zod'
import { isObject } from '../kit/is-object.ts'
import { invalid } from '../model/errors.ts'

/** `filters_override` of an address that answers a saved question, as PostHog has it. */
export const filtersOverride = z
  .string()
  .optional()
  .describe(
    'JSON that stands in for those of the dashboard’s `filters` that it names, for this answer only: ' +
      '`{"date_from": "-30d", "date_to": null, "properties": […]}`. Null is what the insight itself says. Nothing is saved.',
  )

/** @throws HedgerowError `invalid` when the text is no JSON object. */
export function filtersOverrideOf(text: string | undefined): Record<string, unknown> {
  if (!text) return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw invalid('It must be JSON.', { attr: 'filters_override', cause: error })
  }
  if (!isObject(value)) throw invalid('It must be an object.', { attr: 'filters_override' })
  return value
}
