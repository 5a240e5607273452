/** Text as HTML that shows just that, in attributes too. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

const tags = new Set(
  (
    'a abbr acronym area article aside b bdi bdo blockquote br caption center cite code col colgroup data dd del details ' +
    'dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd li map mark nav ol p pre q ' +
    'rp rt rtc ruby s samp small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr'
  ).split(' '),
)

const attributes = new Set(
  (
    'style lang title width height href hreflang target rel dir cite align char charoff span datetime size alt src start type ' +
    'bgcolor border cellpadding cellspacing frame rules summary valign abbr axis colspan headers nowrap rowspan scope class'
  ).split(' '),
)
const addresses = new Set(['href', 'src', 'cite'])

const tag = /<(\/?)([a-z][^\s/>]*)((?:\s+[a-z-]+(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))?)*)\s*\/?>/iy
const attribute = /([a-z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'))?/gi

/**
 * The first thing in a text that no harmless HTML has: a tag or attribute that is not on the list, an address that is
 * none of the web, or what can't be read for sure. Null for harmless HTML, and for plain text: `a < b` is no tag.
 */
export function harmIn(text: string): string | null {
  for (const { index } of text.matchAll(/<(?=[a-z/!?])/gi)) {
    tag.lastIndex = index
    const [whole, , name, given] = tag.exec(text) ?? []
    if (whole === undefined || !tags.has(name!.toLowerCase())) return text.slice(index, index + 40)
    for (const [one, key, double, single] of given!.matchAll(attribute)) {
      const value = double ?? single ?? ''
      if (!attributes.has(key!.toLowerCase())) return one
      if (addresses.has(key!.toLowerCase()) && !isOfTheWeb(value)) return one
      if (key!.toLowerCase() === 'style' && /url|expression|@|\\|&/i.test(value)) return one
    }
  }
  return null
}

const isOfTheWeb = (address: string) =>
  !/&(?:#|colon|tab|newline)/i.test(address) &&
  (/^\s*(?:https?:|mailto:|tel:)/i.test(address) || !address.includes(':'))
