import { z } from 'zod'
import { parseElementsChain } from '../kit/elements-chain.ts'

/** How elements of pages look inside other things. */

export const Element = z
  .object({
    event: z.string().nullable().describe('Always null.'),
    text: z.string().nullable().describe('Its text as it was shown, as far as the SDK sends it.'),
    tag_name: z.string().nullable().describe('In lower case: `button`, `a`.'),
    attr_class: z.array(z.string()).nullable().describe('Its CSS classes.'),
    href: z.string().nullable().describe('Where it leads, for links.'),
    attr_id: z.string().nullable().describe('Its `id` in the page.'),
    nth_child: z.int().nullable().describe('Which child of its parent it is, from 1.'),
    nth_of_type: z.int().nullable().describe("Which of its parent's children of the same tag it is, from 1."),
    attributes: z
      .record(z.string(), z.string())
      .describe('All attributes that were sent, by name with `attr__` in front: `attr__data-testid`.'),
    order: z.int().describe('0 is the element that was clicked; each further one holds the one before.'),
  })
  .meta({ id: 'Element', description: 'An element of a page, as autocapture saw it.' })

/** The elements of a chain, as the warehouse keeps it, the innermost first. */
export const elementsOf = (chain: string): z.input<typeof Element>[] =>
  parseElementsChain(chain).map((element, order) => ({
    event: null,
    text: element.text ?? null,
    tag_name: element.tag_name ?? null,
    attr_class: element.attr_class ?? null,
    href: element.href ?? null,
    attr_id: element.attr_id ?? null,
    nth_child: element.nth_child ?? null,
    nth_of_type: element.nth_of_type ?? null,
    attributes: element.attributes,
    order,
  }))
