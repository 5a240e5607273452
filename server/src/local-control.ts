import { createHash } from 'node:crypto'
import { chmod, mkdir, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { HedgerowError, invalid, unavailable } from './model/errors.ts'

/** What can be asked of the stores' owner: input as JSON in, answer as JSON out. */
export type Verbs = Record<string, (input: unknown) => Promise<unknown>>

/**
 * Where the running server listens for its own command line. A socket's path has room for about 100 bytes, so one
 * in a deep data folder lies in the temporary folder under a name made of the path.
 */
export function localControlPath(dataDir: string): string {
  const usual = join(dataDir, 'run', 'control.sock')
  if (Buffer.byteLength(usual) <= 100) return usual
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 16)
  return join(tmpdir(), `hedgerow-${name}`, 'control.sock')
}

/** Answers the command line on a socket that only this user may open. Call with the data folder locked. */
export async function createLocalControl({
  path,
  verbs,
}: {
  path: string
  verbs: Verbs
}): Promise<{ close(): Promise<void> }> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await chmod(dirname(path), 0o700)
  await rm(path, { force: true })
  const server = createServer(async (incoming, outgoing) => {
    const answer = await answerTo(incoming, verbs)
    outgoing.writeHead(answer.ok ? 200 : 400, { 'content-type': 'application/json' })
    outgoing.end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  return {
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
      await rm(path, { force: true })
    },
  }
}

const reply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({ ok: z.literal(false), message: z.string(), code: z.string() }),
])

async function answerTo(incoming: IncomingMessage, verbs: Verbs): Promise<z.infer<typeof reply>> {
  try {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const name = incoming.url?.slice(1) ?? ''
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined
    if (!verb) throw invalid(`The running server does not know "${name}": it is another version of Hedgerow.`)
    return { ok: true, result: (await verb(JSON.parse(Buffer.concat(chunks).toString()))) ?? null }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { ok: false, message, code: error instanceof HedgerowError ? error.code : 'error' }
  }
}

/**
 * Asks the running server.
 * @throws HedgerowError `unavailable` when none answers at the path, else with the server's own words.
 */
export async function askLocalControl(path: string, verb: string, input: unknown): Promise<unknown> {
  const text = await new Promise<string>((resolve, reject) => {
    const asking = request(
      { socketPath: path, path: `/${verb}`, method: 'POST', timeout: 30_000 },
      (answer) => {
        let body = ''
        answer.setEncoding('utf8')
        answer.on('data', (part: string) => {
          body += part
        })
        answer.on('end', () => resolve(body))
        answer.on('error', reject)
      },
    )
    asking.on('timeout', () => asking.destroy(new Error('it did not answer within 30 s')))
    asking.on('error', reject)
    asking.end(JSON.stringify(input))
  }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    throw unavailable(`The running server could not be asked: ${why}`, { cause: error })
  })
  const answer = reply.parse(JSON.parse(text))
  if (!answer.ok) throw invalid(answer.message, { code: answer.code })
  return answer.result
}
