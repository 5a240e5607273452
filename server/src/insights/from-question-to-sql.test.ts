import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { insertEvents, type TestEvent } from '../../test/events.ts'
import { testInsights } from '../../test/insights.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import { trendsQuery } from './insight-queries.ts'
import { upgradeTrends } from './upgrade-filters.ts'

const page = readFileSync(new URL('../../../docs/from-question-to-sql.md', import.meta.url), 'utf8')
/** What a block of code of the page says, by the words after its fence. */
const block = (name: string) => new RegExp(`^\`\`\`${name}\n([^]*?)^\`\`\``, 'm').exec(page)![1]!
const json = (name: string) => JSON.parse(block(`json ${name}`))

it('docs/from-question-to-sql.md says what happens', async () => {
  const { warehouse, cleanup } = await testWarehouse()
  try {
    await insertEvents(warehouse, 1, json('events') as TestEvent[])
    const { ask, sql } = testInsights(warehouse, { timezone: 'America/New_York' })
    const query = json('query')
    expect(trendsQuery.parse(upgradeTrends(json('legacy')))).toMatchObject(query)
    expect(await ask(1, query)).toMatchObject(json('answer'))
    expect(sql()).toBe(block('sql'))
    const people = json('people')
    people.source.source = query
    expect(await ask(1, people)).toEqual(json('rows'))
  } finally {
    await cleanup()
  }
})
