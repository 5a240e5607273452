import type { PropertyFilter } from '../api/types.ts'
import { operatorNames } from './operators.ts'

/** What things are called that filters name by their number. */
export type FilterNames = {
  cohort(id: number): string
  flag(id: number): string
}

export const quoted = (value: unknown): string => (typeof value === 'string' ? `“${value}”` : String(value))

/** "email contains “@acme”", "in the cohort “Beta”", "the flag “new-nav” is on". */
export function filterWords(
  { type, key, operator, value, negation }: PropertyFilter,
  names: FilterNames,
): string {
  if (type === 'cohort') {
    const verb = operator === 'not_in' || negation ? 'not in' : 'in'
    return `${verb} the cohort ${quoted(names.cohort(Number(value)))}`
  }
  if (type === 'flag') {
    const wanted = value === true ? 'on' : value === false ? 'off' : quoted(value)
    return `the flag ${quoted(names.flag(Number(key)))} is ${wanted}`
  }
  const verb = operatorNames[operator] ?? operator
  if (operator === 'is_set' || operator === 'is_not_set') return `${key} ${verb}`
  const values = Array.isArray(value) ? value : [value ?? '…']
  return `${key} ${verb} ${values.map(quoted).join(operator.endsWith('between') ? ' and ' : ' or ')}`
}
