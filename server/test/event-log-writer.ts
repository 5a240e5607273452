import { createLmdbEventLog } from '../src/event-log/lmdb.ts'

/**
 * Appends, reads and commits as fast as it can until it is killed, and says on standard output what is done:
 * `ack <record>`, `read <first> <last> <records>`, `commit <last>`. For `lmdb.test.ts`.
 */
const log = createLmdbEventLog({ folder: process.argv[2]!, maxBytes: 1024 ** 3 })
const say = (line: string) => process.stdout.write(`${line}\n`)

const write = async (writer: number) => {
  for (let n = 0; ; n++) {
    const records = [`${writer}:${n}:a`, `${writer}:${n}:b${'x'.repeat((n * 37) % 5000)}`]
    await log.append(records.map((record) => Buffer.from(record)))
    say(`ack ${writer}:${n}`)
  }
}

const consume = async () => {
  for (;;) {
    const range = await log.read({ maxBytes: 50_000, waitMs: 1000 })
    if (!range) continue
    const names = range.records.map(({ bytes }) => Buffer.from(bytes).toString().slice(0, 12))
    say(`read ${range.first} ${range.last} ${names.map((name) => name.replace(/x+$/, '')).join(' ')}`)
    // As if the warehouse took a while.
    await new Promise((resolve) => setTimeout(resolve, range.first % 7))
    await log.commit(range.last)
    say(`commit ${range.last}`)
  }
}

await Promise.all([...Array.from({ length: 16 }, (_, writer) => write(writer)), consume()])
