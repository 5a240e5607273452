import { expect, test } from 'vitest'
import type { FilterTree, PropertyFilter } from '../api/questions.ts'
import { filtersOf, finished, leavesOf, rootOf } from './filter-tree.ts'

const plan: PropertyFilter = { key: 'plan', type: 'event', operator: 'exact', value: ['pro'] }
const price: PropertyFilter = { key: 'price', type: 'event', operator: 'gt', value: '3' }
const unwritten: PropertyFilter = { key: 'os', type: 'event', operator: 'exact' }
const isComplete = ({ value }: PropertyFilter) => value !== undefined

test('a list stays a list, and becomes groups where any of it is enough', () => {
  expect(filtersOf(rootOf([plan, price]))).toEqual([plan, price])
  expect(filtersOf(rootOf(undefined))).toBeUndefined()
  const any = filtersOf({ type: 'AND', values: [{ type: 'OR', values: [plan, price] }] })
  expect(any).toEqual({ type: 'AND', values: [{ type: 'OR', values: [plan, price] }] })
  expect(rootOf(any)).toEqual({ type: 'AND', values: [{ type: 'OR', values: [plan, price] }] })
})

test('conditions beside groups are groups of one, those without any are one group', () => {
  expect(rootOf({ type: 'OR', values: [plan, { type: 'AND', values: [price] }] })).toEqual({
    type: 'OR',
    values: [
      { type: 'AND', values: [plan] },
      { type: 'AND', values: [price] },
    ],
  })
  expect(rootOf({ type: 'OR', values: [plan, price] })).toEqual({
    type: 'AND',
    values: [{ type: 'OR', values: [plan, price] }],
  })
})

test('what is not written yet is not asked, nor a group of nothing else', () => {
  const tree: FilterTree = {
    type: 'OR',
    values: [
      { type: 'AND', values: [plan, unwritten] },
      { type: 'AND', values: [{ type: 'OR', values: [unwritten] }] },
    ],
  }
  expect(finished(tree, isComplete)).toEqual({ type: 'OR', values: [{ type: 'AND', values: [plan] }] })
  expect(finished([unwritten], isComplete)).toBeUndefined()
  expect(leavesOf(tree)).toEqual([plan, unwritten, unwritten])
})
