import { appendFileSync, existsSync, readFileSync } from 'node:fs'

/** How often answers of each operation (method, route and status) were held against their contract in this process. */
export const checked = new Map<string, number>()

export const noteChecked = (operation: string): void => {
  checked.set(operation, (checked.get(operation) ?? 0) + 1)
}

/** Where the processes of a test run say what they checked. */
export const checkedFile = 'ANSWERS_CHECKED_FILE'

/** Says what was checked since the last time this was called. */
export function tellChecked(): void {
  const file = process.env[checkedFile]
  if (file && checked.size) appendFileSync(file, `${JSON.stringify([...checked])}\n`)
  checked.clear()
}

/** What all processes of the run have said. */
export function readChecked(file: string): { answers: number; operations: number } {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
  const all = lines.flatMap((line) => JSON.parse(line) as [string, number][])
  return {
    answers: all.reduce((sum, [, times]) => sum + times, 0),
    operations: new Set(all.map(([operation]) => operation)).size,
  }
}
