import { lookup as systemLookup } from 'node:dns/promises'
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { invalid } from '../model/errors.ts'
import { createPrivateHosts, isPublic } from './addresses.ts'

/** Calls that the server makes to addresses which users give. */
export type Outgoing = {
  /**
   * Whether the address may be called, as far as can be known now.
   * @param attr the field that it stands in
   * @throws HedgerowError `invalid`.
   */
  check(address: string, attr: string): Promise<void>
  /**
   * POSTs a body and answers the status, with the first of the answer's bytes as text. Redirects are not followed.
   * @throws Error when there is no answer in time; HedgerowError `invalid` when the address may not be called.
   */
  post(address: string, sent: Sent): Promise<{ status: number; text: string }>
}

export type Sent = { body: string; headers: Record<string, string>; signal?: AbortSignal }

type Resolved = { address: string; family: number }

type Deps = {
  /** Hosts that may be called although they are not public: names, addresses, networks, `*` for all. */
  privateHosts: readonly string[]
  /** All addresses of a name. Default: the system's. */
  resolve?: (name: string) => Promise<Resolved[]>
  /** For the whole call. */
  timeoutMs?: number
}

/** Of an answer. */
const mostBytes = 64 * 1024

/**
 * The one way by which the server calls what users name. A name is looked up once, every address that it has is
 * looked at, and the call goes to the very address that was looked at: what the name leads to a moment later does
 * not count. Only http and https, no redirects, no proxies, bounded in time and size.
 */
export function createOutgoing({ privateHosts, resolve = lookUp, timeoutMs = 10_000 }: Deps): Outgoing {
  const privately = createPrivateHosts(privateHosts)

  /** The address to call. @throws HedgerowError `invalid` for one that may not be. */
  async function target(url: URL, attr?: string): Promise<Resolved> {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const family = isIP(host)
    const found = family ? [{ address: host, family }] : await resolve(host)
    const [first] = found
    if (!first) throw invalid(`The host "${host}" has no address.`, { attr })
    for (const { address } of found) {
      if (isPublic(address) || privately.permits(host, address)) continue
      throw invalid(
        `"${host}" is not a public address. Whoever runs this server can allow it (WEBHOOK_PRIVATE_HOSTS).`,
        { attr },
      )
    }
    return first
  }

  return {
    async check(address, attr) {
      const url = parsed(address, attr)
      try {
        await target(url, attr)
      } catch (error) {
        // A resolver that is away says nothing about the address.
        if (!isLookUpFailure(error)) throw error
        if ((error as NodeJS.ErrnoException).code !== 'ENOTFOUND') return
        throw invalid(`The host "${url.hostname}" can't be found.`, { attr, cause: error })
      }
    },

    async post(address, { body, headers, signal }) {
      const url = parsed(address)
      const timeout = AbortSignal.timeout(timeoutMs)
      const pinned = await Promise.race([target(url), failureOf(timeout)])
      const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
        method: 'POST',
        headers: {
          ...headers,
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
          'user-agent': 'Hedgerow',
        },
        agent: false,
        lookup: always(pinned),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      })
      return answerTo(request, body)
    },
  }
}

const lookUp = (name: string) => systemLookup(name, { all: true })

/** Rejects when the time is over: a look-up can't be ended. */
const failureOf = (timeout: AbortSignal) =>
  new Promise<never>((_, reject) => timeout.addEventListener('abort', () => reject(timeout.reason)))

const isLookUpFailure = (error: unknown) => (error as NodeJS.ErrnoException).syscall === 'getaddrinfo'

/** @throws HedgerowError `invalid`. */
function parsed(address: string, attr?: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw invalid('Enter a valid URL that starts with http:// or https://.', { attr })
  }
  if (url.username || url.password) throw invalid('A URL must not hold a user or a password.', { attr })
  return url
}

/** What a name leads to, decided already. */
const always =
  ({ address, family }: Resolved): LookupFunction =>
  (_name, options, done) =>
    options.all ? done(null, [{ address, family }]) : done(null, address, family)

function answerTo(request: ClientRequest, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    request.on('error', reject)
    request.on('response', (response) => {
      firstText(response).then((text) => resolve({ status: response.statusCode!, text }), reject)
    })
    request.end(body)
  })
}

/** Its first bytes; the rest is not waited for. */
async function firstText(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of response as AsyncIterable<Buffer>) {
    pieces.push(piece)
    bytes += piece.length
    // Leaving the loop closes the connection.
    if (bytes >= mostBytes) break
  }
  return Buffer.concat(pieces).toString('utf8', 0, Math.min(bytes, mostBytes))
}
