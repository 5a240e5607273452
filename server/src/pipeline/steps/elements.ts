import { firstCharacters } from '../../kit/clean-text.ts'
import { type ChainElement, printElementsChain } from '../../kit/elements-chain.ts'
import { isObject } from '../../kit/is-object.ts'
import type { Outcome, PipelineEvent } from '../pipeline-event.ts'

const longestText = 400
const longestHref = 2048

/** Takes an autocaptured event's elements out of its properties and into the chain. */
export function elements(event: PipelineEvent): Outcome {
  const { $elements_chain: chain, $elements: list } = event.properties
  if (typeof chain === 'string' && chain) event.elementsChain = chain
  else if (Array.isArray(list) && list.length) {
    event.elementsChain = printElementsChain(list.filter(isObject).map(toElement))
  }
  if (chain !== undefined) delete event.properties.$elements_chain
  if (list !== undefined) delete event.properties.$elements
  return event
}

function toElement(item: Record<string, unknown>): ChainElement {
  const element: ChainElement = { attributes: {} }
  for (const key in item) {
    const value = item[key]
    if (key.startsWith('attr__') && value !== null && value !== undefined) {
      element.attributes[key] = Array.isArray(value) ? value.join(' ') : text(value)
    }
  }
  if (typeof item.tag_name === 'string') element.tag_name = item.tag_name
  const elementText = item.$el_text ?? item.text
  if (elementText) element.text = firstCharacters(text(elementText), longestText)
  const href = item.attr__href ?? item.href
  if (href) element.href = firstCharacters(text(href), longestHref)
  const classes = item.attr__class ?? item.attr_class
  if (Array.isArray(classes)) element.attr_class = classes.map(text).filter(Boolean)
  else if (classes) element.attr_class = text(classes).split(/\s+/).filter(Boolean)
  const id = item.attr__id ?? item.attr_id
  if (id) element.attr_id = text(id)
  if (Number.isInteger(item.nth_child)) element.nth_child = item.nth_child as number
  if (Number.isInteger(item.nth_of_type)) element.nth_of_type = item.nth_of_type as number
  return element
}

const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
