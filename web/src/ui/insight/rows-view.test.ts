import { expect, test } from 'vitest'
import { drawnRows, guessedView, nodeOf, numericColumns, readRowsView, viewOfNode } from './rows-view.ts'

const answer = {
  columns: ['day', 'plan', 'orders', 'none'],
  rows: [
    ['2026-11-01', 'pro', 3, null],
    ['2026-11-02', null, 5, null],
  ],
}

test('dates go along the bottom of a line, other words under bars, and numbers are drawn', () => {
  expect(numericColumns(answer)).toEqual(['orders'])
  expect(guessedView(answer)).toEqual({ display: 'ActionsLineGraph', x: 'day', y: ['orders'] })
  const byPlan = { columns: ['plan', 'orders'], rows: answer.rows.map(([, plan, orders]) => [plan, orders]) }
  expect(guessedView(byPlan)).toEqual({ display: 'ActionsBar', x: 'plan', y: ['orders'] })
  expect(guessedView({ columns: ['event'], rows: [['a']] })).toBeUndefined()
  expect(guessedView({ columns: ['n', 'm'], rows: [[1, 2]] })).toMatchObject({ x: 'n', y: ['m'] })
})

test('what is drawn: a label for each row, columns that are gone are left out', () => {
  const view = { display: 'ActionsBar', x: 'plan', y: ['orders', 'gone'] } as const
  expect(drawnRows(answer, { ...view, y: [...view.y] })).toEqual({
    labels: ['pro', '(not set)'],
    series: [{ key: 'orders', label: 'orders', slot: 0, data: [3, 5], stack: 'orders' }],
    left: 0,
  })
})

test('a view is saved in the form of PostHog and read again; nonsense is a table', () => {
  const view = { display: 'ActionsAreaGraph' as const, x: 'day', y: ['orders'] }
  expect(viewOfNode(nodeOf('select 1', view))).toEqual(view)
  expect(viewOfNode(nodeOf('select 1', undefined))).toBeUndefined()
  expect(viewOfNode({ kind: 'DataVisualizationNode', display: 'ActionsBar' })).toBeUndefined()
  expect(readRowsView({ display: 'Cake', x: 'day', y: [] })).toBeUndefined()
})
