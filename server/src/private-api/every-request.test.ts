import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { checked } from '../../test/answers-checked.ts'
import { noteExample, writeExamples } from '../../test/api-examples.ts'
import type { Account } from '../../test/app.ts'
import { canary, requestOf, type Seeded, seed } from '../../test/every-request.ts'
import type { Ingested } from '../../test/ingested.ts'
import { isKnownAs, known } from '../../test/posthog-contract.ts'
import { upstreamAnswers } from '../../test/upstream-schema.ts'
import { wholeApi } from '../../test/whole-api.ts'
import { insertPersonalApiKey } from '../accounts/personal-api-keys.ts'
import { type Example, readDocumentation } from '../http/documentation.ts'
import { needsCredentials, type Operation } from '../http/operation.ts'
import { newPersonalApiKey } from '../kit/api-keys.ts'

/** Every operation asked on a project that holds one of everything: by who may, and by all who may not. */
let on: Ingested
let seeded: Seeded
let stranger: Account
let operations: Operation[]

const closing: (() => Promise<void>)[] = []
beforeAll(async () => {
  on = await wholeApi((close) => closing.push(close))
  seeded = await seed(on)
  stranger = await on.api.stranger()
  await on.api.changed()
  operations = on.api.app.operations
}, 120_000)
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

/** All rows of all tables, but for those that any request may write: when a key was last used, and where its user was last. */
async function rows(): Promise<Record<string, string>> {
  const { db } = on.api.database
  const tables = await db.execute<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' order by 1`,
  )
  const all: Record<string, string> = {}
  for (const { name } of tables) {
    if (/^(event_log_|pgboss)/.test(name)) continue
    const [row] = await db.execute<{ rows: string }>(
      `select coalesce(json_agg(r order by r::text), '[]')::text as rows
       from (select to_jsonb(t) - 'last_used_at' - 'current_project_id' - 'current_organization_id' - 'last_used_address' - 'ip_address' - 'user_agent' as r from "${name}" t) x`,
    )
    all[name] = row!.rows
  }
  return all
}

/** What is refused must not have changed anything. */
async function changesNothing(work: () => Promise<void>): Promise<void> {
  const before = await rows()
  await work()
  expect(await rows()).toEqual(before)
}

const paths = (one: Operation) => [one.path, ...(one.aliases ?? [])]
/** As it is written with the seeded project in it; what names none is the caller's own. */
const isAddressed = (path: string) => path.includes(':')

async function withScopes(scopes: string[]): Promise<string> {
  const key = newPersonalApiKey()
  await on.api.database.transaction((tx) =>
    insertPersonalApiKey(tx, on.api.user.id, { label: scopes.join(), scopes }, key),
  )
  await on.api.changed()
  return key
}

