import { join } from 'node:path'
import { open, type RootDatabase } from 'lmdb'
import { type FoundTables, walkPages } from './lmdb-pages.ts'
import { contentOf, latest, openTables } from './lmdb-sums.ts'

/*
 * Looks at the event log in the folder that is its argument, and changes nothing. Says what is wrong on stdout and
 * ends with 1; on a page that leads nowhere it may be killed instead.
 */

/** A table that can't be found would be made anew, and be empty. */
function checkTables(tables: FoundTables): boolean {
  const own = ['records', 'flushes', 'state', 'receipt-days']
  const missing = own.filter((name) => !tables.has(name))
  // At the very first start they are made one after the other.
  if (missing.length && [...tables.values()].some((entries) => entries > 0)) {
    throw new Error(`its table ${missing[0]} is missing`)
  }
  return missing.length === 0
}

function checkReceipts(root: RootDatabase, tables: FoundTables): void {
  const days = root.openDB<number, number>({ name: 'receipt-days', encoding: 'json' })
  for (const { key: slot } of days.getRange()) {
    if (!tables.has(`receipts-${slot}`)) throw new Error(`its table receipts-${slot} is missing`)
  }
}

/** Every position from what is done with to what was written last must be there, with the bytes that were noted. */
function checkRecords(root: RootDatabase): void {
  const { records, flushes, state } = openTables(root)
  const committed = state.get('committed') ?? { last: 0, bytes: 0 }
  const end = latest(flushes) ?? committed
  let next = committed.last + 1
  for (const { key, value } of flushes.getRange()) {
    if (key > next || value.last < key) throw new Error(`its books say nothing of position ${next}`)
    next = value.last + 1
  }
  if (next !== end.last + 1) throw new Error('its books end too early')
  let position = committed.last
  let bytes = committed.bytes
  for (const { key, value } of records.getRange()) {
    position++
    if (key !== position) throw new Error(`the record at position ${position} is missing`)
    bytes += contentOf(value).byteLength
  }
  if (position !== end.last) throw new Error(`the record at position ${position + 1} is missing`)
  if (bytes !== end.bytes) throw new Error('its records have another length than what was written')
  for (const name of ['claim', 'next'] as const) {
    const range = state.get(name)
    if (range && range.last > end.last) throw new Error('a range was read beyond its end')
  }
}

/**
 * Receipts of days ago may take gigabytes, and a start is to take seconds: of them so many pages are looked at (about a
 * second). What waits to be processed is looked at whole.
 */
let pagesOfReceipts = 50_000
function isWorth(name: string, pages: number): boolean {
  if (!/^receipts-\d/.test(name)) return true
  pagesOfReceipts -= pages
  return pagesOfReceipts >= 0
}

try {
  const folder = process.argv[2]!
  const tables = walkPages(join(folder, 'data.mdb'), isWorth)
  if (checkTables(tables)) {
    const root = open({ path: folder, noSubdir: false, maxDbs: 128, readOnly: true })
    checkReceipts(root, tables)
    checkRecords(root)
    await root.close()
  }
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
