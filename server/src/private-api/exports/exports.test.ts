import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Asked } from '../../../test/app.ts'
import type { Ingested } from '../../../test/ingested.ts'
import { wholeApi } from '../../../test/whole-api.ts'
import { createPersonalApiKeyStore, insertPersonalApiKey } from '../../accounts/personal-api-keys.ts'
import { createUserStore } from '../../accounts/users.ts'
import { createFolderBlobs } from '../../blobs/folder.ts'
import { exportedAssets, organizationMemberships } from '../../database/schema.ts'
import { createActingFor } from '../../http/acting-for.ts'
import { newPersonalApiKey } from '../../kit/api-keys.ts'
import { createExportStore } from './store.ts'
import { exportTasks } from './tasks.ts'

const closing: (() => Promise<void>)[] = []
let on: Ingested
let path: string
beforeAll(async () => {
  on = await wholeApi((close) => closing.push(close))
  path = `${on.base}exports/`
  await on.send(
    ...Array.from({ length: 230 }, (_, n) => ({
      event: 'viewed',
      distinct_id: `p${n}`,
      properties: { n, plan: n % 2 ? '=cmd()' : 'a "quoted", plan', deep: { list: [1, 2] } },
      timestamp: new Date(Date.now() - n * 1000).toISOString(),
    })),
    { event: 'signed up', distinct_id: 'p1', properties: { $set: { email: 'p1@example.com' } } },
  )
}, 120_000)
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

const csv = 'text/csv'
const started = (body: object, asked?: Asked) => on.api.post(path, { export_format: csv, ...body }, asked)

/** An export that is over. */
async function over(body: object, asked?: Asked) {
  const { status, body: made } = await started(body, asked)
  expect([status, made]).toMatchObject([201, { has_content: false, exception: null }])
  const state = () => on.api.get(`${path}${made.id}/`).then(({ body }) => body)
  await expect
    .poll(async () => (await state()).has_content || (await state()).exception !== null, { timeout: 30_000 })
    .toBe(true)
  return state()
}

/** The lines of an export's file. */
async function linesOf(body: object, asked?: Asked) {
  const made = await over(body, asked)
  expect(made.exception).toBeNull()
  const file = await on.api.get(`${path}${made.id}/content/?download=true`)
  expect(file.status).toBe(200)
  return { made, file, lines: file.text.split('\r\n') }
}
const source = (query: object) => ({ export_context: { source: query } })
const pathOf = (rest: string, more: object = {}) => ({ export_context: { path: on.base + rest, ...more } })

