import { expect, it } from 'vitest'
import { clientIp } from './client-ip.ts'

it.each<[string | string[] | undefined, string | undefined, string | null]>([
  [undefined, '10.0.0.1', '10.0.0.1'],
  [undefined, '::ffff:10.0.0.1', '10.0.0.1'],
  [undefined, undefined, null],
  ['203.0.113.7', '10.0.0.1', '203.0.113.7'],
  ['203.0.113.7, 10.1.1.1', '10.0.0.1', '203.0.113.7'],
  [' 203.0.113.7:4711 , 10.1.1.1', '10.0.0.1', '203.0.113.7'],
  ['2001:db8::7', '10.0.0.1', '2001:db8::7'],
  ['[2001:db8::7]', '10.0.0.1', '2001:db8::7'],
  ['[2001:db8::7]:4711', '10.0.0.1', '2001:db8::7'],
  ['fe80::1%eth0', '10.0.0.1', 'fe80::1'],
  ['unknown', '10.0.0.1', '10.0.0.1'],
  ['', '10.0.0.1', '10.0.0.1'],
  [['203.0.113.7', '10.1.1.1'], '10.0.0.1', '203.0.113.7'],
])('forwarded for %j, peer %j: %j', (forwarded, peer, address) => {
  expect(clientIp(forwarded, peer)).toBe(address)
})
