import { defaultWebCapture, type ProjectFacts } from '../../model/project.ts'

export type ProjectHas = { flags: boolean; surveys: boolean }

/**
 * What posthog-js asks for before it does anything else: what the project has switched on. Whatever this server can't do
 * yet is off, so that the SDK neither asks for it nor loads code for it.
 * @param has whether there are flags, and surveys that run: of what there is not the SDK does not ask
 */
export const remoteConfig = (
  { apiToken, webCapture }: Pick<ProjectFacts, 'apiToken' | 'webCapture'>,
  has: ProjectHas,
) => ({
  token: apiToken,
  supportedCompression: ['gzip', 'gzip-js'],
  analytics: { endpoint: '/i/v0/e/' },
  elementsChainAsString: true,
  defaultIdentifiedOnly: true,
  autocapture_opt_out: !webCapture.autocapture,
  hasFeatureFlags: has.flags,
  flagsPersistenceDefault: false,
  sessionRecording: false as const,
  surveys: has.surveys,
  heatmaps: webCapture.heatmaps,
  captureDeadClicks: webCapture.deadClicks,
  capturePerformance:
    webCapture.networkTiming || webCapture.webVitals
      ? {
          network_timing: webCapture.networkTiming,
          web_vitals: webCapture.webVitals,
          web_vitals_allowed_metrics: webCapture.webVitalsMetrics,
        }
      : (false as const),
  autocaptureExceptions: webCapture.exceptions,
  errorTracking: { autocaptureExceptions: webCapture.exceptions, suppressionRules: [] },
  siteApps: [],
})

export type RemoteConfig = ReturnType<typeof remoteConfig>

/**
 * The same beside the answer of `/flags` and `/decide`, where the SDK knows its key and asks for flags anyway.
 * @param project null where nobody's key was looked at: then nothing is switched on
 */
export function flagsConfig(project: ProjectFacts | null, hasSurveys: boolean) {
  const {
    token: _,
    hasFeatureFlags: __,
    ...config
  } = remoteConfig(project ?? { apiToken: '', webCapture: defaultWebCapture }, {
    flags: true,
    surveys: hasSurveys,
  })
  return { ...config, toolbarParams: {}, isAuthenticated: false }
}

/** The same as a script; site apps, being functions there, stand beside the config. */
export function remoteConfigScript({ siteApps, ...config }: RemoteConfig): string {
  const name = JSON.stringify(config.token)
  return `(function () {
  window._POSTHOG_REMOTE_CONFIG = window._POSTHOG_REMOTE_CONFIG || {};
  window._POSTHOG_REMOTE_CONFIG[${name}] = { config: ${JSON.stringify(config)}, siteApps: ${JSON.stringify(siteApps)} };
})();
`
}
