import type { CohortRule, CompiledCohort } from './cohorts.ts'
import { enrollmentKey } from './flag-filters.ts'
import { placeInFlag, placeInHoldout } from './hash.ts'
import type { Clock } from './moments.ts'
import type { CompiledCondition, CompiledFlag, ProjectFlags, Test } from './project-flags.ts'
import { type ClientKind, isFor } from './select.ts'
import {
  type Asker,
  type FailureCode,
  groupValue,
  isMember,
  knownPerson,
  personValue,
  Unknown,
} from './subject.ts'

/** Why a flag has its value, by PostHog's names; those that say most come last. */
export type ReasonCode =
  | 'missing_dependency'
  | 'flag_disabled'
  | 'no_group_type'
  | 'no_condition_match'
  | 'out_of_rollout_bound'
  | 'condition_match'
  | 'holdout_condition_value'
  | 'super_condition_value'

const weights: Record<string, number> = {
  no_group_type: 1,
  no_condition_match: 2,
  out_of_rollout_bound: 3,
}

export type Evaluation = {
  enabled: boolean
  /** Null for a flag without variants, and where none was drawn. */
  variant: string | null
  /** The stored JSON value, mostly text that holds JSON; null where there is none, or the flag is off. */
  payload: unknown
  reason: ReasonCode | FailureCode
  /** The condition that decided, or that came nearest. */
  conditionIndex: number | null
  /** Whether something that it needs could not be found out. */
  failed: boolean
}

/** A condition as it was tried, for people who want to know why. */
export type TriedCondition = {
  conditionIndex: number
  outcome: ReasonCode
  tests: { property: Test['property']; value: unknown; matched: boolean }[]
  /** Where whoever decides falls, 0 to 1, and up to where a condition takes them; null where nothing was drawn. */
  bucket: { id: string; place: number; upTo: number } | null
  variantBucket: number | null
}

/** Collects how flags came to their values, by key. */
export type Trace = Map<string, TriedCondition[]>

/** What a flag is worth to code: its variant, or whether it is on. */
export const flagValue = ({ enabled, variant }: Evaluation): string | boolean => variant ?? enabled

type Outcome = Pick<Evaluation, 'enabled' | 'variant' | 'reason' | 'conditionIndex'> & { failed?: boolean }

const evaluations = new WeakMap<CompiledFlag, Map<Outcome['reason'], Evaluation[]>>()

/**
 * The evaluation of a flag that came out so. A flag has few outcomes, and each is one object for as long as the flag is
 * as it is: what is made of one (its JSON, say) can be kept with it.
 */
function evaluationOf(flag: CompiledFlag, outcome: Outcome): Evaluation {
  const { enabled, variant, reason, conditionIndex, failed = false } = outcome
  const byReason = evaluations.get(flag) ?? new Map<Outcome['reason'], Evaluation[]>()
  if (!byReason.size) evaluations.set(flag, byReason)
  const alike = byReason.get(reason) ?? []
  if (!alike.length) byReason.set(reason, alike)
  for (const one of alike) {
    if (one.conditionIndex === conditionIndex && one.variant === variant && one.enabled === enabled)
      return one
  }
  const { payloads } = flag.parsed
  const payloadKey = variant ?? 'true'
  const payload = enabled && Object.hasOwn(payloads, payloadKey) ? payloads[payloadKey] : null
  const made = { enabled, variant, payload: payload ?? null, reason, conditionIndex, failed }
  alike.push(made)
  return made
}

const off = (flag: CompiledFlag, reason: Evaluation['reason'], conditionIndex: number | null = null) =>
  evaluationOf(flag, { enabled: false, variant: null, reason, conditionIndex })

const on = (
  flag: CompiledFlag,
  variant: string | null,
  reason: ReasonCode,
  conditionIndex: number | null,
): Evaluation => evaluationOf(flag, { enabled: true, variant, reason, conditionIndex })

/** Flags being evaluated for somebody. */
export type Evaluating = {
  project: ProjectFlags
  asker: Asker
  clock: Clock
  /** Flags that are not for this client, and are not asked for by it: for flags that ask for them they are off. */
  client: ClientKind
  /** Where it is told how each flag came to its value. */
  trace?: Trace
  /** What came out for flags that others ask for; empty at the start. */
  done: Map<CompiledFlag, Evaluation>
}

