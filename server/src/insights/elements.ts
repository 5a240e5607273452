import { call, constant, type Expr, field, not, or } from '../hogql/ast.ts'
import { invalid } from '../model/errors.ts'

/**
 * Conditions on the clicked element and its parents, which an event keeps as text in `elements_chain`: elements
 * from the innermost out, joined by `;`, each `tag.class.class:key="value"key="value"` with classes and keys sorted
 * and `"` in values escaped, PostHog's own grammar. Everything becomes one RE2 search over that text.
 */

const quoted = '"(?:[^"\\\\]|\\\\.)*"'
const anyElement = `(?:[^";]|${quoted})*`
const anyClasses = '(?:\\.[^.;"]+)*'
const anyAttributes = `(?:[^"=;]+=${quoted})*`
const insideQuotes = '(?:[^"\\\\]|\\\\.)*'

export const escapeRegex = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
const escapeValue = (text: string) => escapeRegex(text.replace(/["\\]/g, '\\$&'))

export const matches = (expr: Expr, regex: string): Expr => call('match', expr, constant(regex))
const chain = () => field('elements_chain')

type Part = {
  tag: string | null
  classes: string[]
  attributes: [key: string, value: string][]
  child: boolean
}

/** Attribute names as selectors write them, as the chain spells them. */
function chainKey(name: string): string {
  if (name === 'id') return 'attr_id'
  if (name === 'text' || name === 'href' || name === 'nth-child' || name === 'nth-of-type') return name
  return name.startsWith('attr__') ? name : `attr__${name}`
}

const name = '(?:\\\\.|[-\\w:/@]|[^\\x00-\\x7f])+'
const token = new RegExp(
  [
    '(?<combinator>\\s*>\\s*|\\s+)',
    `\\.(?<class>${name})`,
    `#(?<id>${name})`,
    `\\[(?<key>[-\\w:@]+)\\s*=\\s*(?:"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<bare>[^\\]"']*))\\]`,
    ':(?<nth>nth-child|nth-of-type)\\((?<index>\\d+)\\)',
    '(?<tag>\\*|[-\\w]+)',
  ].join('|'),
  'uy',
)

/**
 * A selector of tags, `.class`, `#id`, `[attr="v"]`, `:nth-child(n)`, joined by blanks (descendant) or `>` (child).
 * @throws HedgerowError `invalid` at what it doesn't know.
 */
export function parseSelector(selector: string): Part[] {
  const parts: Part[] = [{ tag: null, classes: [], attributes: [], child: false }]
  const text = selector.trim()
  token.lastIndex = 0
  while (token.lastIndex < text.length) {
    const at = token.lastIndex
    const found = token.exec(text)?.groups
    if (!found || text.length > 10_000)
      throw invalid(`The selector "${selector}" can't be read at position ${at}.`)
    const part = parts.at(-1)!
    const plain = (value: string) => value.replace(/\\(.)/gu, '$1')
    if (found.combinator !== undefined) {
      parts.push({ tag: null, classes: [], attributes: [], child: found.combinator.includes('>') })
    } else if (found.class !== undefined) part.classes.push(plain(found.class))
    else if (found.id !== undefined) part.attributes.push(['attr_id', plain(found.id)])
    else if (found.nth !== undefined) part.attributes.push([found.nth, found.index!])
    else if (found.key !== undefined) {
      part.attributes.push([chainKey(found.key), found.double ?? found.single ?? found.bare ?? ''])
    } else part.tag = found.tag === '*' ? null : found.tag!
  }
  return parts
}

function elementRegex(part: Part): string {
  const tag = part.tag === null ? '[^.:;"]*' : escapeRegex(part.tag)
  const classes = [...part.classes].sort().map((one) => `${anyClasses}\\.${escapeRegex(one)}`)
  const attributes = [...part.attributes]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, value]) => `${anyAttributes}${escapeRegex(key)}="${escapeValue(value)}"`)
  const rest = attributes.length ? `:${attributes.join('')}${anyAttributes}` : `(?::${anyElement})?`
  return `${tag}${classes.join('')}${anyClasses}${rest}`
}

/** The search that finds a selector's element anywhere in a chain. */
export function selectorRegex(selector: string): string {
  const parts = parseSelector(selector).reverse()
  let regex = `^(?:${anyElement};)*`
  for (const [i, part] of parts.entries()) {
    if (i > 0) regex += parts[i - 1]!.child ? ';' : `;(?:${anyElement};)*`
    regex += elementRegex(part)
  }
  return `${regex}(?:;|$)`
}

/** An element of this selector is in the chain. */
export const selectorExpr = (selector: string): Expr => matches(chain(), selectorRegex(selector))

/** An element of this tag is in the chain. */
export const tagNameExpr = (tag: string): Expr =>
  matches(chain(), `^(?:${anyElement};)*${escapeRegex(tag)}(?:[.:;]|$)`)

/** Some element's `key` (`href` or `text`) compares so with any of the values. */
export function attributeExpr(key: 'href' | 'text', values: string[], operator: string): Expr {
  const search = (inner: string, flags = '') => matches(chain(), `${flags}[:"]${key}="(?:${inner})"`)
  const any = (pattern: (value: string) => string) => values.map(pattern).join('|')
  switch (operator) {
    case 'is_set':
      return search('[^"]+')
    case 'is_not_set':
      return not(search('[^"]+'))
    case 'exact':
      return search(any(escapeValue))
    case 'is_not':
      return not(search(any(escapeValue)))
    case 'icontains':
      return search(
        any((value) => insideQuotes + escapeValue(value) + insideQuotes),
        '(?i)',
      )
    case 'not_icontains':
      return not(
        search(
          any((value) => insideQuotes + escapeValue(value) + insideQuotes),
          '(?i)',
        ),
      )
    case 'regex':
      return search(any((value) => `(?:${value})`))
    case 'not_regex':
      return not(search(any((value) => `(?:${value})`)))
    default:
      throw invalid(`Operator "${operator}" is not supported for elements.`)
  }
}

/** A filter of type `element`. */
export function elementExpr(key: string, values: string[], operator: string): Expr | undefined {
  if (key === 'href' || key === 'text') return attributeExpr(key, values, operator)
  if (key !== 'selector' && key !== 'tag_name') {
    throw invalid(`Elements have no "${key}": use tag_name, text, href or selector.`)
  }
  if (operator !== 'exact' && operator !== 'is_not') {
    throw invalid(`Operator "${operator}" is not supported for ${key}: use exact or is_not.`)
  }
  const some = or(...values.map((value) => (key === 'selector' ? selectorExpr(value) : tagNameExpr(value))))
  return some && operator === 'is_not' ? not(some) : some
}
