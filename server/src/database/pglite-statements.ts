import { messages, type PGlite, protocol } from '@electric-sql/pglite'
import type { Statement } from './driver.ts'
import { decoderOf } from './values.ts'

const { serialize } = protocol

/** How many statements are kept prepared, and how many texts are remembered that came once. */
const MOST = 200
/** What was prepared before must not give other columns than then. */
const changesTables = /^\s*(alter|create|drop)\b/i
/** What surrounds a transaction changes none. */
const endsOrBegins = /^(BEGIN|COMMIT|ROLLBACK)$/
/** A longer text comes from a list that is never as long again. */
const LONGEST = 16_000

/**
 * Asks PGlite in one call a statement, and keeps prepared what is asked again: PGlite's own `query` calls six times (parse,
 * two descriptions, bind, execute, sync), and PostgreSQL parses and plans each time. Most of a small statement's time is
 * that: 1.0 to 1.6 ms against 0.28 for a row of a join (Node 20). What is asked once is not kept.
 */
export function createStatements(pglite: PGlite) {
  /** Names of what is prepared, by text; the one that was used longest ago is first. */
  const prepared = new Map<string, string>()
  const seenOnce = new Set<string>()
  let named = 0

  /** What has to be sent before `text` can be bound, and its name. */
  function prepare(text: string): { name: string; first: Uint8Array[]; isNew: boolean } {
    const known = prepared.get(text)
    if (known !== undefined) {
      prepared.delete(text)
      prepared.set(text, known)
      return { name: known, first: [], isNew: false }
    }
    if (!seenOnce.delete(text)) {
      if (text.length <= LONGEST) seenOnce.add(text)
      for (const oldest of seenOnce) if (seenOnce.size > MOST) seenOnce.delete(oldest)
      return { name: '', first: [serialize.parse({ text })], isNew: false }
    }
    const name = `s${++named}`
    const first = [serialize.parse({ name, text })]
    for (const [oldest, its] of prepared) {
      if (prepared.size < MOST) break
      prepared.delete(oldest)
      first.unshift(serialize.close({ type: 'S', name: its }))
    }
    return { name, first, isNew: true }
  }

  async function forget(): Promise<void> {
    if (prepared.size) await pglite.exec('DEALLOCATE ALL')
    prepared.clear()
  }

  return {
    /** @throws PGlite's `DatabaseError` with PostgreSQL's code. */
    async query({ text, params, rows: shape }: Statement): Promise<unknown[]> {
      const { name, first, isNew } = prepare(text)
      const batch = Buffer.concat([
        ...first,
        serialize.bind({ statement: name, values: params }),
        serialize.describe({ type: 'P' }),
        serialize.execute({}),
        serialize.sync(),
      ])
      try {
        const answered = await pglite.execProtocolStream(batch)
        if (isNew) prepared.set(text, name)
        if (changesTables.test(text)) await forget()
        return rowsOf(answered, shape)
      } catch (error) {
        if (isNew) await pglite.execProtocolStream(closing(name))
        throw error
      }
    },

    /** Several at once, without parameters and without an answer; whatever they are, they may change tables. */
    async exec(text: string): Promise<void> {
      await pglite.exec(text)
      if (!endsOrBegins.test(text)) await forget()
    },
  }
}

const closing = (name: string) => Buffer.concat([serialize.close({ type: 'S', name }), serialize.sync()])

function rowsOf(answered: { name: string }[], shape: Statement['rows']): unknown[] {
  let columns: { name: string; decode: (text: string) => unknown }[] = []
  const rows: unknown[] = []
  for (const message of answered) {
    if (message instanceof messages.RowDescriptionMessage) {
      columns = message.fields.map(({ name, dataTypeID }) => ({ name, decode: decoderOf(dataTypeID) }))
    }
    if (!(message instanceof messages.DataRowMessage)) continue
    const values = message.fields.map((text, at) => (text === null ? null : columns[at]!.decode(text)))
    rows.push(
      shape === 'array' ? values : Object.fromEntries(columns.map(({ name }, at) => [name, values[at]])),
    )
  }
  return rows
}
