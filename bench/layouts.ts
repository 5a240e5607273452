import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Warehouse } from '../server/src/warehouse/warehouse.ts'
import { engineOf } from './dataset.ts'
import { startHedgerow } from './processes.ts'

/**
 * How the events table could be laid out: what an event costs to insert and to merge, how much disk it takes, and how
 * long typical questions take. Its figures are in docs/adr/0003-properties-column.md and 0010-events-table.md. CPU
 * time of the engine, since the machine is rarely quiet.
 */
type Layout = {
  name: string
  /** Types of the columns that differ, null for none; the others are those of `usual`. */
  columns?: Partial<Record<Column, string | null>>
  order?: string
  settings?: string
  /** SQL of a property, and of whether an event has it. */
  read?: (key: string) => string
}
type Column = keyof typeof usual | 'hot'

const usual = {
  team_id: 'UInt32',
  uuid: 'UUID',
  event: 'LowCardinality(String)',
  distinct_id: 'String',
  person_id: 'UUID',
  timestamp: "DateTime64(6, 'UTC')",
  created_at: "DateTime64(6, 'UTC')",
  properties: 'String CODEC(ZSTD(3))',
  properties_map: 'Map(String, String)',
}
const hot =
  "`hot:$browser` String MATERIALIZED properties_map['$browser'], `hot:$os` String MATERIALIZED properties_map['$os']"
const usualOrder = 'team_id, toDate(timestamp), event, cityHash64(distinct_id), cityHash64(uuid)'
const bucketed = (buckets: number) =>
  `map_serialization_version = 'with_buckets', map_serialization_version_for_zero_level_parts = 'with_buckets',
   map_buckets_strategy = 'constant', map_buckets_min_avg_size = 0, max_buckets_in_map = ${buckets}`
const compact = 'min_bytes_for_wide_part = 134217728'

const ofMap = (key: string) => `properties_map['${key}']`
const ofHot = (key: string) =>
  key === '$browser' || key === '$os' ? `\`hot:${key}\`` : `properties_map['${key}']`
const ofJson = (key: string) => `toString(properties_map.\`${key}\`)`

const chosen: Layout = {
  name: 'chosen: map in 32 buckets, hot columns, compact parts',
  columns: { hot },
  settings: `${bucketed(32)}, ${compact}`,
  read: ofHot,
}
const withOrder = (name: string, order: string): Layout => ({ ...chosen, name, order })
const withCodecs = (name: string, columns: Layout['columns']): Layout => ({
  ...chosen,
  name,
  columns: { ...chosen.columns, ...columns },
})

const layouts: Layout[] = [
  {
    name: 'String alone, JSONExtract',
    columns: { properties_map: null },
    read: (key) => `JSONExtractString(properties, '${key}')`,
  },
  {
    name: 'JSON(max_dynamic_paths=0)',
    columns: { properties_map: 'JSON(max_dynamic_paths=0)' },
    read: ofJson,
  },
  {
    name: 'JSON(0), hot paths typed',
    columns: { properties_map: 'JSON(max_dynamic_paths=0, `$browser` String, `$os` String)' },
    read: ofJson,
  },
  {
    name: 'JSON(16), hot paths typed',
    columns: { properties_map: 'JSON(max_dynamic_paths=16, `$browser` String, `$os` String)' },
    read: ofJson,
  },
  { name: 'JSON(64)', columns: { properties_map: 'JSON(max_dynamic_paths=64)' }, read: ofJson },
  { name: 'Map, plain', read: ofMap },
  { name: 'Map in 32 buckets', settings: bucketed(32), read: ofMap },
  chosen,
  { ...chosen, name: 'the same, 8 buckets', settings: `${bucketed(8)}, ${compact}` },
  withCodecs('… codecs: LZ4 for all', { properties: 'String' }),
  withCodecs('… codecs: map ZSTD(1)', { properties_map: 'Map(String, String) CODEC(ZSTD(1))' }),
  withCodecs('… codecs: properties ZSTD(1)', { properties: 'String CODEC(ZSTD(1))' }),
  withCodecs('… codecs: properties ZSTD(9)', { properties: 'String CODEC(ZSTD(9))' }),
  withCodecs('… codecs: times Delta, ZSTD(1)', {
    timestamp: "DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1))",
    created_at: "DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1))",
  }),
  withCodecs('… codecs: ids ZSTD(1)', {
    distinct_id: 'String CODEC(ZSTD(1))',
    person_id: 'UUID CODEC(ZSTD(1))',
  }),
  withOrder(
    '… order: team, event, day, person',
    'team_id, event, toDate(timestamp), cityHash64(distinct_id), cityHash64(uuid)',
  ),
  withOrder('… order: team, event, time', 'team_id, event, timestamp, cityHash64(uuid)'),
  withOrder(
    '… order: team, day, event, time',
    'team_id, toDate(timestamp), event, timestamp, cityHash64(uuid)',
  ),
  withOrder('… order: team, time', 'team_id, timestamp, cityHash64(uuid)'),
  withOrder('… order: team, person, time', 'team_id, cityHash64(distinct_id), timestamp, cityHash64(uuid)'),
]

