import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { csvLines } from '../kit/csv.ts'
import { type AnswerTable, flat } from './answer-table.ts'

export type TableLimits = { rows: number; bytes: number; columns: number }
/** Why not all is there: a limit of the file, or one of the answer that it is made of. */
export type CutBy = keyof TableLimits | 'answer'
export type Written = {
  rows: number
  cutBy: CutBy | null
}

/** Pieces of the file. */
const pieceBytes = 64 * 1024

/**
 * A CSV file (RFC 4180, UTF-8) of tables that come in pages. Which columns
 * there are is known at the end only: lines wait in a file meanwhile, so that memory holds one page at a time.
 * @param columns only these, in this order; without it all, in the order in which they come, nested ones together
 * @param save gets the pieces of the file
 * @param progress is told how many rows there are, after each page
 */
export async function writeTable(
  tables: AsyncIterable<AnswerTable>,
  limits: TableLimits,
  columns: string[] | undefined,
  progress: (rows: number) => Promise<void>,
  save: (pieces: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<Written> {
  const folder = await mkdtemp(join(tmpdir(), 'hedgerow-export-'))
  try {
    const path = join(folder, 'lines')
    const { rows, cutBy, names } = await collect(tables, path, limits, progress)
    await save(csvPieces(path, columns ?? arranged(names)))
    return { rows, cutBy }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Writes lines as JSON, and learns the names of the columns. */
async function collect(
  tables: AsyncIterable<AnswerTable>,
  path: string,
  limits: TableLimits,
  progress: (rows: number) => Promise<void>,
) {
  const names = new Set<string>()
  let rows = 0
  let bytes = 0
  let cutBy: CutBy | null = null
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const { columns = [], lines, isCut } of tables) {
      if (isCut) cutBy = 'answer'
      if (rows === limits.rows && lines.length) cutBy = 'rows'
      if (cutBy === 'rows' || cutBy === 'bytes') break
      for (const name of columns) names.add(name)
      let text = ''
      for (const line of lines) {
        if (rows === limits.rows || bytes > limits.bytes) {
          cutBy = rows === limits.rows ? 'rows' : 'bytes'
          break
        }
        const cells = flat(line)
        for (const name of Object.keys(cells)) {
          if (names.size < limits.columns) names.add(name)
          else if (!names.has(name)) cutBy = 'columns'
        }
        const json = `${JSON.stringify(cells)}\n`
        bytes += json.length
        text += json
        rows++
      }
      await file.write(text)
      await progress(rows)
    }
  } finally {
    await file.close()
  }
  return { rows, cutBy, names: [...names] }
}

/** Columns that are of one thing stand together, in the order in which the things came. */
function arranged(names: string[]): string[] {
  const rootOf = (name: string) => name.split('.', 1)[0]!
  const roots = new Map<string, number>()
  for (const name of names) if (!roots.has(rootOf(name))) roots.set(rootOf(name), roots.size)
  return names.toSorted((a, b) => roots.get(rootOf(a))! - roots.get(rootOf(b))!)
}

async function* csvPieces(path: string, columns: string[]): AsyncGenerator<Uint8Array> {
  let text = columns.length ? csvLines([columns]) : ''
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const cells = JSON.parse(line) as Record<string, string | number>
    text += csvLines([columns.map((name) => cells[name] ?? '')])
    if (text.length < pieceBytes) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(text)
}
