import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { type TestPipeline, testPersonWriter, testPipeline } from '../../test/pipeline.ts'
import { compile } from '../hogql/compile.ts'
import { parseSelect } from '../hogql/parse.ts'
import { createPersonStore } from '../persons/person-store.ts'
import { createFolding, type FoldDeps } from './fold-overrides.ts'

const at = '2026-03-01T12:00:00.000Z'
/** As if a day had passed. */
const later = () => Date.now() + 48 * 3600_000

const quiet = { info: () => {}, warn: () => {} }
const foldingOf = (pipe: TestPipeline, changes: Partial<FoldDeps> = {}) =>
  createFolding({
    database: pipe.database,
    warehouse: pipe.warehouse,
    pipeline: pipe.pipeline(),
    logger: quiet,
    now: later,
    options: { pollMs: 10 },
    ...changes,
  })

const plain = (distinctId: string, other: object = {}) => ({
  event: 'seen',
  distinct_id: distinctId,
  timestamp: at,
  ...other,
})
const identify = (distinctId: string, anonymous: string) => ({
  event: '$identify',
  distinct_id: distinctId,
  properties: { $anon_distinct_id: anonymous },
  timestamp: at,
})
const personless = (distinctId: string) =>
  plain(distinctId, { properties: { $process_person_profile: false } })

/** Whose each event is, as questions see it: through the overrides. By the events' order. */
const owners = (pipe: TestPipeline) =>
  pipe.rows(
    `select distinct_id, if(o.target != toUUID('00000000-0000-0000-0000-000000000000'), o.target, person_id) as person
    from events left join (
      select old_person_id, argMax(person_id, version) as target from person_overrides
      where team_id = {project:UInt32} group by old_person_id) o on o.old_person_id = events.person_id
    where team_id = {project:UInt32} order by distinct_id, uuid`,
    { project: pipe.projectId },
  )
const overrides = async (pipe: TestPipeline) => ({
  warehouse: Number(
    (await pipe.rows('select count() as n from person_overrides final where person_id != old_person_id'))[0]!
      .n,
  ),
  database: (await pipe.database.db.query.personOverrides.findMany()).filter(
    (one) => one.personId !== one.oldPersonId,
  ).length,
})

test('events are rewritten, overrides go, and whose each event is stays as it was', async () => {
  const pipe = await testPipeline(onTestFinished)
  await pipe.send([plain('visitor'), plain('ann'), personless('shy')])
  await pipe.send([identify('ann', 'visitor'), identify('ann', 'shy'), plain('visitor')])
  const before = await owners(pipe)
  expect(new Set(before.map(({ person }) => person)).size).toBe(1)
  expect((await overrides(pipe)).warehouse).toBeGreaterThan(1)

  const young = foldingOf(pipe, { now: Date.now })
  expect(await young.foldNow()).toBe(0)
  expect(await foldingOf(pipe).foldNow()).toBe(2)
  expect(await owners(pipe)).toEqual(before)
  expect(await overrides(pipe)).toEqual({ warehouse: 0, database: 0 })
  const stored = await pipe.events()
  expect(new Set(stored.map((event) => event.person_id))).toEqual(new Set(before.map(({ person }) => person)))

  // and who was merged before is merged once more
  await pipe.send([plain('grace'), identify('ann', 'grace'), personless('shy')])
  expect(new Set((await owners(pipe)).map(({ person }) => person)).size).toBe(1)
  expect(await foldingOf(pipe).foldNow()).toBe(1)
  expect(new Set((await pipe.events()).map((event) => event.person_id)).size).toBe(1)
})

test('who was in a cohort before a merge is in it after, as one person', async () => {
  const pipe = await testPipeline(onTestFinished)
  await pipe.send([plain('visitor'), plain('ann'), plain('bob')])
  const idOf = async (distinctId: string) =>
    String(
      (
        await pipe.rows('select person_id from events where distinct_id = {id:String} limit 1', {
          id: distinctId,
        })
      )[0]!.person_id,
    )
  const [visitor, ann, bob] = [await idOf('visitor'), await idOf('ann'), await idOf('bob')]
  await pipe.warehouse.command(
    'insert into cohort_people select {project:UInt32}, 1, 1, arrayJoin({ids:Array(UUID)})',
    { project: pipe.projectId, ids: [visitor, bob] },
  )
  await pipe.send([identify('ann', 'visitor')])
  const members = async () => {
    const tree = parseSelect('select person_id from cohort_people where cohort_id = 1 order by person_id')
    const { sql, params } = compile(tree, {
      projectId: pipe.projectId,
      cohortVersions: [{ id: 1, version: 1, isStatic: true }],
    })
    return (await pipe.warehouse.query({ sql, params })).rows.map(([id]) => id)
  }
  const survivors = [(await owners(pipe)).find(({ distinct_id }) => distinct_id === 'visitor')!.person, bob]
  expect([visitor, ann]).toContain(survivors[0])
  expect(new Set(await members())).toEqual(new Set(survivors))
  await foldingOf(pipe).foldNow()
  expect(await overrides(pipe)).toEqual({ warehouse: 0, database: 0 })
  expect(new Set(await members())).toEqual(new Set(survivors))
})

