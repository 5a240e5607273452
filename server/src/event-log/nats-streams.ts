import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StoredMsg,
} from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { z } from 'zod'
import { type HedgerowError, unavailable } from '../model/errors.ts'
import { type Acknowledged, createRecent } from './nats-recent.ts'

export type NatsOptions = {
  servers: string[]
  /** Address of a server's monitoring, asked when there is a single server. */
  monitorUrl: string | null
  /** The owner knows that a single server may lose what it has acknowledged. */
  acceptLoss: boolean
  partitions: number
  /** Most bytes that may wait, all partitions together. */
  maxBytes: number
  /** Begins the names of streams and subjects. Default `hedgerow`. */
  prefix?: string
  logger: { warn(fields: object, message: string): void }
}

/** JetStream's own numbers of what it refuses. */
const codes = { full: 10077, tooManyMessages: 10047, noPeers: 10005, notClustered: 10074 }
const ackMs = 2000
/** A publish whose ack is lost is repeated until then; the cluster elects a leader within it. */
const deadlineMs = 6000
const secondsToRetry = 5
/** Below the server's own bound for a message, headers included. */
const headroom = 1024
const replicas = 3
/** Of a stream that lost more than that somebody must find out what has become of it. */
const mostLost = 10_000

export type Streams = ReturnType<typeof createStreams> extends Promise<infer T> ? T : never

/**
 * The streams of the event log: one for each partition, and one for what is too large for a message.
 * @param committed by partition, up to where everything has been processed
 */
