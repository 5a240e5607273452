import { type RefreshMode, refreshModes } from '../insights/answer-life.ts'

/**
 * How an address wants its answers: `?refresh=true` and a bare `?refresh` calculate them, the modes of `query/` are
 * taken too, and everything else is no wish.
 */
export function refreshOf(given: string | undefined): RefreshMode | undefined {
  if (given === undefined) return undefined
  if (given === '' || given.toLowerCase() === 'true') return 'force_blocking'
  return refreshModes.find((mode) => mode === given)
}
