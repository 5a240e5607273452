import type { Pin } from '../../api/pin.ts'
import type { LifecycleStatus } from '../../api/questions.ts'
import type { ChartSeries } from '../chart/time-chart-option.ts'
import { number } from '../numbers.ts'

/**
 * A breakdown's value as people read it.
 * @param ranges by which of its dimensions numbers fall into ranges
 */
export const valueName = (value: unknown, ranges: readonly boolean[] = []): string => {
  if (Array.isArray(value)) return value.map((one, at) => valueName(one, [ranges[at] ?? false])).join(' · ')
  if (value === null || value === undefined || value === '$$_posthog_breakdown_null_$$') return '(not set)'
  if (value === '$$_posthog_breakdown_other_$$') return 'Other'
  if (value === '') return '(not set)'
  return ranges[0] ? rangeName(String(value)) : String(value)
}

/** `[10,14.6]` as "10 – 14.6". */
function rangeName(range: string): string {
  const [, low, high] = /^\[(-?[\d.e+-]+),(-?[\d.e+-]+)\]$/.exec(range) ?? []
  return low && high ? `${number(Number(low))} – ${number(Number(high))}` : range
}

/** A series as trends, stickiness and lifecycles answer one. */
export type RawSeries = {
  label?: string
  data?: number[]
  days?: (string | number)[]
  labels?: string[]
  aggregated_value?: number
  breakdown_value?: unknown
  compare_label?: string
  status?: string
  /** Which of the question's series it is. */
  order?: number
  action?: { order?: number; name?: string | null; custom_name?: string | null; math?: string | null } | null
}

export type Series = ChartSeries & {
  /** What it is of, the same in both of two compared periods. */
  of: string
  days: string[]
  labels: string[]
  /** Of a lifecycle. */
  status?: string
  /** The one figure, for displays that show one. */
  figure: number
  /** Whose people: of a bucket with its day. A formula has none. */
  pin?: Pin
}

const maths: Record<string, string> = {
  dau: 'unique people',
  weekly_active: 'weekly active people',
  monthly_active: 'monthly active people',
  unique_session: 'sessions',
}
/** Their colours: new, returning and resurrecting stand out, dormant is grey. */
const slotsOfStatus: Record<string, number> = { new: 0, returning: 2, resurrecting: 1, dormant: 11 }

/** Of a cohort an answer's value is its id; its name stands in the label, behind that of the series. */
export const cohortName = (label: string, ofSeries: string): string =>
  label.startsWith(`${ofSeries} - `) ? label.slice(ofSeries.length + 3) : label

/**
 * The series of an answer with names that tell them apart, and colours.
 * @param ranges by which dimensions of its breakdown numbers fall into ranges
 * @param ofCohorts whether its breakdown is by cohorts
 */
export function seriesOf(result: unknown, ranges?: readonly boolean[], ofCohorts = false): Series[] {
  const raw = (Array.isArray(result) ? result : []) as RawSeries[]
  const several = new Set(raw.map((one) => one.action?.order ?? 0)).size > 1
  const slots = new Map<string, number>()
  return raw.map((one, at) => {
    const order = one.action?.order ?? 0
    const name = one.action?.custom_name || one.action?.name || one.label || 'Series'
    const math = one.action?.math ? maths[one.action.math] : undefined
    const value =
      one.breakdown_value === undefined
        ? undefined
        : ofCohorts && one.label
          ? cohortName(one.label, one.action?.name ?? name)
          : valueName(one.breakdown_value, ranges)
    const own = several && math ? `${name} (${math})` : name
    const label =
      one.status ??
      (value === undefined ? (one.action ? own : (one.label ?? own)) : several ? `${own} · ${value}` : value)
    const previous = one.compare_label === 'previous'
    const identity = `${order}:${one.status ?? value ?? ''}:${one.action ? '' : (one.label ?? at)}`
    const slot = slots.get(identity) ?? slots.size
    slots.set(identity, slot)
    const data = one.data ?? []
    return {
      key: `${identity}${previous ? '/previous' : ''}:${at}`,
      of: identity,
      label: previous ? `${label} (previous)` : label,
      data,
      slot: one.status ? (slotsOfStatus[one.status] ?? slot) : slot,
      ...(one.status && { status: one.status }),
      stack: one.status ? 'lifecycle' : String(order),
      previous,
      days: (one.days ?? []).map(String),
      labels: one.labels ?? [],
      figure: one.aggregated_value ?? data.reduce((sum, each) => sum + each, 0),
      ...(one.action && { pin: pinOf(one) }),
    }
  })
}

/** Which of an answer's lines it is. */
function pinOf({ action, order, breakdown_value: breakdown, compare_label: label, status }: RawSeries): Pin {
  return {
    series: action?.order ?? order ?? 0,
    ...(breakdown !== undefined && { breakdown: (breakdown ?? '') as Pin['breakdown'] }),
    ...(label === 'previous' && { previous: true }),
    ...(status !== undefined && { status: status as LifecycleStatus }),
  }
}
