import type { Asker } from '../../http/operation.ts'
import { parse } from '../../http/validation.ts'
import type { Answers } from '../../insights/answer-life.ts'
import { eventsQuery } from '../../insights/queries.ts'
import { type LegacyFilters, textOf, upgradeTrends } from '../../insights/upgrade-filters.ts'
import { isObject } from '../../kit/is-object.ts'
import { asNumber } from '../../kit/scalars.ts'

/** How many events of each are looked at. */
const sample = 20
const mostEntities = 20

/** Whether events say which values of flags their people had: what results are made of. */
export const createRequiresFlag =
  ({ answers }: { answers: Pick<Answers, 'ask'> }) =>
  /** True where none of the newest events that the filters name does; also where there are none. */
  async (projectId: number, filters: LegacyFilters, asker: Asker): Promise<boolean> => {
    const { series } = upgradeTrends({ events: filters.events, actions: filters.actions })
    const after = textOf(filters.date_from) ?? '-7d'
    for (const node of series.slice(0, mostEntities)) {
      const which = node.kind === 'ActionsNode' ? { actionId: asNumber(node.id) } : { event: node.event }
      const query = parse(eventsQuery, {
        kind: 'EventsQuery',
        select: ['properties'],
        ...which,
        after,
        limit: sample,
      })
      const { results } = await answers.ask(projectId, query, asker)
      if ((results as unknown[][]).some(([properties]) => hasFlagValue(properties))) return false
    }
    return true
  }

/** @param properties as the warehouse has them: JSON text, or what that says */
function hasFlagValue(properties: unknown): boolean {
  const read: unknown = typeof properties === 'string' ? JSON.parse(properties) : properties
  return isObject(read) && Object.keys(read).some((name) => name.startsWith('$feature/'))
}
