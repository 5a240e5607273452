import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** Where the words of the documentation are that stand in no contract. The same from `src` and from `dist`. */
const folder = new URL('../../../docs/api/', import.meta.url)
export const examplesFile = fileURLToPath(new URL('examples.json', folder))

/** An operation as it was asked and answered once. */
const Example = z.object({
  status: z.int(),
  params: z.record(z.string(), z.string()).optional(),
  query: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
  answer: z.unknown().optional(),
})
export type Example = z.output<typeof Example>

/** `sidebar.json`: all that the documentation shows, in its order, and what it does not show. */
const Sidebar = z.strictObject({
  pages: z.array(
    z.strictObject({
      /** The end of the page's address. */
      slug: z.string(),
      title: z.string(),
      /** Beside `sidebar.json`. */
      file: z.string(),
    }),
  ),
  groups: z.array(z.strictObject({ name: z.string(), tags: z.array(z.string()) })),
  /** Ids of operations that work and are in the schema, but are not shown. */
  hidden: z.array(z.string()),
})

export type Documentation = {
  pages: { slug: string; title: string; file: string; markdown: string }[]
  groups: { name: string; tags: string[] }[]
  hidden: string[]
  /** What a tag is about, as markdown; empty where nobody has written it yet. */
  tagPage(tag: string): string
  /** By operation. */
  examples: Record<string, Example>
}

let read: Documentation | undefined

/**
 * The documentation's own files, read once. They are written by people (`docs/api/`), except `examples.json`, which a
 * test run writes.
 * @throws where a file is missing or wrong
 */
export function readDocumentation(): Documentation {
  read ??= readAll()
  return read
}

function readAll(): Documentation {
  const text = (file: string) => readFileSync(new URL(file, folder), 'utf8')
  const { pages, groups, hidden } = Sidebar.parse(JSON.parse(text('sidebar.json')))
  return {
    groups,
    hidden,
    pages: pages.map((page) => ({ ...page, markdown: text(page.file) })),
    tagPage: (tag) => {
      const file = new URL(`tags/${tag}.md`, folder)
      return existsSync(file) ? readFileSync(file, 'utf8') : ''
    },
    examples: z.record(z.string(), Example).parse(JSON.parse(text('examples.json'))),
  }
}
