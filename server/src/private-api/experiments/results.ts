import { sampleRatio } from '../../experiments/sample-ratio.ts'
import {
  type CountVariant,
  controlKey,
  conversionOf,
  type FunnelVariant,
  judgeCounts,
  judgeFunnels,
  mostVariants,
} from '../../experiments/statistics.ts'
import { holdoutVariant, readFilters } from '../../flags/flag-filters.ts'
import type { Asker } from '../../http/operation.ts'
import type { Answers, LivingAnswer } from '../../insights/answer-life.ts'
import type { FunnelStep, TrendsResult } from '../../insights/answers.ts'
import type { TrendsQuery } from '../../insights/insight-queries.ts'
import type { RunnableQuery } from '../../insights/queries.ts'
import { insightOf, type LegacyFilters, upgradeTrends } from '../../insights/upgrade-filters.ts'
import { upgradeFunnel } from '../../insights/upgrade-funnel-filters.ts'
import { invalid } from '../../model/errors.ts'
import type { ExperimentRow } from './present.ts'

/** How an answer is wanted: what is fresh, or calculated now. */
export type AskedHow = Asker & { refresh?: 'blocking' | 'force_blocking' }

type Kept = Pick<LivingAnswer, 'last_refresh' | 'is_cached'>
/** A metric by variant, control first. */
type Measured = { filters: LegacyFilters; counts: Counts; heldOut: Counts; kept: Kept } & (
  | { kind: 'trend'; insight: TrendsResult[]; variants: CountVariant[] }
  | { kind: 'funnel'; insight: FunnelStep[][]; variants: FunnelVariant[] }
)
/** How many people saw each variant, by its key. */
type Counts = Map<string, number>

const noData = (detail: string) => invalid(detail, { code: 'no_data' })

/** What experiments say: their metrics by variant, asked of the insight engine, and what that comes to. */
export function createExperimentResults({ answers }: { answers: Pick<Answers, 'ask'> }) {
  async function asked<T>(projectId: number, query: RunnableQuery, how: AskedHow) {
    const { results, last_refresh, is_cached } = await answers.ask(projectId, query, how)
    return { results: results as T[], kept: { last_refresh, is_cached } }
  }

  /** @throws HedgerowError `invalid` for a draft, and a metric that can't be compared. */
  async function measure(row: ExperimentRow, metric: LegacyFilters, how: AskedHow): Promise<Measured> {
    const { projectId } = row.experiment
    const keys = variantKeys(row)
    const filters = filtersOf(row, metric, keys)
    const held = row.experiment.holdoutId === null ? [] : [holdoutVariant(row.experiment.holdoutId)]
    const exposure = exposureOf(row, metric, [...keys, ...held])
    if (insightOf(metric) === 'FUNNELS') {
      const query = upgradeFunnel(filters)
      const [steps, exposures] = await Promise.all([
        asked<FunnelStep[]>(projectId, query, how),
        asked<TrendsResult>(projectId, exposure, how),
      ])
      const variants = funnelVariants(steps.results, keys)
      const seen = countsOf(exposures.results, keys)
      const heldOut = countsOf(exposures.results, held)
      // SDKs that do not tell when a flag is asked for: then whoever began the funnel saw the variant
      const counts = seen.size
        ? seen
        : new Map(variants.map((one) => [one.key, one.success_count + one.failure_count]))
      const kept = together(steps.kept, exposures.kept)
      return { kind: 'funnel', filters, insight: steps.results, variants, counts, heldOut, kept }
    }
    const query = countable(upgradeTrends(filters))
    const [series, exposures] = await Promise.all([
      asked<TrendsResult>(projectId, query, how),
      asked<TrendsResult>(projectId, exposure, how),
    ])
    const counts = countsOf(exposures.results, keys)
    const heldOut = countsOf(exposures.results, held)
    const variants = countVariants(series.results, counts, keys)
    const kept = together(series.kept, exposures.kept)
    return { kind: 'trend', filters, insight: series.results, variants, counts, heldOut, kept }
  }

  return {
    /** @throws HedgerowError `no_data`, `too_much_data`, `invalid` for what has no metric or has not begun. */
    async results(row: ExperimentRow, how: AskedHow) {
      const { filters } = row.experiment
      if (!Object.keys(filters).length) throw invalid('Experiment has no target metric')
      const measured = await measure(row, filters, how)
      return {
        insight: measured.insight,
        filters: measured.filters,
        ...judged(measured),
        total_exposures: Object.fromEntries([...measured.counts, ...measured.heldOut]),
        sample_ratio: ratioOf(row, measured.counts),
        ...measured.kept,
      }
    },

    /** By the metric of this index. @throws HedgerowError `invalid` as `results`, and where there is no such metric. */
    async secondary(row: ExperimentRow, index: string | undefined, how: AskedHow) {
      const measured = await measure(row, metricOf(row, index), how)
      const result =
        measured.kind === 'trend'
          ? measured.variants.map(({ key, count }) => [key, count])
          : measured.variants.map((one) => [one.key, Math.round(1000 * conversionOf(one)) / 1000])
      return {
        result: Object.fromEntries(result) as Record<string, number>,
        verdict: whyNoData(measured) ? null : judged(measured),
        ...measured.kept,
      }
    },
  }
}

