import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** So many of a table's last inserts can have been under way when its process died. */
const lastBlocks = 16

/**
 * Makes the tables of a folder forget blocks that they note as inserted and do not have; before they are opened. Answers
 * how many.
 *
 * ClickHouse's MergeTree notes a block's token in `deduplication_logs/` before it gives the block's part its name, 0.1 ms
 * later. A process that dies in between leaves a token without a part, and the insert that is repeated, as every one
 * is that was not answered, is taken for a repetition: it succeeds and stores nothing. Reference: MergeTreeSink and
 * MergeTreeDeduplicationLog; a line is an operation (1 noted, 2 forgotten), a part and the block's token.
 */
export function forgetUnstoredBlocks(dataDir: string): number {
  let forgotten = 0
  for (const table of tablesIn(join(dataDir, 'store'))) {
    const log = newestLog(join(table, 'deduplication_logs'))
    if (!log) continue
    const stored = readdirSync(table).flatMap((name) => partOf(name) ?? [])
    for (const line of log.lines.slice(-lastBlocks)) {
      const [operation, name, block] = line.split('\t')
      const part = name === undefined ? null : partOf(name)
      if (operation !== '1' || !part || stored.some((one) => covers(one, part))) continue
      if (log.lines.some((other) => other === `2\t${name}\t${block}`)) continue
      appendFileSync(log.path, `2\t${name}\t${block}\n`, { flush: true })
      forgotten++
    }
  }
  return forgotten
}

const foldersIn = (path: string): string[] =>
  existsSync(path)
    ? readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? [join(path, entry.name)] : [],
      )
    : []

/** `store/573/573e4972-…/` */
const tablesIn = (store: string): string[] => foldersIn(store).flatMap(foldersIn)

/** The log that was written last, without a line that was cut off. */
function newestLog(folder: string): { path: string; lines: string[] } | null {
  if (!existsSync(folder)) return null
  const numbered = readdirSync(folder)
    .flatMap((name) => {
      const number = /^deduplication_log_(\d+)\.txt$/.exec(name)?.[1]
      return number === undefined ? [] : [{ path: join(folder, name), number: Number(number) }]
    })
    .sort((a, b) => b.number - a.number)
  for (const { path } of numbered) {
    const lines = readFileSync(path, 'latin1').split('\n').slice(0, -1)
    if (lines.length > 0) return { path, lines }
  }
  return null
}

type Part = { partition: string; first: number; last: number }

/** What a part's name says: `202611_3_7_2`, after a mutation `202611_3_7_2_9`. Null for other names, also of what is unfinished. */
function partOf(name: string): Part | null {
  const [, partition, first, last] = /^([^_]+)_(\d+)_(\d+)_\d+(?:_\d+)?$/.exec(name) ?? []
  return partition === undefined ? null : { partition, first: Number(first), last: Number(last) }
}

/** Whether a part is the other, or has been merged of it and others. */
const covers = (one: Part, other: Part): boolean =>
  one.partition === other.partition && one.first <= other.first && one.last >= other.last
