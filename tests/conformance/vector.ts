import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Json } from '../support/api.ts'
import { init } from '../support/server.ts'
import { difference } from './match.ts'

/** A vector as its JSON file holds it; README.md describes the fields. */
export type Vector = { name: string; kind?: string; [field: string]: Json }

type Answer = { status: number; body: Json }
type Auth = 'personal_key' | 'query' | 'body' | 'none' | 'invalid'
type Fresh = { id: number; token: string; values: Map<string, Json> }

/** Runs one vector in a fresh project; null where it holds, else a sentence that says what differs. */
export async function runVector(url: string, vector: Vector): Promise<string | null> {
  const { call, freshProject } = client(url)
  const project = await freshProject(vector)
  if (vector.kind === 'ingestion') return runIngestion()
  if (vector.kind === 'api') return runSteps()
  if (vector.kind === 'flags') return runFlags()
  if (vector.kind === 'hash') return runHash()
  return runAnalytics()

  async function runAnalytics() {
    await populate()
    for (const [i, request] of vector.requests.entries()) {
      const why = await ask(request, request.expect ?? vector.expect)
      if (why) return `request ${i + 1} (${request.path}): ${why}`
    }
    return null
  }

  async function runIngestion() {
    if (vector.persons || vector.events || vector.groups) await populate()
    for (const [i, entry] of (vector.send ?? []).entries()) {
      const answer = await send(entry)
      const expected = entry.status ? answer.status === entry.status : answer.status < 300
      if (!expected)
        return `send ${i + 1} (${entry.path}) answered ${answer.status}: ${JSON.stringify(answer.body)}`
      const why = entry.expect ? difference(await fill(entry.expect), answer.body) : null
      if (why) return `send ${i + 1} (${entry.path}): ${why}`
      if (vector.ordered && entry.settle !== false) await sleep(400)
    }
    // a match must hold a second later too: what should not happen may only not have happened yet
    const deadline = Date.now() + 15_000
    for (let held = 0; ; ) {
      const why = await requestsHold()
      held = why ? 0 : held + 1
      if (held === 2) return null
      if (why && Date.now() > deadline) return why
      await sleep(why ? 200 : 1000)
    }
  }

  async function requestsHold() {
    for (const key of project.values.keys()) if (key.startsWith('person:')) project.values.delete(key)
    for (const [i, request] of (vector.requests ?? []).entries()) {
      const whole = typeof request.expect === 'object' && !Array.isArray(request.expect) && !request.at
      const why = await ask(whole ? { ...request, status: request.status ?? 200 } : request, request.expect)
      if (why) return `request ${i + 1} (${request.path}): ${why}`
    }
    return null
  }

  async function runSteps() {
    for (const [i, step] of vector.steps.entries()) {
      const at = `step ${i + 1} (${step.method} ${step.path})`
      let why: string | null = null
      let answer: Answer = { status: 0, body: null }
      for (let attempt = 0; attempt < (step.retry ? 25 : 1); attempt++) {
        if (attempt) await sleep(400)
        answer = await call(
          step.method,
          await fill(step.path),
          await fill(step.body),
          step.auth,
          step.headers,
        )
        why =
          step.status && answer.status !== step.status
            ? `expected status ${step.status}, got ${answer.status}: ${JSON.stringify(answer.body)}`
            : step.expect === undefined
              ? null
              : difference(await fill(step.expect), answer.body)
        if (!why) break
      }
      if (why) return `${at}: ${why}`
      for (const [name, path] of Object.entries(step.save ?? {})) {
        project.values.set(name, dig(answer.body, String(path)))
      }
    }
    return null
  }

  /** `/decide` must answer what is expected, twice, and `/flags` the same in its own shape: at once, without retries. */
  async function runFlags() {
    await populate()
    for (const given of vector.flags) await createFlag(await fill(given))
    for (const [i, request] of vector.requests.entries()) {
      const body = { token: project.token, ...(await fill(request.body)) }
      const want = await fill(request.expect)
      for (let time = 0; time < 2; time++) {
        const decided = await call('POST', '/decide/?v=3', body, 'none')
        const why =
          decided.status === 200
            ? difference(want, decided.body)
            : `answered ${decided.status}: ${JSON.stringify(decided.body)}`
        if (why) return `request ${i + 1} (/decide/): ${why}`
      }
      const detailed = await call('POST', '/flags/?v=2', body, 'none')
      const featureFlags = Object.fromEntries(
        Object.entries(detailed.body?.flags ?? {}).map(([key, flag]) => [key, flagValue(flag)]),
      )
      const why = difference({ featureFlags: want.featureFlags ?? {} }, { featureFlags })
      if (why) return `request ${i + 1} (/flags/): ${why}`
    }
    return null
  }

  async function runHash() {
    const { flag_key: key, rollout = 100, variants, distinct_ids: given, expected } = vector
    const groups = [{ properties: [], rollout_percentage: rollout }]
    await createFlag({ key, filters: { groups, ...(variants && { multivariate: { variants } }) } })
    const ids: string[] = given ?? expected.map((_: Json, n: number) => `distinct_id_${n}`)
    const got = await Promise.all(
      ids.map(async (id) => {
        const { body } = await call('POST', '/flags/?v=2', { token: project.token, distinct_id: id }, 'none')
        return flagValue(body?.flags?.[key])
      }),
    )
    return difference(expected, got)
  }

  async function createFlag(flag: Json) {
    const made = await call('POST', `/api/projects/${project.id}/feature_flags/`, flag)
    if (made.status !== 201) throw new Error(`flag ${flag.key}: ${made.status} ${JSON.stringify(made.body)}`)
    project.values.set(`flag:${flag.key}`, made.body.id)
  }

  /** Asks one question; an entry's `at` picks a place in the body, else `result` or `results` is compared. */
  async function ask(request: Json, expectation: Json): Promise<string | null> {
    const path = await fill(request.path)
    const answer = await call(
      request.method ?? 'POST',
      path.startsWith('/') ? path : `/api/projects/${project.id}/${path}`,
      await fill(request.body),
      'personal_key',
      request.headers,
    )
    const want = await fill(expectation)
    if (request.status) {
      if (answer.status !== request.status) {
        return `expected status ${request.status}, got ${answer.status}: ${JSON.stringify(answer.body)}`
      }
      return want === undefined
        ? null
        : difference(want, request.at ? dig(answer.body, request.at) : answer.body)
    }
    if (answer.status >= 300) return `answered ${answer.status}: ${JSON.stringify(answer.body)}`
    if (request.at) return difference(want, dig(answer.body, request.at))
    const inner = answer.body?.result ?? answer.body?.results
    const namesEnvelope = isObject(want) && ('result' in want || 'results' in want)
    return difference(want, inner === undefined || namesEnvelope ? answer.body : inner)
  }

  async function send(entry: Json): Promise<Answer> {
    let body = await fill(entry.body)
    if (isObject(body) && entry.token !== false && !('api_key' in body) && !('token' in body)) {
      body = { api_key: project.token, ...body }
    }
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const form = 'application/x-www-form-urlencoded'
    const [raw, headers]: [string | Buffer, Record<string, string>] = {
      gzip: (): [Buffer, Record<string, string>] => [
        gzipSync(text),
        { 'content-encoding': 'gzip', 'content-type': 'application/json' },
      ],
      'gzip-js': (): [Buffer, Record<string, string>] => [gzipSync(text), { 'content-type': 'text/plain' }],
      base64: (): [string, Record<string, string>] => [
        `data=${encodeURIComponent(Buffer.from(text).toString('base64'))}`,
        { 'content-type': form },
      ],
      form: (): [string, Record<string, string>] => [
        `data=${encodeURIComponent(text)}`,
        { 'content-type': form },
      ],
      lz64: (): [string, Record<string, string>] => [
        `data=${encodeURIComponent(entry.compressed ?? text)}&compression=lz64`,
        { 'content-type': form },
      ],
      plain: (): [string, Record<string, string>] => [text, { 'content-type': 'application/json' }],
    }[(entry.encoding as string) ?? 'plain']!()
    const query = entry.query ? `?${new URLSearchParams(await fill(entry.query))}` : ''
    const method = entry.method ?? 'POST'
    const response = await fetch(url + (await fill(entry.path)) + query, {
      method,
      headers: { ...headers, ...entry.headers },
      ...(method === 'GET' ? {} : { body: raw }),
    })
    return { status: response.status, body: parsed(await response.text()) }
  }

  /** Sends the people, groups and events of an analytics vector and waits until they can be queried. */
  async function populate() {
    const events: Json[] = (await fill(vector.events ?? [])) as Json[]
    const order: string[] = vector.group_types ?? []
    const before: Json[] = []
    for (const person of vector.persons ?? []) {
      const [main, ...others] = person.distinct_ids
      const first = events
        .filter((event) => person.distinct_ids.includes(event.distinct_id))
        .map((event) => event.timestamp)
        .sort()[0]
      const timestamp = await fill(person.created_at ?? first ?? '2020-01-01T00:00:00Z')
      before.push({
        event: '$set',
        distinct_id: main,
        timestamp,
        properties: { $set: person.properties ?? {} },
      })
      for (const alias of others) {
        before.push({
          event: '$create_alias',
          distinct_id: main,
          timestamp,
          properties: { distinct_id: main, alias },
        })
      }
    }
    const groupEvent = (type: string, key: string, set: Json, timestamp = '2020-01-01T00:00:00Z') => ({
      event: '$groupidentify',
      distinct_id: `$${type}_${key}`,
      timestamp,
      properties: { $group_type: type, $group_key: key, $group_set: set },
    })
    for (const group of vector.groups ?? []) {
      before.push(groupEvent(group.type, group.key, group.properties ?? {}, group.created_at))
    }
    for (const type of order) {
      if (!(vector.groups ?? []).some((group: Json) => group.type === type))
        before.push(groupEvent(type, '__none__', {}))
    }
    // group types take their index from the order in which they are first seen
    const rank = (event: Json) =>
      event.event === '$groupidentify' ? order.indexOf(event.properties.$group_type) : order.length
    before.sort((a, b) => rank(a) - rank(b))
    if (before.length) await capture(before, before.length)
    if (events.length) await capture(events, before.length + events.length)
    for (const { ref, ...action } of (await fill(vector.actions ?? [])) as Json[]) {
      const made = await call('POST', `/api/projects/${project.id}/actions/`, action)
      if (made.status !== 201) throw new Error(`action ${ref}: ${made.status} ${JSON.stringify(made.body)}`)
      project.values.set(`action:${ref}`, made.body.id)
    }
    for (const given of vector.cohorts ?? []) {
      const { ref, ...cohort } = (await fill(given)) as Json
      const made = await call('POST', `/api/projects/${project.id}/cohorts/`, cohort)
      if (made.status !== 201) throw new Error(`cohort ${ref}: ${made.status} ${JSON.stringify(made.body)}`)
      project.values.set(`cohort:${ref}`, made.body.id)
      await calculated(made.body.id)
    }
  }

  async function calculated(cohort: number) {
    for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(60)) {
      const { body } = await call('GET', `/api/projects/${project.id}/cohorts/${cohort}/`)
      if (body?.is_calculating === false && body.count !== null) return
    }
    throw new Error(`cohort ${cohort} was not calculated`)
  }

  async function capture(events: Json[], visible: number) {
    const answer = await call('POST', '/batch/', { api_key: project.token, batch: events }, 'none')
    if (answer.status !== 200)
      throw new Error(`/batch/ answered ${answer.status}: ${JSON.stringify(answer.body)}`)
    const deadline = Date.now() + 20_000
    for (;;) {
      const counted = await call('POST', `/api/projects/${project.id}/query/`, {
        query: { kind: 'HogQLQuery', query: 'select count() from events' },
        refresh: 'force_blocking',
      })
      if (Number(counted.body?.results?.[0]?.[0]) >= visible) return
      if (Date.now() > deadline)
        throw new Error(`${visible} events were not visible: ${JSON.stringify(counted.body)}`)
      await sleep(60)
    }
  }

  /** Puts values in for `{{placeholders}}`, anywhere in a value. */
  async function fill(value: Json): Promise<Json> {
    if (typeof value === 'string') {
      const text = value.replace(/\{\{now-(\d+)([mhdw])\}\}/g, (_, n, unit) =>
        new Date(
          Date.now() - Number(n) * { m: 60e3, h: 3600e3, d: 86400e3, w: 604800e3 }[unit as 'm']!,
        ).toISOString(),
      )
      const whole = /^\{\{([^{}]+)\}\}$/.exec(text)
      if (whole) return placeholder(whole[1]!)
      let filled = text
      for (const [all, name] of text.matchAll(/\{\{([^{}]+)\}\}/g)) {
        filled = filled.replace(all, String(await placeholder(name!)))
      }
      return filled
    }
    if (Array.isArray(value)) return Promise.all(value.map(fill))
    if (!isObject(value)) return value
    return Object.fromEntries(
      await Promise.all(
        Object.entries(value).map(async ([key, inner]) => [await fill(key), await fill(inner)]),
      ),
    )
  }

  async function placeholder(name: string): Promise<Json> {
    if (project.values.has(name)) return project.values.get(name)
    if (!name.startsWith('person:')) throw new Error(`unknown placeholder {{${name}}}`)
    const distinctId = encodeURIComponent(name.slice('person:'.length))
    const found = await call('GET', `/api/projects/${project.id}/persons/?distinct_id=${distinctId}`)
    project.values.set(name, found.body?.results?.[0]?.uuid)
    return project.values.get(name)
  }
}

