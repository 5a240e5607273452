import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { type TestPipeline, testPipeline } from '../../test/pipeline.ts'
import { createReceiptReader } from './receipt-reader.ts'
import { codeOf, words } from './receipts.ts'

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

test('no two words of a note look alike', () => {
  const codes = new Map<number, string>()
  for (const word of words) {
    expect(codes.get(codeOf(word)) ?? word, word).toBe(word)
    codes.set(codeOf(word), word)
  }
})

describe('what became of an event', () => {
  let pipe: TestPipeline
  beforeAll(async () => {
    pipe = await testPipeline(afterAll)
  })
  const reader = () => createReceiptReader({ log: pipe.log() })
  const find = (uuid: string, projectId = pipe.projectId) => reader().find(projectId, uuid)
  const stored = (changes: string[] = []) => ({ status: 'done', fate: { fate: 'stored', changes } })

  it('is that it was stored, and when', async () => {
    const receivedAt = new Date(Date.now() - 2000).toISOString()
    await pipe.send({ event: 'e', distinct_id: 'a', uuid: id(1) }, { receivedAt })
    const found = await find(id(1))
    expect(found).toMatchObject({ ...stored(), acceptedAt: Date.parse(receivedAt), repeats: 0 })
    const { processedAt, doneAt } = found as { processedAt: number; doneAt: number }
    expect(processedAt).toBeGreaterThan(Date.parse(receivedAt))
    expect(doneAt).toBeGreaterThanOrEqual(processedAt)
    expect(await find(id(1), pipe.projectId + 1)).toEqual({ status: 'unknown' })
    expect(await find(id(999))).toEqual({ status: 'unknown' })
  })

  it('is how often it came again', async () => {
    const again = { event: 'e', distinct_id: 'a', uuid: id(2) }
    await pipe.send([again, again])
    await pipe.send(again)
    expect(await find(id(2))).toMatchObject({ ...stored(), repeats: 2 })
  })

  it('is what was changed of it', async () => {
    const now = Date.now()
    const ahead = (ms: number) => new Date(now + ms).toISOString()
    const envelope = { receivedAt: ahead(0), sentAt: ahead(60_000), ip: '1.2.3.4' }
    const e = { event: 'e', distinct_id: 'a' }
    const sent: [object, string[]][] = [
      [{ ...e, timestamp: ahead(0) }, ['timestamp_corrected']],
      [{ ...e, timestamp: 'soon' }, ['ignored_invalid_timestamp']],
      [{ ...e, timestamp: ahead(200 * 3600_000) }, ['event_timestamp_in_future', 'timestamp_corrected']],
      [{ ...e, timestamp: '1950-01-01' }, ['timestamp_clamped', 'timestamp_corrected']],
      [{ ...e, event: 'x'.repeat(300) }, ['event_name_cut']],
      [{ ...e, distinct_id: 'x'.repeat(300) }, ['distinct_id_cut']],
      [{ ...e, distinct_id: 17 }, ['distinct_id_made_text']],
      [{ ...e, properties: { broken: '\ud800' } }, ['values_replaced']],
      [
        { ...e, distinct_id: 'nobody', properties: { $process_person_profile: false, $set: { x: 1 } } },
        ['person_properties_ignored'],
      ],
      [
        { event: '$identify', distinct_id: 'a', properties: { $anon_distinct_id: 'null' } },
        ['cannot_merge_with_illegal_distinct_id'],
      ],
    ]
    await pipe.send(
      sent.map(([event], n) => ({ ...event, uuid: id(100 + n) })),
      envelope,
    )
    for (const [n, [, changes]] of sent.entries()) {
      const found = await find(id(100 + n))
      expect(found).toMatchObject({ status: 'done', fate: { fate: 'stored' } })
      const { fate } = found as { fate: { changes: string[] } }
      expect([...fate.changes].sort(), JSON.stringify(sent[n])).toEqual([...changes].sort())
    }
    pipe.project.anonymizeIps = true
    await pipe.send({ ...e, uuid: id(150), properties: { $ip: '1.2.3.4' } })
    pipe.project.anonymizeIps = false
    expect(await find(id(150))).toMatchObject(stored(['ip_removed']))
  })

  it('is why it was dropped or is dead, and at which step; then it may come again', async () => {
    const off = { $process_person_profile: false }
    await pipe.send([
      { event: 'no distinct id', uuid: id(201) },
      { event: '$identify', distinct_id: 'a', uuid: id(202), properties: off },
      { event: '$snapshot', distinct_id: 'a', uuid: id(203) },
      { event: 'e', distinct_id: 'a', uuid: 'no-uuid' },
    ])
    const dead = { fate: 'dead', reason: 'no_distinct_id', step: 'normalise' }
    expect(await find(id(201))).toMatchObject({ status: 'done', fate: dead })
    const dropped = { fate: 'dropped', reason: 'person_processing_off', step: 'normalise' }
    expect(await find(id(202))).toMatchObject({ fate: dropped })
    const elsewhere = { fate: 'dropped', reason: 'snapshot', step: 'route special' }
    expect(await find(id(203))).toMatchObject({ fate: elsewhere })
    const refused = { fate: 'dead', reason: 'refused_by_warehouse', step: 'insert' }
    expect(await find('no-uuid')).toMatchObject({ fate: refused })
    await pipe.send([201, 202, 203].map((n) => ({ event: 'now well', distinct_id: 'a', uuid: id(n) })))
    for (const n of [201, 202, 203]) expect(await find(id(n))).toMatchObject(stored())
    const found = await pipe.rows(`select uuid from events where event = 'now well'`)
    expect(found).toHaveLength(3)
  })

  it('of two copies, is what became of the one that was stored', async () => {
    const good = { event: 'e', distinct_id: 'a', uuid: id(301) }
    await pipe.send([{ event: 'no distinct id', uuid: id(301) }, good])
    expect(await find(id(301))).toMatchObject(stored())
    await pipe.send({ event: 'no distinct id', uuid: id(301) })
    expect(await find(id(301))).toMatchObject(stored())
    await pipe.send(good)
    expect(await pipe.rows(`select uuid from events where uuid = '${id(301)}'`)).toHaveLength(1)
  })

  it('is known from the moment it is acknowledged, and after a restart', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await pipe.restart((deps) => ({
      ...deps,
      warehouse: {
        insert: async (...rows) => {
          await held
          return deps.warehouse.insert(...rows)
        },
      },
    }))
    await pipe.append({ event: 'e', distinct_id: 'a', uuid: id(401) })
    while ((await find(id(401))).status === 'accepted') await new Promise((done) => setTimeout(done, 5))
    await pipe.append({ event: 'e', distinct_id: 'a', uuid: id(402) })
    expect(await find(id(401))).toMatchObject({ status: 'processing', acceptedAt: expect.any(Number) })
    expect(await find(id(402))).toMatchObject({ status: 'accepted', lagMs: expect.any(Number) })
    const { whenVisible } = reader()
    const late = await whenVisible(pipe.projectId, id(401), { waitMs: 50 })
    expect(late).toEqual({ isVisible: false, lagMs: expect.any(Number) })
    expect(late!.lagMs).toBeGreaterThanOrEqual(45)
    expect(await whenVisible(pipe.projectId, id(999), { waitMs: 5000 })).toBeNull()
    const asked = ['now', id(401), id(402)].map((after) =>
      whenVisible(pipe.projectId, after, { waitMs: 30_000 }),
    )
    release()
    expect(await Promise.all(asked)).toEqual(asked.map(() => ({ isVisible: true, lagMs: 0 })))
    const rows = await pipe.rows(`select uuid from events where uuid in ('${id(401)}', '${id(402)}')`)
    expect(rows).toHaveLength(2)
    await pipe.restart((deps) => deps)
    expect(await find(id(402))).toMatchObject(stored())
  })
})
