import { describe, expect, test } from 'vitest'
import { invalid } from '../model/errors.ts'
import type { QueryStatuses } from './query-statuses.ts'

/** What holds in every home. `homes` are of processes that belong together; in memory there is one. */
export function queryStatusesSuite(name: string, open: () => Promise<QueryStatuses[]>): void {
  describe(name, async () => {
    const homes = await open()
    const one = homes[0]!
    const other = homes.at(-1)!
    let made = 0
    const fresh = () => `question ${++made}`

    test('one runs, is spoken for, and ends with its answer', async () => {
      const id = fresh()
      expect((await one.begin(1, id)).isNew).toBe(true)
      expect(await other.find(1, id)).toMatchObject({
        ...{ id, team_id: 1, complete: false, error: false, results: null, end_time: null },
        query_progress: { rows_read: 0, bytes_read: 0, estimated_rows_total: null },
      })
      await one.progress(1, id, { rows_read: 5, bytes_read: 50, estimated_rows_total: 20 })
      expect(await other.find(1, id)).toMatchObject({
        query_progress: { rows_read: 5, bytes_read: 50, estimated_rows_total: 20 },
      })
      const results = { results: [['a\u0000b', 1, null]], timezone: 'UTC' }
      await one.end(1, id, { results })
      const ended = (await other.find(1, id))!
      expect(ended).toMatchObject({ complete: true, error: false, results, query_progress: null })
      expect(Date.parse(ended.expiration_time!) - Date.parse(ended.end_time!)).toBe(20 * 60_000)
    })

    test('it is that of its project', async () => {
      const id = fresh()
      await one.begin(1, id)
      expect(await other.find(2, id)).toBeUndefined()
      expect(await other.find(1, fresh())).toBeUndefined()
      expect((await other.begin(2, id)).isNew).toBe(true)
    })

    test('of those who begin the same at once one does; when it has ended it can begin anew', async () => {
      const id = fresh()
      const begun = await Promise.all([...homes, ...homes].map((home) => home.begin(1, id)))
      expect(begun.filter(({ isNew }) => isNew)).toHaveLength(1)
      await other.end(1, id, { results: 1 })
      expect(await one.begin(1, id)).toMatchObject({
        isNew: true,
        status: { complete: false, results: null },
      })
      expect(await other.find(1, id)).toMatchObject({ complete: false, results: null })
    })

    test('a failure says what can be mended, and nothing of ours', async () => {
      const [theirs, ours] = [fresh(), fresh()]
      for (const id of [theirs, ours]) await one.begin(1, id)
      await one.end(1, theirs, { error: invalid('There is no column "x".') })
      await one.end(1, ours, { error: new Error('connect ECONNREFUSED /secret/path') })
      const failed = { complete: true, error: true, results: null }
      expect(await other.find(1, theirs)).toMatchObject({
        ...failed,
        error_message: 'There is no column "x".',
      })
      expect(await other.find(1, ours)).toMatchObject({ ...failed, error_message: null })
    })

    test('an answer that is too large to be kept is a failure that says what to do', async () => {
      const id = fresh()
      await one.begin(1, id)
      await one.end(1, id, { results: 'x'.repeat(130 * 1024 ** 2) })
      expect(await other.find(1, id)).toMatchObject({
        ...{ complete: true, error: true, results: null },
        error_message: expect.stringContaining('refresh: blocking'),
      })
    })
  })
}
