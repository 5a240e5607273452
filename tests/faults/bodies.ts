import { z } from 'zod'
import { api, capture, eventually, hogql } from '../support/api.ts'
import { startServer } from '../support/server.ts'
import { newFolder, nothingYet, type Outcome, type Run, removeFolder } from './outcome.ts'
import { type WildRequest, wildRequest } from './wild-bodies.ts'

const connections = 8

const V1Answer = z.object({ results: z.record(z.string(), z.object({ result: z.string() })) })

/**
 * Requests that are mutated, cut off, mislabelled or hostile, in every encoding: none ends the server or is answered
 * 5xx, and each event that was acknowledged is stored, dropped for a reason, or a dead letter with one.
 */
export async function fuzzedBodies({ rounds, say }: Run): Promise<Outcome> {
  const outcome = nothingYet('fuzzed bodies')
  const dataDir = newFolder()
  const server = await startServer({ dataDir, env: { LOG_LEVEL: 'error' } })
  const statuses: Record<string, number> = {}
  const acknowledged = new Set<string>()
  let left = rounds
  try {
    const connection = async () => {
      while (left-- > 0) {
        const request = wildRequest()
        const { status, uuids } = await send(server.url, request)
        statuses[status] = (statuses[status] ?? 0) + 1
        if (status === 'none' || Number(status) >= 500) outcome.broken.push(`${describe(request)}: ${status}`)
        for (const uuid of uuids) acknowledged.add(uuid)
      }
    }
    await Promise.all(Array.from({ length: connections }, connection))
    say(`answered ${JSON.stringify(statuses)}`)
    const after = await capture(server.url, '/e/', { event: 'after', distinct_id: 'sane' })
    if (after.status !== 200) outcome.broken.push(`a sane event was answered ${after.status}`)
    await eventually(
      async () =>
        Number((await hogql(server.url, "select count() from events where event = 'after'"))[0]?.[0]) === 1,
      'what comes after is stored',
      120_000,
    )
    const fates: Record<string, number> = {}
    const unclear: string[] = []
    for (const uuid of acknowledged) {
      const { status, reason } = await receipt(server.url, uuid)
      const isClear = status === 'stored' || ((status === 'dropped' || status === 'dead') && reason)
      fates[reason ?? status] = (fates[reason ?? status] ?? 0) + 1
      if (!isClear) unclear.push(`${uuid} is ${status}`)
    }
    outcome.broken.push(...unclear.slice(0, 5))
    const [doubles] = await hogql(server.url, 'select count() - count(distinct uuid) from events')
    outcome.rounds = rounds
    outcome.acknowledged = acknowledged.size
    outcome.found = acknowledged.size - unclear.length
    outcome.doubled = Number(doubles?.[0])
    const inOrder = (counts: Record<string, number>) =>
      Object.entries(counts)
        .map(([name, count]) => `${name}: ${count}`)
        .join(', ')
    outcome.notes.push(`answers ${inOrder(statuses)}`, `events ${inOrder(fates)}`)
    return outcome
  } catch (error) {
    console.error(server.output().slice(-4000))
    throw error
  } finally {
    await server.kill()
    removeFolder(dataDir)
  }
}

/** The uuids are those that were acknowledged, as far as one can know. */
async function send(url: string, request: WildRequest): Promise<{ status: string; uuids: string[] }> {
  const { path, headers, body, uuids } = request
  let text: string
  let status: number
  try {
    const response = await fetch(url + path, { method: 'POST', headers, body })
    status = response.status
    text = await response.text()
  } catch {
    return { status: 'none', uuids: [] }
  }
  if (status !== 200 || uuids === null) return { status: String(status), uuids: [] }
  if (!path.startsWith('/i/v1')) return { status: '200', uuids }
  const { results } = V1Answer.parse(JSON.parse(text))
  const kept = uuids.filter((uuid) => results[uuid]?.result === 'ok' || results[uuid]?.result === 'warning')
  return { status: '200', uuids: kept }
}

async function receipt(url: string, uuid: string): Promise<{ status: string; reason: string | null }> {
  return eventually(
    async () => {
      try {
        const found = await api(url, 'GET', `/api/projects/1/events/receipt/${uuid}/`)
        return found.status === 'accepted' || found.status === 'processing' ? null : found
      } catch (error) {
        if (/answered 404/.test(String(error))) return { status: 'unknown', reason: null }
        throw error
      }
    },
    `the receipt of ${uuid}`,
    120_000,
  )
}

const describe = ({ path, headers, body }: WildRequest) =>
  `${path} ${JSON.stringify(headers)} ${Buffer.from(body).toString('base64').slice(0, 300)}`
