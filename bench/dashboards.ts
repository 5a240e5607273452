import { dataset } from './dataset.ts'
import { keys, median, type Row, startHedgerow } from './processes.ts'

const month = { date_from: '2026-06-01', date_to: '2026-06-30' }
const node = (event: string, math?: string) => ({
  kind: 'EventsNode',
  event,
  name: event,
  ...(math && { math }),
})

/** Twenty insights as a product team has them: twelve trends, three funnels, two of retention, one of each other. */
const insights: object[] = [
  ...['event 20', 'event 25', 'event 30', 'event 35'].flatMap((event) => [
    { kind: 'TrendsQuery', series: [node(event)], dateRange: month },
    { kind: 'TrendsQuery', series: [node(event, 'dau')], dateRange: month },
    {
      kind: 'TrendsQuery',
      series: [node(event)],
      dateRange: month,
      breakdownFilter: { breakdown: '$browser', breakdown_type: 'event' },
    },
  ]),
  ...['event 10', 'event 20', 'event 25'].map((event) => ({
    kind: 'FunnelsQuery',
    series: [node(event), node('event 30'), node('event 35')],
    dateRange: { date_from: '2026-06-01', date_to: '2026-06-14' },
  })),
  ...['event 10', 'event 20'].map((event) => ({
    kind: 'RetentionQuery',
    dateRange: month,
    retentionFilter: {
      targetEntity: { id: event, type: 'events' },
      returningEntity: { id: 'event 20', type: 'events' },
      totalIntervals: 14,
    },
  })),
  {
    kind: 'PathsQuery',
    dateRange: { date_from: '2026-06-01', date_to: '2026-06-07' },
    pathsFilter: { includeEventTypes: ['custom_event'] },
  },
  { kind: 'StickinessQuery', series: [node('event 20')], dateRange: month },
  { kind: 'LifecycleQuery', series: [node('event 20')], dateRange: month },
]

/**
 * A dashboard of twenty insights: calculated all at once, against the same questions one after the other, and served
 * again. As the web app does it: the dashboard without answers first, then each tile for itself.
 */
export async function benchDashboards({ rows = 10_000_000, rounds = 3 } = {}): Promise<Row[]> {
  const folder = await dataset(rows)
  const server = await startHedgerow(folder)
  const call = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${server.url}/api/projects/1/${path}`, {
      method,
      headers: { authorization: `Bearer ${keys.personal}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Record<string, unknown>
  }
  const timed = async (work: () => Promise<unknown>) => {
    const started = performance.now()
    await work()
    return performance.now() - started
  }
  try {
    const { id } = await call('POST', 'dashboards/', { name: 'bench' })
    const ids: unknown[] = []
    for (const source of insights) {
      const made = await call('POST', 'insights/', {
        query: { kind: 'InsightVizNode', source },
        dashboards: [id],
      })
      ids.push(made.id)
    }
    const tile = (refresh: string) => (one: unknown) => call('GET', `insights/${one}/?refresh=${refresh}`)
    const open = async (refresh: string) => {
      await call('GET', `dashboards/${id}/?refresh=force_cache`)
      await Promise.all(ids.map(tile(refresh)))
    }
    const first = await timed(() => open('blocking'))
    const together: number[] = []
    const each: number[] = []
    const warm: number[] = []
    for (let round = 0; round < rounds; round++) {
      together.push(await timed(() => open('force_blocking')))
      each.push(
        await timed(async () => {
          for (const one of ids) await tile('force_blocking')(one)
        }),
      )
      warm.push(await timed(() => open('blocking')))
    }
    const row = (what: string, ours: number, yardstick?: number): Row => ({
      what: `${rows / 1e6} M, dashboard of ${insights.length}: ${what}`,
      ours: `${ours.toFixed(0)} ms`,
      yardstick: yardstick === undefined ? '' : `${yardstick.toFixed(0)} ms one by one`,
      ratio: yardstick === undefined ? '' : `${(ours / yardstick).toFixed(2)} ×`,
      budget: '',
      holds: null,
    })
    return [
      row('the first time after the start', first),
      row('calculated anew', median(together), median(each)),
      row('served again', median(warm)),
    ]
  } finally {
    await server.stop()
  }
}
