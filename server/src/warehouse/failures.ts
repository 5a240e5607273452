import { ClickHouseError } from '@clickhouse/client'
import { HedgerowError, unavailable } from '../model/errors.ts'
import { WarehouseError } from './warehouse.ts'

/** ClickHouse's error numbers that mean something to us. */
export const codes = { tooManyQueries: 202, cancelled: 394, refused: 734 } as const

const lostConnection = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
])

/** The request got no answer because there was nobody to give one. */
export function isDisconnected(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof ClickHouseError) return false
  const code = (error as NodeJS.ErrnoException).code
  return (
    (code !== undefined && lostConnection.has(code)) ||
    /socket hang up|^aborted$|Premature close/.test(error.message)
  )
}

/** What a caller is told: ClickHouse's refusal, or that it should come back later. Other errors pass as they are. */
export function toWarehouseError(error: unknown, signal?: AbortSignal): unknown {
  if (error instanceof WarehouseError || error instanceof HedgerowError) return error
  if (signal?.aborted)
    return new WarehouseError(codes.cancelled, 'The query was cancelled.', { cause: error })
  if (!(error instanceof ClickHouseError)) return error
  const code = Number(error.code)
  const message = error.message.trim()
  if (code === codes.tooManyQueries) {
    return unavailable('Too many queries wait already. Try again in a moment.', {
      retryAfter: 5,
      cause: error,
    })
  }
  if (code === codes.refused) {
    return unavailable(message, { code: 'query_refused', retryAfter: 600, cause: error })
  }
  return new WarehouseError(code, message, { cause: error })
}