describe('what is exported', () => {
  test('all events of a list, over its pages, with formulas made harmless', async () => {
    const { made, file, lines } = await linesOf(pathOf('events/?event=viewed', { filename: 'My Events' }))
    expect(made).toMatchObject({
      rows: 230,
      cut_by: null,
      filename: 'my-events.csv',
      export_format: csv,
      insight: null,
      dashboard: null,
      expires_after: expect.stringMatching(/Z$/),
    })
    expect(file.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="my-events.csv"',
      'x-content-type-options': 'nosniff',
    })
    expect(lines).toHaveLength(232)
    const header = lines[0]!.split(',')
    expect(header).toEqual(expect.arrayContaining(['id', 'distinct_id', 'event', 'timestamp']))
    // of one thing together
    const own = header.flatMap((name, at) => (name.startsWith('properties.') ? [at] : []))
    expect(own.at(-1)! - own[0]! + 1).toBe(own.length)
    expect(header).toEqual(expect.arrayContaining(['properties.deep.list', 'properties.plan']))
    expect(file.text).toContain(`'=cmd()`)
    expect(file.text).not.toMatch(/(^|,)=cmd/m)
    expect(file.text).toContain('"a ""quoted"", plan"')
    expect(new Set(lines.slice(1, -1).map((line) => line.split(',')[0])).size).toBe(230)
  })

  test('people, with only the columns that are wanted', async () => {
    const { lines } = await linesOf(
      pathOf('persons/?limit=50', { columns: ['name', 'properties.email', 'nothing'] }),
    )
    expect(lines[0]).toBe('name,properties.email,nothing')
    expect(lines).toContain('p1@example.com,p1@example.com,')
    expect(lines.length).toBe(232)
  })

  test('the rows of SQL, more than a page has', async () => {
    const { lines, made } = await linesOf(
      source({
        kind: 'HogQLQuery',
        query: `select properties.n as n, event -- why\nfrom events order by toInt(n)`,
      }),
    )
    expect(lines[0]).toBe('n,event')
    expect(made).toMatchObject({ rows: 231, cut_by: null })
    expect(lines).toContain('229,viewed')
    const united = await linesOf(
      source({ kind: 'HogQLQuery', query: `select event from events union all select 'x' from events` }),
    )
    expect(united.made.rows).toBe(462)
  })

  test('the events of a table, page by page', async () => {
    const query = { kind: 'EventsQuery', select: ['*', 'person', 'timestamp'], event: 'viewed', limit: 5 }
    const { made, lines } = await linesOf(source({ kind: 'DataTableNode', source: query }))
    expect(made.rows).toBe(230)
    expect(lines[0]).toMatch(/^uuid,event,properties\..*,timestamp/)
    expect(lines[0]).toMatch(/person\.distinct_id/)
  })

  test('trends: a line for each series, a column for each day', async () => {
    const trends = (more: object) => ({
      kind: 'TrendsQuery',
      series: [{ kind: 'EventsNode', event: 'viewed' }],
      ...more,
    })
    const { lines } = await linesOf(source(trends({ dateRange: { date_from: '-1d' } })))
    expect(lines[0]).toMatch(/^series,\d+-\w{3}-\d{4},\d+-\w{3}-\d{4}$/)
    expect(lines[1]).toMatch(/^viewed,\d+,\d+$/)
    const total = await linesOf(source(trends({ trendsFilter: { display: 'BoldNumber' } })))
    expect(total.lines.slice(0, 2)).toEqual(['series,total count', 'viewed,230'])
    const broken = await linesOf(source(trends({ breakdownFilter: { breakdown: 'n' } })))
    expect(broken.made.rows).toBe(230)
    // as PostHog's older clients ask
    const older = await linesOf(
      pathOf(`insights/trend/?events=${encodeURIComponent('[{"id":"viewed"}]')}&date_from=-1d`),
    )
    expect(older.lines[0]).toMatch(/^series,/)
  })

  test('funnels, retention and paths', async () => {
    const events = (name: string) => ({ kind: 'EventsNode', event: name })
    const funnel = await linesOf(
      source({ kind: 'FunnelsQuery', series: [events('viewed'), events('signed up')] }),
    )
    expect(funnel.lines.slice(0, 3)).toEqual([
      'step,name,count,average conversion time (seconds),median conversion time (seconds)',
      '1,viewed,230,,',
      expect.stringMatching(/^2,signed up,1,/),
    ])
    const retention = await linesOf(
      source({ kind: 'RetentionQuery', retentionFilter: { period: 'Day', totalIntervals: 3 } }),
    )
    expect(retention.lines[0]).toBe('cohort,date,cohort size,Period 0,Period 1,Period 2')
    const paths = await linesOf(
      source({ kind: 'PathsQuery', pathsFilter: { includeEventTypes: ['custom_event'] } }),
    )
    expect(paths.lines[0]).toMatch(/source,target,value/)
  })

  test('a saved insight, which is told in the activity log', async () => {
    const { body: insight } = await on.api.post(`${on.base}insights/`, {
      name: 'Views a day',
      query: {
        kind: 'InsightVizNode',
        source: { kind: 'TrendsQuery', series: [{ kind: 'EventsNode', event: 'viewed' }] },
      },
    })
    await on.api.activities()
    const { made, lines } = await linesOf({ insight: insight.id })
    expect(made).toMatchObject({ insight: insight.id, filename: 'views-a-day.csv' })
    expect(lines[1]).toMatch(/^viewed,/)
    expect(await on.api.activities()).toMatchObject([
      { scope: 'Insight', itemId: String(insight.id), activity: 'exported', detail: { name: 'Views a day' } },
    ])
  })

  test('the people of a cohort', async () => {
    const { body: cohort } = await on.api.post(`${on.base}cohorts/`, { name: 'Few', is_static: true })
    const [person] = (await on.api.get(`${on.base}persons/?distinct_id=p1`)).body.results
    await on.api.patch(`${on.base}cohorts/${cohort.id}/add_persons_to_static_cohort/`, {
      person_ids: [person.uuid],
    })
    const { made } = await linesOf(pathOf(`cohorts/${cohort.id}/persons/`))
    expect(made.rows).toBe(1)
  })

  test('no more rows than are wanted, and that there were more', async () => {
    const { made } = await linesOf(pathOf('events/', { max_limit: 120 }))
    expect(made).toMatchObject({ rows: 120, cut_by: 'rows' })
    expect((await linesOf(pathOf('events/', { max_limit: 231 }))).made.cut_by).toBeNull()
  })

  test('nothing: a file with its header', async () => {
    const { file } = await linesOf(
      source({ kind: 'HogQLQuery', query: 'select event from events where 1 = 2' }),
    )
    expect(file.text).toBe('event\r\n')
  })
})

