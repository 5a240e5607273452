import { isUtf8 } from 'node:buffer'
import { promisify } from 'node:util'
import { gunzip, gunzipSync } from 'node:zlib'
import { type HedgerowError, invalid, tooLarge } from '../model/errors.ts'
import { decompressLzString } from './lz-string.ts'

/** A request as it came, as far as its encoding goes. */
export type Encoded = {
  /** The bytes of the body; null where there is none. */
  body: Buffer | null
  /** The parameter `data`: a body in the URL. */
  data: string | null
  /** The parameter `compression`. */
  compression: string | null
  /** Whether the body is said to be a urlencoded form. */
  isForm: boolean
  contentEncoding: string | null
  /** `/e`, `/capture`, `/engage` and `/track` unwrap base64 once more at the end. */
  legacy: boolean
  /** What is no UTF-8 is read as U+FFFD; otherwise it is refused. */
  lossy?: boolean
}

export type Decoded = {
  /** JSON, one hopes; UTF-8 for certain. */
  json: Buffer
  /** The other fields of a form body: old clients put the key there. */
  form: URLSearchParams | null
}

type Compression = 'gzip' | 'lz64' | 'base64'

const compressions: Record<string, Compression> = {
  gzip: 'gzip',
  'gzip-js': 'gzip',
  lz64: 'lz64',
  'lz-string': 'lz64',
  base64: 'base64',
  b64: 'base64',
}

/** Only clients of 2020 and before send it, in small requests, and it is read on the server's one thread. */
const longestLz64 = 4 * 1024 ** 2

/**
 * Undoes what clients wrap around their JSON: a URL parameter, a form, base64, gzip, lz-string, in that order
 * (reference: PostHog's capture service). Hints are hints: gzip is recognised by its first bytes, since posthog-js
 * sends it as `text/plain` and says nothing.
 *
 * @param maxBytes Most that may come out; nothing beyond is unpacked.
 * @throws HedgerowError `invalid` or `too_large`
 */
export async function decode(sent: Encoded, maxBytes: number): Promise<Decoded> {
  const { body, data } = sent
  if (data === null && body !== null && isPlainJson(sent, body))
    return { json: checked(body, sent.lossy), form: null }

  let bytes = data === null ? body : Buffer.from(withPluses(data))
  if (bytes === null || bytes.length === 0) throw undecodable('request missing data payload')

  let form: URLSearchParams | null = null
  let hint = named(sent.compression)
  const header = sent.contentEncoding === null ? null : (compressions[sent.contentEncoding] ?? null)
  if (!looksLikeForm(bytes) && (hint ?? header) !== 'lz64') bytes = fromBase64(bytes) ?? bytes
  if (data === null && sent.isForm && !startsLikeJson(bytes) && !isGzip(bytes)) {
    form = readForm(bytes)
    const field = form.get('data')
    if (!field) throw undecodable('request missing data payload')
    bytes = Buffer.from(withPluses(field))
    hint ??= named(form.get('compression'))
  }
  hint ??= header

  if (hint === 'lz64' && !isGzip(bytes)) return { json: Buffer.from(fromLz64(bytes, maxBytes)), form }
  if (hint === 'base64' || hint === 'gzip') bytes = fromBase64(bytes) ?? bytes
  if (hint === 'gzip' || isGzip(bytes)) bytes = await unzip(bytes, maxBytes)
  if (sent.legacy) {
    bytes = fromBase64(bytes) ?? bytes
    if (isGzip(bytes)) bytes = await unzip(bytes, maxBytes)
  }
  if (bytes.length > maxBytes) throw tooMuch(maxBytes)
  return { json: checked(bytes, sent.lossy), form }
}

/** Most requests of servers: nothing to undo, so nothing is looked for. */
function isPlainJson(sent: Encoded, body: Buffer): boolean {
  return startsLikeJson(body) && sent.contentEncoding === null && sent.compression === null
}

const startsLikeJson = (bytes: Buffer) => /^\s*[{[]/.test(bytes.toString('latin1', 0, 32))

function checked(bytes: Buffer, lossy = false): Buffer {
  if (!lossy && !isUtf8(bytes)) throw undecodable('failed to decode request: invalid UTF-8')
  const withoutMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  return withoutMark ? bytes.subarray(3) : bytes
}

const looksLikeForm = (bytes: Buffer) =>
  /(?:^|&)(?:data|_|ip|compression)=/.test(bytes.toString('latin1', 0, 128))

function readForm(bytes: Buffer): URLSearchParams {
  if (!looksLikeForm(bytes)) {
    throw undecodable('failed to decode request: expected form data in the request payload')
  }
  return new URLSearchParams(bytes.toString('utf8'))
}

/** Reading a URL or a form turns the pluses of base64 into spaces. */
function withPluses(text: string): string {
  return /^[A-Za-z0-9+/= ]+$/.test(text.slice(0, 128)) ? text.replaceAll(' ', '+') : text
}

/** The bytes behind standard base64; null for what is something else. */
function fromBase64(bytes: Buffer): Buffer | null {
  if (bytes.length === 0 || bytes.length % 4 !== 0) return null
  if (!/^[A-Za-z0-9+/=]+$/.test(bytes.toString('latin1', 0, 128))) return null
  const text = bytes.toString('latin1')
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? Buffer.from(text, 'base64') : null
}

const isGzip = (bytes: Buffer) => bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08

const gunzipAside = promisify(gunzip)

/** What unpacks to little is unpacked at once: another thread would take longer to ask than to do it. */
const unzippedAtOnce = { from: 32 * 1024, to: 256 * 1024 }

async function unzip(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  if (bytes.length <= unzippedAtOnce.from) {
    try {
      return gunzipSync(bytes, { maxOutputLength: Math.min(unzippedAtOnce.to, maxBytes) })
    } catch (error) {
      if (!isTooMuch(error)) throw badGzip(error)
    }
  }
  try {
    return await gunzipAside(bytes, { maxOutputLength: maxBytes })
  } catch (error) {
    throw isTooMuch(error) ? tooMuch(maxBytes) : badGzip(error)
  }
}

const isTooMuch = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'

function fromLz64(bytes: Buffer, maxBytes: number): string {
  const most = Math.min(maxBytes, longestLz64)
  try {
    const text = decompressLzString(bytes.toString('latin1'), most)
    if (text) return text
  } catch (error) {
    if (error instanceof RangeError) throw tooMuch(most)
    throw error
  }
  throw undecodable('failed to decode request: invalid LZ64 data')
}

const named = (name: string | null) => (name === null ? null : (compressions[name.toLowerCase()] ?? null))

const undecodable = (detail: string, cause?: unknown): HedgerowError =>
  invalid(detail, { code: 'invalid_payload', cause })

const badGzip = (cause: unknown) => undecodable('failed to decode request: invalid GZIP data', cause)

const tooMuch = (maxBytes: number) =>
  tooLarge(`maximum event size exceeded: more than ${maxBytes} bytes after decompression`)
