/**
 * Writes the tables of docs/compatibility.md from what is known to differ from PostHog's document.
 *
 *   node --import tsx scripts/compatibility.ts           writes them
 *   node --import tsx scripts/compatibility.ts --check   fails when they are stale
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Known, known } from '../server/test/posthog-contract.ts'

const file = fileURLToPath(new URL('../docs/compatibility.md', import.meta.url))

/** A cell of Markdown, of which a bar would begin the next. */
const cell = (text: string) => text.replaceAll('|', '\\|')

/** `answer` is what most differences are of, so it is not said. */
const shown = (difference: string) => `\`${cell(difference.replace(/^answer /, ''))}\``

const table = (rows: Known[]) =>
  [
    '| what | why |',
    '|---|---|',
    ...rows.map(({ why, is }) => `| ${is.map(shown).join('<br>')} | ${cell(why)} |`),
  ].join('\n')

let text = readFileSync(file, 'utf8')
for (const [name, rows] of Object.entries(known())) {
  const [begin, end] = [`<!-- ${name}: made by scripts/compatibility.ts -->`, `<!-- end of ${name} -->`]
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/compatibility.md has no place for "${name}"`)
  text = `${text.slice(0, from)}${begin}\n${table(rows)}\n${text.slice(to)}`
}

if (!process.argv.includes('--check')) writeFileSync(file, text)
else if (text !== readFileSync(file, 'utf8')) {
  console.error('docs/compatibility.md is stale: run npx tsx scripts/compatibility.ts')
  process.exit(1)
} else console.log('docs/compatibility.md: as server/test/data/compatibility.yaml says')
