import { expect, test } from 'vitest'
import { decideKill, type Job } from './watch.ts'

const job = (facts: Partial<Job>): Job => ({
  fingerprint: 'q',
  startedAt: 0,
  limitMs: 10_000,
  abandonedAt: null,
  giveUp: () => {},
  ...facts,
})
const idle = { busy: false, lastEndedAt: 0 }

test.each([
  ['nothing runs', [], idle, 60_000, null],
  ['within its limit', [job({})], idle, 10_000, null],
  ['just past its limit', [job({})], idle, 13_000, null],
  ['3 s past its limit', [job({})], idle, 13_001, 'overran'],
  ['3 s past its limit, among others', [job({}), job({ startedAt: 13_000 })], idle, 13_001, 'overran'],
  ['no limit', [job({ limitMs: 0 })], idle, 1e9, null],
  ['just abandoned', [job({ abandonedAt: 5000 })], idle, 6000, null],
  ['abandoned and alone', [job({ abandonedAt: 5000 })], idle, 6001, 'abandoned'],
  ['two abandoned ones', [job({ abandonedAt: 5000 }), job({ abandonedAt: 5900 })], idle, 6001, 'abandoned'],
  ['abandoned beside another', [job({ abandonedAt: 5000 }), job({ startedAt: 5500 })], idle, 6001, null],
  ['abandoned during an insert', [job({ abandonedAt: 5000 })], { busy: true, lastEndedAt: 0 }, 6001, null],
  ['abandoned after another', [job({ abandonedAt: 5000 })], { busy: false, lastEndedAt: 5500 }, 6001, null],
])('%s', (_, jobs, others, now, reason) => {
  expect(decideKill(jobs, others, now)?.reason ?? null).toBe(reason)
})