/** Inserted at once, as the pipeline does under load. */
const batch = 10_000

/** 50 projects, each with 100 property names of its own of which an event has 18, beside 12 that all have. */
const source = (from: number) => `
SELECT formatRowNoNewline('JSONEachRow', team_id, uuid, event, distinct_id, person_id, timestamp, created_at, properties, properties_map)
FROM (
  WITH cityHash64(number) AS h, 1 + h % 50 AS team, cityHash64(number, 'person') % 20000 AS person
  SELECT team AS team_id, reinterpretAsUUID(sipHash128(number)) AS uuid,
    concat('event ', toString(toUInt8(sqrt(h % 1600)))) AS event, concat('user-', toString(person)) AS distinct_id,
    reinterpretAsUUID(sipHash128(distinct_id)) AS person_id,
    toDateTime64('2026-06-01 00:00:00', 6, 'UTC') + toIntervalMillisecond(cityHash64(number, 'time') % (28 * 86400000)) AS timestamp,
    timestamp AS created_at,
    mapFromArrays(
      arrayConcat(['$browser', '$os', '$device_type', '$current_url', '$pathname', '$host', '$referrer', '$lib',
        '$screen_width', '$session_id', '$geoip_country_code', 'rare'],
        arrayMap(i -> concat('property_', toString(team), '_', toString((h + i * 7) % 100)), range(18))),
      arrayConcat([['Chrome', 'Safari', 'Firefox', 'Edge'][1 + h % 4], ['Mac OS X', 'Windows', 'Linux', 'iOS'][1 + h % 4],
        ['Desktop', 'Mobile'][1 + h % 2], concat('https://shop.example/products/', toString(h % 5000)),
        concat('/products/', toString(h % 5000)), 'shop.example', 'https://search.example/', 'web', '1920',
        concat('session-', toString(intDiv(h, 7) % 100000)), ['DE', 'FR', 'US', 'IN'][1 + h % 4], if(h % 100 = 0, 'yes', '')],
        arrayMap(i -> toString((h + i) % 1000), range(18)))) AS properties_map,
    toJSONString(properties_map) AS properties
  FROM numbers(${from}, ${batch}))`

const questions: Record<string, (table: string, read: (key: string) => string) => string> = {
  'one event by day': (table) =>
    `SELECT toDate(timestamp), count() FROM ${table} WHERE team_id = 7 AND event = 'event 20' AND timestamp >= '2026-06-08' AND timestamp < '2026-06-15' GROUP BY 1`,
  'unique persons by day': (table) =>
    `SELECT toDate(timestamp), uniqExact(person_id) FROM ${table} WHERE team_id = 7 AND timestamp >= '2026-06-08' AND timestamp < '2026-06-15' GROUP BY 1`,
  'all projects by $browser': (table, read) =>
    `SELECT ${read('$browser')} AS b, count() FROM ${table} GROUP BY b`,
  'all projects, a rare property': (table, read) =>
    `SELECT count() FROM ${table} WHERE ${read('rare')} = 'yes'`,
  'one project by a property of its own': (table, read) =>
    `SELECT ${read('property_7_13')} AS b, count() FROM ${table} WHERE team_id = 7 GROUP BY b`,
  'one person': (table) =>
    `SELECT count() FROM ${table} WHERE team_id = 7 AND distinct_id = 'user-77' AND cityHash64(distinct_id) = cityHash64('user-77')`,
  'three steps': (table) =>
    `SELECT level, count() FROM (SELECT windowFunnel(1209600)(toDateTime(timestamp), event = 'event 10', event = 'event 20', event = 'event 30') AS level FROM ${table} WHERE team_id = 7 AND event IN ('event 10', 'event 20', 'event 30') GROUP BY person_id) GROUP BY level`,
}

