import { unavailable } from '../model/errors.ts'

/** An error of PostgreSQL: `code` is its SQLSTATE. The PostgreSQL home throws the driver's own, with the same fields. */
export class PostgresError extends Error {
  readonly code: string | undefined
  readonly constraint: string | undefined
  readonly detail: string | undefined
  constructor(error: { message: string; code?: string; constraint?: string; detail?: string }) {
    super(error.message)
    this.name = 'PostgresError'
    this.code = error.code
    this.constraint = error.constraint
    this.detail = error.detail
  }
}

/** What PostgreSQL says of a statement that took too long. */
export const statementStopped = () =>
  new PostgresError({ message: 'canceling statement due to statement timeout', code: '57014' })

/** SQLSTATE of an error from the database (`23505` = unique violation), or undefined. */
export const sqlState = (error: unknown): string | undefined =>
  error instanceof Error && /^[0-9A-Z]{5}$/.test((error as PostgresError).code ?? '')
    ? (error as PostgresError).code
    : undefined

/** The name of the unique index or key that a statement violated; undefined for any other error. */
export const violatedUnique = (error: unknown): string | undefined =>
  sqlState(error) === '23505' ? (error as PostgresError).constraint : undefined

/** A statement was stopped at its time limit. */
export const isStatementTimeout = (error: unknown): boolean => sqlState(error) === '57014'

/** Connection lost, refused, shut down, or too many: the same call may work in a moment. */
const away =
  /^(?:08...|57P0[1-5]|53300|ECONN(?:REFUSED|RESET|ABORTED)|EPIPE|ENOENT|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/

/** Turns "the database is away" into an error that callers answer with 503; leaves every other error alone. */
export function unavailableIfAway(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const code = (error as PostgresError).code ?? ''
  const lost =
    /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/
  return away.test(code) || lost.test(error.message)
    ? unavailable('The database does not answer at the moment.', { cause: error })
    : error
}