const flagValue = (flag: Json) => (flag?.enabled ? (flag.variant ?? true) : flag?.enabled)
const isObject = (value: Json) => value !== null && typeof value === 'object' && !Array.isArray(value)
const dig = (value: Json, path: string): Json => path.split('.').reduce((inner, key) => inner?.[key], value)
const parsed = (text: string): Json => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function client(url: string) {
  async function call(
    method: string,
    path: string,
    body?: Json,
    auth: Auth = 'personal_key',
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const keyInHeader = { personal_key: init.personalApiKey, invalid: 'phx_this_key_does_not_exist' }[
      auth as string
    ]
    const authorization: Record<string, string> = keyInHeader
      ? { authorization: `Bearer ${keyInHeader}` }
      : {}
    const query =
      auth === 'query' ? `${path.includes('?') ? '&' : '?'}personal_api_key=${init.personalApiKey}` : ''
    const payload = auth === 'body' ? { ...body, personal_api_key: init.personalApiKey } : body
    const hasBody = payload !== undefined && method !== 'GET' && method !== 'HEAD'
    const response = await fetch(url + path + query, {
      method,
      redirect: 'manual',
      headers: { ...(hasBody ? { 'content-type': 'application/json' } : {}), ...authorization, ...headers },
      ...(hasBody ? { body: typeof payload === 'string' ? payload : JSON.stringify(payload) } : {}),
    })
    return { status: response.status, body: parsed(await response.text()) }
  }

  async function freshProject(vector: Vector): Promise<Fresh> {
    const made = await call('POST', '/api/projects/', { name: vector.name.slice(0, 60), ...vector.project })
    if (made.status !== 201) throw new Error(`no project: ${made.status} ${JSON.stringify(made.body)}`)
    const { id, api_token: token, organization } = made.body
    const values = new Map<string, Json>(Object.entries({ project: id, token, organization }))
    return { id, token, values }
  }

  return { call, freshProject }
}
