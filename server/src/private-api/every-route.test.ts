import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Account, TestApp } from '../../test/app.ts'
import { wholeApi } from '../../test/whole-api.ts'
import { needsCredentials, type Operation } from '../http/operation.ts'
import { duplicateCohort } from './cohorts/contract.ts'

/** What holds for every operation of the private API, walked over all that are registered. */
describe('every operation', () => {
  let api: TestApp
  let stranger: Account
  beforeAll(async () => {
    ;({ api } = await wholeApi(afterAll))
    stranger = await api.stranger()
  })

  const each = async (
    which: (one: Operation) => boolean,
    check: (one: Operation, path: string) => Promise<void>,
  ) => {
    const operations = api.app.operations.filter(which)
    for (const one of operations) {
      for (const path of [one.path, ...(one.aliases ?? [])]) await check(one, path)
    }
    return operations.length
  }
  /** The path with the project filled in, and something in every other place. */
  const filled = (path: string, projectId: number) =>
    path
      .replace(/^\/api\/projects\/:(?:project_id|id)\//, `/api/projects/${projectId}/`)
      .replace(/^\/api\/organizations\/:\w+\//, `/api/organizations/${stranger.organization.id}/`)
      .replace(/^\/api\/users\/:uuid\//, `/api/users/${stranger.user.uuid}/`)
      .replace(/:\w+/g, '1')
  const bodyOf = (one: Operation) => (one.method === 'GET' || one.method === 'DELETE' ? undefined : {})

  it('refuses who sends no key, before anything else', async () => {
    const seen = await each(
      ({ access }) => needsCredentials(access),
      async (one, path) => {
        const answer = await api.ask(one.method, filled(path, api.project.id), bodyOf(one), { key: null })
        expect([one.id, path, answer.status, answer.body.code]).toEqual([
          one.id,
          path,
          401,
          'not_authenticated',
        ])
      },
    )
    expect(seen).toBeGreaterThan(10)
  })

  it("refuses another's project, organization and user to a foreign key", async () => {
    const owner = { key: (await api.stranger()).key }
    await each(
      ({ path }) => /:/.test(path),
      async (one, path) => {
        // an alias outside any project can only mean one's own; with a foreign token, see the next test
        if (!path.includes(':')) return
        const nested = path.includes(':project_id')
        const answer = await api.ask(one.method, filled(path, stranger.project.id), bodyOf(one), owner)
        if (nested) expect([one.id, answer.status]).toEqual([one.id, 403])
        else expect([one.id, [400, 403, 404, 405].includes(answer.status)]).toEqual([one.id, true])
        expect(answer.text).not.toContain(stranger.project.apiToken)
        expect(answer.text).not.toContain(stranger.user.email)
      },
    )
  })

  it("refuses another project's own key beside a foreign personal key", async () => {
    const owner = { key: (await api.stranger()).key }
    await each(
      ({ access, method }) => access === 'project' && method === 'GET',
      async (one, path) => {
        const url = `${filled(path, api.project.id)}?token=${stranger.project.apiToken}`
        const answer = await api.ask(one.method, url, undefined, owner)
        expect([one.id, path, answer.status]).toEqual([one.id, path, 403])
      },
    )
  })

  it('is documented, and named once', () => {
    const ids = api.app.operations.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const one of api.app.operations) {
      expect(one.summary, one.id).toMatch(/^[A-Z].*[^.]$/)
      expect(one.tags.length, one.id).toBeGreaterThan(0)
      expect(one.path, one.id).toMatch(/^\/api\/.*\/$/)
      expect(one.path.includes(':project_id'), one.id).toBe(one.access === 'project')
      // but for PostHog's one GET that makes something
      if (one.method === 'GET' && one.id !== duplicateCohort.id)
        expect(one.scope ?? 'x:read', one.id).toMatch(/(?::read|^any)$/)
    }
  })
})
