/**
 * What posthog-js asks for before it does anything else. Whatever this server cannot do yet is off, so that the SDK
 * neither asks for it nor loads code for it.
 */
export const remoteConfig = (token: string) => ({
  token,
  supportedCompression: ['gzip', 'gzip-js'],
  analytics: { endpoint: '/i/v0/e/' },
  elementsChainAsString: true,
  defaultIdentifiedOnly: true,
  autocapture_opt_out: false,
  hasFeatureFlags: false,
  flagsPersistenceDefault: false,
  sessionRecording: false,
  surveys: false,
  heatmaps: false,
  captureDeadClicks: false,
  capturePerformance: false,
  autocaptureExceptions: false,
  errorTracking: { autocaptureExceptions: false, suppressionRules: [] },
  siteApps: [],
})

/** The same as a script; site apps, being functions there, stand beside the config. */
export function remoteConfigScript(token: string): string {
  const { siteApps, ...config } = remoteConfig(token)
  const name = JSON.stringify(token)
  return `(function () {
  window._POSTHOG_REMOTE_CONFIG = window._POSTHOG_REMOTE_CONFIG || {};
  window._POSTHOG_REMOTE_CONFIG[${name}] = { config: ${JSON.stringify(config)}, siteApps: ${JSON.stringify(siteApps)} };
})();
`
}
