import { cleanJson, cleanText } from '../../kit/clean-text.ts'
import { microsToSql } from '../../kit/micros.ts'
import { isUuid } from '../../kit/uuid.ts'
import type { Group } from '../../persons/groups.ts'
import type { Person, Properties } from '../../persons/person.ts'
import { type Batch, deadLetter, noRows, type Row } from '../batch.ts'
import { inBreaths } from '../breathe.ts'
import type { DeadLetter, HeatmapPoint, IngestionWarning, PipelineEvent } from '../pipeline-event.ts'
import { propertyTexts } from '../property-texts.ts'
import { createRowBytes } from '../row-bytes.ts'
import { scaleFactor } from './heatmaps.ts'
import { headOf } from './write-heads.ts'

/**
 * What the warehouse gets, a line of JSON a row, in the order of the log. The same for a replay, but for
 * `inserted_at`.
 * @param now milliseconds since 1970
 */
export const toRows = (now: () => number) => {
  return async (batch: Batch): Promise<Batch> => {
    const insertedAt = microsToSql(now() * 1000, 3)
    const rows = noRows()
    const { people, groups } = batch
    if (people) {
      for (const person of people.created) rows.persons.push(personRow(person, false, insertedAt))
      for (const { person } of people.updated) rows.persons.push(personRow(person, false, insertedAt))
      for (const { person } of people.deleted) rows.persons.push(personRow(person, true, insertedAt))
      for (const { distinctId } of people.distinctIds) {
        rows.person_distinct_ids.push(
          plainRow(distinctId.projectId, {
            team_id: distinctId.projectId,
            distinct_id: distinctId.distinctId,
            person_id: distinctId.personUuid,
            is_deleted: false,
            version: distinctId.version,
          }),
        )
      }
      for (const override of people.overrides) {
        rows.person_overrides.push(
          plainRow(override.projectId, {
            team_id: override.projectId,
            old_person_id: override.oldPersonId,
            person_id: override.personId,
            version: override.version,
          }),
        )
      }
    }
    for (const { group } of groups?.groups ?? []) rows.groups.push(groupRow(group, insertedAt))
    rows.heatmaps = batch.heatmaps.map((point) => heatmapRow(point, insertedAt))
    const lines = createRowBytes()
    const personEnd = createPersonEnds(batch.events, insertedAt)
    const events: PipelineEvent[] = []
    for await (const part of inBreaths(batch.events)) {
      for (const event of part) {
        try {
          const end = personEnd(event)
          if (event.head === null) lines.add(headOf(event) + end)
          else lines.addJoined(batch.heads, event.head, end)
          events.push(event)
        } catch (error) {
          batch.deadLetters.push(deadLetter(event, 'step_failed', String(error)))
        }
      }
    }
    batch.heads = createRowBytes()
    rows.events = {
      count: events.length,
      part: lines.bytes,
      deadLetter: (index, reason, detail) => ({
        ...deadLetter(events[index]!, reason, detail),
        step: 'insert',
      }),
    }
    batch.rows = rows
    return batch
  }
}

/**
 * What a row says of the event's person, as the end of its JSON object. What several events have in common is made
 * once, and kept no longer than for the last of them: most of a batch's texts are used once, and thousands of them
 * would only be copied about by the garbage collector.
 */
function createPersonEnds(events: readonly PipelineEvent[], insertedAt: string) {
  const uses = new Map<Properties, number>()
  for (const { person } of events) uses.set(person.properties, (uses.get(person.properties) ?? 0) + 1)
  const kept = new Map<Properties, { createdAt: number | null; text: string }>()

  function factsOf({ properties, createdAt }: PipelineEvent['person']): string {
    const left = (uses.get(properties) ?? 1) - 1
    uses.set(properties, left)
    const known = kept.get(properties)
    if (left === 0) kept.delete(properties)
    if (known?.createdAt === createdAt) return known.text
    const { exact, map } = propertyTexts(properties)
    const text =
      `,"person_created_at":"${microsToSql(Math.max(0, createdAt ?? 0), 3)}","person_properties":${exact}` +
      `,"person_properties_map":${map},"inserted_at":"${insertedAt}"}`
    if (left > 0) kept.set(properties, { createdAt, text })
    return text
  }

  return ({ person }: PipelineEvent): string =>
    `,"person_id":"${person.id()}","person_mode":"${person.mode}"${factsOf(person)}`
}

function personRow(person: Person, isDeleted: boolean, insertedAt: string): Row {
  const texts = propertyTexts(isDeleted ? {} : person.properties)
  const head = JSON.stringify({
    team_id: person.projectId,
    id: person.uuid,
    created_at: microsToSql(person.createdAt, 3),
    is_identified: person.isIdentified,
    is_deleted: isDeleted,
    version: person.version,
    inserted_at: insertedAt,
  })
  return lineRow(
    person.projectId,
    `${head.slice(0, -1)},"properties":${texts.exact},"properties_map":${texts.map}}`,
  )
}

function groupRow(group: Group, insertedAt: string): Row {
  const texts = propertyTexts(group.properties)
  const head = JSON.stringify({
    team_id: group.projectId,
    group_type_index: group.groupTypeIndex,
    group_key: group.groupKey,
    created_at: microsToSql(group.createdAt, 3),
    version: group.version,
    inserted_at: insertedAt,
  })
  return lineRow(
    group.projectId,
    `${head.slice(0, -1)},"group_properties":${texts.exact},"group_properties_map":${texts.map}}`,
  )
}

const heatmapRow = ({ event, sessionId, url, type, ...point }: HeatmapPoint, insertedAt: string): Row =>
  plainRow(event.projectId, {
    team_id: event.projectId,
    event_uuid: event.uuid,
    session_id: sessionId,
    distinct_id: event.distinctId,
    timestamp: microsToSql(event.timestamp, 6),
    current_url: cleanText(url),
    type: cleanText(type),
    x: point.x,
    y: point.y,
    scale_factor: scaleFactor,
    viewport_width: point.viewportWidth,
    viewport_height: point.viewportHeight,
    pointer_target_fixed: point.isFixed,
    inserted_at: insertedAt,
  })

const plainRow = (projectId: number, row: object) => lineRow(projectId, JSON.stringify(row))

const lineRow = (projectId: number, line: string): Row => ({
  line,
  deadLetter: (reason, detail) => ({
    projectId,
    uuid: noUuid,
    reason,
    step: 'insert',
    detail,
    raw: line,
    receivedAt: 0,
  }),
})

/** A warning's row. */
export const warningLine = ({ projectId, type, at, details }: IngestionWarning) =>
  JSON.stringify({
    team_id: projectId,
    type,
    details: cleanJson(details),
    timestamp: microsToSql(at * 1000, 3),
  })

const noUuid = '00000000-0000-0000-0000-000000000000'

/** @param now milliseconds since 1970 */
export const deadLetterLine = (letter: DeadLetter, now: number) =>
  JSON.stringify({
    team_id: letter.projectId,
    // a letter that the warehouse refused for its uuid must not be refused again
    uuid: isUuid(letter.uuid) ? letter.uuid : noUuid,
    reason: letter.reason,
    step: letter.step,
    detail: cleanText(letter.detail),
    raw: cleanText(letter.raw),
    received_at: microsToSql(letter.receivedAt * 1000, 3),
    inserted_at: microsToSql(now * 1000, 3),
  })
