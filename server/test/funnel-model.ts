/**
 * What a funnel is, in plain code: journeys are walked event by event, as PostHog's own walker does. Tests hold the
 * engine's answers against it.
 */
export type ModelEvent = {
  /** Microseconds. */
  at: number
  /** Which steps it is of, from 0. */
  steps: number[]
  /** Between which step and the one before it the event must not happen. */
  bans: number[]
  value: string
  bucket: number
}
export type ModelFunnel = {
  count: number
  order: 'ordered' | 'strict' | 'unordered'
  window: number
  optional: boolean[]
}
/** How far somebody came, and when each step was done; 0 where it was passed by. */
export type ModelRun = { level: number; times: number[] }

/** What restricts a run: the value of a step's event, or the bucket of entry. */
export type Only = { step: number; value: string } | { bucket: number }

const sum = (bits: number[]) => bits.reduce((total, bit) => total + 2 ** bit, 0)

/** In the order in which events count; what shares an instant with a step's event does not, unless it is one itself. */
function inOrder(events: ModelEvent[]): ModelEvent[] {
  const stepAt = new Set(events.filter(({ steps }) => steps.length).map(({ at }) => at))
  const rank = ({ steps, bans }: ModelEvent) => (steps.length ? 0 : bans.length ? 1 : 2)
  const lowest = ({ steps }: ModelEvent) => Math.min(...steps)
  return events
    .filter(({ at, steps }) => steps.length || !stepAt.has(at))
    .sort(
      (a, b) =>
        a.at - b.at ||
        rank(a) - rank(b) ||
        (rank(a) === 0 ? lowest(a) - lowest(b) : 0) ||
        sum(a.steps) - sum(b.steps) ||
        a.bucket - b.bucket ||
        (a.value < b.value ? -1 : a.value > b.value ? 1 : 0),
    )
}

const meets = (event: ModelEvent, step: number, only: Only | undefined): boolean => {
  if (!only) return true
  if ('bucket' in only) return step !== 0 || event.bucket === only.bucket
  return step !== only.step || event.value === only.value
}

export function modelRun(events: ModelEvent[], funnel: ModelFunnel, only?: Only): ModelRun | undefined {
  return funnel.order === 'unordered' ? anyOrder(events, funnel, only) : walk(events, funnel, only)
}

type Held = { start: number; tainted: boolean; times: number[] }

function walk(events: ModelEvent[], funnel: ModelFunnel, only: Only | undefined): ModelRun | undefined {
  const { count, window, optional } = funnel
  const held: (Held | undefined)[] = Array.from({ length: count })
  let furthest: { step: number; run: Held; tainted: boolean } | undefined
  const nearest = (step: number, at: number): Held | undefined => {
    for (let i = step - 1; i >= 0; i--) {
      const run = held[i]
      if (run && at - run.start <= window) return run
      if (!optional[i]) return undefined
    }
    return undefined
  }
  for (const event of inOrder(events)) {
    for (const step of [...event.steps].sort((a, b) => b - a)) {
      if (!meets(event, step, only)) continue
      const fresh: Held = { start: event.at, tainted: false, times: new Array(count).fill(0) }
      const from = step === 0 ? fresh : nearest(step, event.at)
      if (!from || held[step]?.start === from.start) continue
      const times = from.times.map((time, i) => (i === step ? event.at : time))
      const run = { start: from.start, tainted: false, times }
      if (!from.tainted) held[step] = run
      if (!furthest || step > furthest.step || (step === furthest.step && furthest.tainted)) {
        furthest = { step, run, tainted: from.tainted }
      }
    }
    for (const ban of event.steps.length ? [] : event.bans) {
      const run = held[ban - 1]
      if (!run || run.tainted || event.at - run.start > window || held[ban]?.start === run.start) continue
      run.tainted = true
      if (furthest?.step === ban - 1 && event.at - furthest.run.start <= window) furthest.tainted = true
    }
    if (funnel.order === 'strict') {
      for (let step = 0; step < count; step++) if (!event.steps.includes(step)) held[step] = undefined
    }
  }
  return furthest && !furthest.tainted ? { level: furthest.step + 1, times: furthest.run.times } : undefined
}

/** Each event is taken for one step: of those that it fits, the one that was done longest ago. */
function oneStepEach(events: ModelEvent[], count: number): ModelEvent[] {
  const last: number[] = new Array(count).fill(0)
  return events.map((event) => {
    if (!event.steps.length) return event
    const step = event.steps.reduce((best, one) => (last[one]! < last[best]! ? one : best))
    last[step] = event.at
    return { ...event, steps: [step] }
  })
}

function anyOrder(events: ModelEvent[], funnel: ModelFunnel, only: Only | undefined): ModelRun | undefined {
  const sorted = oneStepEach(inOrder(events), funnel.count)
  let best: ModelRun | undefined
  for (const [i, first] of sorted.entries()) {
    if (!first.steps.length || !meets(first, 0, only)) continue
    const done: number[] = []
    const seen = new Set<number>()
    let isVoid = false
    for (const event of sorted.slice(i)) {
      if (event.at - first.at > funnel.window || seen.size === funnel.count) break
      if (!event.steps.length) {
        if (event.bans.length) isVoid = true
        continue
      }
      if (seen.has(event.steps[0]!)) continue
      seen.add(event.steps[0]!)
      done.push(event.at)
    }
    if (!isVoid && seen.size > (best?.level ?? 0)) {
      best = { level: seen.size, times: [...done, ...new Array(funnel.count - seen.size).fill(0)] }
    }
  }
  return best
}
