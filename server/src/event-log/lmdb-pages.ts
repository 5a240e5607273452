import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** The tables of a file by their name, and how many entries each has. */
export type FoundTables = Map<string, number>

/*
 * LMDB's format (struct MDB_meta, MDB_page_header, MDB_node, MDB_db and MDB_ovpage of lmdb 3.5's liblmdb), 64 bits,
 * little-endian. Numbers are offsets and sizes in bytes.
 */
const headBytes = 24
const metaMagic = 0xbeefc0de
const [branch, leaf, overflow] = [1, 2, 4]
const [isBig, isTable] = [1, 2]
const nodeBytes = 8
const noPage = 0xffff_ffff_ffff_ffffn

type Tree = {
  depth: number
  branches: number
  leaves: number
  overflows: number
  entries: number
  root: bigint
}
type Meta = {
  version: number
  pageBytes: number
  lastPage: number
  transaction: bigint
  free: Tree
  main: Tree
}

const treeAt = (bytes: Buffer, at: number): Tree => ({
  depth: bytes.readUInt16LE(at + 6),
  branches: Number(bytes.readBigUInt64LE(at + 8)),
  leaves: Number(bytes.readBigUInt64LE(at + 16)),
  overflows: Number(bytes.readBigUInt64LE(at + 24)),
  entries: Number(bytes.readBigUInt64LE(at + 32)),
  root: bytes.readBigUInt64LE(at + 40),
})

function readMeta(page: Buffer): Meta {
  if (page.readUInt32LE(headBytes) !== metaMagic)
    throw new Error('its first pages are not those of an event log')
  return {
    version: page.readUInt32LE(headBytes + 4),
    pageBytes: page.readUInt32LE(headBytes + 24),
    lastPage: Number(page.readBigUInt64LE(headBytes + 120)),
    transaction: page.readBigUInt64LE(headBytes + 128),
    free: treeAt(page, headBytes + 24),
    main: treeAt(page, headBytes + 72),
  }
}

/**
 * Follows every page of an LMDB file and checks all that LMDB would take on trust: that its two first pages belong
 * together, that each page is what leads to it says, that nodes fill it exactly, that keys ascend, that no page is
 * used twice or both used and free. What stands in keys and values is not looked at.
 * @param isWorth whether a table of so many pages is followed; it is found in any case
 * @throws Error that names what is wrong
 */
export function walkPages(file: string, isWorth: (name: string, pages: number) => boolean): FoundTables {
  const fd = openSync(file, 'r')
  try {
    return walk(fd, isWorth)
  } finally {
    closeSync(fd)
  }
}

