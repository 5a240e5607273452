import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eq } from 'drizzle-orm'
import { personDistinctIds, persons, projects } from '../../src/database/schema.ts'
import { testPassword } from '../app.ts'
import { insertEvents, insertGroups } from '../events.ts'
import { type Seeded, seed } from '../every-request.ts'
import type { Ingested } from '../ingested.ts'
import { wholeApi } from '../whole-api.ts'
import { type Ground, type Hostile, textOf } from './draw.ts'
import type { Answered } from './judge.ts'
import { foreignCanary, hangMs } from './judge.ts'
import { wrapped } from './public.ts'

/** The whole API with something in it, and another organization with secrets of its own. */
export type Stage = Ground & {
  on: Ingested
  ask(request: Hostile): Promise<Answered & { sent: string }>
  /** What stack, if any, the last fault of ours had. */
  lastFault(): string | null
  /** Whether all who ask still may. */
  isWhole(): Promise<boolean>
  /** Whether somebody has asked the trap since the last time this was called. */
  trapped(): boolean
}

export async function prepare(whenDone: (close: () => Promise<void>) => void): Promise<Stage> {
  const faults: string[] = []
  const on = await wholeApi(whenDone, {
    mostDemoPeople: 20,
    hasPublicApi: true,
    reportError: (error) => {
      faults.push(error instanceof Error ? `${error.stack}${causeOf(error)}` : String(error))
      return undefined
    },
  })
  const seeded: Seeded = await seed(on)
  const { api } = on
  const foreign = await fillForeign(on)
  let hits = 0
  const server = createServer((_request, response) => {
    hits++
    response.end('{}')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  whenDone(async () => {
    server.close()
  })
  const signedIn = await api.post(
    '/api/login/',
    { email: 'owner@example.com', password: testPassword },
    { key: null },
  )
  const cookies = Object.fromEntries(signedIn.cookies.map(({ name, value }) => [name, value]))
  const callers = {
    key: { headers: { authorization: `Bearer ${api.key}` } },
    member: { headers: { authorization: `Bearer ${seeded.member.key}` } },
    session: { headers: { 'x-csrftoken': cookies.posthog_csrftoken ?? '' }, cookies },
    nobody: { headers: {} },
  }
  return {
    on,
    seeded,
    token: await tokenOf(on),
    foreign,
    trap: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    document: api.app.swagger() as unknown as Record<string, unknown>,
    lastFault: () => faults.splice(0).at(-1) ?? null,
    async isWhole() {
      for (const who of [callers.key, callers.member, callers.session]) {
        const { statusCode } = await api.app.inject({ method: 'GET', url: seeded.base, ...who })
        if (statusCode !== 200) return false
      }
      return true
    },
    trapped: () => {
      const was = hits
      hits = 0
      return was > 0
    },
    async ask(request) {
      const text = textOf(request)
      const packed = text !== undefined && request.wrapping ? wrapped(text, request.wrapping) : null
      const search = new URLSearchParams([
        ...request.query,
        ...(packed?.query ? [packed.query] : []),
      ]).toString()
      const url = request.path + (search && `?${search}`)
      const { headers, ...rest } = callers[request.who] as { headers: Record<string, string> }
      const payload = packed ? packed.payload : text
      const from = performance.now()
      let timer: NodeJS.Timeout | undefined
      const response = await Promise.race([
        api.app.inject({
          method: request.operation.method,
          url,
          ...rest,
          headers: present({
            ...(payload !== undefined && { 'content-type': request.contentType }),
            ...packed?.headers,
            ...request.headers,
            ...headers,
          }),
          ...(payload !== undefined && { payload }),
        }),
        new Promise<null>((none) => {
          timer = setTimeout(() => none(null), hangMs)
        }),
      ])
      clearTimeout(timer)
      const ms = performance.now() - from
      const sent = `${decodedWhereItCan(url)}\n${text ?? ''}`
      if (!response) return { sent, status: 599, text: 'no answer', contentType: '', ms }
      return {
        sent,
        status: response.statusCode,
        text: response.body,
        contentType: String(response.headers['content-type'] ?? ''),
        ms,
      }
    },
  }
}

/** Without those that were taken away. */
const present = (headers: Record<string, string | null>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== null))

async function tokenOf({ api, pipeline }: Ingested): Promise<string> {
  const [project] = await api.database.db.select().from(projects).where(eq(projects.id, pipeline.projectId))
  return project!.apiToken
}

const causeOf = (error: Error) => (error.cause instanceof Error ? `\ncaused by ${error.cause.stack}` : '')

function decodedWhereItCan(url: string): string {
  try {
    return decodeURIComponent(url)
  } catch {
    return url
  }
}

/** Everything that another organization may have, with its word in it; gives the ids. */
async function fillForeign(on: Ingested): Promise<(string | number)[]> {
  const { api, pipeline } = on
  const stranger = await api.stranger()
  await api.changed()
  const { id: projectId } = stranger.project
  const base = `/api/projects/${projectId}/`
  const organization = `/api/organizations/${stranger.organization.id}/`
  const trend = { kind: 'TrendsQuery', series: [{ kind: 'EventsNode', event: foreignCanary }] }
  const ids: (string | number)[] = [projectId, stranger.organization.id, stranger.user.uuid]
  const make = async (path: string, body: object) => {
    const answer = await api.post(path, body, { key: stranger.key })
    if (answer.status !== 201) throw new Error(`${path} answered ${answer.status}: ${answer.text}`)
    ids.push(answer.body.id, ...(answer.body.short_id ? [answer.body.short_id] : []))
    return answer.body
  }
  await make(`${base}actions/`, { name: foreignCanary, steps: [{ event: foreignCanary }] })
  await make(`${base}annotations/`, {
    content: foreignCanary,
    date_marker: '2024-01-01T00:00:00Z',
    scope: 'organization',
  })
  await make(`${base}cohorts/`, { name: foreignCanary, is_static: true })
  const dashboard = await make(`${base}dashboards/`, { name: foreignCanary, tags: [foreignCanary] })
  await make(`${base}insights/`, {
    name: foreignCanary,
    query: { kind: 'InsightVizNode', source: trend },
    dashboards: [dashboard.id],
  })
  await make(`${base}feature_flags/`, {
    key: foreignCanary,
    name: foreignCanary,
    filters: {
      groups: [{ properties: [], rollout_percentage: 100 }],
      payloads: { true: `"${foreignCanary}"` },
    },
  })
  await make(`${base}surveys/`, {
    name: foreignCanary,
    type: 'popover',
    questions: [{ type: 'open', question: foreignCanary }],
  })
  await make(`${base}session_recording_playlists/`, { name: foreignCanary })
  await make(`${organization}roles/`, { name: foreignCanary })
  await make(`${organization}invites/`, { target_email: `${foreignCanary}@example.net` })
  const { db } = api.database
  const uuid = crypto.randomUUID()
  const [person] = await db
    .insert(persons)
    .values({ projectId, uuid, properties: { email: foreignCanary } })
    .returning()
  await db.insert(personDistinctIds).values({ projectId, distinctId: foreignCanary, personId: person!.id })
  await insertEvents(pipeline.warehouse, projectId, [
    {
      event: foreignCanary,
      // the same as one that is asked for
      distinct_id: 'ann',
      person_id: uuid,
      timestamp: new Date(Date.now() - 60_000).toISOString(),
      properties: { plan: foreignCanary, $session_id: foreignCanary },
      person: { email: foreignCanary },
      groups: { 0: foreignCanary },
    },
  ])
  await insertGroups(pipeline.warehouse, projectId, [
    { index: 0, key: foreignCanary, properties: { name: foreignCanary } },
  ])
  ids.push(uuid)
  return ids
}
