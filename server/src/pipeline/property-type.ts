/** A property definition's type; null while only nulls, lists and objects were seen. */
export type PropertyType = 'DateTime' | 'String' | 'Numeric' | 'Boolean'

/**
 * The type that a value suggests for a property of that name (PostHog's rules, in their order).
 * @param now milliseconds since 1970
 */
export function inferPropertyType(name: string, value: unknown, now: number): PropertyType | null {
  const key = name.toLowerCase()
  if (alwaysText.test(key)) return isTyped(value) ? 'String' : null
  if (looksLikeTimeName.test(key) && isTime(value, now)) return 'DateTime'
  if (typeof value === 'string') {
    const text = value.trim()
    if (/^(?:true|false|TRUE|FALSE)$/.test(text)) return 'Boolean'
    return isDate(text) ? 'DateTime' : 'String'
  }
  if (typeof value === 'number') return 'Numeric'
  return typeof value === 'boolean' ? 'Boolean' : null
}

const alwaysText = /^(?:utm_|\$initial_utm_|\$feature\/|\$survey_response)|^\$feature_flag_response$/
const looksLikeTimeName = /time|date|_at|-at|createdat|updatedat/
const sixMonths = 183 * 86_400

const isTyped = (value: unknown) => value !== null && typeof value !== 'object'

/** For names that speak of time also whole numbers count, if they are seconds of some time since half a year ago. */
function isTime(value: unknown, now: number): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && value >= now / 1000 - sixMonths
  return typeof value === 'string' && isDate(value.trim())
}

const time = String.raw`[ T]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?`
const numericDate = new RegExp(
  String.raw`^(?:\d{4}-\d{2}-\d{2}|\d{4}/\d{2}/\d{2}|\d{2}-\d{2}-\d{4})(?:${time})?$`,
  'i',
)
const rfc2822Date = /^(?:[a-z]{3}, )?\d{1,2} [a-z]{3} \d{4} \d{2}:\d{2}(?::\d{2})? (?:[+-]\d{4}|[a-z]{1,3})$/i

const isDate = (text: string) => numericDate.test(text) || rfc2822Date.test(text)
