/** A failure in ClickHouse's own terms: its number, its name and a sentence. */
export class EngineError extends Error {
  readonly code: number
  /** HTTP status that the surface answers with. */
  readonly status: number

  constructor(code: number, name: string, detail: string, status = statusOf(code)) {
    super(`Code: ${code}. DB::Exception: ${detail}. (${name})`)
    this.name = 'EngineError'
    this.code = code
    this.status = status
  }
}

const notFound = new Set([16, 46, 47, 60, 81])
const badRequest = new Set([
  6, 26, 27, 38, 41, 42, 43, 53, 62, 69, 70, 72, 73, 115, 117, 131, 164, 456, 457, 636,
])

/** The HTTP status that goes with a ClickHouse error code. */
export function statusOf(code: number): number {
  if (notFound.has(code)) return 404
  if (badRequest.has(code)) return 400
  return code === 202 ? 503 : 500
}

/** Whatever was thrown, with ClickHouse's own text where there is one. */
export function toEngineError(error: unknown): { code: number; status: number; message: string } {
  if (error instanceof EngineError) return error
  const message = error instanceof Error ? error.message : String(error)
  const code = Number(/^Code: (\d+)\b/.exec(message)?.[1] ?? 1002)
  return {
    code,
    status: statusOf(code),
    message: code === 1002 ? `Code: 1002. DB::Exception: ${message}. (UNKNOWN_EXCEPTION)` : message,
  }
}
