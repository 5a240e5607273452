import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { isPrivateHost, isPublic } from './addresses.ts'
import { createOutgoing } from './outgoing.ts'

async function receiver(answer: RequestListener): Promise<number> {
  const server = createServer(answer)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const sent = { body: '{"a":1}', headers: { 'x-own': 'yes' } }
/** A resolver that says what a test wants, one answer a question. */
const says = (...answers: string[][]) => {
  const asked: string[] = []
  return {
    asked,
    resolve: async (name: string) => {
      asked.push(name)
      const addresses = answers[Math.min(asked.length, answers.length) - 1]!
      return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    },
  }
}

test.each([
  ['8.8.8.8', true],
  ['1.1.1.1', true],
  ['172.15.255.255', true],
  ['172.32.0.1', true],
  ['2606:4700:4700::1111', true],
  ['0.0.0.0', false],
  ['10.0.0.1', false],
  ['100.64.0.1', false],
  ['127.0.0.1', false],
  ['127.255.255.254', false],
  ['169.254.169.254', false],
  ['172.16.0.1', false],
  ['172.31.255.255', false],
  ['192.168.1.1', false],
  ['198.18.0.1', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['::', false],
  ['::1', false],
  ['::ffff:127.0.0.1', false],
  ['::ffff:8.8.8.8', false],
  ['::7f00:1', false],
  ['64:ff9b::7f00:1', false],
  ['fe80::1', false],
  ['fc00::1', false],
  ['fd00:ec2::254', false],
  ['ff02::1', false],
  ['2001:0:7f00:1::', false],
  ['2001:db8::1', false],
  ['2002:7f00:1::', false],
  ['not an address', false],
])('%s is public: %s', (address, expected) => {
  expect(isPublic(address)).toBe(expected)
})

test.each([
  'http://127.0.0.1/',
  'http://127.1/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0177.0.0.1/',
  'http://0/',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[0:0:0:0:0:0:0:1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[fe80::1]/',
  'http://169.254.169.254/latest/meta-data/',
  'http://[fd00:ec2::254]/',
  'https://10.1.2.3:8443/x',
  'http://①②⑦.⓪.⓪.①/',
])('%s is refused without a look-up', async (address) => {
  const { asked, resolve } = says(['8.8.8.8'])
  const outgoing = createOutgoing({ privateHosts: [], resolve })
  const refusal = {
    kind: 'invalid',
    attr: 'target',
    message: expect.stringContaining('not a public address'),
  }
  await expect(outgoing.check(address, 'target')).rejects.toMatchObject(refusal)
  await expect(outgoing.post(address, sent)).rejects.toThrow('not a public address')
  expect(asked).toEqual([])
})

test.each([
  'ftp://example.com/',
  'file:///etc/passwd',
  'gopher://x/',
  'example.com',
  'http://',
  'javascript:1',
  '',
])('%j is no address of the web', async (address) => {
  const outgoing = createOutgoing({ privateHosts: ['*'] })
  await expect(outgoing.check(address, 'target')).rejects.toThrow('Enter a valid URL')
})

test('a user or a password in an address is refused', async () => {
  const outgoing = createOutgoing({ privateHosts: ['*'] })
  await expect(outgoing.check('http://a:b@example.com/', 'target')).rejects.toThrow('user or a password')
})

test('a name that leads to a private address, alone or among others, is refused', async () => {
  for (const found of [['127.0.0.1'], ['8.8.8.8', '10.0.0.1'], ['::1'], ['::ffff:10.0.0.1'], []]) {
    const outgoing = createOutgoing({ privateHosts: [], ...says(found) })
    await expect(outgoing.check('http://evil.example/', 'target')).rejects.toMatchObject({ kind: 'invalid' })
    await expect(outgoing.post('http://evil.example/', sent)).rejects.toMatchObject({ kind: 'invalid' })
  }
  const real = createOutgoing({ privateHosts: [] })
  await expect(real.check('http://localhost/', 'target')).rejects.toThrow('not a public address')
  await expect(real.check('http://localhost./', 'target')).rejects.toThrow()
})

test('a name that was public when it was given is looked at again when it is called', async () => {
  const port = await receiver((_, response) => response.end('reached'))
  const { asked, resolve } = says(['8.8.8.8'], ['127.0.0.1'])
  const outgoing = createOutgoing({ privateHosts: [], resolve })
  const address = `http://rebind.example:${port}/`
  await outgoing.check(address, 'target')
  await expect(outgoing.post(address, sent)).rejects.toThrow('not a public address')
  expect(asked).toEqual(['rebind.example', 'rebind.example'])
})

test('the call goes to the address that was looked at, and the name is looked up once', async () => {
  const hosts: unknown[] = []
  const port = await receiver((request, response) => {
    hosts.push(request.headers.host)
    response.end('ok')
  })
  // whoever asked a second time would be sent elsewhere
  const { asked, resolve } = says(['127.0.0.1'], ['127.0.0.2'])
  const outgoing = createOutgoing({ privateHosts: ['hook.example'], resolve })
  const answer = await outgoing.post(`http://hook.example:${port}/a?b=c`, sent)
  expect(answer).toEqual({ status: 200, text: 'ok' })
  expect(hosts).toEqual([`hook.example:${port}`])
  expect(asked).toEqual(['hook.example'])
})

test('a redirect is an answer, and nobody goes there', async () => {
  let reached = 0
  const inner = await receiver((_, response) => {
    reached++
    response.end()
  })
  const port = await receiver((_, response) =>
    response.writeHead(302, { location: `http://127.0.0.1:${inner}/` }).end(),
  )
  const outgoing = createOutgoing({ privateHosts: ['127.0.0.1'] })
  expect((await outgoing.post(`http://127.0.0.1:${port}/`, sent)).status).toBe(302)
  expect(reached).toBe(0)
})

test('what is sent arrives', async () => {
  const seen: unknown[] = []
  const port = await receiver((request, response) => {
    let body = ''
    request.on('data', (piece) => {
      body += piece
    })
    request.on('end', () => {
      seen.push(request.method, request.url, body, request.headers)
      response.writeHead(410).end('gone')
    })
  })
  const outgoing = createOutgoing({ privateHosts: ['127.0.0.0/8'] })
  expect(await outgoing.post(`http://127.0.0.1:${port}/x?y`, { ...sent, body: '{"é":1}' })).toEqual({
    status: 410,
    text: 'gone',
  })
  expect(seen).toMatchObject([
    'POST',
    '/x?y',
    '{"é":1}',
    { 'content-type': 'application/json', 'content-length': '8', 'x-own': 'yes', 'user-agent': 'Hedgerow' },
  ])
})

test('who does not answer in time, or answers without an end, is left', async () => {
  const silent = await receiver(() => {})
  const dripping = await receiver(async (_, response) => {
    response.writeHead(200)
    while (!response.destroyed) {
      response.write('x')
      await sleep(20)
    }
  })
  const flooding = await receiver(async (_, response) => {
    response.writeHead(200)
    while (!response.destroyed) {
      response.write('x'.repeat(30_000))
      await sleep(1)
    }
  })
  const outgoing = createOutgoing({ privateHosts: ['*'], timeoutMs: 300 })
  const start = performance.now()
  await expect(outgoing.post(`http://127.0.0.1:${silent}/`, sent)).rejects.toThrow()
  await expect(outgoing.post(`http://127.0.0.1:${dripping}/`, sent)).rejects.toThrow()
  expect((await outgoing.post(`http://127.0.0.1:${flooding}/`, sent)).text).toHaveLength(65_536)
  expect(performance.now() - start).toBeLessThan(3_000)
})

test('a name that is not there is refused when it is given; a resolver that is away is not held against it', async () => {
  const failing = (code: string) => async () => {
    throw Object.assign(new Error(code), { code, syscall: 'getaddrinfo' })
  }
  const unknown = createOutgoing({ privateHosts: [], resolve: failing('ENOTFOUND') })
  await expect(unknown.check('https://typo.example/', 'target')).rejects.toMatchObject({
    message: `The host "typo.example" can't be found.`,
    attr: 'target',
  })
  const away = createOutgoing({ privateHosts: [], resolve: failing('EAI_AGAIN') })
  await away.check('https://typo.example/', 'target')
})

test.each([
  ['*', true],
  ['hooks.internal', true],
  ['10.0.0.0/8', true],
  ['fd00::/8', true],
  ['::1', true],
  ['10.0.0.0/33', false],
  ['http://x', false],
  ['', false],
])('%j may stand in WEBHOOK_PRIVATE_HOSTS: %s', (text, expected) => {
  expect(isPrivateHost(text)).toBe(expected)
})
