import { BlockList, isIP, isIPv6 } from 'node:net'

/** IPv4 that leads to this machine, its networks, the cloud's own services, or nowhere (RFC 6890 and its successors). */
const notPublic4: [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
/** Within 2000::/3, outside of which no IPv6 is public: what carries an IPv4 address, and what is for documents. */
const notPublic6: [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const refused = new BlockList()
for (const [network, bits] of notPublic4) refused.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of notPublic6) refused.addSubnet(network, bits, 'ipv6')
const global6 = new BlockList()
global6.addSubnet('2000::', 3, 'ipv6')

/** Whether an IP address is one of the public Internet. */
export function isPublic(address: string): boolean {
  if (isIPv6(address)) return global6.check(address, 'ipv6') && !refused.check(address, 'ipv6')
  return isIP(address) === 4 && !refused.check(address, 'ipv4')
}

/** Hosts that may be called although they are not public. */
export type PrivateHosts = {
  /** By its name, or by the address that the name leads to. */
  permits(host: string, address?: string): boolean
}

/** A name, an address, a network such as `10.1.0.0/16`, or `*` for all. */
export const isPrivateHost = (text: string): boolean =>
  text === '*' || isIP(text) !== 0 || isNetwork(text) || /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(text)

function isNetwork(text: string): boolean {
  const [network, bits, ...more] = text.split('/')
  const version = isIP(network ?? '')
  return (
    version !== 0 &&
    more.length === 0 &&
    /^\d+$/.test(bits ?? '') &&
    Number(bits) <= (version === 4 ? 32 : 128)
  )
}

export function createPrivateHosts(listed: readonly string[]): PrivateHosts {
  const names = new Set(listed.map((one) => one.toLowerCase()))
  const networks = new BlockList()
  for (const one of listed) {
    const [network = '', bits] = one.split('/')
    const version = isIP(network)
    if (version)
      networks.addSubnet(network, Number(bits ?? (version === 4 ? 32 : 128)), `ipv${version as 4 | 6}`)
  }
  return {
    permits: (host, address) =>
      names.has('*') ||
      names.has(host.toLowerCase()) ||
      (address !== undefined && networks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')),
  }
}