export async function createStreams(options: NatsOptions, committed: () => Promise<number[]>) {
  const { partitions, prefix = 'hedgerow' } = options
  const connection = await connect({
    servers: options.servers,
    name: 'hedgerow event log',
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    timeout: 5000,
  }).catch((cause) => {
    throw new Error(`NATS does not answer at ${options.servers.join(', ')}: ${String(cause)}`, { cause })
  })
  let isConnected = true
  try {
    const manager = await jetstreamManager(connection, { timeout: 5000 })
    // A question to a server that has just died is asked again soon.
    const reading = await jetstreamManager(connection, { timeout: 1500, checkAPI: false })
    const client = jetstream(connection, { timeout: ackMs })
    const streamOf = (partition: number) => `${prefix}_events_${partition}`
    const subjectOf = (partition: number) => `${prefix}.events.${partition}`
    const bellOf = (partition: number) => `${prefix}.bell.${partition}`
    const large = {
      stream: `${prefix}_large`,
      subject: (id: string, part: number | '*') => `${prefix}.large.${id}.${part}`,
    }
    const bytes = Math.floor(options.maxBytes / partitions)
    let copies = 0
    for (let partition = 0; partition < partitions; partition++) {
      copies = await ensureStream(manager, streamOf(partition), subjectOf(partition), bytes)
    }
    await ensureStream(manager, large.stream, `${prefix}.large.>`, Math.floor(options.maxBytes / 4))
    if (copies < replicas) await refuseLoss(options)
    const recent = createRecent({
      committed,
      has: isThere,
      publish: (partition, record) => publishRecords(partition, [record]),
      logger: options.logger,
    })
    void watch(connection, (connected) => {
      isConnected = connected
      if (connected) recent.settle()
      else recent.doubt()
    })

    /**
     * Publishes; resolves with the position once a majority has it. What is repeated has no id by which the server would
     * know it again: after servers were killed it may take for a duplicate what it has lost. Ours are known by their uuids.
     */
    async function publish(subject: string, payload: Uint8Array): Promise<number> {
      const until = performance.now() + deadlineMs
      for (;;) {
        if (!isConnected) throw away(new Error('there is no connection'))
        try {
          return (await client.publish(subject, payload, { timeout: ackMs, retries: 1 })).seq
        } catch (error) {
          const code = error instanceof JetStreamApiError ? error.code : 0
          if (code === codes.full || code === codes.tooManyMessages) {
            throw unavailable('The event log is full; please retry.', { retryAfter: secondsToRetry })
          }
          recent.doubt()
          if (performance.now() + ackMs / 4 > until) throw away(error)
          await new Promise((resolve) => setTimeout(resolve, 100))
        }
      }
    }

    /** Most bytes that go into one message. */
    const room = () => (connection.info?.max_payload ?? 1024 ** 2) - headroom

    /** What is published for a record; its parts are stored first when it is too large. */
    async function messageOf(record: Uint8Array): Promise<Uint8Array> {
      const most = room()
      if (record.byteLength < most) return tagged(inline, record)
      const id = crypto.randomUUID()
      const parts: Promise<number>[] = []
      for (let at = 0; at < record.byteLength; at += most) {
        parts.push(publish(large.subject(id, parts.length), record.subarray(at, at + most)))
      }
      await Promise.all(parts)
      return tagged(elsewhere, Buffer.from(JSON.stringify({ id, parts: parts.length } satisfies Pointer)))
    }

    /** By partition, the last position that is known to have been given out. */
    const known = Array.from({ length: partitions }, () => 0)
    const note = (partition: number, position: number) => {
      known[partition] = Math.max(known[partition]!, position)
    }

    /**
     * Publishes until the position is a new one. Servers that all died at once may have lost the end of a stream, and give
     * its positions out again; whoever has read them would pass over what is there now. What is published twice is
     * processed once, by its uuids.
     */
    async function publishAnew(partition: number, message: Uint8Array): Promise<number> {
      for (;;) {
        const before = known[partition]!
        const position = await publish(subjectOf(partition), message)
        note(partition, position)
        if (position > before) return position
        options.logger.warn({ partition, position, before }, 'the event log gives out positions again')
        if (before - position > mostLost) {
          throw away(new Error(`partition ${partition} began anew at ${position}, after ${before}`))
        }
      }
    }

    /** In their order: one connection keeps it, and the acks come together. */
    async function publishRecords(partition: number, records: Uint8Array[]): Promise<void> {
      const messages = await Promise.all(records.map(messageOf))
      await Promise.all(
        messages.map(async (message, n) => {
          const position = await publishAnew(partition, message)
          recent.keep({ partition, position, message, record: records[n]! })
        }),
      )
      recent.settle()
    }

    /** What a stream holds now. */
    async function stateOf(partition: number) {
      const { state } = await reading.streams.info(streamOf(partition))
      return {
        first: state.first_seq,
        last: state.last_seq,
        records: state.messages,
        bytes: state.bytes,
        oldestAt: state.messages ? Date.parse(String(state.first_ts)) : null,
      }
    }

    /** The message as the stream's leader has it; null where it has none, whatever other servers have. */
    const messageOfLeader = (partition: number, position: number): Promise<StoredMsg | null> =>
      reading.streams.getMessage(streamOf(partition), { seq: position })

    async function isThere({ partition, position, message }: Acknowledged): Promise<boolean> {
      const found = await messageOfLeader(partition, position)
      if (!found || Buffer.compare(found.data, message) !== 0) return false
      if (!isPointer(message)) return true
      return recordOf(message).then(
        () => true,
        (error) => {
          if (error instanceof MissingPart) return false
          throw error
        },
      )
    }

    async function recordOf(data: Uint8Array): Promise<Uint8Array> {
      const body = data.subarray(1)
      if (data[0] === inline) return body
      const { id, parts } = pointerOf(body)
      const messages = await Promise.all(
        Array.from({ length: parts }, (_, part) =>
          reading.streams.getMessage(large.stream, { last_by_subj: large.subject(id, part) }),
        ),
      )
      return Buffer.concat(
        messages.map((message) => {
          if (!message) throw new MissingPart(id)
          return message.data
        }),
      )
    }

    return {
      connection,
      isConnected: () => isConnected,
      publishRecords,
      recordOf,
      /** Says that there was something at this position. */
      note,
      /** Says up to where everything has been processed. */
      forget: recent.forget,
      stateOf,
      /** Tells the partition's reader, wherever it is, that there is something new. Nothing is lost when it is missed. */
      ring: (partition: number) => connection.publish(bellOf(partition)),
      /** @returns what ends the listening */
      listen(partition: number, rung: () => void): () => void {
        const bell = connection.subscribe(bellOf(partition), { callback: rung })
        return () => bell.unsubscribe()
      },
      /** Null when it is not there: forgotten, or not with the server that was asked yet. */
      messageAt: (partition: number, position: number): Promise<StoredMsg | null> =>
        reading.direct.getMessage(streamOf(partition), { seq: position }),
      messageOfLeader,
      /** Forgets everything before `position`. */
      async purge(partition: number, position: number, isLarge: Uint8Array[]): Promise<void> {
        await manager.streams.purge(streamOf(partition), { seq: position })
        for (const data of isLarge) {
          await manager.streams.purge(large.stream, {
            filter: large.subject(pointerOf(data.subarray(1)).id, '*'),
          })
        }
      },
      async close() {
        await recent.close()
        await connection.close()
      },
    }
  } catch (error) {
    await connection.close()
    throw error
  }
}

