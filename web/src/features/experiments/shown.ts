import type { Holdout } from './holdout-queries.ts'
import { isSum } from './metric.ts'
import type { Experiment, ExperimentResults } from './queries.ts'

/** What experiments and their results are called on the pages. */

export type State = 'Draft' | 'Running' | 'Ended' | 'Archived'

export function stateOf({ archived, start_date: start, end_date: end }: Experiment, now = Date.now()): State {
  if (archived) return 'Archived'
  if (!start) return 'Draft'
  return end && Date.parse(end) <= now ? 'Ended' : 'Running'
}

export const stateColors: Record<State, string> = {
  Draft: 'gray',
  Running: 'hedge',
  Ended: 'blue',
  Archived: 'gray',
}

/** How many percent a holdout keeps out. */
export const heldOutOf = ({ filters }: Holdout): number => filters[0]?.rollout_percentage ?? 0

/** "Autumn, 10 % of people" */
export const holdoutSentence = (holdout: Holdout): string =>
  `${holdout.name}, ${heldOutOf(holdout)} % of people`

/** "3 people were held out." as far as flags tell. */
export const heldOutSentence = (holdout: Holdout, { total_exposures: seen }: ExperimentResults): string => {
  const people = seen[`holdout-${holdout.id}`] ?? 0
  return people === 1 ? '1 person was held out.' : `${whole(people)} people were held out.`
}

/** A variant with its number: the conversion rate, or how often it happens to one who saw it. */
export type ShownVariant = {
  key: string
  people: number
  /** What the number is made of: "30 of 130", "101". */
  counted: string
  value: number | null
  interval: readonly [low: number, high: number] | null
  probability: number
}

export const isFunnel = ({ expected_loss: loss }: ExperimentResults) => loss !== undefined

export const variantsOf = (results: ExperimentResults): ShownVariant[] =>
  results.variants.map((variant) => {
    const shared = {
      key: variant.key,
      interval: results.credible_intervals[variant.key] ?? null,
      probability: results.probability[variant.key] ?? 0,
    }
    if ('success_count' in variant) {
      const people = variant.success_count + variant.failure_count
      return {
        ...shared,
        people,
        counted: `${whole(variant.success_count)} of ${whole(people)}`,
        value: people ? variant.success_count / people : null,
      }
    }
    const people = variant.absolute_exposure
    return {
      ...shared,
      people,
      counted: isSum(results.filters) ? decimals(variant.count) : whole(variant.count),
      value: people ? variant.count / people : null,
    }
  })

const whole = (value: number) => new Intl.NumberFormat('en').format(value)
const decimals = (value: number) => new Intl.NumberFormat('en', { maximumFractionDigits: 2 }).format(value)

/** "54.5 %"; more digits where it is small. */
export const percent = (share: number): string => {
  const value = 100 * share
  return `${value.toFixed(value !== 0 && Math.abs(value) < 10 ? 2 : 1)} %`
}

/** "+12.3 %": by how much of control's number a variant has more, or less. */
export function againstControl(variant: ShownVariant, all: ShownVariant[]): string {
  const control = all.find(({ key }) => key === 'control')
  if (!control?.value || variant.value === null || variant.key === control.key) return '—'
  const share = variant.value / control.value - 1
  return `${share > 0 ? '+' : share < 0 ? '−' : ''}${percent(Math.abs(share))}`
}

/** Close to 0 or 1 it is never sure. */
export const chance = (probability: number): string =>
  probability > 0.999 ? 'over 99.9 %' : probability < 0.001 ? 'under 0.1 %' : percent(probability)

const DAY_MS = 86_400_000

/** " About 6 more days at this pace.", or nothing where it can't be told. */
function daysLeft(fewest: number, wanted: number, startedAt: string | null, now: number): string {
  const days = startedAt ? (now - Date.parse(startedAt)) / DAY_MS : 0
  if (fewest === 0 || days <= 0) return ''
  const left = Math.ceil(((wanted - fewest) / fewest) * days)
  return left > 0 ? ` About ${left === 1 ? 'one more day' : `${whole(left)} more days`} at this pace.` : ''
}

/** How many people a variant needs. */
const WANTED = 100

/**
 * What the results come to, as one or two sentences.
 * @param startedAt when an experiment that still runs was launched; null for another
 */
export function verdictOf(results: ExperimentResults, startedAt: string | null, now = Date.now()): string {
  const variants = variantsOf(results)
  const best = variants.reduce((most, one) => (one.probability > most.probability ? one : most))
  const leads = `“${best.key}” is the best with a probability of ${chance(best.probability)}`
  switch (results.significance_code) {
    case 'significant':
      return `${leads}.`
    case 'not_enough_exposure': {
      const fewest = Math.min(...variants.map(({ people }) => people))
      return `Not enough data: each variant needs ${WANTED} people, and the smallest has ${whole(fewest)}.${daysLeft(fewest, WANTED, startedAt, now)}`
    }
    case 'low_win_probability':
      return 'No variant is clearly the best yet.'
    case 'high_loss':
      return `${leads}. Choosing the best of the others would cost ${percent(results.expected_loss ?? 0)} of conversion.`
    case 'high_p_value':
      return `${leads}, but the difference may be chance (p = ${(results.p_value ?? 1).toFixed(2)}).`
  }
}
