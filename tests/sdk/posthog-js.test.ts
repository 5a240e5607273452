import type { Browser, BrowserContext, Page, Request } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { complaints, humanUserAgent, launchChromium, picture } from '../browser/chromium.ts'
import { type Site, startSite } from '../browser/site.ts'
import { api, eventually, hogql, type Json } from '../support/api.ts'
import { init, type RunningServer, startServer } from '../support/server.ts'

/**
 * Today's posthog-js from npm, unchanged, in a real browser on a site of another origin; what it was made to say is
 * read back by HogQL. Each test is a visitor of its own.
 */
let server: RunningServer
let browser: Browser
let site: Site
let context: BrowserContext | undefined

const html = (title: string, body: string) => `<!doctype html><html><head><title>${title}</title>
  <script type="module">
    import posthog from '/posthog-js.mjs'
    window.posthog = posthog
    posthog.init(${JSON.stringify(init.projectApiKey)}, { api_host: window.hedgerow, ...window.options })
  </script></head><body>${body}</body></html>`

beforeAll(async () => {
  site = await startSite({
    '/': html(
      'Shop',
      `<a id="next" href="/pricing">See prices</a>
       <button class="buy primary" data-attr="buy-now" data-ph-capture-attribute-plan="pro">Buy <b>now</b></button>
       <form onsubmit="return false"><input name="coupon"><input type="password" name="secret" value="hunter2">
       <button type="submit">Send</button></form>`,
    ),
    '/pricing': html('Pricing', '<p>Prices</p>'),
  })
  server = await startServer()
  browser = await launchChromium()
})
afterEach(() => context?.close())
afterAll(async () => {
  await browser?.close()
  await site?.close()
  await server?.stop()
})

type Visit = {
  page: Page
  /** What went to the server, and what became of it. */
  sent: Array<{ request: Request; status: number }>
  /** All that page and browser complained about. */
  errors: string[]
  /** Runs code with `posthog` at hand. */
  run(code: string): Promise<unknown>
  id(): Promise<string>
}

/** Opens the shop with these options of posthog-js, and waits until it has the project's configuration. */
async function visit(options: object = {}): Promise<Visit> {
  context = await browser.newContext({ userAgent: humanUserAgent, viewport: { width: 1280, height: 720 } })
  await context.addInitScript(`window.hedgerow = ${JSON.stringify(server.url)}
    window.options = ${JSON.stringify(options)}`)
  const page = await context.newPage()
  const errors = complaints(page)
  const sent: Visit['sent'] = []
  context.on('response', (response) => {
    if (response.url().startsWith(server.url)) {
      sent.push({ request: response.request(), status: response.status() })
    }
  })
  await page.goto(`${site.url}/?utm_source=letter`)
  const loaded = () => page.waitForFunction('window.posthog?.autocapture?.isEnabled === true')
  if (!('autocapture' in options)) await loaded()
  return {
    page,
    sent,
    errors,
    run: (code) => page.evaluate(code),
    id: async () => String(await page.evaluate('posthog.get_distinct_id()')),
  }
}

/** Leaves the site, as by closing the tab: what is still queued goes by beacon. */
async function leave({ page }: Visit): Promise<void> {
  await page.close({ runBeforeUnload: true })
}

const quoted = (text: string) => `'${text.replaceAll("'", "\\'")}'`

/** Rows of a query about the events of these ids, as soon as `count` are there. */
async function rows(columns: string, ids: string[], count: number) {
  const query = `select ${columns} from events where distinct_id in (${ids.map(quoted).join(', ')}) order by timestamp`
  const read = () => hogql(server.url, query)
  await eventually(async () => (await read()).length >= count, `${count} events of ${ids.join(', ')}`)
  return read()
}

const persons = async (id: string) =>
  (await api(server.url, 'GET', `/api/projects/@current/persons/?distinct_id=${encodeURIComponent(id)}`))
    .results

/** What posthog-js posted to capture: how, and which events; a beacon is seen, its body is not always. */
const posted = ({ sent }: Visit) =>
  sent
    .filter(({ request }) => request.method() === 'POST')
    .map(({ request, status }) => {
      const body = request.postDataBuffer()
      return {
        status,
        path: new URL(request.url()).pathname,
        type: request.headers()['content-type'],
        isGzip: body?.[0] === 0x1f && body[1] === 0x8b,
      }
    })

