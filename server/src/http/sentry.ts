import type { ReportError } from './errors.ts'

/** Sends faults of ours to Sentry. The library is loaded only here, so it costs nothing where it is not wanted. */
export async function createSentry(
  dsn: string,
  release: string,
): Promise<{ report: ReportError; close: () => Promise<void> }> {
  const sentry = await import('@sentry/node')
  sentry.init({
    dsn,
    release,
    // Errors only, and those that we hand over: no patched modules, nothing of the requests.
    defaultIntegrations: false,
    dataCollection: {
      userInfo: false,
      cookies: false,
      httpHeaders: false,
      httpBodies: [],
      urlQueryParams: false,
    },
  })
  return {
    report: (error, context) => sentry.captureException(error, { extra: context }),
    close: async () => {
      await sentry.close(2_000)
    },
  }
}