test('dying anywhere on the way changes no answer, and the next time finishes it', async () => {
  const pipe = await testPipeline(onTestFinished)
  await pipe.send([plain('a'), plain('b'), plain('c')])
  await pipe.send([identify('c', 'a'), identify('c', 'b')])
  const before = await owners(pipe)
  for (let dieAt = 1; ; dieAt++) {
    let commands = 0
    const dying = foldingOf(pipe, {
      warehouse: {
        ...pipe.warehouse,
        command: async (...asked) => {
          if (++commands > dieAt) throw new Error('died')
          await pipe.warehouse.command(...asked)
        },
      },
      database: pipe.database,
    })
    const died = await dying.foldNow().then(
      () => false,
      () => true,
    )
    expect(await owners(pipe)).toEqual(before)
    if (!died) break
  }
  expect(await overrides(pipe)).toEqual({ warehouse: 0, database: 0 })
})

test('more than go at once are folded one lot after the other', async () => {
  const pipe = await testPipeline(onTestFinished)
  const ids = Array.from({ length: 7 }, (_, n) => `anonymous-${n}`)
  await pipe.send(ids.map((id) => plain(id)))
  await pipe.send(ids.map((id) => identify('ann', id)))
  const before = await owners(pipe)
  const folding = foldingOf(pipe, { options: { pollMs: 10, atOnce: 3 } })
  expect(await folding.foldNow()).toBe(7)
  expect(await owners(pipe)).toEqual(before)
  expect(await overrides(pipe)).toEqual({ warehouse: 0, database: 0 })
})

test('who was deleted and came back is nobody else', async () => {
  const pipe = await testPipeline(onTestFinished)
  const { database, projectId } = pipe
  await pipe.send([plain('ann'), plain('visitor')])
  await pipe.send([identify('ann', 'visitor')])
  const writer = testPersonWriter(pipe)
  const { uuid } = (await createPersonStore(database).findByDistinctId(projectId, 'ann'))!
  await writer.remove(projectId, uuid)
  await pipe.send([plain('visitor'), plain('ann')])
  const before = await owners(pipe)
  await foldingOf(pipe).foldNow()
  expect(await owners(pipe)).toEqual(before)
  await pipe.send([identify('ann', 'visitor')])
  expect(new Set((await owners(pipe)).map(({ person }) => person)).size).toBe(1)
})

test('whatever is merged and folded in whatever order, whose each event is does not depend on the folding', async () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const step = fc.oneof(
    { weight: 3, arbitrary: id.map((one) => plain(one)) },
    { weight: 1, arbitrary: id.map((one) => personless(one)) },
    { weight: 3, arbitrary: fc.tuple(id, id).map(([one, other]) => identify(one, other)) },
    {
      weight: 1,
      arbitrary: fc.tuple(id, id).map(([one, other]) => ({
        ...identify(one, ''),
        event: '$merge_dangerously',
        properties: { alias: other },
      })),
    },
    { weight: 2, arbitrary: fc.constant('fold' as const) },
  )
  const pipe = await testPipeline(onTestFinished)
  let round = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
      // two worlds that differ in the folding only
      const worlds = [`r${++round}-x-`, `r${round}-y-`]
      const inWorld = (world: string, event: Exclude<(typeof steps)[number], 'fold'>) => {
        const own = structuredClone(event) as { distinct_id: string; properties?: Record<string, unknown> }
        own.distinct_id = world + own.distinct_id
        for (const key of ['$anon_distinct_id', 'alias']) {
          if (own.properties?.[key]) own.properties[key] = world + own.properties[key]
        }
        return own
      }
      for (const event of steps) {
        if (event === 'fold') continue
        await pipe.send(inWorld(worlds[1]!, event))
      }
      for (const event of steps) {
        if (event === 'fold') await foldingOf(pipe).foldNow()
        else await pipe.send(inWorld(worlds[0]!, event))
      }
      const found = await owners(pipe)
      const partition = (world: string) => {
        const own = found.filter(({ distinct_id }) => String(distinct_id).startsWith(world))
        const first = new Map<unknown, unknown>()
        return own
          .map(({ distinct_id, person }) => ({ id: String(distinct_id).slice(world.length), person }))
          .map(({ id: of, person }) => {
            if (!first.has(person)) first.set(person, of)
            return `${of} is ${first.get(person)}`
          })
          .sort()
      }
      expect(partition(worlds[0]!)).toEqual(partition(worlds[1]!))
    }),
    { numRuns: 8 },
  )
}, 60_000)

test('as soon as a merge can be seen, the past is of the same person', { timeout: 60_000 }, async () => {
  const pipe = await testPipeline(onTestFinished)
  const pairs = Array.from({ length: 60 }, (_, n) => n)
  await pipe.send(pairs.map((n) => plain(`before-${n}`)))
  let merging = true
  const stream = (async () => {
    for (const n of pairs) {
      await pipe.append([identify(`after-${n}`, `before-${n}`)])
      if (n % 3 === 0) await pipe.pipeline().idle()
    }
    await pipe.pipeline().idle()
    merging = false
  })()
  let seen = 0
  do {
    const rows = await owners(pipe)
    const ownerOf = new Map(rows.map(({ distinct_id, person }) => [distinct_id, person]))
    seen = 0
    for (const n of pairs) {
      const after = ownerOf.get(`after-${n}`)
      if (after === undefined) continue
      seen++
      expect(ownerOf.get(`before-${n}`)).toBe(after)
    }
  } while (merging)
  await stream
  expect(seen).toBeGreaterThan(0)
})
