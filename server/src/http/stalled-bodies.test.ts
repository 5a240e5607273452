import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createErrorHandler } from './errors.ts'
import { refuseStalledBodies } from './stalled-bodies.ts'

let app: FastifyInstance
let port: number
let handled: number

beforeEach(async () => {
  handled = 0
  app = fastify()
  app.setErrorHandler(createErrorHandler(() => undefined))
  refuseStalledBodies(app, { idleMs: 200 })
  app.post('/', async ({ body }) => {
    handled++
    await sleep(600)
    return body
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  port = (app.server.address() as AddressInfo).port
})
afterEach(() => app.close())

const head = (length: number) =>
  `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`

/** Sends the pieces with pauses between, and gives all that comes until the server closes, or `enough` is there. */
async function converse(pieces: string[], pauseMs: number, enough = /never/): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  const closed = once(socket, 'close')
  const answered = new Promise<void>((resolve) => {
    socket.on('data', (data) => {
      text += data
      if (enough.test(text)) resolve()
    })
  })
  for (const piece of pieces) {
    socket.write(piece)
    await sleep(pauseMs)
  }
  await Promise.race([closed, answered])
  socket.destroy()
  return text
}

it('a body that stops is answered with 408, and the connection is closed', async () => {
  const answer = await converse([head(20), '{"a":'], 0)
  expect(answer).toMatch(/^HTTP\/1.1 408 /)
  expect(answer).toMatch(/\r\nconnection: close\r\n/)
  expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toEqual({
    type: 'invalid_request',
    code: 'request_timeout',
    detail: expect.stringContaining('stopped'),
    attr: null,
  })
  expect(handled).toBe(0)
})

it('of chunks without an end, too', async () => {
  const chunked =
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n'
  expect(await converse([chunked, '2\r\n{"\r\n'], 0)).toMatch(/^HTTP\/1.1 408 /)
})

it('a slow body is read to its end, and the work on it may take longer', async () => {
  const pieces = [...'{"a":1}'].map((letter, n) => (n === 0 ? head(7) + letter : letter))
  const answer = await converse(pieces, 90, /\{"a":1\}$/)
  expect(answer).toMatch(/^HTTP\/1.1 200 /)
  expect(handled).toBe(1)
})