/**
 * Evaluates a flag for somebody, each once, those that others ask for first. Reference: PostHog's flag service. Nothing
 * is looked up here: what was not found out makes the flags that need it fail, and no other.
 */
export function evaluateFlag(at: Evaluating, flag: CompiledFlag): Evaluation {
  if (!flag.isAskedFor) return decided(at, flag)
  const known = at.done.get(flag)
  if (known) return known
  const evaluation = isFor(flag, at.client) ? decided(at, flag) : off(flag, 'flag_disabled')
  at.done.set(flag, evaluation)
  return evaluation
}

function decided(at: Evaluating, flag: CompiledFlag): Evaluation {
  try {
    return decide(at, flag)
  } catch (error) {
    if (!(error instanceof Unknown)) throw error
    return evaluationOf(flag, {
      enabled: false,
      variant: null,
      reason: error.code,
      conditionIndex: null,
      failed: true,
    })
  }
}

function decide(at: Evaluating, flag: CompiledFlag): Evaluation {
  if (!flag.active) return off(flag, 'flag_disabled')
  if (flag.isBroken) return off(flag, 'missing_dependency')
  return enrolled(at, flag) ?? heldOut(at, flag) ?? byConditions(at, flag)
}

/** People who answered to an early access feature get their answer, whatever the conditions say. */
function enrolled(at: Evaluating, flag: CompiledFlag): Evaluation | null {
  const { superCondition, parsed } = flag
  if (parsed.featureEnrollment) {
    const answer = personValue(at.asker, enrollmentKey(flag.key))
    return answer === undefined ? null : answered(flag, answer === true || answer === 'true')
  }
  if (!superCondition) return null
  const isAnswered = superCondition.tests.some(
    (test) => test.kind === 'person' && personValue(at.asker, test.key) !== undefined,
  )
  return isAnswered ? answered(flag, outcomeOf(at, flag, superCondition, null) === 'condition_match') : null
}

const answered = (flag: CompiledFlag, isOn: boolean) =>
  isOn ? on(flag, null, 'super_condition_value', 0) : off(flag, 'super_condition_value', 0)

function heldOut(at: Evaluating, flag: CompiledFlag): Evaluation | null {
  const { holdout, groupTypeIndex } = flag.parsed
  if (!holdout) return null
  const share = holdout.exclusionPercentage / 100
  const id = groupTypeIndex === null ? requestId(at, flag) : (at.asker.groupKeys.get(groupTypeIndex) ?? '')
  if (share < 1 && placeInHoldout(id) > share) return null
  return on(flag, holdout.variant, 'holdout_condition_value', null)
}

function byConditions(at: Evaluating, flag: CompiledFlag): Evaluation {
  let nearest: ReasonCode = 'no_condition_match'
  let nearestIndex: number | null = null
  let weight = 0
  const { conditions } = flag
  for (let index = 0; index < conditions.length; index++) {
    const condition = conditions[index]!
    const tried = at.trace && startOf(at, flag, index)
    const outcome = outcomeOf(at, flag, condition, tried ?? null)
    if (tried) tried.outcome = outcome
    if (outcome === 'condition_match') {
      return on(flag, variantOf(at, flag, condition, tried ?? null), outcome, index)
    }
    if (weights[outcome]! >= weight) {
      weight = weights[outcome]!
      nearest = outcome
      nearestIndex = index
    }
    if (outcome === 'out_of_rollout_bound' && flag.parsed.earlyExit) break
  }
  return off(flag, nearest, nearestIndex)
}

function startOf(at: Evaluating, { key }: CompiledFlag, conditionIndex: number): TriedCondition {
  const tried: TriedCondition = {
    conditionIndex,
    outcome: 'no_condition_match',
    tests: [],
    bucket: null,
    variantBucket: null,
  }
  const all = at.trace!.get(key) ?? []
  at.trace!.set(key, [...all, tried])
  return tried
}

function outcomeOf(
  at: Evaluating,
  flag: CompiledFlag,
  condition: CompiledCondition,
  tried: TriedCondition | null,
): ReasonCode {
  const { groupTypeIndex } = condition
  if (groupTypeIndex !== null && !at.asker.groupKeys.has(groupTypeIndex)) return 'no_group_type'
  if (groupTypeIndex === null && flag.bucketingIdentifier === 'device_id' && !at.asker.deviceId) {
    return 'out_of_rollout_bound'
  }
  for (const test of condition.tests) {
    const matched = holds(at, test, tried)
    if (!matched) return 'no_condition_match'
  }
  const { rolloutPercentage } = condition
  if (rolloutPercentage === 100) return 'condition_match'
  const id = hashId(at, flag, condition)
  const place = placeInFlag(flag.key, id)
  if (tried) tried.bucket = { id, place, upTo: rolloutPercentage / 100 }
  return place <= rolloutPercentage / 100 ? 'condition_match' : 'out_of_rollout_bound'
}

