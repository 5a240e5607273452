import { hash } from 'node:crypto'
import type { FlagLookUp, LookedUp, ProjectDefinitions } from '../model/flags.ts'
import type { ReadCohort } from './cohort-tree.ts'
import { type Evaluating, type Evaluation, evaluateFlag, type Trace } from './evaluate.ts'
import { localEvaluation, type ShowCohort } from './local-evaluation.ts'
import {
  addNeeds,
  type CompiledFlag,
  compileProject,
  type Needs,
  noNeeds,
  type ProjectFlags,
} from './project-flags.ts'
import { type ClientKind, isFor } from './select.ts'
import { type Asker, isSaid } from './subject.ts'

export type EvaluatorDeps = {
  /** The flags of a project; undefined where it has none. */
  definitionsOf(projectId: number): ProjectDefinitions | undefined
  /** How long they have been out of touch with the database, milliseconds; 0 while in touch. */
  definitionsAgeMs?(): number
  /** How cohorts are read, and shown: as `insights` does it. */
  cohorts: { read: ReadCohort; show: ShowCohort }
  /** Finds out what the database knows, within bounded time; never throws for what it could not. */
  lookUp(wanted: FlagLookUp): Promise<LookedUp>
  now?: () => number
}

/** Who asks for which flags. */
export type FlagRequest = {
  project: { id: number; timezone: string }
  distinctId: string
  deviceId?: string | null
  anonDistinctId?: string | null
  personProperties?: Record<string, unknown>
  place?: Readonly<Record<string, unknown>> | null
  /** By group type, the group's key. */
  groups?: Record<string, string>
  /** By group type. */
  groupProperties?: Record<string, Record<string, unknown>>
  /** Only these flags, and those that they ask for; null for all. */
  keys?: string[] | null
  client?: ClientKind
  trace?: Trace
}

export type EvaluatedFlag = { flag: CompiledFlag; evaluation: Evaluation }

const everyone: ClientKind = { runtime: 'all', contexts: null, onlySurveys: false }
const isWanted = (flag: CompiledFlag, client: ClientKind) => flag.active && isFor(flag, client)
const nothingFound = (): LookedUp => ({ person: null, memberOf: new Set(), hashKeys: {}, groups: new Map() })

/** Evaluates the flags of projects: the one way from a request to its flags, for every endpoint. */
export function createEvaluator(deps: EvaluatorDeps) {
  const { definitionsOf, definitionsAgeMs = () => 0, cohorts, lookUp, now = Date.now } = deps
  const compiled = new WeakMap<ProjectDefinitions, ProjectFlags>()
  const forClients = new WeakMap<ProjectFlags, Map<ClientKind['runtime'], CompiledFlag[]>>()
  const local = new WeakMap<ProjectFlags, Map<boolean, { json: Buffer; sum: string }>>()

  /** The flags of a project as they are now; undefined where it has none. */
  function flagsOf(projectId: number): ProjectFlags | undefined {
    const definitions = definitionsOf(projectId)
    if (!definitions) return undefined
    let flags = compiled.get(definitions)
    if (!flags) {
      flags = compileProject(definitions, cohorts.read)
      compiled.set(definitions, flags)
    }
    return flags
  }

  /** The active flags of a project that are for a client; found once where nothing but its runtime matters. */
  function flagsFor(project: ProjectFlags, client: ClientKind): CompiledFlag[] {
    const find = () => project.flags.filter((flag) => isWanted(flag, client))
    if (client.contexts?.length || client.onlySurveys) return find()
    const byRuntime = forClients.get(project) ?? new Map<ClientKind['runtime'], CompiledFlag[]>()
    forClients.set(project, byRuntime)
    const known = byRuntime.get(client.runtime) ?? find()
    byRuntime.set(client.runtime, known)
    return known
  }

  /** Every active flag that is for the client, whatever its value; in the order of their ids. */
  async function evaluate(request: FlagRequest): Promise<EvaluatedFlag[]> {
    const project = flagsOf(request.project.id)
    if (!project) return []
    const { client = everyone, keys } = request
    const wanted = keys
      ? [...new Set(keys)]
          .flatMap((key) => project.byKey.get(key) ?? [])
          .filter((flag) => isWanted(flag, client))
      : flagsFor(project, client)
    if (!wanted.length) return []
    const asker = askerOf(project, request)
    const needs = keys || wanted.length < project.flags.length / 2 ? needsOf(wanted) : project.needs
    const look = lookUpFor(project, asker, needs, request.project.id)
    // Assigned, not spread into a new object: V8 makes such a copy in the old space, and with it everything that it holds stays
    // until the next full collection.
    if (look) asker.found = await lookUp(look)
    const evaluating: Evaluating = {
      project,
      asker,
      clock: { now: now(), timezone: request.project.timezone },
      client,
      trace: request.trace,
      done: new Map(),
    }
    return wanted.map((flag) => ({ flag, evaluation: evaluateFlag(evaluating, flag) }))
  }

  /** The flags of a project for SDKs that evaluate on their own, as JSON, with a sum by which it is known again. */
  function definitionsFor(projectId: number, sendCohorts: boolean): { json: Buffer; sum: string } {
    const project = flagsOf(projectId)
    const kept = (project && local.get(project)) ?? new Map()
    if (project) local.set(project, kept)
    const known = kept.get(sendCohorts)
    if (known) return known
    const answer = project
      ? localEvaluation(project, sendCohorts, cohorts.show)
      : { flags: [], group_type_mapping: {}, cohorts: {} }
    const json = Buffer.from(JSON.stringify(answer))
    const made = { json, sum: hash('sha1', json) }
    kept.set(sendCohorts, made)
    return made
  }

  /** The cohorts of a project whose people flags look up, also flags that are off. */
  function membersNeededBy(projectId: number): ReadonlySet<number> {
    return new Set(flagsOf(projectId)?.flags.flatMap(({ needs }) => [...needs.members]))
  }

  return { flagsOf, evaluate, definitionsFor, definitionsAgeMs, membersNeededBy }
}

