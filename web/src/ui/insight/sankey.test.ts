import { expect, test } from 'vitest'
import { sankeyLayout, shortSteps, stepText } from './sankey.ts'

const edges = [
  { source: '1_/', target: '2_/pricing', value: 30 },
  { source: '1_/', target: '2_/docs', value: 10 },
  { source: '1_/blog', target: '2_/docs', value: 20 },
  { source: '2_/pricing', target: '3_/signup', value: 12 },
]

test('a column for each place, as high as the routes that came through', () => {
  const { nodes, links, height } = sankeyLayout(edges, 900)
  const of = (key: string) => nodes.find((node) => node.key === key)!
  expect(new Set(nodes.map(({ x }) => x)).size).toBe(3)
  expect(of('1_/')).toMatchObject({ value: 40, ended: 0, place: 1, text: '/' })
  expect(of('2_/pricing')).toMatchObject({ value: 30, ended: 18 })
  expect(of('3_/signup')).toMatchObject({ value: 12, ended: 0 })
  expect(of('1_/').height / of('1_/blog').height).toBeCloseTo(2)
  // what comes from above lies above
  expect(of('2_/pricing').y).toBeLessThan(of('2_/docs').y)
  const wide = (target: string) => links.find((link) => link.target === target)!.width
  expect(wide('3_/signup') / wide('2_/pricing')).toBeCloseTo(0.4)
  for (const node of nodes) expect(node.y + node.height).toBeLessThanOrEqual(height)
})

test('nothing lies over anything else, however many steps there are', () => {
  const many = Array.from({ length: 40 }, (_, at) => ({
    source: '1_/',
    target: `2_/page/${at}`,
    value: 1 + at,
  }))
  const { nodes } = sankeyLayout(many, 400)
  const second = nodes.filter(({ place }) => place === 2).sort((a, b) => a.y - b.y)
  for (const [at, node] of second.slice(1).entries()) {
    expect(node.y).toBeGreaterThanOrEqual(second[at]!.y + second[at]!.height)
  }
})

test('steps in short', () => {
  expect(stepText('12_2_/a')).toBe('2_/a')
  const one = shortSteps(['https://a.com/x', 'https://a.com'])
  expect([one('https://a.com/x?y'), one('https://a.com'), one('signed up')]).toEqual([
    '/x?y',
    '/',
    'signed up',
  ])
  const two = shortSteps(['https://a.com/x', 'https://b.com/x'])
  expect(two('https://a.com/x')).toBe('a.com/x')
  expect(two(`/${'deep/'.repeat(20)}end`)).toMatch(/^\/deep.*….*end$/)
})
