import type { Asker } from '../../http/operation.ts'
import type { Ask } from '../../insights/answer-life.ts'
import type { LegacyFilters } from '../../insights/upgrade-filters.ts'
import { asText } from '../../kit/scalars.ts'

/** What says how a question is asked, not what: answers and their links do not depend on it. */
const notShape = new Set([
  'refresh',
  'client_query_id',
  'session_id',
  'after',
  'format',
  'token',
  'personal_api_key',
])

/** `true` or, in an address, nothing behind the name. */
const isYes = (value: unknown) => value === true || value === '' || asText(value).toLowerCase() === 'true'

/**
 * How legacy filters want to be answered. `door`: where the answer is in a shape of this door, with links made of the
 * filters; without one it is that of the typed query.
 */
export function asking(
  filters: LegacyFilters,
  asker: Asker,
  door?: string,
): Ask & { refresh?: 'force_blocking' } {
  const { refresh, client_query_id: id } = filters
  return {
    ...asker,
    ...(refresh !== undefined && isYes(refresh) && { refresh: 'force_blocking' }),
    ...(typeof id === 'string' && { clientQueryId: id }),
    ...(door !== undefined && {
      shape: [door, Object.entries(filters).filter(([name]) => !notShape.has(name))],
    }),
  }
}