/** What decides who is in a percentage. @throws Unknown */
function hashId(at: Evaluating, flag: CompiledFlag, { groupTypeIndex }: CompiledCondition): string {
  if (groupTypeIndex !== null) return at.asker.groupKeys.get(groupTypeIndex) ?? ''
  if (flag.bucketingIdentifier === 'device_id' && at.asker.deviceId) return at.asker.deviceId
  const { hashKeys } = at.asker.found
  if (typeof hashKeys === 'string') {
    // A flag without continuity is drawn by the distinct id, as good as always.
    if (flag.ensureExperienceContinuity) throw new Unknown(hashKeys)
  } else if (Object.hasOwn(hashKeys, flag.key)) return hashKeys[flag.key]!
  return requestId(at, flag)
}

function requestId(at: Evaluating, flag: CompiledFlag): string {
  if (flag.bucketingIdentifier === 'device_id' && at.asker.deviceId) return at.asker.deviceId
  return flag.ensureExperienceContinuity && at.asker.anonDistinctId !== null
    ? at.asker.anonDistinctId
    : at.asker.distinctId
}

function variantOf(
  at: Evaluating,
  flag: CompiledFlag,
  condition: CompiledCondition,
  tried: TriedCondition | null,
): string | null {
  const { variants } = flag.parsed
  if (condition.variant !== null && variants.some(({ key }) => key === condition.variant)) {
    return condition.variant
  }
  if (!variants.length) return null
  const place = placeInFlag(flag.key, hashId(at, flag, condition), 'variant')
  if (tried) tried.variantBucket = place
  let end = 0
  for (const { key, rolloutPercentage } of variants) {
    end += rolloutPercentage / 100
    if (place < end) return key
  }
  return null
}

function holds(at: Evaluating, test: Test, tried: TriedCondition | null): boolean {
  const value = valueFor(at, test)
  const matched = matches(at, test, value)
  tried?.tests.push({ property: test.property, value, matched })
  return matched
}

function valueFor(at: Evaluating, test: Test): unknown {
  switch (test.kind) {
    case 'person':
      return personValue(at.asker, test.key)
    case 'created_at':
      return knownPerson(at.asker)?.createdAt
    case 'group':
      return test.index === null ? undefined : groupValue(at.asker, test.index, test.key)
    case 'cohort':
      return isIn(at, test.id)
    case 'flag': {
      const other = at.project.byId.get(test.id)
      if (!other) return undefined
      const evaluation = evaluateFlag(at, other)
      if (evaluation.failed) throw new Unknown(evaluation.reason as FailureCode)
      return flagValue(evaluation)
    }
    case 'nothing':
      return undefined
  }
}

function matches(at: Evaluating, test: Test, value: unknown): boolean {
  switch (test.kind) {
    case 'cohort':
      return value !== test.negated
    case 'flag':
      return test.wanted === true ? value !== false && value !== undefined : value === test.wanted
    case 'nothing':
      return false
    default:
      return test.matches(value, at.clock)
  }
}

/** Whether the person is in a cohort. @throws Unknown */
function isIn(at: Evaluating, id: number): boolean {
  const cohort: CompiledCohort | undefined = at.project.cohorts.get(id)
  if (!cohort) throw new Unknown('dependency_not_found_cohort')
  if (cohort.by === 'nothing') throw new Unknown(cohort.problem)
  if (cohort.by === 'properties') return follows(at, cohort.rule)
  if (!cohort.isCopied) throw new Unknown('cohort_not_calculated')
  return isMember(at.asker, id)
}

function follows(at: Evaluating, rule: CohortRule): boolean {
  switch (rule.kind) {
    case 'all':
      return rule.rules.every((one) => follows(at, one))
    case 'any':
      return rule.rules.some((one) => follows(at, one))
    case 'property':
      return rule.matches(personValue(at.asker, rule.key), at.clock) !== rule.negated
    case 'cohort':
      return isIn(at, rule.id) !== rule.negated
  }
}
