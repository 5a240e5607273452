import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ChainElement, parseElementsChain, printElementsChain } from './elements-chain.ts'

test('a chain as SDKs write it, both ways', () => {
  const chain =
    'button.btn.primary:attr__class="btn primary"attr__data-attr="buy"nth-child="1"nth-of-type="1"text="Buy now";' +
    'div.a.b:attr__class="b a"attr__id="root"attr_id="root"nth-child="1"nth-of-type="1";' +
    'body:nth-child="2"nth-of-type="1"'
  const elements = parseElementsChain(chain)
  expect(elements).toEqual([
    {
      tag_name: 'button',
      attr_class: ['btn', 'primary'],
      attributes: { attr__class: 'btn primary', 'attr__data-attr': 'buy' },
      nth_child: 1,
      nth_of_type: 1,
      text: 'Buy now',
    },
    {
      tag_name: 'div',
      attr_class: ['a', 'b'],
      attributes: { attr__class: 'b a', attr__id: 'root' },
      attr_id: 'root',
      nth_child: 1,
      nth_of_type: 1,
    },
    { tag_name: 'body', attributes: {}, nth_child: 2, nth_of_type: 1 },
  ])
  expect(printElementsChain(elements)).toBe(chain)
})

test('semicolons and quotes in a text, colons in a class', () => {
  const elements: ChainElement[] = [
    {
      tag_name: 'a',
      attr_class: ['md:flex'],
      attributes: {},
      text: 'say "hi"; a:b="c"',
      nth_child: 0,
      nth_of_type: 0,
    },
    { tag_name: 'p', attributes: { 'attr__:class': 'x' }, nth_child: 3, nth_of_type: 0 },
  ]
  expect(parseElementsChain(printElementsChain(elements))).toEqual(elements)
})

test('what is no chain is no error', () => {
  expect(parseElementsChain('')).toEqual([])
  expect(parseElementsChain(';;')).toEqual([])
  expect(parseElementsChain('div')).toEqual([{ tag_name: 'div', attributes: {} }])
  expect(parseElementsChain('div:text="open')).toEqual([{ tag_name: 'div', attributes: {} }])
})

test('any element comes back', () => {
  const value = fc
    .string({ unit: 'grapheme' })
    .map((text) => text.replace(/\\/g, ''))
    .filter((text) => text !== '')
  const name = fc.stringMatching(/^[a-z][a-z0-9:_-]{0,9}$/)
  const element = fc.record(
    {
      tag_name: fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/),
      text: value,
      href: value,
      attr_id: value,
      attr_class: fc.uniqueArray(name, { minLength: 1 }).map((names) => names.sort()),
      attributes: fc.dictionary(
        name.map((one) => `attr__${one}`),
        fc.oneof(value, fc.constant('')),
      ),
      nth_child: fc.nat(),
      nth_of_type: fc.nat(),
    },
    { requiredKeys: ['tag_name', 'attributes', 'nth_child', 'nth_of_type'] },
  )
  fc.assert(
    fc.property(fc.array(element), (elements) => {
      const plain = elements.map((one) => ({ ...one, attributes: { ...one.attributes } }))
      expect(parseElementsChain(printElementsChain(plain))).toEqual(plain)
    }),
  )
  fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseElementsChain(text))))
})
