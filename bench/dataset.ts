import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { connectWarehouse } from '../server/src/warehouse/create-warehouse.ts'
import type { Warehouse } from '../server/src/warehouse/warehouse.ts'
import { root, startHedgerow } from './processes.ts'

const CHUNK = 250_000
const PERSONS = 200_000

/**
 * Events made inside the engine: 40 event names, 30 properties an event out of 5,000 names over 50 projects, four of
 * five events in project 1, over the 120 days before 2026-07-01; 5 % of the persons merged lately, not folded. The
 * table is as many inserts leave it: never optimised.
 */
const chunk = (from: number, rows: number) => `
INSERT INTO events (team_id, uuid, event, distinct_id, person_id, person_mode, timestamp, created_at, properties,
  properties_map, person_properties, person_properties_map, person_created_at, \`$session_id\`, inserted_at)
WITH
  cityHash64(number) AS h,
  if(h % 5 < 4, 1, 2 + h % 49) AS team,
  cityHash64(number, 'person') % ${PERSONS} AS person,
  concat('user-', toString(person)) AS distinct,
  toDateTime64('2026-03-03 00:00:00', 6, 'UTC') + toIntervalMillisecond(cityHash64(number, 'time') % (120 * 86400000)) AS time,
  mapFromArrays(
    arrayConcat(
      ['$browser', '$browser_version', '$os', '$device_type', '$current_url', '$pathname', '$host', '$referrer',
       '$lib', '$screen_width', '$session_id', '$geoip_country_code'],
      arrayMap(i -> concat('property_', toString(team), '_', toString((h + i * 7) % 100)), range(18))),
    arrayConcat(
      [['Chrome', 'Safari', 'Firefox', 'Edge'][1 + h % 4], toString(120 + h % 20), ['Mac OS X', 'Windows', 'Linux', 'iOS', 'Android'][1 + h % 5],
       ['Desktop', 'Mobile', 'Tablet'][1 + h % 3], concat('https://shop.example/products/', toString(h % 5000)),
       concat('/products/', toString(h % 5000)), 'shop.example', 'https://search.example/', 'web', '1920',
       concat('session-', toString(intDiv(h, 7) % 1000000)), ['DE', 'FR', 'US', 'IN', 'BR', 'JP'][1 + h % 6]],
      arrayMap(i -> toString((h + i) % 1000), range(18)))) AS p,
  map('email', concat(distinct, '@example.com'), 'plan', ['free', 'pro', 'team'][1 + person % 3], 'seats', toString(person % 50)) AS pp
SELECT team, reinterpretAsUUID(sipHash128(number)), concat('event ', toString(toUInt8(sqrt(h % 1600)))), distinct,
  reinterpretAsUUID(sipHash128(distinct)), 'full', time, time, toJSONString(p), p, toJSONString(pp), pp,
  toDateTime64('2026-03-03 00:00:00', 3, 'UTC'), p['$session_id'], time
FROM numbers(${from}, ${rows})`

const overrides = `
INSERT INTO person_overrides (team_id, old_person_id, person_id, version)
SELECT 1, reinterpretAsUUID(sipHash128(concat('user-', toString(number)))),
  reinterpretAsUUID(sipHash128(concat('user-', toString(number + 100000)))), 1
FROM numbers(${PERSONS / 20})`

/** A data folder with that many events, made once for each recipe and kept in the git-ignored `bench/.data`. */
export async function dataset(rows: number): Promise<string> {
  const recipe = createHash('sha256')
    .update(chunk(0, CHUNK))
    .update(overrides)
    .update(String(rows))
    .digest('hex')
  const folder = join(root, 'bench/.data', `${rows}-${recipe.slice(0, 12)}`)
  if (existsSync(folder)) return folder
  const making = `${folder}.making`
  rmSync(making, { recursive: true, force: true })
  mkdirSync(making, { recursive: true })
  const server = await startHedgerow(making)
  try {
    const warehouse = await engineOf(making)
    for (let from = 0; from < rows; from += CHUNK) {
      await warehouse.command(chunk(from, Math.min(CHUNK, rows - from)))
      if (from % (CHUNK * 8) === 0) console.log(`  made ${from} of ${rows} events`)
    }
    await warehouse.command(overrides)
    await warehouse.close()
  } finally {
    await server.stop()
  }
  renameSync(making, folder)
  return folder
}

/** The engine of a server that runs on `dataDir`, spoken to directly: how the yardsticks ask. */
export function engineOf(dataDir: string): Promise<Warehouse> {
  return connectWarehouse({
    home: { engine: { socketPath: join(dataDir, 'engine.sock') } },
    maxExecutionMs: 600_000,
    maxMemoryBytes: 8 * 1024 ** 3,
  })
}
