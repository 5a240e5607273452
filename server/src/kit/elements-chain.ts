/** One element of an autocaptured click, as the API shows it. The first of a chain is the innermost. */
export type ChainElement = {
  text?: string
  tag_name?: string
  href?: string
  attr_class?: string[]
  attr_id?: string
  nth_child?: number
  nth_of_type?: number
  attributes: Record<string, string>
}

/**
 * Elements as the text that the warehouse keeps and that SDKs send as `$elements_chain`: elements joined by `;`, each
 * `tag.class.class:key="value"key="value"…`, classes and keys sorted, quotes escaped by a backslash.
 */
export function printElementsChain(elements: ChainElement[]): string {
  return elements.map(printElement).join(';')
}

function printElement(element: ChainElement): string {
  const classes = [...(element.attr_class ?? [])].sort().map((name) => `.${name.replaceAll('"', '')}`)
  const facts: Record<string, string> = {
    ...element.attributes,
    ...(element.text ? { text: element.text } : {}),
    'nth-child': String(element.nth_child ?? 0),
    'nth-of-type': String(element.nth_of_type ?? 0),
    ...(element.href ? { href: element.href } : {}),
    ...(element.attr_id ? { attr_id: element.attr_id } : {}),
  }
  const pairs = Object.keys(facts)
    .sort()
    .map((key) => `${key}="${escapeQuotes(facts[key]!)}"`)
  return `${element.tag_name ?? ''}${classes.join('')}:${pairs.join('')}`
}

// As the SDKs write it: only quotes are escaped, so a backslash before the closing quote would swallow it.
const escapeQuotes = (value: string) => value.replace(/\\+$/, '').replace(/\\?"/g, '\\"')
const unescapeQuotes = (value: string) => value.replaceAll('\\"', '"')

/** Reads what `printElementsChain` or an SDK wrote. Never throws: what is no element gives none. */
export function parseElementsChain(chain: string): ChainElement[] {
  return splitOutsideQuotes(chain).map(parseElement)
}

function splitOutsideQuotes(chain: string): string[] {
  const parts = []
  let start = 0
  let quoted = false
  for (let at = 0; at < chain.length; at++) {
    const character = chain[at]
    if (character === '"' && chain[at - 1] !== '\\') quoted = !quoted
    if (character === ';' && !quoted) {
      parts.push(chain.slice(start, at))
      start = at + 1
    }
  }
  parts.push(chain.slice(start))
  return parts.filter((part) => part.trim() !== '')
}

// Classes may hold colons (`md:flex`), so the attributes begin at the first colon before a known kind of name.
const attributesBegin = /:(?=(?:text|href|nth-child|nth-of-type|attr_id|attr__[^="]*)=")/
const attribute = /([^"]*?)="((?:\\"|[^"])*)"/g

function parseElement(text: string): ChainElement {
  const colon = text.search(attributesBegin)
  const head = colon < 0 ? text.replace(/:$/, '') : text.slice(0, colon)
  const [tag, ...classes] = head.split('.')
  const element: ChainElement = { attributes: {} }
  if (tag) element.tag_name = tag
  if (classes.length) element.attr_class = classes.filter(Boolean)
  const pairs = colon < 0 ? [] : text.slice(colon + 1).matchAll(attribute)
  for (const [, key, raw] of pairs) {
    const value = unescapeQuotes(raw!)
    if (key === 'text') element.text = value
    else if (key === 'href') element.href = value
    else if (key === 'attr_id') element.attr_id = value
    else if (key === 'nth-child') element.nth_child = Number.parseInt(value, 10) || 0
    else if (key === 'nth-of-type') element.nth_of_type = Number.parseInt(value, 10) || 0
    else if (key && key !== '__proto__') element.attributes[key] = value
  }
  return element
}
