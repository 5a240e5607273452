import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { api, type Json } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { barriers } from './axe.ts'
import { complaints, launchChromium, picture } from './chromium.ts'
import { fillShop, questions } from './shop.ts'

/** Copies are of what is on the screen, for whoever may change the insight and for whoever may only look at it. */
let server: RunningServer
let browser: Browser
let context: BrowserContext
let nora: Page
let errors: string[]
const patient = { timeout: 20_000 }

const call = (method: string, path: string, body?: object): Promise<Json> =>
  api(server.url, method, `/api/${path}`, body)

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  await fillShop(server.url)
  const { id } = await call('POST', 'organizations/@current/invites/', { target_email: 'nora@example.org' })
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  nora = await context.newPage()
  nora.setDefaultTimeout(20_000)
  await nora.goto(`${server.url}/signup/${id}`)
  await nora.getByLabel('Name').fill('Nora')
  await nora.getByRole('textbox', { name: 'Password' }).fill('a hedge of hawthorn')
  await nora.getByRole('button', { name: /^Join / }).click()
  await nora.getByRole('button', { name: /Nora.*account menu/ }).waitFor()
  errors = complaints(nora)
})
afterAll(async () => {
  await context?.close()
  await browser?.close()
  await server?.stop()
})

/** An insight on a dashboard that only its maker edits. */
async function restricted(name: string, question: object): Promise<string> {
  const board = await call('POST', 'projects/@current/dashboards/', { name: `Board of ${name}` })
  const insight = await call('POST', 'projects/@current/insights/', {
    name,
    description: 'What it is for',
    tags: ['kept'],
    saved: true,
    dashboards: [board.id],
    ...question,
  })
  await call('PATCH', `projects/@current/dashboards/${board.id}/`, { restriction_level: 37 })
  return insight.short_id
}

const shortId = () => new URL(nora.url()).pathname.split('/').at(-1)!
const heading = (name: string) => nora.getByRole('heading', { level: 1, name, exact: true }).waitFor(patient)
const got = (step: string) => nora.getByTitle(`People: got to ${step}`)

async function duplicate(): Promise<Json> {
  await nora.getByRole('button', { name: 'More', exact: true }).click()
  await nora.getByRole('menuitem', { name: 'Duplicate' }).click()
}

test('of an insight that one may only look at, the copy is what is on the screen', async () => {
  const original = await restricted('Sales', { query: questions.funnel })
  await nora.goto(`${server.url}/insights/${original}`)
  await got('pay').filter({ hasText: /^10$/ }).waitFor(patient)
  await nora.getByText('You can view this insight, not change it. A copy is yours.').waitFor()
  await nora.getByRole('button', { name: 'Remove step 3' }).click()
  await got('pay').waitFor({ state: 'detached' })
  expect(await nora.getByRole('button', { name: 'Save', exact: true }).count()).toBe(0)
  await nora.getByRole('button', { name: 'Save a copy' }).waitFor()
  await picture(nora, 'copies-view-only')
  expect(await barriers(nora)).toEqual([])
  await duplicate()
  await heading('Sales (copy)')
  await got('sign up').waitFor(patient)
  expect(await got('pay').count()).toBe(0)
  expect(await nora.getByRole('button', { name: 'Reset' }).count()).toBe(0)
  // what was changed is in the copy: there is nothing to go back for
  expect(await nora.getByText('with changes that are not saved').count()).toBe(0)
  const copy = await call('GET', `projects/@current/insights/${shortId()}/`)
  expect(copy).toMatchObject({ description: 'What it is for', tags: ['kept'], saved: true, dashboards: [] })
  expect(copy.query.series).toHaveLength(2)
  expect((await call('GET', `projects/@current/insights/${original}/`)).query.series).toHaveLength(3)
  // it is hers
  await nora.getByRole('button', { name: 'Share' }).waitFor()

  await nora.goto(`${server.url}/insights/${original}`)
  await nora.getByRole('button', { name: 'Remove step 2' }).click()
  await nora.getByRole('button', { name: 'Save a copy' }).click()
  await heading('Sales (copy)')
  await got('pay').waitFor(patient)
  expect(await got('sign up').count()).toBe(0)
  expect(errors).toEqual([])
})

test('unchanged, and of older filters, it is what is saved', async () => {
  const original = await restricted('Older', {
    filters: { insight: 'TRENDS', events: [{ id: 'visit' }], display: 'BoldNumber', date_from: '-14d' },
  })
  await nora.goto(`${server.url}/insights/${original}`)
  await nora.getByTitle('People: visit').waitFor(patient)
  await duplicate()
  await heading('Older (copy)')
  await nora.getByTitle('People: visit').waitFor(patient)
  const copy = await call('GET', `projects/@current/insights/${shortId()}/`)
  expect(copy).toMatchObject({ query: null, filters: { display: 'BoldNumber' } })
  await nora.goto(`${server.url}/insights/${original}`)
  await nora.getByTitle('People: visit').waitFor(patient)
  await nora.getByRole('combobox', { name: 'Show as' }).selectOption('Line')
  await nora.getByRole('region', { name: 'Figures' }).waitFor(patient)
  await duplicate()
  await heading('Older (copy)')
  await nora.getByRole('region', { name: 'Figures' }).waitFor(patient)
  expect((await call('GET', `projects/@current/insights/${shortId()}/`)).query).toMatchObject({
    trendsFilter: { display: 'ActionsLineGraph' },
  })
  expect(errors).toEqual([])
})

test('while people are shown, a filter is half written, or it is SQL', async () => {
  const original = await restricted('Half', { query: questions.funnel })
  await nora.goto(`${server.url}/insights/${original}`)
  await got('sign up').click()
  await nora.getByRole('dialog', { name: 'People' }).getByRole('listitem').first().waitFor()
  await nora.keyboard.press('Escape')
  await nora.getByRole('button', { name: 'Add a filter', exact: true }).click()
  await nora.getByRole('textbox', { name: 'Search properties' }).fill('price')
  await nora.getByRole('option', { name: 'price', exact: true }).first().click()
  await nora.getByRole('button', { name: 'Remove the filter on price' }).waitFor()
  await duplicate()
  await heading('Half (copy)')
  // a filter without a value is none
  const copy = await call('GET', `projects/@current/insights/${shortId()}/`)
  expect(copy.query.series).toHaveLength(3)
  expect(copy.query.properties).toBeUndefined()
  const sql = await restricted('Rows', { query: { kind: 'HogQLQuery', query: 'select 1 as one' } })
  await nora.goto(`${server.url}/insights/${sql}`)
  await nora.getByRole('region', { name: 'Rows' }).waitFor()
  await duplicate()
  await heading('Rows (copy)')
  expect((await call('GET', `projects/@current/insights/${shortId()}/`)).query).toMatchObject({
    kind: 'HogQLQuery',
    query: 'select 1 as one',
  })
  expect(errors).toEqual([])
})
