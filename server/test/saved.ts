import { createActivityLog } from '../src/activity/activity-log.ts'
import { webApp } from '../src/http/web-app.ts'
import { createPropertyTypes } from '../src/insights/property-types.ts'
import { createQuestions } from '../src/insights/questions.ts'
import { createInsights } from '../src/insights/run.ts'
import { createGroupStore } from '../src/persons/group-store.ts'
import { createPersonReader } from '../src/persons/read-persons.ts'
import { savedApi } from '../src/private-api/saved-api.ts'
import { sharedPages } from '../src/private-api/sharing/public-pages.ts'
import { createSharingLinkStore } from '../src/saved/sharing-links.ts'
import type { Warehouse } from '../src/warehouse/warehouse.ts'
import { type TestApp, testApp } from './app.ts'
import { testAnswers } from './insights.ts'
import { testWarehouse } from './warehouse.ts'

/** The clock of these tests; it goes on by a millisecond whenever it is looked at. */
export const today = '2023-02-03'

/**
 * The app with all slices around what is saved, over a real warehouse.
 * @param pages the folder of the web app, where its pages are looked at
 */
export async function savedApp(
  whenDone: (close: () => Promise<void>) => void,
  pages?: string,
): Promise<TestApp & { warehouse: Warehouse; asked: () => number }> {
  const { warehouse, cleanup } = await testWarehouse()
  whenDone(cleanup)
  let time = Date.parse(`${today}T12:00:00Z`)
  const now = () => new Date(time++)
  let asked = 0
  const api = await testApp(whenDone, ({ database }) => {
    const insights = createInsights({
      warehouse: {
        ...warehouse,
        query: (query) => {
          asked++
          return warehouse.query(query)
        },
      },
      findProject: () => ({
        timezone: 'UTC',
        testAccountFilters: [],
        botFilter: 'off',
        dropEventsOlderThan: null,
      }),
      propertyTypes: createPropertyTypes(database),
      now,
    })
    return [
      savedApi({
        database,
        answers: testAnswers(insights, now),
        questions: createQuestions({ warehouse, propertyTypes: createPropertyTypes(database), now }),
        activity: createActivityLog(database),
        persons: createPersonReader(database),
        groups: createGroupStore(database),
        now,
      }),
      ...(pages ? [webApp(pages, sharedPages(createSharingLinkStore(database)))] : []),
    ]
  })
  return { ...api, warehouse, asked: () => asked }
}
