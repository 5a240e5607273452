import { sql } from 'drizzle-orm'
import type { Queries } from '../../database/database.ts'
import { pluginLogs } from '../../database/schema.ts'
import { createUuid7 } from '../../kit/uuid7.ts'
import type { logTypes } from './config-contract.ts'

export type LogType = (typeof logTypes)[number]
export type Note = { type: LogType; message: string }

/** Of how an app is set up; older ones go. */
const mostNotes = 1000
const longest = 1000
/** Ids in the order in which they are made: several notes are of one moment. */
const newId = createUuid7()

/** Notes what is to be said of how an app is set up, in this order. */
export async function addNotes(tx: Queries, pluginConfigId: number, notes: Note[], now: Date): Promise<void> {
  if (!notes.length) return
  const timestamp = now.toISOString()
  await tx.insert(pluginLogs).values(
    notes.map(({ type, message }) => ({
      id: newId(),
      type,
      message: message.slice(0, longest),
      pluginConfigId,
      timestamp,
    })),
  )
  await tx.execute(sql`
    delete from ${pluginLogs} where id in (
      select id from ${pluginLogs} where ${pluginLogs.pluginConfigId} = ${pluginConfigId}
      order by ${pluginLogs.timestamp} desc, id desc offset ${mostNotes})`)
}
