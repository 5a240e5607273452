import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compare, row, SERVER_CORE } from './compared.ts'
import { keys, type Row, startBare, startHedgerow } from './processes.ts'

const headers = { authorization: `Bearer ${keys.personal}`, 'content-type': 'application/json' }

/** The private API's plain work: one thing, and a page of a hundred, against a handler that answers the same text. */
export async function benchApi({ rounds = 3, seconds = 4 } = {}): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hedgerow-bench-'))
  const bare = await startBare(SERVER_CORE)
  const server = await startHedgerow(folder, SERVER_CORE)
  try {
    const path = '/api/projects/@current/annotations/'
    let id = 0
    for (let n = 0; n < 100; n++) {
      const body = JSON.stringify({ content: `release ${n}`, date_marker: '2026-01-01T00:00:00Z' })
      const response = await fetch(server.url + path, { method: 'POST', headers, body })
      if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
      id = ((await response.json()) as { id: number }).id
    }
    const rows: Row[] = []
    for (const [what, at] of [
      ['GET of one annotation', `${path}${id}/`],
      ['GET of a hundred', path],
    ] as const) {
      const body = await (await fetch(server.url + at, { headers })).text()
      await fetch(bare.url + at, { method: 'PUT', headers, body })
      const asked = { path: at, headers, connections: 16, rounds, seconds }
      rows.push(row(what, await compare(server.url, bare.url, asked)))
    }
    return rows
  } finally {
    await Promise.all([server.stop(), bare.stop()])
    rmSync(folder, { recursive: true, force: true })
  }
}