function walk(fd: number, isWorth: (name: string, pages: number) => boolean): FoundTables {
  const { pageBytes, lastPage, transaction, free, main } = newestMeta(fd)
  const room = pageBytes - headBytes
  if (fstatSync(fd).size < (lastPage + 1) * pageBytes) throw new Error('it ends too early')
  const taken = new Uint8Array(lastPage + 1)
  const tables: FoundTables = new Map()

  function take(page: number, count = 1): void {
    if (!(page >= 2 && page + count - 1 <= lastPage)) throw new Error(`page ${page} lies outside`)
    for (let at = page; at < page + count; at++) {
      if (taken[at]) throw new Error(`page ${at} is used twice`)
      taken[at] = 1
    }
  }

  function load(page: number, bytes: number): Buffer {
    const read = Buffer.allocUnsafe(bytes)
    readSync(fd, read, 0, bytes, page * pageBytes)
    if (read.readBigUInt64LE(0) !== BigInt(page) || read.readBigUInt64LE(8) > transaction) {
      throw new Error(`page ${page} is another one`)
    }
    return read
  }

  /** @param visit is given each entry; its data only where that is in the page, or where `whole` asks for all */
  function follow(
    tree: Tree,
    whole: boolean,
    visit: (key: Buffer, data: Buffer, flags: number) => void,
  ): void {
    const found = { branches: 0, leaves: 0, overflows: 0, entries: 0 }
    let before: Buffer | null = null

    function bigData(node: Buffer, size: number, page: number): Buffer {
      const first = Number(node.readBigUInt64LE(0))
      const count = Math.floor((headBytes - 1 + size) / pageBytes) + 1
      if (Number(node.readBigUInt64LE(16)) !== count) throw new Error(`a value of page ${page} is damaged`)
      take(first, count)
      const bytes = load(first, whole ? headBytes + size : headBytes)
      if (bytes.readUInt16LE(18) !== overflow || bytes.readUInt32LE(20) !== count) {
        throw new Error(`page ${first} is another one`)
      }
      found.overflows += count
      return bytes.subarray(headBytes)
    }

    function visitPage(page: number, level: number): void {
      take(page)
      const bytes = load(page, pageBytes)
      const isLeaf = level === tree.depth
      if (bytes.readUInt16LE(18) !== (isLeaf ? leaf : branch))
        throw new Error(`page ${page} is of another kind`)
      const [lower, upper] = [bytes.readUInt16LE(20), bytes.readUInt16LE(22)]
      if (lower % 2 !== 0 || lower > upper || upper > room) throw new Error(`page ${page} is damaged`)
      const nodes = bytes.subarray(headBytes)
      let filled = 0
      for (let at = 0; at < lower; at += 2) {
        const start = nodes.readUInt16LE(at)
        if (start < upper || start + nodeBytes > room) throw new Error(`page ${page} is damaged`)
        const [low, flags, keyBytes] = [0, 4, 6].map((offset) => nodes.readUInt16LE(start + offset)) as [
          number,
          number,
          number,
        ]
        const size = nodes.readUInt32LE(start)
        const inside = isLeaf ? (flags & isBig ? 24 : size) : 0
        const bytesOfNode = nodeBytes + keyBytes + inside
        if (start + bytesOfNode > room) throw new Error(`page ${page} is damaged`)
        filled += bytesOfNode + (bytesOfNode % 2)
        const key = nodes.subarray(start + nodeBytes, start + nodeBytes + keyBytes)
        if (!isLeaf) {
          visitPage(low + nodes.readUInt16LE(start + 2) * 2 ** 16 + flags * 2 ** 32, level + 1)
          continue
        }
        if (flags !== 0 && flags !== isBig && flags !== isTable) throw new Error(`page ${page} is damaged`)
        if (tree !== free && before && Buffer.compare(before, key) >= 0) {
          throw new Error(`the keys of page ${page} do not ascend`)
        }
        before = key
        found.entries++
        const data = nodes.subarray(start + nodeBytes + keyBytes, start + bytesOfNode)
        visit(key, flags === isBig ? bigData(data, size, page) : data, flags)
      }
      // Its nodes lie close together behind the gap.
      if (filled !== room - upper) throw new Error(`page ${page} is damaged`)
      if (isLeaf) found.leaves++
      else found.branches++
    }

    if (tree.root !== noPage) visitPage(Number(tree.root), 1)
    for (const what of ['branches', 'leaves', 'overflows', 'entries'] as const) {
      if (found[what] !== tree[what]) {
        throw new Error(`of ${tree[what]} ${what} in a table there are ${found[what]}`)
      }
    }
  }

  follow(main, false, (key, data, flags) => {
    const name = key.toString('latin1').replace(/\0+$/, '')
    if (flags !== isTable || data.length !== 48) throw new Error(`its table ${name} is damaged`)
    const table = treeAt(data, 0)
    tables.set(name, table.entries)
    if (isWorth(name, table.branches + table.leaves + table.overflows)) follow(table, false, () => {})
  })
  follow(free, true, (_key, data) => {
    const end = 8 * (Number(data.readBigUInt64LE(0)) + 1)
    if (end > data.length) throw new Error('its list of free pages is damaged')
    // A page; or, as lmdb-js has it, minus a number of pages and the first of them. Zeros are gaps.
    let count = 1
    for (let at = 8; at < end; at += 8) {
      const entry = Number(data.readBigInt64LE(at))
      if (entry > 0) take(entry, count)
      count = entry < 0 ? -entry : 1
    }
  })
  return tables
}

/** Two pages say where the data begins; every transaction writes the one that the last did not. */
function newestMeta(fd: number): Meta {
  const page = Buffer.alloc(4096)
  readSync(fd, page, 0, page.length, 0)
  const even = readMeta(page)
  if (!even.pageBytes || even.pageBytes % 4096 !== 0) throw new Error('its first pages are damaged')
  readSync(fd, page, 0, page.length, even.pageBytes)
  const odd = readMeta(page)
  const isNew = even.transaction === 0n && odd.transaction === 0n
  const apart = even.transaction - odd.transaction
  // With an older number, the page before it would count, and the last transaction be forgotten.
  const fit = isNew || (even.transaction % 2n === 0n && (apart === 1n || apart === -1n))
  if (!fit || even.version !== odd.version || even.pageBytes !== odd.pageBytes) {
    throw new Error('its first pages do not fit together')
  }
  return odd.transaction > even.transaction ? odd : even
}