test('pageviews, pageleaves and clicks arrive by gzip and beacon, without a person', async () => {
  // Chromium forgets the user agent that it was told while it leaves a page for another.
  const shop = await visit({ opt_out_useragent_filter: true })
  const id = await shop.id()
  await shop.page.getByRole('button', { name: 'Buy now' }).click()
  await shop.page.getByRole('button', { name: 'Send' }).click()
  await shop.page.getByRole('link', { name: 'See prices' }).click()
  await shop.page.waitForURL(/pricing/)
  await shop.page.waitForFunction('window.posthog?.__loaded === true')
  expect(await shop.id()).toBe(id)
  await leave(shop)

  const found = await rows(
    'event, properties.$pathname, properties.$event_type, elements_chain, person_mode, properties.$session_id',
    [id],
    8,
  )
  // Requests are on their way for unlike times, by which the times of their events are moved: what one page says
  // last and the next one first may change places.
  const inAnyOrder = (told: unknown[]) => told.map((one) => JSON.stringify(one)).sort()
  expect(inAnyOrder(found.map(([event, path, type]) => [event, path, type]))).toEqual(
    inAnyOrder([
      ['$pageview', '/', null],
      ['$autocapture', '/', 'click'],
      ['$autocapture', '/', 'click'],
      ['$autocapture', '/', 'submit'],
      ['$autocapture', '/', 'click'],
      ['$pageleave', '/', null],
      ['$pageview', '/pricing', null],
      ['$pageleave', '/pricing', null],
    ]),
  )
  const chains = found.map(([, , , chain]) => String(chain))
  const bought = chains.find((chain) => chain.includes('button.buy.primary:'))
  expect(bought).toContain('attr__data-attr="buy-now"')
  expect(chains.filter((chain) => chain.includes('href="/pricing"'))).toHaveLength(1)
  expect(chains.join()).not.toContain('hunter2')
  expect(new Set(found.map(([, , , , mode]) => mode))).toEqual(new Set(['propertyless']))
  expect(new Set(found.map(([, , , , , session]) => session)).size).toBe(1)
  expect(await persons(id)).toEqual([])

  // of what goes when a page is left the browser may tell nothing
  const requests = posted(shop)
  expect(requests).not.toEqual([])
  for (const one of requests) {
    expect(one).toMatchObject({ status: 200, type: 'text/plain', isGzip: true })
    expect(['/e/', '/i/v0/e/']).toContain(one.path)
  }
  expect(shop.errors).toEqual([])
})

test('identify, alias, group and reset: who did what, before and after', async () => {
  const shop = await visit()
  const anonymous = await shop.id()
  await shop.run("posthog.capture('looked around')")
  await shop.run("posthog.identify('ann', { email: 'ann@example.com' }, { source: 'letter' })")
  await shop.run("posthog.alias('ann-of-the-shop')")
  await shop.run("posthog.group('company', 'acme', { size: 12 })")
  await shop.run("posthog.capture('ordered', { total: 49.9 })")
  await shop.run("posthog.setPersonProperties({ plan: 'pro' }, { source: 'never' })")
  await shop.run('posthog.reset()')
  const next = await shop.id()
  expect(next).not.toBe(anonymous)
  await shop.run("posthog.capture('looked around again')")
  await leave(shop)

  const query = 'event, person_id, $group_0, properties.total, properties.$is_identified'
  const found = await rows(query, [anonymous, 'ann', next], 8)
  const named = (name: string) => found.find(([event]) => event === name)!
  const ann = named('$identify')[1]
  for (const name of [
    '$pageview',
    'looked around',
    '$identify',
    '$create_alias',
    'ordered',
    '$groupidentify',
  ]) {
    expect([name, named(name)[1]]).toEqual([name, ann])
  }
  expect(named('ordered').slice(2)).toEqual(['acme', 49.9, true])
  expect(named('looked around again')[1]).not.toBe(ann)
  const [person] = await persons('ann')
  expect(person.distinct_ids.sort()).toEqual([anonymous, 'ann', 'ann-of-the-shop'].sort())
  expect(person.properties).toMatchObject({
    email: 'ann@example.com',
    source: 'letter',
    plan: 'pro',
    $initial_utm_source: 'letter',
  })
  expect(await persons(next)).toEqual([])
  expect(await hogql(server.url, "select key, properties.size from groups where key = 'acme'")).toEqual([
    ['acme', 12],
  ])
  expect(shop.errors).toEqual([])
})

