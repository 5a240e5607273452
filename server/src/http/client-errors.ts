import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ConnectionError } from 'fastify'
import { HedgerowError, invalid } from '../model/errors.ts'
import { renderError } from './errors.ts'

/**
 * Answers what is no HTTP, or headers without an end: there is no request yet, so this writes to the socket itself,
 * in the same words as all failures, and closes it.
 */
export function answerClientError(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  if (socket.writable) {
    const { status, body } = refusal(error.code)
    const text = JSON.stringify(body)
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
        `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
    )
  }
  socket.destroySoon()
}

function refusal(code: string) {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return renderError(new HedgerowError('timed_out', 'The request headers took too long.'))
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    const { body } = renderError(new HedgerowError('too_large', 'The request headers are too large.'))
    return { status: 431, body }
  }
  return renderError(invalid('The request is not valid HTTP.', { code: 'parse_error' }))
}
