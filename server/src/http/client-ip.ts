import { isIP } from 'node:net'

/**
 * The address of the client: the first of `X-Forwarded-For` (which capture believes, as PostHog does: it feeds
 * geography, not permission), else the peer's. Null when neither is an address.
 */
export function clientIp(forwarded: string | string[] | undefined, peer: string | undefined): string | null {
  const first = (Array.isArray(forwarded) ? forwarded[0] : forwarded)?.split(',', 1)[0]
  return plain(first) ?? plain(peer)
}

/** Without port, brackets, zone, or the IPv6 form of an IPv4 address. */
function plain(written: string | undefined): string | null {
  if (!written) return null
  const text = written.trim()
  const bare =
    /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text
  const address = bare.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
  return isIP(address) ? address : null
}