export type Evaluator = ReturnType<typeof createEvaluator>

function needsOf(flags: CompiledFlag[]): Needs {
  const needs = noNeeds()
  for (const flag of flags) addNeeds(needs, flag.needs)
  return needs
}

/** Who asks, as far as the request says it: nothing is looked up yet. */
function askerOf(project: ProjectFlags, request: FlagRequest): Asker {
  const groupKeys = new Map<number, string>()
  for (const [type, key] of Object.entries(request.groups ?? {})) {
    const index = project.groupIndexes.get(type)
    if (index !== undefined && key !== '') groupKeys.set(index, key)
  }
  const groupProperties = new Map<number, Record<string, unknown>>()
  for (const [type, properties] of Object.entries(request.groupProperties ?? {})) {
    const index = project.groupIndexes.get(type)
    if (index !== undefined) groupProperties.set(index, properties)
  }
  return {
    distinctId: request.distinctId,
    deviceId: request.deviceId ?? null,
    anonDistinctId: request.anonDistinctId ?? null,
    personProperties: request.personProperties ?? {},
    place: request.place ?? null,
    groupKeys,
    groupProperties,
    found: nothingFound(),
  }
}

/** What has to be looked up; null where the request says all that matters. */
function lookUpFor(project: ProjectFlags, asker: Asker, needs: Needs, projectId: number): FlagLookUp | null {
  let person = needs.createdAt
  for (const key of needs.personKeys) person ||= !isSaid(asker, key)
  const members = [...needs.members]
  const groups: FlagLookUp['groups'] = []
  for (const [groupTypeIndex, keys] of needs.groups) {
    const groupKey = asker.groupKeys.get(groupTypeIndex)
    const said = asker.groupProperties.get(groupTypeIndex) ?? {}
    const isUnsaid = (key: string) => !Object.hasOwn(said, key) && key !== '$group_key'
    if (groupKey !== undefined && [...keys].some(isUnsaid)) groups.push({ groupTypeIndex, groupKey })
  }
  if (!person && !members.length && !needs.continuity && !groups.length) return null
  const continuity = needs.continuity
    ? project.flags
        .filter(({ active, ensureExperienceContinuity }) => active && ensureExperienceContinuity)
        .map(({ key }) => key)
    : null
  const { distinctId, anonDistinctId } = asker
  return { projectId, distinctId, anonDistinctId, person, members, continuity, groups }
}