describe('who may not', () => {
  it('without a key: 401', () =>
    changesNothing(async () => {
      for (const one of operations.filter(({ access }) => needsCredentials(access))) {
        for (const path of paths(one)) {
          const { path: url, body } = requestOf(one, seeded, path)
          const answer = await on.api.ask(one.method, url, body, { key: null })
          expect([one.id, url, answer.status]).toEqual([one.id, url, 401])
          expect(answer.text).not.toContain(canary)
        }
      }
    }))

  it('with a key that is none: 401', () =>
    changesNothing(async () => {
      for (const one of operations.filter(({ access }) => needsCredentials(access))) {
        const { path: url, body } = requestOf(one, seeded)
        const answer = await on.api.ask(one.method, url, body, { key: newPersonalApiKey() })
        expect([one.id, answer.status, answer.body.type]).toEqual([one.id, 401, 'authentication_error'])
      }
    }))

  it('from another organization: 403 for a project, 404 for what is in none; nothing is shown', () =>
    changesNothing(async () => {
      for (const one of operations) {
        for (const path of paths(one)) {
          if (!needsCredentials(one.access) || !isAddressed(path) || path.startsWith('/api/query/')) continue
          if (!path.includes(':project_id') && one.access === 'project') continue
          const { path: url, body } = requestOf(one, seeded, path)
          const answer = await on.api.ask(one.method, url, body, { key: stranger.key })
          const expected = path.includes(':project_id')
            ? [403]
            : one.status === 405
              ? [403, 404, 405]
              : [403, 404]
          expect([one.id, url, expected.includes(answer.status) || answer.status]).toEqual([
            one.id,
            url,
            true,
          ])
          expect(answer.text).not.toContain(canary)
        }
      }
    }))

  it('from another project, by the id of what is in this one: 404, and nothing is shown', () =>
    changesNothing(async () => {
      for (const one of operations.filter(({ access }) => access === 'project')) {
        const rest = one.path.replace('/api/projects/:project_id/', '')
        if (!rest.includes(':') || one.status === 405) continue
        const { path: url, body } = requestOf(one, seeded)
        const theirs = url.replace(/^\/api\/projects\/\d+/, `/api/projects/${stranger.project.id}`)
        const answer = await on.api.ask(one.method, theirs, body, { key: stranger.key })
        const harmless =
          // a name that nobody has there, too
          (one.id === 'query_destroy' && answer.status === 204) ||
          (one.id === 'events_receipt_retrieve' && answer.body.status === 'unknown')
        expect([one.id, harmless || answer.status]).toEqual([one.id, harmless || 404])
        expect(answer.text.replaceAll(decodeURIComponent(theirs), '')).not.toContain(`${canary}@`)
      }
    }))

  it('with a key that may only read: 403 for all that changes', () =>
    changesNothing(async () => {
      const key = await withScopes(
        [...new Set(operations.flatMap(({ scope }) => (scope && scope !== 'any' ? [scope] : [])))].filter(
          (scope) => scope.endsWith(':read'),
        ),
      )
      const before = await rows()
      let refused = 0
      for (const one of operations) {
        if (typeof one.scope !== 'string' || !one.scope.endsWith(':write') || one.status === 405) continue
        const { path: url, body } = requestOf(one, seeded)
        const answer = await on.api.ask(one.method, url, body, { key })
        expect([one.id, answer.status, answer.body.code]).toEqual([one.id, 403, 'permission_denied'])
        refused++
      }
      expect(refused).toBeGreaterThan(50)
      expect({ ...(await rows()), personal_api_keys: '' }).toEqual({ ...before, personal_api_keys: '' })
      await on.api.database.db.execute(`delete from personal_api_keys where scopes is not null`)
    }))

  it('a plain member, what only administrators may', () =>
    changesNothing(async () => {
      const ids = [
        'organizations_partial_update',
        'organizations_update',
        'organizations_destroy',
        'members_partial_update',
        'members_update',
        'destroy',
        'reset_token_partial_update',
        'create',
        ...operations
          .filter(
            ({ method, tags }) => method !== 'GET' && /^(roles|resource_access|domains)$/.test(tags[0]!),
          )
          .map(({ id }) => id),
      ]
      for (const id of ids) {
        const one = operations.find((other) => other.id === id)!
        // somebody else's level, not one's own
        const { path: url, body } = requestOf(one, {
          ...seeded,
          ids: { ...seeded.ids, members: on.api.user.uuid },
        })
        const answer = await on.api.ask(one.method, url, body, { key: seeded.member.key })
        expect([id, answer.status]).toEqual([id, 403])
      }
    }))
})

describe('fields that are not the sender’s to set', () => {
  const alien = () => ({
    id: 4_000_000,
    team: stranger.project.id,
    team_id: stranger.project.id,
    project: stranger.project.id,
    project_id: stranger.project.id,
    organization: stranger.organization.id,
    created_by: stranger.user.id,
    created_by_id: stranger.user.id,
    user_id: stranger.user.id,
    role: 'owner',
    is_staff: true,
  })

  /** They use something up that is needed again; what they take is checked by their own tests. */
  const once = new Set([
    'dashboards_collaborators_create',
    'dashboards_move_tile_partial_update',
    'feature_flags_role_access_create',
  ])

  it('are ignored by all that makes or changes something', async () => {
    const theirs = async () => {
      const all = await rows()
      const mine = JSON.stringify(stranger.project.id)
      return Object.fromEntries(
        Object.entries(all).map(([table, text]) => [
          table,
          (JSON.parse(text) as Record<string, unknown>[]).filter(
            (row) => JSON.stringify(row.project_id ?? row.team_id ?? null) === mine,
          ),
        ]),
      )
    }
    const before = await theirs()
    let tried = 0
    for (const one of operations) {
      if (!/POST|PATCH|PUT/.test(one.method) || one.access !== 'project' || one.status === 405) continue
      if (once.has(one.id)) continue
      const { path, body, status } = requestOf(one, seeded)
      if (typeof body !== 'object' || Array.isArray(body) || status !== (one.status ?? 200)) continue
      const answer = await on.api.ask(one.method, path, { ...body, ...alien() })
      // what must be unlike all others of its kind is refused the second time
      expect([one.id, [one.status ?? 200, 400].includes(answer.status) || answer.status]).toEqual([
        one.id,
        true,
      ])
      // not within a longer number, as milliseconds have
      expect(answer.text).not.toMatch(/\b4000000\b/)
      expect(answer.text).not.toContain(stranger.user.uuid)
      tried++
    }
    expect(tried).toBeGreaterThan(40)
    expect(await theirs()).toEqual(before)
  }, 120_000)
})

