import { beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { captured, type TestPipeline, testPipeline } from '../../test/pipeline.ts'
import type { Database } from '../database/database.ts'
import type { EventLog } from '../event-log/event-log.ts'
import type { PipelineDeps } from './consumer.ts'

const minute = (n: number) => new Date(Date.UTC(2026, 2, 1, 12, n)).toISOString()
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

/** Two requests that touch everything: new and changed people, merges in a chain, groups, definitions, months. */
const first = [
  { event: 'seen', distinct_id: 'anon', properties: { $process_person_profile: false } },
  { event: 'seen', distinct_id: 'a', properties: { $set: { x: 1 }, $groups: { company: 'acme' } } },
  {
    event: 'seen',
    distinct_id: 'b',
    properties: { $set: { x: 2, y: 2 } },
    timestamp: '2026-01-15T00:00:00Z',
  },
  { event: '$identify', distinct_id: 'b', properties: { $anon_distinct_id: 'a', $set: { z: 1 } } },
  { event: '$identify', distinct_id: 'b', properties: { $anon_distinct_id: 'anon' } },
  {
    event: '$groupidentify',
    distinct_id: 'b',
    properties: { $group_type: 'company', $group_key: 'acme', $group_set: { n: 1 } },
  },
  { event: 'no distinct id' },
].map((event, index) => ({ timestamp: minute(index), ...event, uuid: id(index) }))
const second = [
  { event: 'seen', distinct_id: 'c', properties: { $set: { x: 3 }, $unset: ['y'] } },
  { event: '$merge_dangerously', distinct_id: 'c', properties: { alias: 'b', $set: { x: 4 } } },
  { event: 'seen', distinct_id: 'anon', properties: { $process_person_profile: false } },
  { event: 'seen', distinct_id: 'a', properties: { $set: { last: true } } },
  {
    event: '$groupidentify',
    distinct_id: 'c',
    properties: { $group_type: 'company', $group_key: 'acme', $group_set: { n: 2 } },
  },
  { event: 'seen', distinct_id: 'b', uuid: id(2) },
].map((event, index) => ({ timestamp: minute(index + 30), uuid: id(100 + index), ...event }))
const envelope = (n: number) => ({ receivedAt: minute(60 + n), sentAt: minute(60 + n), ip: null })

/** Everything that is stored, in an order of its own; without what differs by nature. */
async function everything(pipe: TestPipeline) {
  const tables: Record<string, string> = {
    events: '* except inserted_at',
    persons: '* except inserted_at',
    person_distinct_ids: '*',
    person_overrides: '*',
    groups: '* except inserted_at',
    // A letter's name is made from what is in it, the time of its insert included.
    dead_letters: '* except (id, inserted_at)',
  }
  const stored: Record<string, unknown> = {}
  for (const [table, columns] of Object.entries(tables)) {
    stored[table] = await pipe.rows(`select ${columns} from ${table} order by all`)
  }
  const { db } = pipe.database
  const project = pipe.projectId
  stored.database = [
    await db.execute(
      `select uuid, properties::text, created_at, is_identified, version from persons where project_id = ${project} order by uuid`,
    ),
    await db.execute(
      `select d.distinct_id, p.uuid, d.version from person_distinct_ids d join persons p on p.id = d.person_id where p.project_id = ${project} order by 1`,
    ),
    await db.execute(
      `select old_person_id, person_id, version from person_overrides where project_id = ${project} order by 1`,
    ),
    await db.execute(
      `select group_key, properties::text, version from groups where project_id = ${project} order by 1`,
    ),
    await db.execute(
      `select name, type, property_type from property_definitions where project_id = ${project} order by 1, 2`,
    ),
    await db.execute(
      `select event, property from event_properties where project_id = ${project} order by 1, 2`,
    ),
  ]
  return JSON.parse(JSON.stringify(stored).replaceAll(`"team_id":${project}`, '"team_id":0'))
}

/**
 * The stores as a process that dies at its `at`th call of them sees them, before or after the call took effect. From
 * then on nothing it does arrives, and nothing answers.
 */
function mortal(deps: PipelineDeps, at: number, when: 'before' | 'after') {
  let calls = 0
  let dead = false
  const never = new Promise<never>(() => {})
  let died: () => void = () => {}
  const death = new Promise<void>((resolve) => {
    died = resolve
  })
  async function call<T>(work: () => Promise<T>): Promise<T> {
    const mine = ++calls
    const last = mine === at
    if (dead || (last && when === 'before')) {
      dead = true
      died()
      return never
    }
    const result = await work()
    if (dead || last) {
      dead = true
      died()
      return never
    }
    return result
  }
  const log: EventLog = {
    ...deps.log,
    // Only a read that hands something out is worth a death.
    read: async (options) => {
      const range = dead ? await never : await deps.log.read(options)
      return range && call(async () => range)
    },
    seenBefore: (...asked) => call(() => deps.log.seenBefore(...asked)),
    commit: (last) => call(() => deps.log.commit(last)),
  }
  const database: Database = {
    ...deps.database,
    get db() {
      return deps.database.db
    },
    transaction: (work) => call(() => deps.database.transaction(work)),
  }
  const warehouse = {
    insert: (rows: Parameters<PipelineDeps['warehouse']['insert']>[0]) =>
      call(() => deps.warehouse.insert(rows)),
  }
  return { deps: { ...deps, log, database, warehouse }, death, calls: () => calls }
}

// Person uuids come from the project's number: each run has a database of its own, in which it is the first.
let whole: { stored: unknown; calls: number }
beforeAll(async () => {
  const closers: (() => Promise<void>)[] = []
  let lives: ReturnType<typeof mortal> | undefined
  const pipe = await testPipeline((close) => closers.push(close), {
    changes: (deps) => {
      lives = mortal(deps, Number.POSITIVE_INFINITY, 'before')
      return lives.deps
    },
  })
  await pipe.send(first, envelope(0))
  await pipe.send(second, envelope(1))
  whole = { stored: await everything(pipe), calls: lives!.calls() }
  for (const close of closers.reverse()) await close()
})

test('the run that nothing interrupts is as it should be', () => {
  const { events, persons, dead_letters } = whole.stored as Record<string, Record<string, unknown>[]>
  expect(events).toHaveLength(11)
  expect(dead_letters).toHaveLength(1)
  expect(persons!.filter((row) => !row.is_deleted)).not.toHaveLength(0)
  expect(whole.calls).toBeGreaterThan(15)
})

test.each([
  ['before', 'one range in hand'],
  ['after', 'one range in hand'],
  ['before', 'the next range open already'],
  ['after', 'the next range open already'],
] as const)(
  'a death %s any call of a store changes nothing in the end, with %s',
  async (when, hands) => {
    const bothOpen = hands === 'the next range open already'
    let openedAhead = 0
    const deaths = Array.from({ length: whole.calls }, (_, index) => index + 1)
    await inTurns(3, deaths, async (at) => {
      const life: { now?: ReturnType<typeof mortal> } = {}
      const database = await testDatabase()
      const closers: (() => Promise<void>)[] = [() => database.close()]
      const pipe = await testPipeline((close) => closers.push(close), {
        database,
        changes: (deps) => {
          const ends = bothOpen ? { ...deps, options: { ...deps.options, maxBatchBytes: 1 } } : deps
          life.now = mortal(ends, at, when)
          const { log } = life.now.deps
          const read: EventLog['read'] = (options) => {
            if (options.after !== undefined) openedAhead++
            return log.read(options)
          }
          return { ...life.now.deps, log: { ...log, read } }
        },
      })
      const death = life.now!.death.then(() => 'dead')
      const bodies = [first, second].map((body, n) =>
        captured(body, { projectId: pipe.projectId, ...envelope(n) }),
      )
      await pipe.log().append(bothOpen ? bodies : [bodies[0]!])
      const diedInFirst = (await Promise.race([pipe.pipeline().idle(), death])) === 'dead'
      if (!bothOpen) {
        // Where the first range was in hand, the log grows between the death and the replay.
        await pipe.log().append([bodies[1]!])
        if (!diedInFirst) await Promise.race([pipe.pipeline().idle(), death])
      }
      await pipe.revive((deps) => deps)
      await pipe.pipeline().idle()
      expect(await everything(pipe), `${when} call ${at} of ${whole.calls}`).toEqual(whole.stored)
      for (const close of closers.reverse()) await close()
    })
    expect(openedAhead > 0).toBe(bothOpen)
  },
  300_000,
)

async function inTurns<T>(abreast: number, items: T[], work: (item: T) => Promise<void>) {
  const left = [...items]
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: abreast }, worker))
}
