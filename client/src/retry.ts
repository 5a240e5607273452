import { HedgerowApiError, retryAfterOf } from './errors.ts'

export type Fetch = (request: Request) => Promise<Response>

export type RetryOptions = {
  /** How often a request is sent again. */
  retries: number
  /** The longest that one wait may be, milliseconds. Who is told to wait for longer is not kept waiting: the failure is given. */
  mostWaitMs: number
}

const firstWaitMs = 250

/** What may be sent again though it may have been done already: the second time changes nothing. */
const repeatable = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])

/**
 * Sends a request until it is answered by something else than "not now": 429 and 503. `Retry-After` says when; without
 * it each wait is about twice as long as the one before. A POST or PATCH is sent again only after a 429 or where
 * `Retry-After` says that it was refused, never after a connection that broke: it may have been done. An abort of the
 * request's signal ends the wait too.
 * @throws HedgerowApiError with `status` 0 where no answer came; an abort's reason as it is
 */
export async function sendWithRetries(
  fetch: Fetch,
  request: Request,
  options: RetryOptions,
): Promise<Response> {
  const { signal } = request
  for (let sent = 0; ; sent++) {
    const isLast = sent >= options.retries
    // a body can be read once, so that it is a copy that goes out
    const outcome = await fetch(isLast ? request : request.clone()).catch((cause: unknown) => ({ cause }))
    signal.throwIfAborted()
    if ('cause' in outcome) {
      const { cause } = outcome
      if (isLast || !repeatable.has(request.method)) throw new HedgerowApiError(0, {}, { cause })
      await wait(backoffMs(sent), signal)
      continue
    }
    const ms = isLast ? null : waitAfter(outcome, request.method, sent)
    if (ms === null || ms > options.mostWaitMs) return outcome
    // or its connection is held
    await outcome.body?.cancel()
    await wait(ms, signal)
  }
}

/** How long to wait before the request is sent again, milliseconds; null for never. */
function waitAfter(response: Response, method: string, sent: number): number | null {
  if (response.status !== 429 && response.status !== 503) return null
  const told = retryAfterOf(response, Date.now())
  if (told !== null) return told * 1000
  return response.status === 429 || repeatable.has(method) ? backoffMs(sent) : null
}

/** With some chance in it, so that many clients don't come back at once. */
const backoffMs = (sent: number) => firstWaitMs * 2 ** sent * (0.75 + Math.random() / 2)

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const stop = () => {
      clearTimeout(timer)
      fail(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      done()
    }, ms)
    signal.addEventListener('abort', stop, { once: true })
  })
}
