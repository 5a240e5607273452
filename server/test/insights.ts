import { createAnswers } from '../src/insights/answer-life.ts'
import type { AskedProject } from '../src/insights/prepare.ts'
import { type RunnableQuery, runnableQuery } from '../src/insights/queries.ts'
import { createQueryStatuses } from '../src/insights/query-statuses.ts'
import { createInsights, type Deps, type Insights } from '../src/insights/run.ts'
import type { Warehouse } from '../src/warehouse/warehouse.ts'

/** Asks typed queries of a warehouse as the API does, without properties' definitions; the clock stands still. */
export function testInsights(
  warehouse: Warehouse,
  project: Partial<AskedProject> = {},
  deps: Partial<Deps> = {},
) {
  const printed: string[] = []
  const insights = createInsights({
    warehouse: {
      ...warehouse,
      query: (query) => {
        printed.push(`${query.sql}\n`)
        return warehouse.query(query)
      },
    },
    findProject: () => ({
      timezone: 'UTC',
      testAccountFilters: [],
      botFilter: 'off',
      dropEventsOlderThan: null,
      ...project,
    }),
    propertyTypes: async () => () => null,
    now: () => new Date('2023-02-18T12:00:00Z'),
    ...deps,
  })
  return {
    /** The results of one query. */
    async ask(projectId: number, query: object): Promise<unknown[]> {
      printed.length = 0
      return (await insights.run(projectId, runnableQuery.parse(query))).results as unknown[]
    },
    /** Without the door's check. */
    asItIs: (projectId: number, query: RunnableQuery) => insights.run(projectId, query),
    /** SQL of the last query, for snapshots. */
    sql: () => printed.join('\n'),
  }
}

/** The life of answers, whose faults fail the test. */
export const testAnswers = (
  insights: Insights,
  now: () => Date = () => new Date(),
  shared: Partial<Parameters<typeof createAnswers>[0]> = {},
) =>
  createAnswers({
    insights,
    now,
    statuses: createQueryStatuses({ now }),
    progress: async () => null,
    ...shared,
    reportFault: (error) => {
      throw error
    },
  })
