/** Why somebody gets what they get of a flag; `at` is the set that decided, from 0. */
export function reasonWords(reason: string, at: number | null): string {
  const set = at === null ? 'A set' : `Set ${at + 1}`
  switch (reason) {
    case 'condition_match':
      return `${set} decided.`
    case 'no_condition_match':
      return 'No set matched.'
    case 'out_of_rollout_bound':
      return `${set} matched, but its percentage leaves them out.`
    case 'no_group_type':
      return 'It is for groups, and no key of one was given.'
    case 'super_condition_value':
      return 'They have answered to an early access feature.'
    case 'holdout_condition_value':
      return 'They are held out of it.'
    case 'missing_dependency':
      return 'It asks for a flag that is not there, or in a circle.'
    case 'disabled':
    case 'flag_disabled':
      return 'The flag is off.'
    default:
      return `It could not be evaluated (${reason}).`
  }
}