test('what a visitor does while opted out is not there', async () => {
  const shop = await visit()
  const id = await shop.id()
  await shop.run('posthog.opt_out_capturing()')
  expect(await shop.run('posthog.has_opted_out_capturing()')).toBe(true)
  await shop.run("posthog.capture('secret')")
  await shop.page.getByRole('button', { name: 'Buy now' }).click()
  await shop.run('posthog.opt_in_capturing()')
  await shop.run("posthog.capture('open')")
  await leave(shop)
  const found = await rows('event', [id], 4)
  const names = found.map(([event]) => event)
  expect(names).toEqual(expect.arrayContaining(['$pageview', '$opt_in', 'open', '$pageleave']))
  expect(names).not.toContain('secret')
  expect(names).not.toContain('$autocapture')
})

test('opted out from the start: nothing is sent until the visitor agrees', async () => {
  const shop = await visit({ opt_out_capturing_by_default: true })
  await shop.run("posthog.capture('secret')")
  expect(posted(shop)).toEqual([])
  await shop.run('posthog.opt_in_capturing()')
  await shop.run("posthog.capture('open')")
  const id = await shop.id()
  await leave(shop)
  const found = await rows('event', [id], 3)
  expect(found.map(([event]) => event)).not.toContain('secret')
})

test.each([
  ['always', 'full', 1],
  ['never', 'propertyless', 0],
])('person_profiles: %s', async (person_profiles, mode, people) => {
  const shop = await visit({ person_profiles })
  const id = await shop.id()
  await shop.run("posthog.capture('seen')")
  await shop.run("posthog.identify('by-' + posthog.config.person_profiles)")
  await leave(shop)
  const found = await rows('person_mode', [id], 2)
  expect(new Set(found.flat())).toEqual(new Set([mode]))
  expect(await persons(id)).toHaveLength(people)
})

test('without compression: JSON after a preflight, and a form of base64 when leaving', async () => {
  const shop = await visit({ disable_compression: true, request_batching: true })
  const id = await shop.id()
  await shop.run("posthog.capture('first – zuerst', { price: '10 €' }, { send_instantly: true })")
  await expect.poll(() => posted(shop).length).toBeGreaterThan(0)
  await shop.run("posthog.capture('last', { price: '+20 €' })")
  await leave(shop)
  const found = await rows('event, properties.price', [id], 4)
  expect(found).toEqual(
    expect.arrayContaining([
      ['first – zuerst', '10 €'],
      ['last', '+20 €'],
    ]),
  )
  expect(posted(shop).filter(({ status }) => status === 200)[0]).toMatchObject({ type: 'application/json' })
  expect(shop.errors).toEqual([])
})

test('what was taken but not answered is sent again, and counts once', async () => {
  const shop = await visit()
  const id = await shop.id()
  let taken = 0
  await shop.page.route('**/i/v0/e/**', async (route) => {
    await route.fetch()
    taken++
    await route.abort('connectionreset')
  })
  await shop.run("posthog.capture('lasting', {}, { send_instantly: true })")
  await expect.poll(() => taken).toBe(1)
  await rows('event', [id], 2)
  await shop.page.unroute('**/i/v0/e/**')
  await leave(shop)
  const found = await rows('event', [id], 3)
  expect(found.map(([event]) => event).sort()).toEqual(['$pageleave', '$pageview', 'lasting'])
})

test('early access: who joins has the feature at once and for good, and may leave again', async () => {
  const path = '/api/projects/@current/early_access_feature/'
  const feature = await api(server.url, 'POST', path, { name: 'Larger maps', stage: 'beta' })
  const shop = await visit()
  await shop.run("posthog.identify('eve')")
  expect(await shop.run('new Promise((done) => posthog.getEarlyAccessFeatures(done, true))')).toEqual([
    expect.objectContaining({ id: feature.id, name: 'Larger maps', stage: 'beta', flagKey: 'larger-maps' }),
  ])

  /** What the SDK comes to know when it asks for flags again. */
  const asked = async () => {
    const answer = shop.page.waitForResponse((response) => response.url().includes('/flags/'))
    await shop.run('posthog.reloadFeatureFlags()')
    const { flags } = await (await answer).json()
    return [flags['larger-maps'].enabled, flags['larger-maps'].reason.code]
  }
  /** The same for a server, which says nothing of the person. */
  const stored = async () => {
    const response = await fetch(`${server.url}/flags/?v=2`, {
      method: 'POST',
      body: JSON.stringify({ token: init.projectApiKey, distinct_id: 'eve' }),
    })
    return ((await response.json()) as Json).flags['larger-maps'].enabled
  }
  await expect.poll(asked).toEqual([false, 'out_of_rollout_bound'])
  for (const joins of [true, false]) {
    await shop.run(`posthog.updateEarlyAccessFeatureEnrollment('larger-maps', ${joins})`)
    // an answer that was on its way when they decided says for a moment what was before
    await expect.poll(() => shop.run("posthog.isFeatureEnabled('larger-maps')")).toBe(joins)
    await expect.poll(asked).toEqual([joins, 'super_condition_value'])
    await eventually(async () => {
      const [person] = await persons('eve')
      return person?.properties['$feature_enrollment/larger-maps'] === joins
    }, 'what eve has answered')
    expect(await stored()).toBe(joins)
  }
  const told = `select properties.$feature_enrollment from events
    where event = '$feature_enrollment_update' order by timestamp`
  await expect.poll(() => hogql(server.url, told)).toEqual([[true], [false]])
  expect(shop.errors).toEqual([])
  await api(server.url, 'DELETE', `${path}${feature.id}/`)
})