describe('what is refused', () => {
  test.each([
    [{ export_format: undefined, insight: 1 }, 'Must provide export format'],
    [{}, 'Either dashboard, insight or export_context is required for an export.'],
    [{ insight: 999_999 }, 'This insight does not belong to your team.'],
    [{ dashboard: 1 }, 'This type of export is not supported for this resource.'],
    [
      { export_format: 'image/png', export_context: { path: '/api/x' } },
      'This type of export is not supported for this resource.',
    ],
    [
      { export_format: 'image/png', dashboard: 1 },
      'Pictures and PDF take a browser on the server, which Hedgerow does without. Export "text/csv", or share a link.',
    ],
    [{ export_context: {} }, 'The context of an export needs a `path` or a `source`.'],
    [
      { export_context: { path: 'http://127.0.0.1:1/api/x' } },
      '`path` must be a path of this API: `/api/projects/…`.',
    ],
    [
      { export_context: { path: '//169.254.169.254/api/x' } },
      '`path` must be a path of this API: `/api/projects/…`.',
    ],
    [
      { export_context: { path: '/\\example.com/api/x' } },
      '`path` must be a path of this API: `/api/projects/…`.',
    ],
    [
      { export_context: { path: '/api/../static/x' } },
      '`path` must be a path of this API: `/api/projects/…`.',
    ],
    [{ export_context: { path: '/etc/passwd' } }, '`path` must be a path of this API: `/api/projects/…`.'],
  ])('%j', async (body, detail) => {
    const answer = await started(body)
    expect([answer.status, answer.body.detail]).toEqual([400, detail])
  })

  test.each([
    ['/api/projects/@current/feature_flags/../../../users/@me/', /^Only what reads/],
    ['/api/users/@me/', /^Only what reads/],
    ['/api/personal_api_keys/', /^Only what reads/],
    ['/api/nothing/like/it/', /^Only what reads|^Endpoint not found/],
    ['/api/projects/@current/query/?query={', /./],
  ])('asking for %s, while it is made', async (asked, problem) => {
    const made = await over({ export_context: { path: asked } })
    expect(made).toMatchObject({ has_content: false, exception: expect.stringMatching(problem) })
    expect((await on.api.get(`${path}${made.id}/content/`)).status).toBe(404)
  })

  test('what writes, and what is of another project', async () => {
    const wrote = await over({
      export_context: { path: `${on.base}annotations/`, method: 'POST', body: { content: 'by export' } },
    })
    expect(wrote.exception).toMatch(/^Only what reads/)
    expect((await on.api.get(`${on.base}annotations/?search=by export`)).body.count).toBe(0)
    const { body: second } = await on.api.post('/api/projects/', { name: 'Second' })
    const other = await over({ export_context: { path: `/api/projects/${second.id}/events/` } })
    expect(other.exception).toBe('Only what belongs to this project can be asked for here.')
    const token = await over({ export_context: { path: `${on.base}events/?token=${second.api_token}` } })
    expect(token.exception).toBe('Only what belongs to this project can be asked for here.')
  })

  test('a header of somebody who would like to be asked for', async () => {
    const headers = { 'x-hedgerow-acting': 'x' }
    expect((await on.api.get(`${on.base}events/`, { key: null, headers })).status).toBe(401)
  })
})

describe('rights', () => {
  test('of the key that it is asked with, as they are when it is made', async () => {
    const value = newPersonalApiKey()
    await on.api.database.transaction((tx) =>
      insertPersonalApiKey(tx, on.api.user.id, { label: 'export', scopes: ['export:write'] }, value),
    )
    await on.api.changed()
    const refused = await over(pathOf('persons/'), { key: value })
    expect(refused.exception).toBe("API key missing required scope 'person:read'")
  })

  test('of a user who was in the project, and is no more; of a key that is gone', async () => {
    const stranger = await on.api.stranger()
    const tasks = await background()
    for (const [whose, problem] of [
      [{ createdBy: stranger.user.id }, "You don't have access to the project."],
      [{ keyId: 'gone' }, 'The personal API key with which it was asked for is gone.'],
    ] as const) {
      const { id } = await over(pathOf('persons/'))
      await setBack(id, { keyId: null, ...whose })
      await tasks.make(id)
      expect((await on.api.get(`${path}${id}/`)).body).toMatchObject({
        exception: problem,
        has_content: false,
      })
    }
  })

  test('another project and another organization see none', async () => {
    const { made } = await linesOf(pathOf('events/', { max_limit: 1 }))
    const stranger = await on.api.stranger()
    const theirs = `/api/projects/${stranger.project.id}/exports/`
    for (const rest of [`${made.id}/`, `${made.id}/content/`]) {
      expect((await on.api.get(theirs + rest, { key: stranger.key })).status).toBe(404)
      expect((await on.api.get(path + rest, { key: stranger.key })).status).toBe(403)
    }
  })

  test('a colleague may download it', async () => {
    const { made } = await linesOf(pathOf('events/', { max_limit: 1 }))
    const colleague = await on.api.colleague()
    const { body: project } = await on.api.get(on.base)
    await on.api.database.db
      .insert(organizationMemberships)
      .values({ organizationId: project.organization, userId: colleague.user.id, level: 1 })
    await on.api.changed()
    expect((await on.api.get(`${path}${made.id}/content/`, { key: colleague.key })).status).toBe(200)
  })
})

