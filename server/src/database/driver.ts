/**
 * What a home of the database must do; `create-database.ts` builds everything else on it. Values are already text:
 * `values.ts` encodes parameters and decodes columns, so that both homes agree on every value.
 */
export type Statement = {
  text: string
  /** Encoded by `encodeParam`. */
  params: (string | null)[]
  /** `array`: rows are lists in column order. `object`: rows are keyed by column name. */
  rows: 'array' | 'object'
}

export type Session = {
  query(statement: Statement): Promise<unknown[]>
  /** Several statements at once, without parameters and without an answer. */
  exec(text: string): Promise<void>
}

export type Driver = Session & {
  /** One transaction: committed when `work` resolves, rolled back when it throws. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>
  /** Gets null when notifications may have been missed (the connection was lost and is there again). */
  listen(channel: string, listener: (payload: string | null) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}

/** A statement runs at most this long. */
export const statementTimeoutMs = 5_000