/**
 * Prints the table; nothing of it has a budget.
 * @param match takes only layouts whose name holds this text, and the one that was chosen
 */
export async function benchLayouts({ rows = 300_000, match = '' } = {}): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hedgerow-bench-'))
  const server = await startHedgerow(folder)
  const engine = await engineOf(folder)
  const cpu = engineCpu(server.pid)
  try {
    const lines: string[][] = []
    for (let from = 0; from < rows; from += batch) {
      const { rows: made } = await engine.query({ sql: source(from), limits: { maxResultRows: batch } })
      lines.push(made.map((row) => String(row[0])))
    }
    const results: Record<string, Record<string, string>> = {}
    for (const [index, layout] of layouts.entries()) {
      if (layout !== chosen && !layout.name.includes(match)) continue
      results[layout.name] = await measure(engine, cpu, `layout_${index}`, layout, lines, rows)
      console.log(`  ${layout.name}: ${JSON.stringify(results[layout.name])}`)
    }
    console.table(results)
  } finally {
    await engine.close()
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measure(
  engine: Warehouse,
  cpu: () => number,
  table: string,
  layout: Layout,
  lines: string[][],
  rows: number,
): Promise<Record<string, string>> {
  const { hot: own, ...types }: Record<string, string | null> = { ...usual, ...layout.columns }
  const columns = Object.entries(types).flatMap(([name, type]) => (type === null ? [] : [`${name} ${type}`]))
  if (own) columns.push(own)
  const withoutMap = (line: string) => line.replace(/,"properties_map":.*$/, '}')
  await engine.command(`CREATE TABLE ${table} (${columns.join(', ')}) ENGINE = MergeTree
    PARTITION BY toYYYYMM(timestamp) ORDER BY (${layout.order ?? usualOrder})
    SETTINGS fsync_after_insert = 1, fsync_part_directory = 1${layout.settings ? `, ${layout.settings}` : ''}`)
  await engine.command(`SYSTEM STOP MERGES ${table}`)
  const perRow = async (work: () => Promise<void>) => {
    const before = cpu()
    await work()
    return ((cpu() - before) / rows).toFixed(1)
  }
  const insert = await perRow(async () => {
    for (const [part, batched] of lines.entries()) {
      const own = types.properties_map === null ? batched.map(withoutMap) : batched
      await engine.insert({ table: table as never, rows: own, token: `${table}-${part}` })
    }
  })
  const fresh = await ask(engine, cpu, table, layout)
  await engine.command(`SYSTEM START MERGES ${table}`)
  const merge = await perRow(() => engine.command(`OPTIMIZE TABLE ${table} FINAL`))
  const merged = await ask(engine, cpu, table, layout)
  const { rows: size } = await engine.query({
    sql: `SELECT sum(bytes_on_disk), any(files) FROM system.parts WHERE table = '${table}' AND active`,
  })
  await engine.command(`DROP TABLE ${table} SYNC`)
  return {
    'insert µs/row': insert,
    'merge µs/row': merge,
    'bytes/row': (Number(size[0]?.[0]) / rows).toFixed(0),
    ...Object.fromEntries(
      Object.keys(questions).map((name) => [
        name,
        `${fresh[name]!.toFixed(1)} / ${merged[name]!.toFixed(1)}`,
      ]),
    ),
  }
}

/** The engine's CPU time for each question, milliseconds; the mean of so many. */
async function ask(
  engine: Warehouse,
  cpu: () => number,
  table: string,
  layout: Layout,
): Promise<Record<string, number>> {
  const costs: Record<string, number> = {}
  for (const [name, sql] of Object.entries(questions)) {
    const text = sql(table, layout.read ?? ofMap)
    await engine.query({ sql: text })
    const before = cpu()
    for (let n = 0; n < asked; n++) await engine.query({ sql: text })
    costs[name] = (cpu() - before) / asked / 1000
  }
  return costs
}
const asked = 20

/** CPU time of the server's engine so far, microseconds. Linux only. */
function engineCpu(server: number): () => number {
  const pid = execFileSync('ps', ['-o', 'pid=', '--ppid', String(server)], { encoding: 'utf8' }).trim()
  const tick = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  return () => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    return ((Number(fields[11]) + Number(fields[12])) / tick) * 1e6
  }
}