/** What is done in the background, when the test says so. */
async function background() {
  const folder = await mkdtemp(join(tmpdir(), 'hedgerow-blobs-'))
  closing.push(() => rm(folder, { recursive: true, force: true }))
  const blobs = await createFolderBlobs({ folder })
  const { database, app } = on.api
  const sent: number[] = []
  const [make, tend] = exportTasks({
    exports: createExportStore(database),
    blobs,
    actingFor: createActingFor({
      users: createUserStore(database),
      keys: createPersonalApiKeyStore(database),
    }),
    askAs: app.askAs,
    jobs: {
      async send(_task, data) {
        sent.push((data as { exportId: number }).exportId)
      },
    },
  })
  const { signal } = new AbortController()
  return {
    blobs,
    sent,
    make: (exportId: number) => make!.run({ exportId }, signal),
    tend: () => tend!.run({}, signal),
  }
}

/** As if it had just been asked for, but for what is said. */
const setBack = (id: number, changes: Partial<typeof exportedAssets.$inferInsert> = {}) =>
  on.api.database.db
    .update(exportedAssets)
    .set({ finishedAt: null, failure: null, claimedUntil: null, attempts: 0, ...changes })
    .where(eq(exportedAssets.id, id))

test('one whose process died is made by another, and never by two at once', async () => {
  const tasks = await background()
  const { id } = await over(pathOf('events/'))
  await setBack(id, { claimedUntil: new Date(Date.now() + 60_000).toISOString() })
  await tasks.make(id)
  expect((await on.api.get(`${path}${id}/`)).body).toMatchObject({ has_content: false, exception: null })
  await on.api.database.db
    .update(exportedAssets)
    .set({ claimedUntil: sql`now() - interval '1 second'`, createdAt: sql`now() - interval '5 minutes'` })
    .where(eq(exportedAssets.id, id))
  await tasks.tend()
  expect(tasks.sent).toEqual([id])
  await Promise.all([tasks.make(id), tasks.make(id)])
  expect((await on.api.get(`${path}${id}/`)).body).toMatchObject({ has_content: true, rows: 231 })
})

test('files go with what they are of', async () => {
  const tasks = await background()
  const { id } = await over(pathOf('events/', { max_limit: 1 }))
  await setBack(id)
  await tasks.make(id)
  await tasks.tend()
  expect(await tasks.blobs.list('')).toEqual([`exports/${on.base.split('/')[3]}/${id}.csv`])
  await setBack(id, { finishedAt: new Date().toISOString(), expiresAt: new Date(0).toISOString() })
  await tasks.tend()
  expect(await tasks.blobs.list('')).toEqual([])
})

test('only so many wait at a time', async () => {
  const project = Number(on.base.split('/')[3])
  const waiting = Array.from({ length: 20 }, () => ({
    projectId: project,
    createdBy: on.api.user.id,
    format: csv,
    filename: 'x.csv',
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
  }))
  const made = await on.api.database.db.insert(exportedAssets).values(waiting).returning()
  expect(await started(pathOf('events/'))).toMatchObject({ status: 429, headers: { 'retry-after': '30' } })
  for (const { id } of made) {
    await on.api.database.db.delete(exportedAssets).where(eq(exportedAssets.id, id))
  }
})

test('one that has expired is gone', async () => {
  const { made } = await linesOf(pathOf('events/', { max_limit: 1 }))
  await on.api.database.db
    .update(exportedAssets)
    .set({ expiresAt: sql`now() - interval '1 second'` })
    .where(eq(exportedAssets.id, made.id))
  expect((await on.api.get(`${path}${made.id}/`)).status).toBe(404)
  expect((await on.api.get(`${path}${made.id}/content/`)).status).toBe(404)
})
