import { expect, test } from 'vitest'
import type { Action } from '../../api/types.ts'
import {
  draftOf,
  filterOfAny,
  givenStep,
  newDraft,
  newStep,
  problemsOf,
  type Step,
  stepWords,
} from './steps.ts'

const names = { cohort: (id: number) => `cohort ${id}`, flag: String }
const step = (changes: Partial<Step>): Step => ({ ...newStep, ...changes })
const filtered = [{ key: 'plan', type: 'event' as const, operator: 'exact', value: ['pro'] }]

test.each<[Partial<Step>, string]>([
  [{}, 'any event'],
  [{ event: 'paid' }, '“paid”'],
  [{ event: 'paid', url: '/a' }, '“paid” where the URL contains “/a”'],
  [{ url: '/a', url_matching: 'exact' }, 'any event where the URL is “/a”'],
  [
    { event: '$autocapture', text: 'Buy', selector: 'a > b' },
    '“$autocapture” where the text is “Buy” and the selector is “a > b”',
  ],
  // of an element only where it is of one, as it counts only there
  [{ event: 'paid', text: 'Buy' }, '“paid”'],
  [{ event: 'paid', properties: filtered }, '“paid” where plan equals “pro”'],
])('%o is said: %s', (changes, words) => {
  expect(stepWords(step(changes), names)).toBe(words)
})

test('what an action will mean is asked by filters; wildcards of a URL stay some', () => {
  expect(filterOfAny([])).toBeUndefined()
  expect(filterOfAny([step({ event: 'paid' }), newStep])).toBeNull()
  expect(filterOfAny([step({ event: 'paid', url: "it's_\\%", properties: filtered })])).toEqual({
    type: 'OR',
    values: [
      {
        type: 'AND',
        values: [
          { type: 'event_metadata', key: 'event', operator: 'exact', value: ['paid'] },
          { type: 'hogql', key: "properties.$current_url like '%it\\'s_\\\\%%'" },
          ...filtered,
        ],
      },
    ],
  })
  const ofElement = step({ event: '$autocapture', text: 'Buy', text_matching: 'contains' })
  expect(filterOfAny([ofElement])).toMatchObject({
    values: [{ values: [{}, { type: 'element', key: 'text', operator: 'icontains', value: ['Buy'] }] }],
  })
})

test('filters that no editor has are kept as they are', () => {
  const properties = { type: 'OR', values: [{ type: 'hogql', key: '1' }] }
  const { id: _, properties: __, ...given } = { ...newStep, id: 'x' }
  const action = { name: 'a', description: '', tags: [], steps: [{ ...given, id: 'x', properties }] }
  const [read] = draftOf(action as unknown as Action).steps
  expect(givenStep(read!)).toMatchObject({ id: 'x', properties })
})

test.each<[Partial<Step>, string | undefined]>([
  [{ event: 'paid' }, undefined],
  [{ url: '(', url_matching: 'contains' }, undefined],
  [{ url: '(', url_matching: 'regex' }, "Step 1 has a regular expression that can't be read."],
  [{ properties: [{ ...filtered[0]!, value: [] }] }, 'Step 1 has a filter without a value.'],
])('%o lacks: %s', (changes, problem) => {
  expect(problemsOf({ ...newDraft, name: 'a', steps: [step(changes)] }).steps).toBe(problem)
})
