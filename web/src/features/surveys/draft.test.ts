import { expect, test } from 'vitest'
import {
  answersOf,
  bodyOf,
  changesOf,
  newDraft,
  problemsOf,
  type Question,
  rearranged,
  withChoices,
  withType,
} from './draft.ts'

const asked = (question: string, more: Partial<Question> = {}): Question =>
  ({ type: 'open', question, ...more }) as Question
const to = (index: number) => ({ type: 'specific_question' as const, index })

test('what leads to a question still does when questions change places', () => {
  const questions = [asked('a', { branching: to(2) }), asked('b'), asked('c')]
  expect(rearranged(questions, [0, 2, 1])[0]!.branching).toEqual(to(1))
  expect(rearranged(questions, [2, 0, 1])[1]!.branching).toEqual(to(0))
  expect(rearranged(questions, [0, asked('new'), 1, 2])[0]!.branching).toEqual(to(3))
})

test('what led to a question that is gone goes on at the next', () => {
  const questions = [
    asked('a', { branching: to(2) }),
    asked('b', {
      branching: { type: 'response_based', responseValues: { '0': 2, '1': 0, '2': 'end' } },
    }),
    asked('c'),
  ]
  expect(rearranged(questions, [0, 1]).map(({ branching }) => branching)).toEqual([
    { type: 'next_question' },
    { type: 'response_based', responseValues: { '1': 0, '2': 'end' } },
  ])
})

test('what follows from a choice goes with it', () => {
  const question = asked('a', {
    type: 'single_choice',
    choices: ['x', 'y', 'z'],
    branching: { type: 'response_based', responseValues: { '0': 'end', '2': 1 } },
  })
  expect(withChoices(question, ['z', 'x'], [2, 0]).branching?.responseValues).toEqual({ '0': 1, '1': 'end' })
})

test('answers that can lead elsewhere have the names that SDKs look for', () => {
  const values = (question: Partial<Question>) => answersOf(asked('a', question)).map(({ value }) => value)
  expect(values({ type: 'rating', scale: 10 })).toEqual(['detractors', 'passives', 'promoters'])
  expect(values({ type: 'rating', scale: 2 })).toEqual(['positive', 'negative'])
  expect(answersOf(asked('a', { type: 'rating', scale: 7 })).map(({ label }) => label)).toEqual([
    '1 to 3 (negative)',
    '4 (neutral)',
    '5 to 7 (positive)',
  ])
  expect(values({ type: 'single_choice', choices: ['x', 'y'] })).toEqual(['0', '1'])
  expect(values({ type: 'multiple_choice', choices: ['x', 'y'] })).toEqual([])
})

test('a question of another type is another question: its answers are known by another id', () => {
  const question = asked('a', { id: 'one', choices: ['x'], type: 'single_choice', optional: true })
  expect(withType(question, 'multiple_choice')).toMatchObject({
    choices: ['x'],
    optional: true,
    id: undefined,
  })
  expect(withType(question, 'rating')).not.toHaveProperty('choices')
})

test('only what changed is sent, and targeting by its own names', () => {
  const draft = { ...newDraft, targeting: { groups: [{ properties: [], rollout_percentage: 10 }] } }
  expect(bodyOf(changesOf(draft, newDraft))).toEqual({ targeting_flag_filters: draft.targeting })
  expect(bodyOf(changesOf(newDraft, draft))).toEqual({ remove_targeting_flag: true })
  expect(bodyOf({ schedule: 'always' })).toEqual({
    schedule: 'always',
    iteration_count: null,
    iteration_frequency_days: null,
  })
  expect(changesOf(newDraft, newDraft)).toEqual({})
})

test('what keeps a survey from being saved is said where it is', () => {
  const draft = { ...newDraft, name: 'A', questions: [asked('a')] }
  expect(problemsOf(draft)).toEqual({})
  expect(problemsOf({ ...draft, name: ' ', questions: [asked('')] })).toEqual({
    name: 'A survey needs a name.',
    'question-0': 'Say what is asked.',
  })
  const about = (more: Partial<Question>) =>
    problemsOf({ ...draft, questions: [asked('a', more)] })['question-0']
  expect(about({ type: 'link', link: 'https://' })).toContain('begins with')
  expect(about({ type: 'link', link: 'javascript:alert(1)' })).toContain('begins with')
  expect(about({ type: 'link', link: 'mailto:ada@example.com' })).toBeUndefined()
  expect(about({ type: 'single_choice', choices: ['x', ''] })).toBe('Every choice needs a text.')
  expect(about({ type: 'single_choice', choices: ['x', 'x'] })).toBe('Two choices are the same.')
  const everybody = { groups: [{ properties: [], rollout_percentage: 100 }] }
  expect(problemsOf({ ...draft, targeting: everybody }).targeting).toContain('is everybody')
  expect(problemsOf({ ...draft, schedule: 'recurring' }).schedule).toBeDefined()
})
