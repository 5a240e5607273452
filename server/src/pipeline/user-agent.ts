import { parse } from 'bowser'
import { isbot } from 'isbot'

/** What a browser's user agent tells, under the names and in the words of posthog-js. Absent where it can't be known. */
export type UserAgentProperties = {
  $browser?: string
  $browser_version?: number
  $os?: string
  $os_version?: string
  $device_type?: 'Desktop' | 'Mobile' | 'Tablet'
}

export type UserAgents = {
  properties(userAgent: string): UserAgentProperties
  /** Whether it is a crawler, a monitor or another program that says it is one. */
  isBot(userAgent: string): boolean
}

/** posthog-js's words where they differ from the library's. */
const browsers: Record<string, string> = {
  'Samsung Internet for Android': 'Samsung Internet',
  'Opera Touch': 'Opera',
  'Internet Explorer': 'Internet Explorer',
}
const systems: Record<string, string> = { macOS: 'Mac OS X' }
const devices: Record<string, UserAgentProperties['$device_type']> = {
  desktop: 'Desktop',
  mobile: 'Mobile',
  tablet: 'Tablet',
}

const mostKnown = 5000
/** Longer ones are nobody's browser. */
const longest = 1000

type Known = { properties: UserAgentProperties; isBot: boolean }

/** Reads user agents; each is looked at once, since the same few come again and again. */
export function createUserAgents(): UserAgents {
  const known = new Map<string, Known>()
  const look = (userAgent: string): Known => {
    const text = userAgent.slice(0, longest)
    const found = known.get(text)
    if (found) return found
    const fresh = { properties: propertiesOf(text), isBot: isbot(text) }
    if (known.size >= mostKnown) known.clear()
    known.set(text, fresh)
    return fresh
  }
  return {
    properties: (userAgent) => look(userAgent).properties,
    isBot: (userAgent) => look(userAgent).isBot,
  }
}

function propertiesOf(userAgent: string): UserAgentProperties {
  if (!userAgent) return {}
  const { browser, os, platform } = parse(userAgent)
  const device = platform.type && devices[platform.type]
  const version = Number.parseFloat(browser.version ?? '')
  return {
    ...(browser.name && { $browser: browserName(browser.name, os.name) }),
    ...(browser.name && Number.isFinite(version) && { $browser_version: version }),
    ...(os.name && { $os: systems[os.name] ?? os.name }),
    ...((os.versionName || os.version) && { $os_version: systemVersion(os) }),
    ...(device ? { $device_type: device } : os.name === 'Chrome OS' ? { $device_type: 'Desktop' } : {}),
  }
}

function browserName(name: string, system: string | undefined): string {
  if (system === 'iOS') {
    if (name === 'Safari') return 'Mobile Safari'
    if (name === 'Chrome') return 'Chrome iOS'
    if (name === 'Firefox') return 'Firefox iOS'
  }
  return browsers[name] ?? name
}

/** Windows calls itself by two numbers, of which people know one. */
const systemVersion = (os: { name?: string; version?: string; versionName?: string }) =>
  (os.name === 'Windows' ? os.versionName : os.version) ?? os.version ?? os.versionName