describe('who may', () => {
  /** Reads first; what takes something away after all that needs it. */
  const last = ['plugins_destroy', 'members_destroy', 'destroy', 'organizations_destroy']
  const order = ({ id, method }: Operation) =>
    last.includes(id)
      ? 3 + last.indexOf(id)
      : method === 'DELETE' || id === 'reset_token_partial_update'
        ? 2
        : Number(method !== 'GET')

  const answers = new Map<string, unknown>()
  const examples: Record<string, Example> = {}

  it('is answered as declared, by every operation', async () => {
    const problems: string[] = []
    let held = 0
    const before = new Map(checked)
    for (const one of [...operations].sort((a, b) => order(a) - order(b))) {
      // for sessions only
      if (one.id === 'logout_create') continue
      const { path: url, body, status } = requestOf(one, seeded)
      // whoever is signed in has an account already
      const key = needsCredentials(one.access) ? undefined : null
      const answer = await on.api.ask(one.method, url, body, { key })
      // what is declared to be answered in JSON has been held against its contract on the way
      const isJson = String(answer.headers['content-type']).startsWith('application/json')
      if (answer.status === (one.status ?? 200) && one.answer && isJson) {
        const place = `${one.method} ${one.path} (${answer.status})`
        if ((checked.get(place) ?? 0) === (before.get(place) ?? 0))
          problems.push(`${one.id}: its answer was not checked`)
        else held++
      }
      if (answer.status !== status) problems.push(`${one.id}: ${answer.status} ${answer.text.slice(0, 300)}`)
      // what is refused here is said to be in docs/compatibility.md
      if (answer.status < 300) answers.set(one.id, answer.body)
      noteExample(examples, one, { url, body }, answer)
    }
    expect(problems).toEqual([])
    // the others have no body, are files, or are refused as docs/compatibility.md says
    expect(held).toBeGreaterThan(250)
    console.log(`${held} of ${operations.length} operations had their answer held against its contract`)
  }, 120_000)

  it('is documented with an example of what was asked and answered here', () => {
    if (process.env.UPDATE_EXAMPLES) writeExamples(examples)
    const documented = readDocumentation().examples
    const missing = Object.keys(examples).filter((id) => !(id in documented))
    expect(missing, 'npm run api-examples records them').toEqual([])
    for (const one of operations) {
      const example = documented[one.id]
      if (!example) continue
      if (example.body !== undefined && one.body) {
        expect([one.id, one.body.safeParse(example.body).error]).toEqual([one.id, undefined])
      }
      if (example.status === (one.status ?? 200) && one.answer) {
        expect([one.id, z.safeEncode(one.answer, example.answer as never).error]).toEqual([one.id, undefined])
      }
    }
  })

  it('is answered as PostHog’s published schema says, but where its server is known to do otherwise', () => {
    const wrong = upstreamAnswers()
    // that each of these is needed is checked by posthog-contract.test.ts
    const patterns = Object.values(known()).flatMap((group) => group.flatMap(({ is }) => is))
    const problems = [...answers].flatMap(([id, body]) => wrong(id, body))
    expect(problems.filter((line) => !patterns.some((pattern) => isKnownAs(pattern, line)))).toEqual([])
    expect(problems.length).toBeGreaterThan(100)
  })
})
