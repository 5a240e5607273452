import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { api, capture, eventually, hogql, type Json } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { launchChromium } from './chromium.ts'
import { photographForAll } from './photograph.ts'
import { openSignedIn } from './sign-in.ts'

/** Cohorts from nothing to their end, on the pages, of people who really did things. */
let server: RunningServer
let browser: Browser

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
const path = '/api/projects/@current/cohorts/'

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  const people = { ana: 'pro', ben: 'free', cy: 'pro' }
  const identified = Object.entries(people).map(([distinct_id, plan]) => ({
    event: '$identify',
    distinct_id,
    timestamp: daysAgo(50),
    properties: { $set: { email: `${distinct_id}@acme.dev`, plan } },
  }))
  const paid = (distinct_id: string, days: number, total: number) => ({
    event: 'paid',
    distinct_id,
    timestamp: daysAgo(days),
    properties: { total },
  })
  const batch = [
    ...identified,
    ...[1, 2, 3].map((days) => paid('ana', days, 10 * days)),
    paid('ben', 2, 5),
    paid('cy', 40, 7),
    { event: 'left', distinct_id: 'ana', timestamp: daysAgo(0.5), properties: {} },
  ]
  await capture(server.url, '/batch/', { batch })
  const stored = async () => (await hogql(server.url, 'select count() from events'))[0]?.[0] === batch.length
  await eventually(stored, 'the events are stored')
  const named = async () => (await hogql(server.url, 'select count() from persons'))[0]?.[0] === 3
  await eventually(named, 'the people are stored')
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

