import { rangesOf } from '../../api/breakdowns.ts'
import type { Pin } from '../../api/pin.ts'
import {
  type FunnelsQuery,
  type LifecycleQuery,
  lifecycleStatuses,
  nodeName,
  type Question,
  type RetentionQuery,
  type StickinessQuery,
  type TrendsQuery,
} from '../../api/questions.ts'
import { bucketName } from '../chart/buckets.ts'
import { rangeLabel } from '../date-range.tsx'
import { counted, duration } from '../numbers.ts'
import { valueName } from './series.ts'

export type People = {
  /** The API's description of the number, the `source` of an `ActorsQuery`. */
  source: Record<string, unknown>
  /** A condition in HogQL over the rows of the source. */
  where?: string
  /** Whose people they are: "order · Chrome · Wed, 18 Nov 2026". */
  title: string
  /** The others of the same, such as those who did not get through. */
  others?: { label: string; pin: Pin }[]
}

/** A question as it was answered, which may say more than the pages can show of it. */
type Whole = Record<string, unknown>

/**
 * The people behind a number, as the API is asked for them.
 * @param query what their title is made of
 * @param whole the question that was answered, where `query` is only what of it an editor could show
 */
export function peopleOf(query: Question, at: Pin, whole: Whole = query): People {
  switch (query.kind) {
    case 'TrendsQuery':
      return ofTrend(query, at, whole)
    case 'FunnelsQuery':
      return ofFunnel(query, at, whole)
    case 'RetentionQuery':
      return ofRetention(query, at, whole)
    case 'LifecycleQuery':
      return ofLifecycle(query, at, whole)
    case 'StickinessQuery':
      return ofStickiness(query, at, whole)
    case 'PathsQuery':
      return ofPaths(at, whole)
  }
}

const joined = (...parts: (string | undefined | false)[]): string => parts.filter(Boolean).join(' · ')

function seriesName(query: Question, at: number): string {
  const node = 'series' in query ? query.series[at] : undefined
  return node ? nodeName(node) : ''
}

const shownValue = (at: Pin, ranges?: boolean[]): string | undefined =>
  at.breakdown === undefined ? undefined : valueName(at.breakdown, ranges)

function ofTrend(query: TrendsQuery, at: Pin, whole: Whole): People {
  const series = at.series ?? 0
  return {
    source: {
      kind: 'InsightActorsQuery',
      source: whole,
      series,
      day: at.day,
      breakdown: at.breakdown,
      ...(at.previous && { compare: 'previous' }),
    },
    title: joined(
      seriesName(query, series),
      shownValue(at, rangesOf(query.breakdownFilter)),
      typeof at.day === 'string' ? bucketName(at.day, query.interval) : rangeLabel(query.dateRange),
      at.previous && 'the period before',
    ),
  }
}

function ofFunnel(query: FunnelsQuery, at: Pin, whole: Whole): People {
  const source = { kind: 'FunnelsActorsQuery', source: whole, funnelStepBreakdown: at.breakdown }
  if (at.day !== undefined) {
    const day = String(at.day)
    return {
      source: {
        ...source,
        funnelTrendsEntrancePeriodStart: day,
        funnelTrendsDropOff: at.missed ?? false,
      },
      title: joined(
        `${at.missed ? "Entered and didn't get through" : 'Got through'}`,
        shownValue(at),
        bucketName(day, query.interval),
      ),
      others: [
        { label: 'Got through', pin: { ...at, missed: undefined } },
        { label: "Didn't", pin: { ...at, missed: true } },
      ],
    }
  }
  if (at.took) {
    const [from = 0, until] = at.took
    return {
      source,
      where: `conversion_time >= ${from}${until === undefined ? '' : ` and conversion_time < ${until}`}`,
      title: `Took ${tookName(from, until)}`,
    }
  }
  const step = at.step ?? 1
  const number = Math.abs(step)
  const name = `step ${number}, ${seriesName(query, number - 1)}`
  return {
    source: { ...source, funnelStep: step },
    title: joined(step > 0 ? `Got to ${name}` : `Went away before ${name}`, shownValue(at)),
    ...(number > 1 && {
      others: [
        { label: 'Got there', pin: { ...at, step: number } },
        { label: 'Went away', pin: { ...at, step: -number } },
      ],
    }),
  }
}

/** How long something took: "1 min to 2 min". @param until seconds; undefined for however long */
export const tookName = (from: number, until: number | undefined): string =>
  until === undefined ? `${duration(from)} or more` : `${duration(from)} to ${duration(until)}`

function ofRetention(query: RetentionQuery, at: Pin, whole: Whole): People {
  const period = (query.retentionFilter.period ?? 'Day').toLowerCase()
  const later = at.later ?? 0
  const has = `has(appearances, ${later})`
  const when = at.day === undefined ? 'all of them' : String(at.day)
  return {
    source: {
      kind: 'InsightActorsQuery',
      source: whole,
      interval: at.cohort,
      breakdown: at.breakdown,
    },
    ...(later > 0 && { where: at.missed ? `not ${has}` : has }),
    title: joined(
      `Began: ${when}`,
      shownValue(at),
      later > 0 && `${at.missed ? 'not back' : 'back'} ${counted(later, period)} later`,
    ),
    ...(later > 0 && {
      others: [
        { label: 'Came back', pin: { ...at, missed: undefined } },
        { label: "Didn't", pin: { ...at, missed: true } },
      ],
    }),
  }
}

function ofLifecycle(query: LifecycleQuery, at: Pin, whole: Whole): People {
  const { day, status = 'new', series = 0 } = at
  return {
    source: { kind: 'InsightActorsQuery', source: whole, series, day, status },
    title: joined(
      seriesName(query, series),
      status,
      typeof day === 'string' && bucketName(day, query.interval),
    ),
    others: lifecycleStatuses.map((one) => ({ label: one, pin: { ...at, status: one } })),
  }
}

function ofStickiness(query: StickinessQuery, at: Pin, whole: Whole): People {
  const { series = 0, day = 1 } = at
  const orMore = query.stickinessFilter?.computedAs === 'cumulative'
  return {
    source: {
      kind: 'StickinessActorsQuery',
      source: whole,
      series,
      day: Number(day),
      ...(at.previous && { compare: 'previous' }),
    },
    title: joined(
      seriesName(query, series),
      `on ${counted(Number(day), query.interval)}${orMore ? ' or more' : ''}`,
      at.previous && 'the period before',
    ),
  }
}

function ofPaths({ from, to, ended }: Pin, whole: Whole): People {
  const name = (key: string) => key.replace(/^\d+_/, '')
  return {
    source: {
      kind: 'InsightActorsQuery',
      source: {
        ...whole,
        pathsFilter: {
          ...(whole.pathsFilter as object | undefined),
          pathStartKey: from,
          pathEndKey: to,
          pathDropoffKey: ended,
        },
      },
    },
    title: ended
      ? `Ended at ${name(ended)}`
      : [from, to].flatMap((key) => (key ? [name(key)] : [])).join(' → '),
  }
}
