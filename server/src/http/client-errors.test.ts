import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import fastify from 'fastify'
import { expect, it } from 'vitest'
import { answerClientError } from './client-errors.ts'

it.each([
  ['what is no HTTP', 'hello\r\n\r\n', 400, 'parse_error'],
  [
    'chunks that are none',
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    400,
    'parse_error',
  ],
  [
    'headers that are too large',
    `GET / HTTP/1.1\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`,
    431,
    'payload_too_large',
  ],
])(
  '%s: refused in the words of all failures, and the connection is closed',
  async (_name, sent, status, code) => {
    const app = fastify({ clientErrorHandler: answerClientError })
    app.post('/', async () => 'ok')
    await app.listen({ host: '127.0.0.1', port: 0 })
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
    let text = ''
    socket.on('data', (data) => {
      text += data
    })
    socket.on('error', () => undefined)
    socket.write(sent)
    await once(socket, 'close')
    await app.close()
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n')))).toEqual({
      type: 'invalid_request',
      code,
      detail: expect.stringMatching(/^The request/),
      attr: null,
    })
  },
)