export type ExperimentResults = ReturnType<typeof createExperimentResults>

function metricOf({ experiment }: ExperimentRow, index: string | undefined): LegacyFilters {
  const metrics = experiment.secondaryMetrics ?? []
  if (!metrics.length) throw invalid('Experiment has no secondary metrics')
  if (!index) throw invalid('Secondary metric id is required', { attr: 'id' })
  if (!/^-?\d+$/.test(index)) throw invalid('Secondary metric id must be an integer', { attr: 'id' })
  const metric = metrics[Number(index)] as { filters?: LegacyFilters } | undefined
  if (!metric) throw invalid('Invalid metric ID', { attr: 'id' })
  return metric.filters ?? {}
}

/** Control first. @throws HedgerowError `too_much_data`. */
function variantKeys({ flag }: ExperimentRow): string[] {
  const keys = readFilters(flag.filters).variants.map(({ key }) => key)
  if (keys.length > mostVariants) {
    const detail = `Can't calculate A/B test results for more than ${mostVariants} variants`
    throw invalid(detail, { code: 'too_much_data' })
  }
  return keys.sort((a, b) => Number(b === controlKey) - Number(a === controlKey))
}

/** @throws HedgerowError `invalid` for a draft. */
function datesOf({ experiment: { startDate, endDate } }: ExperimentRow) {
  if (!startDate) throw invalid('The experiment has not started: give it a start_date.', { code: 'no_data' })
  return { date_from: startDate, date_to: endDate, explicit_date: true }
}

const ofEvent = (key: string, value: string[]) => ({ key, value, operator: 'exact', type: 'event' })

/**
 * A metric as it is asked: broken down by the variant, from start to end. The metric's own `properties` are about who
 * gets the flag, and so are no part of it.
 * @throws HedgerowError `invalid` for a metric that is no trend or funnel, or counts nothing.
 */
function filtersOf(row: ExperimentRow, metric: LegacyFilters, keys: string[]): LegacyFilters {
  const insight = insightOf(metric)
  if (insight !== 'TRENDS' && insight !== 'FUNNELS') {
    throw invalid('Metrics of experiments need to be funnel or trend insights', { attr: 'filters' })
  }
  const breakdown = `$feature/${row.flag.key}`
  const { breakdowns: _, compare: __, formula: ___, smoothing_intervals: ____, ...rest } = metric
  return {
    ...rest,
    insight,
    ...(insight === 'TRENDS' ? { display: 'ActionsLineGraphCumulative' } : { funnel_viz_type: 'steps' }),
    ...datesOf(row),
    breakdown,
    breakdown_type: 'event',
    properties: [ofEvent(breakdown, keys)],
  }
}

/** Maths whose numbers add up from day to day: running totals of others mean nothing. */
const additive = new Set([
  'total',
  'dau',
  'unique_group',
  'unique_session',
  'sum',
  'hogql',
  'first_time_for_user',
  'first_matching_event_for_user',
])

