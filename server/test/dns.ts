import { createSocket } from 'node:dgram'

/**
 * A name server on loopback that knows TXT records. A text longer than 255 characters is sent in pieces, as DNS wants
 * it; of a name that is not there it says so.
 */
export async function testDnsServer(whenDone: (close: () => Promise<void>) => void): Promise<{
  address: string
  /** By name; `silent`: no answer comes, `broken`: that it failed comes. */
  records: Map<string, string[] | 'silent' | 'broken'>
  /** Every name that was asked for. */
  asked: string[]
}> {
  const records = new Map<string, string[] | 'silent' | 'broken'>()
  const asked: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => {
    const labels: string[] = []
    let at = 12
    for (let length = query[at]!; length; length = query[at]!) {
      labels.push(query.toString('ascii', at + 1, at + 1 + length))
      at += 1 + length
    }
    const name = labels.join('.').toLowerCase()
    asked.push(name)
    const found = records.get(name)
    if (found === 'silent') return
    const texts = Array.isArray(found) ? found : []
    const code = found === 'broken' ? 2 : found ? 0 : 3
    const header = Buffer.alloc(12)
    query.copy(header, 0, 0, 2)
    header.writeUInt16BE(0x8180 | code, 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(texts.length, 6)
    const answers = texts.map((text) => {
      const pieces = (text.match(/.{1,255}/gs) ?? ['']).map((piece) =>
        Buffer.concat([Buffer.from([piece.length]), Buffer.from(piece)]),
      )
      const data = Buffer.concat(pieces)
      // the name that was asked for; TXT, IN, for a minute
      const head = Buffer.from([0xc0, 0x0c, 0, 16, 0, 1, 0, 0, 0, 60, 0, 0])
      head.writeUInt16BE(data.length, 10)
      return Buffer.concat([head, data])
    })
    socket.send(Buffer.concat([header, query.subarray(12, at + 5), ...answers]), port, address)
  })
  await new Promise<void>((bound) => socket.bind(0, '127.0.0.1', bound))
  whenDone(() => new Promise((closed) => socket.close(() => closed())))
  return { address: `127.0.0.1:${socket.address().port}`, records, asked }
}
