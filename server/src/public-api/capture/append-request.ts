import type { LogWriter } from '../../event-log/event-log.ts'
import { readCapturedJson } from '../../kit/exact-json.ts'
import { type CaptureEnvelope, eventsOf, type RawEvent, toRecords } from '../../model/captured.ts'

/**
 * Puts a request into the log; resolves when all of it is on disk. When a part is refused, the others may be there:
 * the client sends all of it again, and uuids are seen once.
 */
export async function appendRequest(
  log: LogWriter,
  envelope: CaptureEnvelope,
  events: RawEvent[],
  json: Buffer,
): Promise<void> {
  const reread = () => eventsOf(readCapturedJson(json.toString('utf8')))
  const records = toRecords(envelope, events, json, log.partitions ?? 1, reread)
  await Promise.all(records.map(({ partition, record }) => log.append([record], partition)))
}
