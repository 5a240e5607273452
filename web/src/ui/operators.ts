import type { PropertyFilter } from '../api/types.ts'

/** How filters compare, as people read it; also what only flags can. */
export const operatorNames: Record<string, string> = {
  exact: 'equals',
  is_not: "doesn't equal",
  icontains: 'contains',
  not_icontains: "doesn't contain",
  icontains_multi: 'contains any of',
  not_icontains_multi: 'contains none of',
  starts_with: 'starts with',
  not_starts_with: "doesn't start with",
  ends_with: 'ends with',
  not_ends_with: "doesn't end with",
  regex: 'matches regex',
  not_regex: "doesn't match regex",
  gt: 'is above',
  gte: 'is at least',
  lt: 'is below',
  lte: 'is at most',
  between: 'is between',
  not_between: "isn't between",
  is_set: 'is set',
  is_not_set: "isn't set",
  is_date_exact: 'is exactly',
  is_date_after: 'is after',
  is_date_before: 'is before',
  semver_eq: 'is version',
  semver_neq: "isn't version",
  semver_gt: 'is above version',
  semver_gte: 'is at least version',
  semver_lt: 'is below version',
  semver_lte: 'is at most version',
  semver_tilde: 'is a patch of version',
  semver_caret: 'is compatible with version',
  semver_wildcard: 'is like version',
  in: 'in',
  not_in: 'not in',
  flag_evaluates_to: 'is',
}

/** Whether a filter can be asked: it has a value, except where it asks whether there is one. */
export const isComplete = ({ key, type, operator, value }: PropertyFilter): boolean =>
  key.trim() !== '' &&
  (type === 'hogql' ||
    operator === 'is_set' ||
    operator === 'is_not_set' ||
    (Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== ''))