describe.each([
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
])('$width px wide', ({ width, height }) => {
  let context: BrowserContext
  let page: Page
  let errors: string[]
  beforeAll(async () => {
    ;({ context, page, errors } = await openSignedIn(browser, server, { width, height }))
  })
  afterAll(() => context.close())
  afterEach(async () => {
    const { results } = await api(server.url, 'GET', `${path}?limit=1000`)
    for (const { id } of results) await api(server.url, 'PATCH', `${path}${id}/`, { deleted: true })
    expect(errors).toEqual([])
  })

  const photo = (name: string) => photographForAll(page, `cohorts-${name}`)
  const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const item = (name: string) => page.getByRole('menuitem', { name, exact: true })
  const condition = (number: string) => page.getByRole('group', { name: `Condition ${number}`, exact: true })
  const add = async (kind: string, to = '') => {
    await button(`Add a condition${to && ` to ${to}`}`).click()
    await item(kind).click()
  }
  const pickEvent = async (label: string, event: string) => {
    await page.getByLabel(label, { exact: true }).first().fill(event)
    await page.getByRole('option', { name: event, exact: true }).click()
  }
  const pickProperty = async (number: string, name: string) => {
    await condition(number)
      .getByRole('button', { name: `Property or cohort of condition ${number}` })
      .click()
    await page.keyboard.type(name)
    await page.getByRole('option', { name, exact: true }).click()
  }
  const counts = (text: string) => page.getByRole('heading', { level: 2, name: text, exact: true }).waitFor()
  const isIn = (email: string) => page.getByRole('link', { name: email, exact: true }).waitFor()
  const cohortOf = async (name: string): Promise<Json> => {
    const { results } = await api(server.url, 'GET', `${path}?search=${encodeURIComponent(name)}`)
    return results.find((one: Json) => one.name === name)
  }

  test('a cohort is built, calculated, changed, found, deleted and brought back', async () => {
    const name = `Payers ${width}`
    await page.goto(`${server.url}/cohorts`)
    await heading('Cohorts')
    await page.getByText('No cohorts yet.').waitFor()
    await photo('none')
    await page.getByRole('link', { name: 'New cohort' }).first().click()
    await heading('New cohort')
    await button('Create').click()
    await page.getByText('A cohort needs a name.').waitFor()
    await page.getByText('Add a condition: without one, nobody is in it.').waitFor()
    await page.getByLabel('Name').fill(name)
    await page.getByLabel('Description').fill('Who pays again and again')

    await add('Did an event so many times')
    await page.getByText('Choose an event.').waitFor()
    await pickEvent('Event of condition 1', 'paid')
    await page.getByLabel('Times of condition 1').fill('2')
    await page.getByText('Who did “paid” at least 2 times in the last 30 days.').waitFor()
    await button('Filter the event of condition 1').click()
    await condition('1').getByRole('button', { name: 'Add a filter' }).click()
    await page.keyboard.type('total')
    await page.getByRole('option', { name: 'total', exact: true }).click()
    await page.getByText('A filter of the event has no value.').waitFor()
    await condition('1').getByLabel('Operator').selectOption('gte')
    await condition('1').getByLabel('Value').fill('10')

    await button('Add a group').click()
    await pickProperty('2.1', 'plan')
    await condition('2.1').getByLabel('Values, any of which may match').click()
    await page.getByRole('option', { name: 'pro', exact: true }).click()
    await page.keyboard.press('Escape')
    await add('Did an event', 'group 2')
    await pickEvent('Event of condition 2.2', 'left')
    await page.getByLabel('When, of condition 2.2').selectOption('between')
    await page.getByLabel('First day of condition 2.2').fill(daysAgo(10).slice(0, 10))
    await page.getByLabel('Last day of condition 2.2').fill(daysAgo(-1).slice(0, 10))
    await photo('new')
    await button('Create').click()
    await heading(name)
    await counts('1 person')
    await isIn('ana@acme.dev')
    await page.getByText('All of these hold:').waitFor()
    await page.getByText('plan equals “pro”').waitFor()
    expect((await cohortOf(name)).filters.properties.values).toMatchObject([
      { type: 'behavioral', value: 'performed_event_multiple', key: 'paid', operator_value: 2 },
      {
        type: 'OR',
        values: [
          { type: 'person', key: 'plan' },
          { value: 'performed_event', key: 'left' },
        ],
      },
    ])
    await photo('cohort')

    // what is not saved is not lost without a word
    await page.getByRole('link', { name: 'Edit' }).click()
    await heading(`Edit ${name}`)
    await button('Remove group 2').click()
    await button('Cancel').click()
    await page.getByRole('dialog').getByText('Leave without saving?').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await button('Remove condition 1').click()
    await add('Stopped doing an event')
    await pickEvent('Event of condition 1', 'paid')
    await page.getByLabel('How long, condition 1', { exact: true }).fill('60')
    await page.getByLabel('How long, condition 1: recent').fill('70')
    await button('Save').click()
    await page.getByText('The second stretch must be the shorter one.').waitFor()
    await page.getByLabel('How long, condition 1: recent').fill('30')
    await button('Save').click()
    await heading(name)
    await isIn('cy@acme.dev')
    await counts('1 person')
    await page
      .getByText('Did “paid” in the last 60 days, but not in the last 30 days', { exact: true })
      .waitFor()
    await page.getByText('Who is in it: ').waitFor()
    await isIn('cy@acme.dev')
    await page.getByRole('link', { name: 'cy@acme.dev' }).click()
    await heading('cy@acme.dev')

    // found in the palette
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search', exact: true }).fill(name)
    await page.getByRole('option', { name, exact: true }).click()
    await heading(name)

    // its opposite, by the negation of a copy
    await button(`More about ${name}`).click()
    await item('Duplicate').click()
    await heading('New cohort')
    expect(await page.getByLabel('Name').inputValue()).toBe(`${name} (copy)`)
    await page.getByLabel('Not: the opposite of condition 1').check({ force: true })
    await button('Create').click()
    await heading(`${name} (copy)`)
    await counts('2 people')

    await page.goto(`${server.url}/cohorts`)
    await page.getByRole('link', { name, exact: true }).waitFor()
    await button(`More about ${name}`).click()
    await item('Delete').click()
    await page.getByRole('link', { name, exact: true }).waitFor({ state: 'detached' })
    await button('Undo').click()
    await page.getByRole('link', { name, exact: true }).waitFor()
    const { id } = await cohortOf(name)
    await api(server.url, 'PATCH', `${path}${id}/`, { deleted: true })
    await page.goto(`${server.url}/cohorts/${id}`)
    await page.getByText('This cohort was deleted.').waitFor()
    await button('Restore it').click()
    await isIn('cy@acme.dev')
  })

  test('every kind of behaviour finds whom it should', async () => {
    const finds = async (name: string, build: () => Promise<void>, ...found: string[]) => {
      await page.goto(`${server.url}/cohorts/new`)
      await page.getByLabel('Name').fill(name)
      await build()
      await button('Create').click()
      await heading(name)
      await counts(found.length === 1 ? '1 person' : `${found.length} people`)
      for (const who of found) await isIn(`${who}@acme.dev`)
    }
    await finds(
      'First',
      async () => {
        await add('Did an event for the first time')
        await pickEvent('Event of condition 1', 'paid')
      },
      'ana',
      'ben',
    )
    await finds(
      'Regular',
      async () => {
        await add('Does an event regularly')
        await pickEvent('Event of condition 1', 'paid')
        await page.getByLabel('Unit, condition 1').selectOption('day')
      },
      'ana',
    )
    await finds(
      'Then',
      async () => {
        await add('Did one event, then another')
        await pickEvent('Event of condition 1', 'paid')
        await pickEvent('Second event of condition 1', 'left')
      },
      'ana',
    )
    await finds('Again', async () => {
      await add('Started doing an event again')
      await pickEvent('Event of condition 1', 'paid')
      await page.getByLabel('How long, condition 1', { exact: true }).fill('80')
      await page.getByLabel('How long, condition 1: recent').fill('50')
    })
    await finds(
      'Not in it',
      async () => {
        await add('Has a property, or is in a cohort')
        await pickProperty('1', 'Regular')
        await condition('1').getByLabel('Operator').selectOption('not_in')
      },
      'ben',
      'cy',
    )
    await photo('in-cohort')
  })

  test('a static cohort is listed by pasted ids and a file, added to and taken from', async () => {
    const name = `Beta ${width}`
    await page.goto(`${server.url}/cohorts/new?type=static`)
    await page.getByLabel('Name').fill(name)
    await page.getByLabel('Distinct ids').fill('ana, nobody')
    await page.getByText('2 ids pasted.').waitFor()
    await photo('static-new')
    await button('Create').click()
    await heading(name)
    await counts('1 person')
    await isIn('ana@acme.dev')

    await button('Add people').click()
    const csv = {
      name: 'people.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('id,plan\nben,free\n"cy",pro\n'),
    }
    await page.locator('input[type=file]').setInputFiles(csv)
    await page.getByText('people.csv').waitFor()
    await photo('static-add')
    await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('Added 2 people.').waitFor()
    await counts('3 people')
    await button('Take ben@acme.dev out').click()
    await counts('2 people')
    await button('Undo').click()
    await counts('3 people')
    await page.getByLabel('Search the people of this cohort').fill('ben@')
    await page.getByRole('link', { name: 'ana@acme.dev' }).waitFor({ state: 'detached' })
    expect(page.url()).toContain('search=ben')
    await page.reload()
    await isIn('ben@acme.dev')
    await page.getByLabel('Search the people of this cohort').fill('')
    await isIn('ana@acme.dev')
    await page.getByText('added people to it').waitFor()
    await page.getByText('added people by CSV to it').waitFor()
    await page.getByText('People: 1 → 3').waitFor()
    await photo('static')

    await button(`More about ${name}`).click()
    await item('Duplicate as a static cohort').click()
    await heading(`${name} (static copy)`)
    await counts('3 people')
  })

  test('the list is searched, narrowed and paged; what fails says why', async () => {
    for (let i = 0; i < 52; i++) {
      await api(server.url, 'POST', path, { name: `many ${String(i).padStart(2, '0')}`, is_static: true })
    }
    const value = { type: 'behavioral', value: 'performed_event', event_type: 'actions', key: 999 }
    const filters = {
      properties: { type: 'AND', values: [{ ...value, time_value: 1, time_interval: 'day' }] },
    }
    await api(server.url, 'POST', path, { name: 'broken', filters })
    await page.goto(`${server.url}/cohorts`)
    await page.getByText('1-50 of 53').waitFor()
    await page.getByText('Failed: Action 999 does not exist.').filter({ visible: true }).waitFor()
    await photo('list')
    await button('Next').click()
    await page.getByText('51-53 of 53').waitFor()
    await page.getByText('Dynamic', { exact: true }).first().click()
    await page.getByRole('link', { name: 'broken', exact: true }).waitFor()
    expect(page.url()).toContain('type=dynamic')
    await page.getByLabel('Search cohorts').fill('many 07')
    await page.getByText('No cohorts match.').waitFor()
    await button('Clear filters').click()
    await page.getByText('1-50 of 53').waitFor()
    await page.getByLabel('Search cohorts').fill('y 07')
    await expect.poll(() => page.getByRole('row').count()).toBe(2)
    await page.reload()
    await page.getByRole('link', { name: 'many 07', exact: true }).waitFor()
    await expect.poll(() => page.getByRole('row').count()).toBe(2)
    await page.getByLabel('Search cohorts').fill('broken')
    await page.getByRole('link', { name: 'broken', exact: true }).click()
    await heading('broken')
    await page.getByText('Failed: Action 999 does not exist.').waitFor()
    await photo('failed')
    await page.goto(`${server.url}/cohorts/999999`)
    await heading('Cohort not found')
    // the browser writes down what the API could not find
    errors.splice(0, errors.length, ...errors.filter((text) => !text.includes('404')))
  })
})
