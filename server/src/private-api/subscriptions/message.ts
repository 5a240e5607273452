import { flat, tableOf } from '../../exports/answer-table.ts'
import { escapeHtml } from '../../kit/html.ts'
import { isObject } from '../../kit/is-object.ts'

/** Figures as a message shows them. */
export type Figures = {
  name: string
  columns: string[]
  rows: (string | number)[][]
  /** Rows or columns are left out. */
  isCut: boolean
}

const mostRows = 25
const mostColumns = 8
const mostTables = 20

/** The figures of an insight, or of every insight on a dashboard, as the API answers them. */
export function figuresOf(answer: unknown): Figures[] {
  if (!isObject(answer)) return []
  if (!Array.isArray(answer.tiles)) return [figures(answer)]
  return answer.tiles
    .flatMap((tile) => (isObject(tile) && isObject(tile.insight) ? [figures(tile.insight)] : []))
    .slice(0, mostTables)
}

function figures(insight: Record<string, unknown>): Figures {
  const { lines, columns = [] } = tableOf(insight)
  const cells = lines.slice(0, mostRows).map(flat)
  const names = [...new Set([...columns, ...cells.flatMap((line) => Object.keys(line))])]
  // Of a row of times the last ones are the news.
  const shown = names.length > mostColumns ? [names[0]!, ...names.slice(1 - mostColumns)] : names
  return {
    name: String(insight.name || insight.derived_name || 'Untitled insight'),
    columns: shown,
    rows: cells.map((line) => shown.map((name) => line[name] ?? '')),
    isCut: lines.length > mostRows || names.length > shown.length,
  }
}

export type Shown = {
  title: string
  summary: string
  invite?: string | null
  figures: Figures[]
  /** Where it is in the web app. */
  link: string
  unsubscribe: string
}

const shown = (cell: string | number) =>
  typeof cell === 'number' ? cell.toLocaleString('en', { maximumFractionDigits: 2 }) : cell.slice(0, 200)

/** The message as plain text. */
export function textOf({ title, summary, invite, figures, link, unsubscribe }: Shown): string {
  const tables = figures.map(({ name, columns, rows, isCut }) =>
    [
      name,
      columns.join(' | '),
      ...rows.map((row) => row.map(shown).join(' | ')),
      ...(rows.length ? [] : ['No figures.']),
      ...(isCut ? ['… there is more.'] : []),
    ].join('\n'),
  )
  return [
    ...(invite ? [invite] : []),
    title,
    ...tables,
    link,
    `You get this because somebody subscribed you (${summary}). To end it: ${unsubscribe}`,
  ].join('\n\n')
}

const cell = 'padding:4px 10px;border-bottom:1px solid #ddd;text-align:'

/** The message as HTML that mail programs know: tables and inline styles, no pictures, nothing from elsewhere. */
export function htmlOf({ title, summary, invite, figures, link, unsubscribe }: Shown): string {
  const tables = figures.map(({ name, columns, rows, isCut }) => {
    const align = (value: unknown) => `${cell}${typeof value === 'number' ? 'right' : 'left'}`
    const head = columns
      .map((column, at) => `<th style="${align(rows[0]?.[at])};color:#555">${escapeHtml(column)}</th>`)
      .join('')
    const body = rows
      .map(
        (row) =>
          `<tr>${row.map((value) => `<td style="${align(value)}">${escapeHtml(shown(value))}</td>`).join('')}</tr>`,
      )
      .join('')
    return `<h2 style="font-size:16px;margin:24px 0 8px">${escapeHtml(name)}</h2>${
      rows.length
        ? `<table style="border-collapse:collapse;font-size:14px"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`
        : '<p>No figures.</p>'
    }${isCut ? '<p style="color:#555;font-size:13px">… there is more.</p>' : ''}`
  })
  return `<!doctype html><html lang="en"><body style="font-family:system-ui,sans-serif;color:#1a1a1a">${
    invite ? `<p style="white-space:pre-line">${escapeHtml(invite)}</p>` : ''
  }<h1 style="font-size:20px">${escapeHtml(title)}</h1>${tables.join('')}<p style="margin:24px 0"><a href="${escapeHtml(
    link,
  )}">Open in Hedgerow</a></p><p style="color:#555;font-size:13px">You get this because somebody subscribed you (${escapeHtml(
    summary,
  )}). <a href="${escapeHtml(unsubscribe)}">Unsubscribe</a></p></body></html>`
}