/** A large record is not whole any more. */
export class MissingPart extends Error {
  constructor(id: string) {
    super(`a part of the large record ${id} is missing`)
  }
}

export const isPointer = (data: Uint8Array) => data[0] === elsewhere

/** First byte of a message: the record follows, or where its parts are. */
const inline = 0
const elsewhere = 1
type Pointer = { id: string; parts: number }
const pointer = z.object({ id: z.uuid(), parts: z.int().positive() })
const pointerOf = (body: Uint8Array): Pointer => pointer.parse(JSON.parse(Buffer.from(body).toString()))

function tagged(tag: number, body: Uint8Array): Uint8Array {
  const data = new Uint8Array(body.byteLength + 1)
  data[0] = tag
  data.set(body, 1)
  return data
}

const away = (cause: unknown): HedgerowError =>
  unavailable('The event log cannot write; please retry.', { retryAfter: secondsToRetry, cause })

async function watch(connection: NatsConnection, note: (connected: boolean) => void): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === 'disconnect') note(false)
    if (type === 'reconnect') note(true)
  }
}

/** Makes the stream, or brings its bound up to date; with as many copies as the servers allow. Gives their number. */
async function ensureStream(
  manager: JetStreamManager,
  name: string,
  subject: string,
  maxBytes: number,
): Promise<number> {
  const bound = { max_bytes: maxBytes }
  for (let tries = 1; ; tries++) {
    try {
      const { config } = await manager.streams.update(name, bound)
      return config.num_replicas
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || error.status !== 404) throw error
    }
    const stream = {
      ...bound,
      name,
      subjects: [subject],
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      discard: DiscardPolicy.New,
      allow_direct: true,
    }
    for (const copies of [replicas, 1]) {
      try {
        const { config } = await manager.streams.add({ ...stream, num_replicas: copies })
        return config.num_replicas
      } catch (error) {
        const code = error instanceof JetStreamApiError ? error.code : 0
        const isSingle = code === codes.notClustered
        if (isSingle && copies > 1) continue
        // A cluster that has just been started is not complete yet; and another process may have been faster.
        if (tries > 20) throw error
        await new Promise((resolve) => setTimeout(resolve, 250))
        break
      }
    }
  }
}

/** JetStream acknowledges before it syncs: a single server loses the last two minutes in a power cut. */
async function refuseLoss({ acceptLoss, monitorUrl, logger }: NatsOptions): Promise<void> {
  if (acceptLoss) {
    logger.warn({}, 'NATS is a single server: events may be lost with it (NATS_ACCEPT_LOSS)')
    return
  }
  if (monitorUrl && (await syncsAlways(monitorUrl))) return
  throw new Error(
    'NATS_URL leads to a single server, which acknowledges events before they are on disk. Give it a cluster of three, or a server with sync_interval: always and its NATS_MONITOR_URL, or set NATS_ACCEPT_LOSS=1.',
  )
}

const varz = z.object({
  jetstream: z.object({ config: z.object({ sync_always: z.boolean().optional() }).optional() }).optional(),
})

async function syncsAlways(monitorUrl: string): Promise<boolean> {
  try {
    const response = await fetch(new URL('/varz', monitorUrl), { signal: AbortSignal.timeout(5000) })
    return varz.parse(await response.json()).jetstream?.config?.sync_always === true
  } catch (cause) {
    throw new Error(`NATS_MONITOR_URL can't be asked: ${String(cause)}`, { cause })
  }
}
