/**
 * What a property filter means, in plain code: rows are tested one by one. Tests hold the engine's answers against it.
 */
export type ModelFilter = { key: string; operator: string; value: unknown }
export type ModelType = 'Numeric' | 'Boolean' | null

/** A property by its type; null where there is none that fits. */
function read(text: string | null, type: ModelType): string | number | null {
  if (text === null) return null
  if (type === 'Numeric') return numberIn(text)
  if (type === 'Boolean') return truthIn(text)
  return text
}

const numberIn = (text: string): number | null => (/^-?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : null)
const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

/** As a number, a flag is 1 or 0, in any spelling. */
const truthIn = (text: string): number | null =>
  /^(true|1)$/i.test(text) ? 1 : /^(false|0)$/i.test(text) ? 0 : null

/** A filter without a value says nothing. */
export const isSilent = ({ operator, value }: ModelFilter): boolean =>
  !/^is_(not_)?set$/.test(operator) && (value === null || (Array.isArray(value) && value.length === 0))

/** Whether a row whose property is `raw` passes; all do where the filter says nothing. */
export function passesModel(filter: ModelFilter, raw: unknown, type: ModelType): boolean {
  if (isSilent(filter)) return true
  const { operator, value } = filter
  // what is compared as text is the text that was sent, whatever the property's type
  const text = raw === null || raw === undefined ? null : textOf(raw)
  const left = read(text, type)
  if (operator === 'is_set') return left !== null
  if (operator === 'is_not_set') return left === null
  const values = [value].flat().filter((one) => one !== null && one !== undefined)
  const isOneOf = () => {
    const texts = values.map(textOf)
    if (type === 'Numeric' && texts.every((one) => numberIn(one) !== null)) {
      return texts.some((one) => Number(one) === left)
    }
    return text !== null && texts.includes(text)
  }
  const any = (holds: (one: unknown) => boolean) => text !== null && values.some(holds)
  const contains = (one: unknown) => text!.toLowerCase().includes(textOf(one).toLowerCase())
  const matches = (one: unknown) => new RegExp(textOf(one)).test(text!)
  const compares = (holds: (order: number) => boolean) => (one: unknown) => {
    const right = numberIn(textOf(one))
    if (right === null) return text !== null && holds(text < textOf(one) ? -1 : text > textOf(one) ? 1 : 0)
    const number = text === null ? null : type === 'Boolean' ? truthIn(text) : numberIn(text)
    return number !== null && holds(number - right)
  }
  switch (operator) {
    case 'exact':
    case 'in':
      return isOneOf()
    case 'is_not':
    case 'not_in':
      return !isOneOf()
    case 'icontains':
      return any(contains)
    case 'not_icontains':
      return !any(contains)
    case 'regex':
      return any(matches)
    case 'not_regex':
      return !any(matches)
    case 'gt':
      return any(compares((order) => order > 0))
    case 'gte':
    case 'min':
      return any(compares((order) => order >= 0))
    case 'lt':
      return any(compares((order) => order < 0))
    case 'lte':
    case 'max':
      return any(compares((order) => order <= 0))
    case 'between':
    case 'not_between': {
      const inside = compares((order) => order >= 0)(values[0]) && compares((order) => order <= 0)(values[1])
      return inside === (operator === 'between')
    }
    default:
      throw new Error(`The model knows no operator ${operator}.`)
  }
}
