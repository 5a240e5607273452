import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EventLog } from '../event-log/event-log.ts'
import type { ProjectFacts } from '../model/project.ts'
import type { GroupStore } from '../persons/group-store.ts'
import type { PersonStore } from '../persons/person-store.ts'
import { type Batch, each, type Step } from './batch.ts'
import { breath } from './breathe.ts'
import type { DefinitionStore } from './definition-store.ts'
import type { GeoIp } from './geoip.ts'
import { dropRepeats } from './steps/drop-repeats.ts'
import { elements } from './steps/elements.ts'
import { fixClock } from './steps/fix-clock.ts'
import { takeHeatmaps } from './steps/heatmaps.ts'
import { makeHoldable } from './steps/holdable.ts'
import { liftProperties } from './steps/lift-properties.ts'
import { locate } from './steps/locate.ts'
import { nameBrowser } from './steps/name-browser.ts'
import { normalise } from './steps/normalise.ts'
import { noteDefinitions, noteSettled } from './steps/note-definitions.ts'
import { parse } from './steps/parse.ts'
import { resolveGroups } from './steps/resolve-groups.ts'
import { resolvePersons } from './steps/resolve-persons.ts'
import { routeSpecial } from './steps/route-special.ts'
import { setAside } from './steps/set-aside.ts'
import { sift } from './steps/sift.ts'
import { toRows } from './steps/to-rows.ts'
import { writeHeads } from './steps/write-heads.ts'
import type { UserAgents } from './user-agent.ts'

/** What the steps must know of a project. */
export type PipelineFacts = Pick<ProjectFacts, 'id' | 'anonymizeIps' | 'botFilter' | 'dropEventsOlderThan'>

export type StepDeps = {
  log: Pick<EventLog, 'seenBefore'>
  findProject: (id: number) => PipelineFacts | undefined
  userAgents: UserAgents
  /** Null: events get no place. */
  geoip: GeoIp | null
  persons: Pick<PersonStore, 'load'>
  groups: Pick<GroupStore, 'loadTypes' | 'loadGroups'>
  definitions: DefinitionStore
  /** Milliseconds since 1970. */
  now: () => number
}

/**
 * An event's way from the log's bytes to the warehouse's rows, in order. Nothing is written on the way. What can be
 * done with a part of a batch is done part by part: parsed events are many small objects, and few should live at once.
 */
export type Steps = { ofParts: Step[]; ofBatch: Step[] }

export const pipelineSteps = (deps: StepDeps): Steps => ({
  ofParts: [
    { name: 'set aside', run: setAside(deps.findProject) },
    { name: 'normalise', run: each(normalise) },
    { name: 'make holdable', run: each(makeHoldable) },
    { name: 'fix clock', run: each(fixClock) },
    { name: 'drop repeats', run: dropRepeats(deps.log) },
    { name: 'sift', run: each(sift(deps)) },
    { name: 'heatmaps', run: takeHeatmaps },
    { name: 'route special', run: each(routeSpecial) },
    { name: 'locate', run: locate(deps) },
    { name: 'name browser', run: each(nameBrowser(deps)) },
    { name: 'lift properties', run: each(liftProperties) },
    { name: 'elements', run: each(elements) },
    { name: 'note definitions', run: noteSettled(deps.definitions) },
    { name: 'write heads', run: writeHeads },
  ],
  ofBatch: [
    { name: 'resolve persons', run: resolvePersons(deps.persons) },
    { name: 'resolve groups', run: resolveGroups(deps.groups) },
    { name: 'note definitions', run: noteDefinitions(deps.definitions) },
    { name: 'to rows', run: toRows(deps.now) },
  ],
})

/** The steps after which a batch has its events, and nothing was asked of a store yet. */
export const stepsToEvents = ({ ofParts }: Steps): Steps => ({ ofParts: ofParts.slice(0, 1), ofBatch: [] })

const failedAt = new WeakMap<Error, string>()
/** The step that threw it; empty where none did. */
export const stepOf = (error: unknown) => (error instanceof Error && failedAt.get(error)) || ''

type Timed = (name: string, ms: number) => void

/** Runs the steps one after the other and says how long each took, in milliseconds. */
export async function runSteps({ ofParts, ofBatch }: Steps, batch: Batch, timed: Timed): Promise<Batch> {
  for (const part of timedParts(batch, timed)) {
    for (const event of part.events) batch.captured.push(event)
    const { events } = await runAll(ofParts, part, timed)
    for (const event of events) batch.events.push(event)
    await nextTurn()
  }
  return runAll(ofBatch, batch, timed)
}

/** The parts that `parse` gives, each when it is asked for. */
function* timedParts(batch: Batch, timed: Timed): Iterable<Batch> {
  const parts = parse(batch)
  for (;;) {
    const start = performance.now()
    const next = parts.next()
    timed('parse', performance.now() - start)
    if (next.done) return
    yield next.value
  }
}

async function runAll(steps: Step[], batch: Batch, timed: Timed): Promise<Batch> {
  let current = batch
  for (const { name, run } of steps) {
    const start = performance.now()
    const letters = current.deadLetters.length
    const drops = current.dropped.length
    try {
      current = await run(current)
    } catch (error) {
      if (error instanceof Error) failedAt.set(error, name)
      throw error
    }
    for (const letter of current.deadLetters.slice(letters)) letter.step ||= name
    for (const dropped of current.dropped.slice(drops)) dropped.step = name
    if (current.events.length > breath) await nextTurn()
    timed(name, performance.now() - start)
  }
  return current
}
