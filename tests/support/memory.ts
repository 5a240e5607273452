import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export type Memory = { all: number; files: number }

/**
 * What the processes below `pid` (and it) use together, in MB: shared pages are shared out (Linux's PSS). `files` are
 * pages of mapped files among it.
 */
export function memoryOf(pid: number): Memory {
  const children = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number])
  const tree = new Set([pid])
  for (let grown = true; grown; ) {
    grown = false
    for (const [child, parent] of children) {
      if (tree.has(parent) && !tree.has(child)) {
        tree.add(child)
        grown = true
      }
    }
  }
  const sum = { all: 0, files: 0 }
  for (const one of tree) {
    try {
      const text = readFileSync(`/proc/${one}/smaps_rollup`, 'utf8')
      const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) / 1024
      sum.all += of('Pss')
      sum.files += of('Pss_File') + of('Pss_Shmem')
    } catch {
      // It has ended meanwhile.
    }
  }
  return sum
}
