/** A cell of a table; text that a spreadsheet would take for a formula is kept from being one. */
export function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export const csvLines = (lines: (string | number)[][]): string =>
  lines.map((line) => `${line.map(csvCell).join(',')}\r\n`).join('')

/** The first cell of every line that has one; a cell in quotes may hold commas, quotes (doubled) and line ends. */
export function firstColumn(text: string): string[] {
  const cells: string[] = []
  const line = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))[^\r\n]*(?:\r\n|\r|\n|$)/y
  for (line.lastIndex = text.startsWith('\uFEFF') ? 1 : 0; line.lastIndex < text.length; ) {
    const found = line.exec(text)
    if (!found) break
    const cell = (found[1] === undefined ? found[2]! : found[1].replaceAll('""', '"')).trim()
    if (cell) cells.push(cell)
  }
  return cells
}
