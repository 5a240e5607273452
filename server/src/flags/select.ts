import type { CompiledFlag } from './project-flags.ts'

/** Which flags a client is for. */
export type ClientKind = {
  /** `client` or `server`; null where nothing tells: then only flags for all are for it. */
  runtime: 'client' | 'server' | 'all' | null
  /** The contexts that it names; null for none, and then contexts say nothing. */
  contexts: string[] | null
  /** Whether only flags that decide who sees a survey are wanted. */
  onlySurveys: boolean
}

const surveyPrefix = 'survey-targeting-'

/** Whether a flag is for such a client; those that are not are off for it. Reference: PostHog's flag service. */
export function isFor(flag: CompiledFlag, { runtime, contexts, onlySurveys }: ClientKind): boolean {
  if (onlySurveys && !flag.key.startsWith(surveyPrefix)) return false
  if (runtime !== 'all' && flag.evaluationRuntime !== 'all' && flag.evaluationRuntime !== runtime)
    return false
  if (!contexts?.length || !flag.evaluationContexts.length) return true
  return flag.evaluationContexts.some((context) => contexts.includes(context))
}

/** What kind of client sends such headers. */
export function runtimeOf(headers: {
  userAgent?: string
  origin?: string
  referer?: string
  secFetchMode?: string
}): ClientKind['runtime'] {
  const { userAgent = '' } = headers
  if (
    /(?:Mozilla|Chrome|Safari|Firefox|Edge)\/|^posthog-(?:android|ios|react-native|flutter)\//.test(userAgent)
  ) {
    return 'client'
  }
  if (/posthog-(?:python|ruby|php|java|go|node|dotnet|elixir)\/|python-requests\/|curl\//.test(userAgent)) {
    return 'server'
  }
  return headers.origin || headers.referer || headers.secFetchMode ? 'client' : null
}
