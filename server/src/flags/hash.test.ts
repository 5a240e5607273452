import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { placeInFlag, placeInHoldout } from './hash.ts'

/** Worked by hand with SHA-1 and checked against PostHog's SDKs. */
const worked: [flagKey: string, id: string, rollout: number, variant: number][] = [
  ['simple-flag', 'user_0', 0.5169142384689034, 0.5390028017279895],
  ['simple-flag', 'user_1', 0.42261870166886395, 0.6680360317114409],
  ['simple-flag', 'test', 0.24262445900303364, 0.12275206227442209],
  ['simple-flag', '42', 0.391041604040884, 0.530576414586277],
  ['simple-flag', 'Ünïcode', 0.054881231972974745, 0.6974658407913249],
  ['simple-flag', 'user 1', 0.1265520423164334, 0.3611454908072025],
  ['simple-flag', 'x'.repeat(200), 0.551242198304284, 0.7934450039129625],
  ['beta-feature', 'user@example.com', 0.7207482493110499, 0.7750500427510276],
  ['beta-feature', 'acme', 0.721998015864389, 0.6671555048258652],
  ['multi', 'Ünïcode', 0.8532148440587368, 0.005342054180499251],
  ['multi', 'some-distinct-id', 0.04635805642656148, 0.5691286729098733],
]

test.each(worked)('%s and %s, to the last bit', (flagKey, id, rollout, variant) => {
  expect(placeInFlag(flagKey, id)).toBe(rollout)
  expect(placeInFlag(flagKey, id, 'variant')).toBe(variant)
})

test('holding out knows no flag', () => {
  expect(['user_0', 'user_1', 'test', '42'].map(placeInHoldout)).toEqual([
    0.8665277969826258, 0.3590969650743102, 0.6273304074278194, 0.5782608389240631,
  ])
})

test('nobody comes first', () => {
  expect(placeInFlag('simple-flag', '')).toBe(0)
})

test('any text is placed by its SHA-1, short ones too, which do not ask OpenSSL', () => {
  const placed = (text: string) =>
    Number(BigInt(`0x${createHash('sha1').update(text).digest('hex').slice(0, 15)}`)) / Number(2n ** 60n - 1n)
  const texts = fc.oneof(fc.string({ maxLength: 70 }), fc.string({ unit: 'binary', maxLength: 60 }))
  fc.assert(
    fc.property(texts, (id) => {
      expect(placeInHoldout(id)).toBe(placed(`holdout-${id}`))
    }),
    { numRuns: 2000 },
  )
  // Around what fits into one block.
  for (let length = 0; length < 130; length++) {
    expect(placeInHoldout('y'.repeat(length))).toBe(placed(`holdout-${'y'.repeat(length)}`))
  }
})
