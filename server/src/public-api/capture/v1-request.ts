import type { IncomingHttpHeaders } from 'node:http'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib'
import { Decompress } from 'fzstd'
import { isUuid } from '../../kit/uuid.ts'

/**
 * Why a whole V1 request is refused. `tag` is what SDKs switch on; the status says whether they try again.
 * Source: the reference of PostHog's Capture V1.
 */
export class V1Refusal extends Error {
  readonly status: number
  readonly tag: string

  constructor(status: number, tag: string, description: string) {
    super(description)
    this.name = 'V1Refusal'
    this.status = status
    this.tag = tag
  }
}

/** What the headers of a V1 request say. */
export type V1Headers = {
  /** The project API key, or a personal one. */
  key: string
  /** Name and version of the SDK; null where they can't be told apart. */
  sdk: { name: string; version: string } | null
  /** Echoed in the answer. */
  requestId: string
  /** The client's clock when it sent, ISO 8601. */
  sentAt: string
  encoding: Encoding | null
}

const encodings = ['gzip', 'deflate', 'br', 'zstd'] as const
type Encoding = (typeof encodings)[number]

const required = [
  'PostHog-Sdk-Info',
  'PostHog-Attempt',
  'PostHog-Request-Id',
  'PostHog-Request-Timestamp',
  'Content-Type',
  'User-Agent',
] as const

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/

/**
 * Reads what must be known before a body is worth reading.
 * @throws V1Refusal
 */
export function readV1Headers(headers: IncomingHttpHeaders): V1Headers {
  const key = bearerOf(headers.authorization)
  const missing = required.filter((name) => !textOf(headers[name.toLowerCase()]))
  if (missing.length) {
    throw new V1Refusal(400, 'missing_required_headers', `missing required headers: ${missing.join(', ')}`)
  }
  if (!/^application\/json\s*(?:;|$)/i.test(textOf(headers['content-type']))) {
    throw new V1Refusal(415, 'unsupported_content_type', 'the content type must be application/json')
  }
  const attempt = textOf(headers['posthog-attempt'])
  if (!/^\d{1,9}$/.test(attempt) || Number(attempt) < 1)
    throw invalidHeader('PostHog-Attempt', 'a whole number from 1')
  const requestId = textOf(headers['posthog-request-id'])
  if (!isUuid(requestId)) throw invalidHeader('PostHog-Request-Id', 'a UUID')
  const sentAt = readRfc3339(textOf(headers['posthog-request-timestamp']))
  if (sentAt === null) throw invalidHeader('PostHog-Request-Timestamp', 'a time of RFC 3339')
  return {
    key,
    sdk: sdkOf(textOf(headers['posthog-sdk-info'])),
    requestId,
    sentAt,
    encoding: encodingOf(textOf(headers['content-encoding'])),
  }
}

/** ISO 8601 in UTC; null for what is no time of RFC 3339. */
export function readRfc3339(text: unknown): string | null {
  if (typeof text !== 'string' || !rfc3339.test(text)) return null
  const time = Date.parse(text)
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}

const textOf = (value: string | string[] | undefined) => [value].flat()[0]?.trim() ?? ''

function bearerOf(header: string | undefined): string {
  const text = header?.trim() ?? ''
  if (!text) throw new V1Refusal(401, 'missing_authorization', 'the header Authorization is missing')
  const [, scheme = '', key = ''] = /^(\S+)(?:\s+(.*))?$/.exec(text) ?? []
  if (scheme.toLowerCase() !== 'bearer') throw invalidHeader('Authorization', 'Bearer and a project API key')
  return key.trim()
}

const invalidHeader = (name: string, wanted: string) =>
  new V1Refusal(400, 'invalid_header_value', `the header ${name} must be ${wanted}`)

/** `<name>/<version>` at the last slash. */
function sdkOf(text: string): V1Headers['sdk'] {
  const slash = text.lastIndexOf('/')
  if (text.length > 200 || slash < 1 || slash === text.length - 1) return null
  return { name: text.slice(0, slash), version: text.slice(slash + 1) }
}

function encodingOf(text: string): Encoding | null {
  const name = text.toLowerCase()
  if (name === '' || name === 'identity') return null
  const known = encodings.find((encoding) => encoding === name)
  if (!known) {
    const list = encodings.join(', ')
    throw new V1Refusal(415, 'unsupported_encoding', `the content encoding must be one of ${list}, or none`)
  }
  return known
}

const unpackers: Record<Exclude<Encoding, 'zstd'>, (bytes: Buffer, most: number) => Promise<Buffer>> = {
  gzip: (bytes, maxOutputLength) => promisify(gunzip)(bytes, { maxOutputLength }),
  br: (bytes, maxOutputLength) => promisify(brotliDecompress)(bytes, { maxOutputLength }),
  // RFC 9110's deflate has zlib's frame; some clients send the stream alone.
  deflate: (bytes, maxOutputLength) =>
    promisify(bytes[0] === 0x78 ? inflate : inflateRaw)(bytes, { maxOutputLength }),
}

/**
 * Unpacks a body.
 * @param maxBytes most that may come out; nothing beyond is unpacked
 * @throws V1Refusal
 */
export async function unpackV1(body: Buffer, encoding: Encoding | null, maxBytes: number): Promise<Buffer> {
  if (body.length === 0) throw new V1Refusal(400, 'empty_body', 'the request has no body')
  if (encoding === null) return body
  try {
    return encoding === 'zstd' ? unpackZstd(body, maxBytes) : await unpackers[encoding](body, maxBytes)
  } catch (error) {
    if (error instanceof V1Refusal) throw error
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes)
    throw new V1Refusal(
      400,
      'request_parsing_error',
      `the body is not ${encoding}: ${(error as Error).message}`,
    )
  }
}

/** Piece by piece: what a small body unpacks to is known only as it comes out. */
function unpackZstd(body: Buffer, maxBytes: number): Buffer {
  const parts: Uint8Array[] = []
  let size = 0
  const stream = new Decompress((part) => {
    size += part.length
    if (size > maxBytes) throw tooLarge(maxBytes)
    parts.push(part)
  })
  const step = 16 * 1024
  for (let at = 0; at < body.length; at += step)
    stream.push(body.subarray(at, at + step), at + step >= body.length)
  return Buffer.concat(parts)
}

export const tooLarge = (maxBytes: number) =>
  new V1Refusal(413, 'payload_too_large', `the request is larger than ${maxBytes} bytes`)
