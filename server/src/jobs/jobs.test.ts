import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { testDatabase } from '../../test/database.ts'
import { startPostgres } from '../../test/postgres.ts'
import type { Database } from '../database/database.ts'
import { type AnyTask, createJobs } from './jobs.ts'

describe.each(['PGlite', 'PostgreSQL'])('jobs on %s', (home) => {
  let database: Database
  beforeAll(async () => {
    if (home === 'PGlite') database = await testDatabase(afterAll)
    else {
      const postgres = await startPostgres()
      afterAll(() => postgres.stop())
      database = await postgres.freshDatabase()
      afterAll(() => database.close())
    }
  })

  const logger = { warn: () => {} }
  const jobsOf = (...tasks: AnyTask[]) => {
    const jobs = createJobs({ database, tasks, logger })
    onTestFinished(() => jobs.stop())
    return jobs
  }

  test('a job is done soon by whoever does jobs, with what it was sent', async () => {
    const done: unknown[] = []
    const greet = {
      name: 'greet',
      data: z.object({ name: z.string() }),
      run: async (data: { name: string }) => {
        done.push(data)
      },
    }
    const sender = jobsOf(greet)
    await sender.send(greet, { name: 'stored first' })
    const worker = jobsOf(greet)
    worker.start()
    await expect.poll(() => done, { timeout: 20_000 }).toEqual([{ name: 'stored first' }])
    const sentAt = performance.now()
    await sender.send(greet, { name: 'told of' })
    await expect.poll(() => done.length, { timeout: 10_000, interval: 10 }).toBe(2)
    // it was told, and did not find it by looking now and then
    expect(performance.now() - sentAt).toBeLessThan(8_000)
  })

  test('many jobs that come at once are done one after the other, without a pause', async () => {
    const done: number[] = []
    const count = {
      name: 'count',
      data: z.object({ n: z.number() }),
      run: async ({ n }: { n: number }) => void done.push(n),
    }
    const jobs = jobsOf(count)
    const all = Array.from({ length: 20 }, (_, n) => n)
    await Promise.all(all.map((n) => jobs.send(count, { n })))
    jobs.start()
    await expect.poll(() => done.length, { timeout: 20_000 }).toBe(20)
    expect(done.toSorted((a, b) => a - b)).toEqual(all)
  })

  test('a job that throws is tried again; one whose data make no sense never runs', async () => {
    const tries: string[] = []
    const flaky = {
      name: 'flaky',
      data: z.object({ key: z.string() }),
      retries: 2,
      run: async ({ key }: { key: string }) => {
        tries.push(key)
        if (tries.filter((one) => one === key).length < 2) throw new Error('not yet')
      },
    }
    const jobs = jobsOf(flaky)
    jobs.start()
    await jobs.send(flaky, { key: 'a' })
    await jobs.send({ name: 'flaky' }, { nonsense: true })
    await expect.poll(() => tries, { timeout: 15_000 }).toEqual(['a'])
    // it is written down a moment after it has thrown
    const waiting = () =>
      database.run("select state from pgboss.job where name = 'flaky' and data->>'key' = 'a'")
    await expect.poll(waiting, { timeout: 5000 }).toEqual([{ state: 'retry' }])
    expect(tries).toEqual(['a'])
  })

  test('a repeated task is done once a period, however many processes do jobs', async () => {
    let done = 0
    const tick = { name: 'tick', data: z.object({}), everyMs: 1_000, run: async () => void done++ }
    for (const jobs of [jobsOf(tick), jobsOf(tick)]) jobs.start()
    await expect.poll(() => done, { timeout: 20_000 }).toBeGreaterThan(1)
    const before = done
    await sleep(2_000)
    expect(done - before).toBeLessThan(4)
  })

  test('a queue that could not be opened at first leaves no timer that keeps the process from ending', async () => {
    const made = vi.spyOn(globalThis, 'setInterval')
    const cleared = vi.spyOn(globalThis, 'clearInterval')
    onTestFinished(() => {
      vi.restoreAllMocks()
    })
    let failures = 2
    const unsteady: Database = {
      ...database,
      run: (text, params) =>
        /SELECT [^;]*create_queue/i.test(text) && params && failures-- > 0
          ? Promise.reject(new Error('too slow'))
          : database.run(text, params),
    }
    const task = { name: 'patient', data: z.object({}), run: async () => {} }
    const jobs = createJobs({ database: unsteady, tasks: [task], logger })
    await expect(jobs.send(task, {})).rejects.toThrow('too slow')
    await expect(jobs.send(task, {})).rejects.toThrow('too slow')
    await jobs.send(task, {})
    await jobs.stop()
    const timers = made.mock.results.map(({ value }) => value as NodeJS.Timeout)
    const ended = cleared.mock.calls.map(([timer]) => timer)
    expect(timers).toHaveLength(3)
    expect(timers.filter((timer) => !ended.includes(timer))).toEqual([])
  })

  test('a database that is away when a job ends delays its end, and harms nobody', async () => {
    let away = 2
    const done: number[] = []
    const flickering: Database = {
      ...database,
      run: (text, params) =>
        /state = 'completed'/.test(text) && /'active'/.test(text) && away-- > 0
          ? Promise.reject(new Error('away'))
          : database.run(text, params),
    }
    const end = {
      name: 'end',
      data: z.object({ n: z.number() }),
      run: async ({ n }: { n: number }) => void done.push(n),
    }
    const jobs = createJobs({ database: flickering, tasks: [end], logger })
    onTestFinished(() => jobs.stop())
    jobs.start()
    await jobs.send(end, { n: 1 })
    await jobs.send(end, { n: 2 })
    await expect.poll(() => done, { timeout: 15_000 }).toEqual([1, 2])
    const states = () => database.run("select distinct state from pgboss.job where name = 'end'")
    await expect.poll(states, { timeout: 15_000 }).toEqual([{ state: 'completed' }])
    expect(away).toBeLessThan(0)
  })

  test('stopping tells what is under way, and waits for it', async () => {
    const seen: string[] = []
    const long = {
      name: 'long',
      data: z.object({}),
      run: async (_: object, signal: AbortSignal) => {
        seen.push('begun')
        await sleep(60_000, undefined, { signal }).catch(() => undefined)
        seen.push('ended')
      },
    }
    const jobs = createJobs({ database, tasks: [long], logger })
    jobs.start()
    await jobs.send(long, {})
    await expect.poll(() => seen, { timeout: 15_000 }).toEqual(['begun'])
    await jobs.stop()
    expect(seen).toEqual(['begun', 'ended'])
  })
})
