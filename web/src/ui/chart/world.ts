import type { FeatureCollection, Geometry, Position } from 'geojson'
import { feature } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'
// Natural Earth's countries (public domain) at 1:110 million, as the package world-atlas (ISC) has them
import atlas from 'world-atlas/countries-110m.json'

/** ISO 3166-1: the two letters of a country and its number, which the shapes are named by. */
const numbers =
  'AE784 AF004 AL008 AM051 AO024 AR032 AT040 AU036 AZ031 BA070 BD050 BE056 BF854 BG100 BI108 BJ204 ' +
  'BN096 BO068 BR076 BS044 BT064 BW072 BY112 BZ084 CA124 CD180 CF140 CG178 CH756 CI384 CL152 CM120 ' +
  'CN156 CO170 CR188 CU192 CY196 CZ203 DE276 DJ262 DK208 DO214 DZ012 EC218 EE233 EG818 EH732 ER232 ' +
  'ES724 ET231 FI246 FJ242 FK238 FR250 GA266 GB826 GE268 GH288 GL304 GM270 GN324 GQ226 GR300 GT320 ' +
  'GW624 GY328 HN340 HR191 HT332 HU348 ID360 IE372 IL376 IN356 IQ368 IR364 IS352 IT380 JM388 JO400 ' +
  'JP392 KE404 KG417 KH116 KP408 KR410 KW414 KZ398 LA418 LB422 LK144 LR430 LS426 LT440 LU442 LV428 ' +
  'LY434 MA504 MD498 ME499 MG450 MK807 ML466 MM104 MN496 MR478 MW454 MX484 MY458 MZ508 NA516 NC540 ' +
  'NE562 NG566 NI558 NL528 NO578 NP524 NZ554 OM512 PA591 PE604 PG598 PH608 PK586 PL616 PR630 PS275 ' +
  'PT620 PY600 QA634 RO642 RS688 RU643 RW646 SA682 SB090 SD729 SE752 SI705 SK703 SL694 SN686 SO706 ' +
  'SR740 SS728 SV222 SY760 SZ748 TD148 TF260 TG768 TH764 TJ762 TL626 TM795 TN788 TR792 TT780 TW158 ' +
  'TZ834 UA804 UG800 US840 UY858 UZ860 VE862 VN704 VU548 YE887 ZA710 ZM894 ZW716'
const codes = new Map(numbers.split(' ').map((pair) => [pair.slice(2), pair.slice(0, 2)]))

const KOSOVO = 'Kosovo'
const ANTARCTICA = '010'

type Named = { name: string }

/** The shapes of the countries, each with its two letters as `code`. Lands that have none are drawn and have no number. */
export function worldShapes(): FeatureCollection<Geometry, Named & { code: string }> {
  const topology = atlas as unknown as Topology<{ countries: GeometryCollection<Named> }>
  const { features } = feature(topology, topology.objects.countries)
  return {
    type: 'FeatureCollection',
    features: features
      .filter(({ id }) => id !== ANTARCTICA)
      .map((one) => {
        const { name } = one.properties
        const code = codes.get(String(one.id)) ?? (name === KOSOVO ? 'XK' : `- ${name}`)
        return { ...one, geometry: cutAtDateLine(one.geometry), properties: { name, code } }
      }),
  }
}

/** The atlas has shapes of a globe: what crosses the date line is in two pieces on a map. */
function cutAtDateLine(geometry: Geometry): Geometry {
  if (geometry.type === 'Polygon') {
    return { type: 'MultiPolygon', coordinates: pieces(geometry.coordinates) }
  }
  if (geometry.type !== 'MultiPolygon') return geometry
  return { type: 'MultiPolygon', coordinates: geometry.coordinates.flatMap(pieces) }
}

const FULL = 360
const DATE_LINE = 180

/** A polygon (its outline, and holes) as those of its pieces that lie within -180 and 180 degrees. */
function pieces(rings: Position[][]): Position[][][] {
  const unwrapped = rings.map(inOneRun)
  const longitudes = unwrapped.flatMap((ring) => ring.map(([longitude = 0]) => longitude))
  const [west, east] = [Math.min(...longitudes), Math.max(...longitudes)]
  if (west >= -DATE_LINE && east <= DATE_LINE) return [rings]
  return [-FULL, 0, FULL].flatMap((turn) => {
    const piece = unwrapped
      .map((ring) => ring.map(([longitude = 0, latitude = 0]) => [longitude + turn, latitude]))
      .map((ring) => clipped(clipped(ring, -DATE_LINE, 1), DATE_LINE, -1))
      .filter((ring) => ring.length > 3)
    return piece.length > 0 ? [piece] : []
  })
}

/** The same points, none of them more than half the globe from the one before: some are beyond 180 degrees then. */
function inOneRun(ring: Position[]): Position[] {
  let before = ring[0]?.[0] ?? 0
  return ring.map(([longitude = 0, latitude = 0]) => {
    const turns = Math.round((before - longitude) / FULL)
    before = longitude + turns * FULL
    return [before, latitude]
  })
}

/** What of a closed ring is east (`side` 1) or west (-1) of a meridian. */
function clipped(ring: Position[], meridian: number, side: 1 | -1): Position[] {
  const isIn = ([longitude = 0]: Position) => side * (longitude - meridian) >= 0
  const kept = ring.flatMap((point, at) => {
    const next = ring[at + 1]
    const [x = 0, y = 0] = point
    const [nextX = 0, nextY = 0] = next ?? point
    const crosses = next !== undefined && isIn(point) !== isIn(next)
    const cut = crosses ? [[meridian, y + ((meridian - x) / (nextX - x)) * (nextY - y)]] : []
    return [...(isIn(point) ? [point] : []), ...cut]
  })
  const [first] = kept
  const last = kept.at(-1)
  const isClosed = !first || (first[0] === last?.[0] && first[1] === last?.[1])
  return isClosed ? kept : [...kept, first]
}

const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })

/** "Germany" for DE; undefined for what is no country's two letters. */
export function countryName(code: string): string | undefined {
  if (!/^[A-Z]{2}$/i.test(code)) return undefined
  return names.of(code.toUpperCase())
}
