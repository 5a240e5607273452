import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ingested, ingested } from '../../../test/ingested.ts'
import { projects } from '../../database/schema.ts'
import { elementRoutes } from './routes.ts'

let on: Ingested
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()

const buy = 'button.btn.primary:attr_id="buy"nth-child="1"nth-of-type="1"text="Buy 50%";div:nth-child="2"'
const link = 'a.link:href="/pricing"nth-child="1"nth-of-type="1"text="say \\"hi\\"";div:nth-child="2"'

beforeAll(async () => {
  on = await ingested(afterAll, ({ questions }) => [elementRoutes({ questions })])
  const click = (chain: string, days: number, more: object = {}, event = '$autocapture') => ({
    event,
    distinct_id: 'ann',
    timestamp: daysAgo(days),
    properties: { $elements_chain: chain, $current_url: 'https://a.example/', ...more },
  })
  await on.send(
    click(buy, 0.1, { $set: { email: 'ann@example.com' } }),
    click(buy, 1),
    click(buy, 2, { $current_url: 'https://b.example/' }),
    click(link, 1),
    click(link, 1, {}, '$rageclick'),
    click('span:nth-child="1"text="long ago"', 20),
    { event: '$autocapture', distinct_id: 'ann', properties: {} },
  )
})

const stats = async (query = '') => {
  const answer = await on.api.get(`${on.base}elements/stats/${query}`)
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}
const brief = (rows: { count: number; type: string; elements: { text: string }[] }[]) =>
  rows.map(({ count, type, elements }) => [count, type, elements[0]!.text])

test('the most clicked element comes first, with all that hold it', async () => {
  expect(await stats()).toMatchObject([
    {
      count: 3,
      hash: null,
      type: '$autocapture',
      elements: [
        {
          tag_name: 'button',
          attr_class: ['btn', 'primary'],
          attr_id: 'buy',
          text: 'Buy 50%',
          nth_child: 1,
          order: 0,
        },
        { tag_name: 'div', nth_child: 2, order: 1 },
      ],
    },
    { count: 1, type: '$autocapture', elements: [{ tag_name: 'a', href: '/pricing' }, {}] },
  ])
})

test('include says which events are counted', async () => {
  expect(brief(await stats('?include=$rageclick'))).toEqual([[1, '$rageclick', 'say "hi"']])
  expect(brief(await stats('?include=$autocapture&include=$rageclick'))).toHaveLength(3)
})

test('a period, filters of events and people, and the project’s own of internal users', async () => {
  expect(brief(await stats('?date_from=-30d'))).toContainEqual([1, '$autocapture', 'long ago'])
  expect(brief(await stats('?date_from=all'))).toHaveLength(3)
  expect(brief(await stats('?date_from=-30d&date_to=-10d'))).toEqual([[1, '$autocapture', 'long ago']])
  const filter = (...all: object[]) => encodeURIComponent(JSON.stringify(all))
  const b = filter({ key: '$current_url', value: 'https://b.example/', operator: 'exact' })
  expect(brief(await stats(`?properties=${b}`))).toEqual([[1, '$autocapture', 'Buy 50%']])
  const ann = filter({ key: 'email', value: 'ann@example.com', type: 'person', operator: 'is_not' })
  expect(await stats(`?date_from=-12h&properties=${ann}`)).not.toEqual(await stats('?date_from=-12h'))
  const { db } = on.api.database
  const ids = { id: Number(on.base.split('/')[3]) }
  await db
    .update(projects)
    .set({ testAccountFilters: [{ key: '$current_url', value: 'b.example', operator: 'not_icontains' }] })
    .where(eq(projects.id, ids.id))
  await on.api.changed()
  expect(brief(await stats('?filter_test_accounts=true'))[0]).toEqual([2, '$autocapture', 'Buy 50%'])
  expect(brief(await stats('?filter_test_accounts=false'))[0]).toEqual([3, '$autocapture', 'Buy 50%'])
})

test('pages, where they are asked for', async () => {
  const first = await stats('?limit=1&paginate_response=true')
  expect(brief(first.results)).toEqual([[3, '$autocapture', 'Buy 50%']])
  expect(first.previous).toBeNull()
  const second = (await on.api.get(first.next.slice(first.next.indexOf('/api/')))).body
  expect(brief(second.results)).toEqual([[1, '$autocapture', 'say "hi"']])
  expect(second.next).toBeNull()
  expect(second.previous).toContain('limit=1')
  expect(await stats('?limit=1&offset=5')).toEqual([])
})

test('what can not be read is said', async () => {
  for (const query of ['?date_from=noon', '?properties={', '?properties=[1]']) {
    const { status, body } = await on.api.get(`${on.base}elements/stats/${query}`)
    expect([query, status, body.type]).toEqual([query, 400, 'validation_error'])
  }
})

test.each([
  ['key=tag_name', ['div', 'button', 'a']],
  ['key=tag_name&value=BUT', ['button']],
  ['key=text', ['Buy 50%', 'say "hi"']],
  ['key=text&value=0%25', ['Buy 50%']],
  ['key=text&value=0_', []],
  ['key=text&value=y "h', ['say "hi"']],
  ['key=href', ['/pricing']],
  ['key=attr_id', ['buy']],
  ['key=attr_class', ['btn', 'primary', 'link']],
  ['key=constructor', []],
  ['', []],
])('values of elements: %s', async (query, expected) => {
  const { status, body } = await on.api.get(`/api/element/values/?${query}&token=${await token()}`)
  expect(status).toBe(200)
  expect(body.map(({ name }: { name: string }) => name)).toEqual(expected)
})

async function token() {
  const [row] = await on.api.database.db
    .select()
    .from(projects)
    .where(eq(projects.id, Number(on.base.split('/')[3])))
  return row!.apiToken
}
