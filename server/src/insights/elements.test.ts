import fc from 'fast-check'
import { RE2JS } from 're2js'
import { describe, expect, it } from 'vitest'
import type { Call, Expr, Not } from '../hogql/ast.ts'
import { printElementsChain } from '../kit/elements-chain.ts'
import { attributeExpr, elementExpr, selectorRegex } from './elements.ts'

const chain = printElementsChain([
  {
    tag_name: 'a',
    text: 'say "hi"; div.fake:href="/x"',
    href: '/a-url?x=1',
    attr_class: ['small', 'link'],
    nth_child: 2,
    attributes: { 'attr__data-attr': 'buy' },
  },
  { tag_name: 'button', attr_class: ['btn-primary', 'btn', 'md:flex'], attributes: {} },
  { tag_name: 'div', attributes: {} },
  { tag_name: 'div', attr_id: 'root', attributes: { attr__id: 'root' } },
])
const found = (regex: string, text = chain) => RE2JS.compile(regex).matcher(text).find()
const holds = (expr: Expr, text = chain): boolean =>
  expr.kind === 'not'
    ? !holds((expr as Not).expr, text)
    : found(((expr as Call).args[1] as { value: string }).value, text)

describe('selectors', () => {
  it.each([
    'a',
    'div',
    '*',
    '.btn',
    'button.btn',
    '.btn.btn-primary',
    '.btn-primary.btn',
    '.small',
    'button > a',
    'div a',
    'div > button > a',
    'div div > button .link',
    '#root',
    'div#root',
    "[id='root'] a",
    '[id="root"] > div',
    'a:nth-child(2)',
    '[data-attr="buy"]',
    'a[href="/a-url?x=1"][data-attr=buy].small',
    'button.md\\:flex',
  ])('%s is there', (selector) => {
    expect(found(selectorRegex(selector))).toBe(true)
  })
  it.each([
    'span',
    'but',
    'utton',
    '.bt',
    '.primary',
    'a.btn',
    'div > a',
    'a > button',
    'a button',
    'button div',
    '#other',
    '.fake',
    'div[href="/x"]',
    'a:nth-child(3)',
    '[data-attr="bu"]',
    '[attr="buy"]',
  ])('%s is not', (selector) => {
    expect(found(selectorRegex(selector))).toBe(false)
  })
  it.each(['a[', 'a:hover', 'a ! b', 'a[href'])('refuses %s', (selector) => {
    expect(() => selectorRegex(selector)).toThrow("can't be read at position")
  })
  it('what it makes is always a pattern', () => {
    const word = fc.stringMatching(/^[-\w]{1,8}$/)
    const value = fc.string({ maxLength: 8 }).filter((text) => !/["\\\]]/.test(text))
    fc.assert(
      fc.property(word, word, value, (tag, one, text) => {
        const regex = selectorRegex(`${tag}.${one}[title="${text}"]`)
        const element = { tag_name: tag, attr_class: [one, 'zz', 'aa'], attributes: { attr__title: text } }
        expect(found(regex, printElementsChain([{ tag_name: 'x', attributes: {} }, element]))).toBe(true)
      }),
    )
  })
})

describe('attributes', () => {
  it.each([
    ['href', ['/a-url?x=1'], 'exact', true],
    ['href', ['/a-url'], 'exact', false],
    ['href', ['/other', '/a-url?x=1'], 'exact', true],
    ['href', ['/x'], 'exact', false],
    ['href', ['/a-url?x=1'], 'is_not', false],
    ['href', ['A-URL'], 'icontains', true],
    ['href', ['A-URL'], 'not_icontains', false],
    ['href', ['/a-.+'], 'regex', true],
    ['href', ['/\\d+'], 'not_regex', true],
    ['text', ['say "hi"; div.fake:href="/x"'], 'exact', true],
    ['text', ['"hi"'], 'icontains', true],
    ['text', [''], 'is_set', true],
    ['text', [''], 'is_not_set', false],
  ] as const)('%s %j %s', (key, values, operator, expected) => {
    expect(holds(attributeExpr(key, [...values], operator))).toBe(expected)
  })
  it('nothing is set on an event without elements', () => {
    expect(holds(attributeExpr('text', [], 'is_set'), '')).toBe(false)
  })
  it('refuses what elements do not have', () => {
    expect(() => elementExpr('color', ['red'], 'exact')).toThrow('use tag_name, text, href or selector')
    expect(() => elementExpr('selector', ['a'], 'icontains')).toThrow('not supported for selector')
  })
})
