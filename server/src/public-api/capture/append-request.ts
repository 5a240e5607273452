import type { LogWriter } from '../../event-log/event-log.ts'
import { readCapturedJson } from '../../kit/exact-json.ts'
import { type CaptureEnvelope, eventsOf, type RawEvent, toRecords } from '../../model/captured.ts'

/**
 * Puts a request into the log; resolves when all of it is on disk. When a part is refused, the others may be there:
 * the client sends all of it again, and uuids are seen once.
 *
 * Not `async`, and not to be called where `events` are held over an `await`: thousands of parsed objects that wait for
 * the disk are what V8 copies most under load.
 */
export function appendRequest(
  log: LogWriter,
  envelope: CaptureEnvelope,
  events: RawEvent[],
  json: Buffer,
): Promise<unknown> {
  const reread = () => eventsOf(readCapturedJson(json.toString('utf8')))
  const records = toRecords(envelope, events, json, log.partitions ?? 1, reread)
  return Promise.all(records.map(({ partition, record }) => log.append([record], partition)))
}