/** @throws HedgerowError `invalid` for what can't be compared. */
function countable(query: TrendsQuery): TrendsQuery {
  const [node, ...others] = query.series
  const wrong = (detail: string) => invalid(detail, { attr: 'filters' })
  if (!node) throw wrong('Experiment has no target metric')
  if (others.length) throw wrong('The metric of an experiment counts one event or action.')
  const math = node.math ?? 'total'
  if (!additive.has(math)) throw wrong(`Experiments can not compare "${math}": use a count or a sum.`)
  return query
}

/** Of how many people it was seen that they got a variant, or were held out. */
function exposureOf(row: ExperimentRow, metric: LegacyFilters, keys: string[]): TrendsQuery {
  const called = '$feature_flag_called'
  return upgradeTrends({
    events: [{ id: called, name: called, order: 0, type: 'events', math: 'dau' }],
    display: 'ActionsTable',
    ...datesOf(row),
    filter_test_accounts: metric.filter_test_accounts,
    breakdown: '$feature_flag_response',
    breakdown_type: 'event',
    properties: [ofEvent('$feature_flag_response', keys), ofEvent('$feature_flag', [row.flag.key])],
  })
}

/** Of these variants. */
const countsOf = (exposures: TrendsResult[], keys: string[]): Counts =>
  new Map(
    exposures
      .map((one) => [String(one.breakdown_value), one.aggregated_value ?? 0] as const)
      .filter(([key]) => keys.includes(key)),
  )

/** Those that were counted or seen: a variant that nobody answered to has the count 0. */
function countVariants(series: TrendsResult[], exposures: Counts, keys: string[]): CountVariant[] {
  const counts = new Map(series.map((one) => [String(one.breakdown_value), one.count]))
  const control = exposures.get(controlKey) ?? 0
  return keys
    .filter((key) => counts.has(key) || exposures.has(key))
    .map((key) => {
      const seen = exposures.get(key) ?? 0
      return {
        key,
        count: Math.max(0, counts.get(key) ?? 0),
        // without anybody who saw it there is nothing to go by: as many as saw control
        exposure: key === controlKey || !control || !seen ? 1 : seen / control,
        absolute_exposure: seen,
      }
    })
}

function funnelVariants(funnels: FunnelStep[][], keys: string[]): FunnelVariant[] {
  const byKey = new Map(funnels.map((steps) => [String([steps[0]?.breakdown_value].flat()[0]), steps]))
  return keys.flatMap((key) => {
    const steps = byKey.get(key)
    if (!steps?.length) return []
    const success = steps.at(-1)!.count
    return [{ key, success_count: success, failure_count: steps[0]!.count - success }]
  })
}

function whyNoData({ variants }: Measured): string | undefined {
  if (variants[0]?.key !== controlKey) return 'No control variant data found'
  return variants.length < 2 ? "Can't calculate A/B test results for less than 2 variants" : undefined
}

/** @throws HedgerowError `no_data`. */
function judged(measured: Measured) {
  const why = whyNoData(measured)
  if (why) throw noData(why)
  return measured.kind === 'trend'
    ? { ...judgeCounts(measured.variants), variants: measured.variants }
    : { ...judgeFunnels(measured.variants), variants: measured.variants }
}

function ratioOf({ flag }: ExperimentRow, counts: Counts) {
  const shares = readFilters(flag.filters).variants.map(
    ({ key, rolloutPercentage }) => [key, rolloutPercentage] as const,
  )
  const ratio = sampleRatio(counts, new Map(shares))
  return { ...ratio, warning: ratio.mismatch ? warningOf(ratio) : null }
}

function warningOf({
  observed,
  expected,
}: {
  observed: Record<string, number>
  expected: Record<string, number>
}) {
  const percent = (of: Record<string, number>) => {
    const all = Object.values(of)
    const total = all.reduce((sum, one) => sum + one, 0)
    return all.map((one) => String(Math.round((1000 * one) / total) / 10)).join('/')
  }
  const names = Object.keys(observed).join(', ')
  return `Variants (${names}) got ${percent(observed)} instead of ${percent(expected)} percent. Results can't be trusted.`
}

/** Of numbers that were read at different times: the older, and whether any was kept. */
const together = (a: Kept, b: Kept): Kept => ({
  last_refresh: a.last_refresh < b.last_refresh ? a.last_refresh : b.last_refresh,
  is_cached: a.is_cached || b.is_cached,
})