test('a survey is shown, answered and counted, and not shown again to who has answered', async () => {
  const path = '/api/projects/@current/surveys/'
  const config = async () =>
    ((await (await fetch(`${server.url}/array/${init.projectApiKey}/config`)).json()) as Json).surveys
  const survey = await api(server.url, 'POST', path, {
    name: 'How is the shop?',
    type: 'popover',
    questions: [
      {
        type: 'rating',
        question: 'How is the shop?',
        display: 'number',
        scale: 10,
        lowerBoundLabel: 'Bad',
        upperBoundLabel: 'Good',
        branching: { type: 'response_based', responseValues: { promoters: 2 } },
      },
      { type: 'open', question: 'What went wrong?' },
      { type: 'multiple_choice', question: 'What do you like?', choices: ['Prices', 'Colours'] },
    ],
    appearance: { displayThankYouMessage: true, thankYouMessageHeader: 'Thank you!' },
    conditions: { url: '/', urlMatchType: 'icontains' },
  })
  expect(await config()).toBe(false)
  await api(server.url, 'PATCH', `${path}${survey.id}/`, { start_date: new Date().toISOString() })
  expect(await config()).toBe(true)

  const shop = await visit()
  await shop.run("posthog.identify('sue')")
  const popup = shop.page.locator(`.PostHogSurvey-${survey.id}`)
  await popup.getByText('How is the shop?').waitFor()
  await picture(shop.page, 'survey')
  await popup.getByRole('button', { name: 'Rate 9' }).click()
  await popup.getByRole('button', { name: 'Submit' }).click()
  await popup.getByText('What do you like?').waitFor()
  await popup.getByText('Colours').click()
  await popup.getByRole('button', { name: 'Submit' }).click()
  await popup.getByText('Thank you!').waitFor()
  expect(shop.errors).toEqual([])

  const stats = () => api(server.url, 'GET', `${path}${survey.id}/stats/`)
  await eventually(async () => (await stats()).stats['survey sent'].total_count === 1, 'the answer')
  expect(await stats()).toMatchObject({
    stats: {
      'survey shown': { total_count: 1, unique_persons: 1 },
      'survey dismissed': { total_count: 0 },
      'survey sent': { total_count: 1, unique_persons: 1 },
    },
    rates: { response_rate: 100 },
    questions: [
      { response_count: 1, distribution: { 9: 1 }, average: 9 },
      { response_count: 0 },
      { response_count: 1, distribution: { Colours: 1 } },
    ],
  })
  const { results } = await api(server.url, 'GET', `${path}${survey.id}/responses/`)
  expect(results).toMatchObject([{ distinct_id: 'sue', answers: [{ answer: '9' }, { answer: ['Colours'] }] }])
  await eventually(
    async () => (await persons('sue'))[0]?.properties[`$survey_responded/${survey.id}`] === true,
    'that sue has answered',
  )

  // the same person in another browser, which knows nothing of it
  await context?.close()
  const elsewhere = await visit()
  await elsewhere.run("posthog.identify('sue')")
  const key = survey.internal_targeting_flag.key
  await expect.poll(() => elsewhere.run(`posthog.getFeatureFlag('${key}')`)).toBe(false)
  const matching = 'new Promise((done) => posthog.getActiveMatchingSurveys(done, true))'
  await expect.poll(() => elsewhere.run(matching)).toEqual([])
  await elsewhere.run("posthog.reset(); posthog.identify('tom')")
  await elsewhere.page.locator(`.PostHogSurvey-${survey.id}`).getByText('How is the shop?').waitFor()
  await elsewhere.page.getByRole('button', { name: /close/i }).first().click()
  await eventually(
    async () => (await stats()).stats['survey dismissed'].unique_persons === 1,
    'that tom has dismissed it',
  )
  await api(server.url, 'DELETE', `${path}${survey.id}/`)
  expect(await config()).toBe(false)
})
