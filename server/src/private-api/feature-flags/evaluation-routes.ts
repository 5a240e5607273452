import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { type Evaluation, flagValue, type Trace, type TriedCondition } from '../../flags/evaluate.ts'
import type { Evaluator } from '../../flags/evaluator.ts'
import { and as allOf, call, compare, constant, type Expr, field, from, select } from '../../hogql/ast.ts'
import { route } from '../../http/operation.ts'
import type { AddressedProject } from '../../http/project.ts'
import { type FilterContext, propertyExpr } from '../../insights/property-filters.ts'
import type { Questions } from '../../insights/questions.ts'
import { isObject } from '../../kit/is-object.ts'
import { invalid } from '../../model/errors.ts'
import type { PropertyFilter } from '../../model/project.ts'
import { evaluationReasons, myFlags, userBlastRadius } from './evaluation-contract.ts'
import { presenting } from './present.ts'
import type { FlagStore } from './store.ts'

type Deps = {
  flags: Pick<FlagStore, 'list' | 'rightsOf'>
  evaluator: Pick<Evaluator, 'evaluate' | 'flagsOf' | 'definitionsAgeMs'>
  questions: Questions
}

const everyFlag = { active: 'true', limit: 10_000, offset: 0 } as const

/** Flags as they come out: for oneself, for somebody, and for how many. */
export const flagEvaluationRoutes =
  ({ flags, evaluator, questions }: Deps) =>
  async (app: FastifyInstance) => {
    route(app, myFlags, async ({ project, user, query }) => {
      const { results } = await flags.list(project.id, everyFlag)
      const groups = groupsIn(query.groups)
      const evaluated = await evaluator.evaluate({ project, distinctId: user.distinctId, groups })
      const values = new Map(evaluated.map(({ flag, evaluation }) => [flag.id, flagValue(evaluation)]))
      const present = presenting(await flags.rightsOf(project, user.id))
      return results.map((row) => ({ feature_flag: present(row), value: values.get(row.flag.id) ?? false }))
    })

    route(app, evaluationReasons, async ({ project, query }) => {
      const { distinct_id: distinctId, key, explain } = query
      if (!distinctId) throw invalid('distinct_id is required')
      const trace: Trace | undefined = isYes(explain) ? new Map() : undefined
      const groups = groupsIn(query.groups)
      const evaluated = await evaluator.evaluate({
        project,
        distinctId,
        groups,
        keys: key === undefined ? null : [key],
        trace,
      })
      const off = (evaluator.flagsOf(project.id)?.flags ?? []).filter(
        (flag) => !flag.active && (key === undefined || flag.key === key),
      )
      const explained = (flagKey: string) =>
        trace && {
          conditions: (trace.get(flagKey) ?? []).map(shown),
          definitions_age_ms: evaluator.definitionsAgeMs(),
        }
      return Object.fromEntries([
        ...evaluated.map(({ flag, evaluation }) => [
          flag.key,
          { ...reasonOf(evaluation), ...explained(flag.key) },
        ]),
        ...off.map((flag) => [
          flag.key,
          { value: false, evaluation: { reason: 'disabled', condition_index: null } },
        ]),
      ])
    })

    route(app, userBlastRadius, async ({ project, body }) => {
      const index = body.group_type_index ?? null
      const filters = countable(body.condition, index)
      const ctx = await contextFor(project, index, filters)
      const where = propertyExpr(filters, ctx)
      const [all, affected] = await Promise.all([
        count(project, index, undefined, ctx),
        where ? count(project, index, where, ctx) : null,
      ])
      return { users_affected: affected ?? all, total_users: all }
    })

    /** Groups are rows with properties, as people are: their filters are asked like those of people. */
    async function contextFor(
      project: AddressedProject,
      index: number | null,
      filters: PropertyFilter[],
    ): Promise<FilterContext> {
      const ctx = await questions.filterContext(project, 'persons', filters)
      if (index === null) return ctx
      return { ...ctx, propertyType: (_kind, key) => ctx.propertyType('group', key, index) }
    }

    async function count(
      project: AddressedProject,
      index: number | null,
      where: Expr | undefined,
      { propertyType }: FilterContext,
    ): Promise<number> {
      const tree = select({
        select: [call('count')],
        from: from(index === null ? 'persons' : 'groups'),
        where: allOf(index === null ? undefined : compare(field('index'), '=', constant(index)), where),
      })
      const [row] = await questions.rows(project, tree, propertyType)
      return Number(row?.[0] ?? 0)
    }
  }

/**
 * The filters of a condition that can be counted by.
 * @throws HedgerowError `invalid` for a property of another type of groups
 */
function countable(condition: Record<string, unknown>, index: number | null): PropertyFilter[] {
  const properties = Array.isArray(condition.properties) ? condition.properties.filter(isObject) : []
  return properties.flatMap((property) => {
    const { type = index === null ? 'person' : 'group', group_type_index: own = index } = property
    if (type === 'flag') return []
    if (index === null ? type === 'group' : type !== 'group' || own !== index) {
      throw invalid('Invalid group type index for feature flag condition.')
    }
    return [{ ...property, key: String(property.key), type: index === null ? String(type) : 'person' }]
  })
}

const isYes = (text: string | undefined) => /^(?:1|t|true|y|yes|on)$/i.test(text ?? '')

/** @throws HedgerowError `invalid` for what is no JSON object of keys */
function groupsIn(text: string | undefined): Record<string, string> {
  if (!text) return {}
  let groups: unknown
  try {
    groups = JSON.parse(text)
  } catch {
    throw invalid('Invalid JSON in groups parameter', { attr: 'groups' })
  }
  if (!isObject(groups)) throw invalid('groups must be a JSON object', { attr: 'groups' })
  return Object.fromEntries(Object.entries(groups).map(([type, key]) => [type, String(key)]))
}

function reasonOf(evaluation: Evaluation) {
  const { reason, conditionIndex } = evaluation
  return {
    value: flagValue(evaluation),
    evaluation: { reason, condition_index: reason === 'no_group_type' ? null : conditionIndex },
  }
}

type Shown = NonNullable<z.input<typeof evaluationReasons.answer>[string]['conditions']>[number]

const shown = (tried: TriedCondition): Shown => ({
  condition_index: tried.conditionIndex,
  outcome: tried.outcome,
  properties: tried.tests.map(({ property, value, matched }) => ({
    key: property.key,
    type: property.type,
    operator: property.operator,
    value: property.value,
    actual: value,
    matched,
  })),
  bucket: tried.bucket && { id: tried.bucket.id, value: tried.bucket.place, upper_bound: tried.bucket.upTo },
  variant_bucket: tried.variantBucket,
})
