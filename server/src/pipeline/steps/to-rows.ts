import { propertyMap } from '../../hogql/property-column.ts'
import { cleanJson, cleanText } from '../../kit/clean-text.ts'
import { microsToSql } from '../../kit/micros.ts'
import type { Group } from '../../persons/groups.ts'
import type { Person, Properties } from '../../persons/person.ts'
import { type Batch, deadLetter, noRows, type Row } from '../batch.ts'
import { inBreaths } from '../breathe.ts'
import type { DeadLetter, HeatmapPoint, IngestionWarning, PipelineEvent } from '../pipeline-event.ts'
import { createRowBytes } from '../row-bytes.ts'
import { scaleFactor } from './heatmaps.ts'

/**
 * What the warehouse gets, a line of JSON a row, in the order of the log. The same for a replay, but for
 * `inserted_at`.
 * @param now milliseconds since 1970
 */
export const toRows = (now: () => number) => {
  // Most events leave their person as it was: its text is made once.
  const personTexts = new WeakMap<Properties, PropertyTexts>()
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
    const times = createTimes()
    const events: PipelineEvent[] = []
    for await (const part of inBreaths(batch.events)) {
      for (const event of part) {
        try {
          lines.add(eventLine(event, personTexts, times, insertedAt))
          events.push(event)
        } catch (error) {
          batch.deadLetters.push(deadLetter(event, 'step_failed', String(error)))
        }
      }
    }
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

/** Both columns of a table's properties as JSON: the exact text as a string, and the flat map. */
type PropertyTexts = { exact: string; map: string }

/** A property's name as it stands in each of them, with the comma before it. */
type NameTexts = { exact: string; map: string }
const names = new Map<string, NameTexts>()
const mostNames = 50_000

/** The same few names come again and again. */
function nameTexts(key: string): NameTexts {
  const known = names.get(key)
  if (known !== undefined) return known
  if (names.size >= mostNames) names.clear()
  const quoted = JSON.stringify(key)
  const texts = { exact: `,${escaped(quoted)}:`, map: `,${quoted}:` }
  names.set(key, texts)
  return texts
}

/** JSON text as it stands within a JSON string. */
const escaped = (json: string) => JSON.stringify(json).slice(1, -1)

/** Nothing in such a text is written in another way in JSON. */
const plain = /^[ !#-[\]-~]*$/

/** `JSON.stringify` of a string; most are plain, and then the call costs more than looking. */
const quoted = (text: string) => (plain.test(text) ? `"${text}"` : JSON.stringify(text))

const emptyText = JSON.stringify(propertyMap({ x: '' }).x)

/**
 * `JSON.stringify` of the properties (as a string in JSON) and of their `propertyMap`, in one go. This is the
 * pipeline's hottest loop: the pieces are joined when the row is written, and copied nowhere before.
 */
export function propertyTexts(properties: Properties): PropertyTexts {
  let exact = ''
  let map = ''
  for (const key in properties) {
    const value = properties[key]
    if (value === undefined) continue
    const name = nameTexts(key)
    if (typeof value === 'string' && plain.test(value)) {
      exact += `${name.exact}\\"${value}\\"`
      map += name.map + (value === '' ? emptyText : `"${value}"`)
    } else if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) {
      exact += name.exact + value
      map += `${name.map}"${value}"`
    } else {
      const text = JSON.stringify(value)
      exact += name.exact + escaped(text)
      if (text !== 'null') map += name.map + (typeof value === 'string' ? text : JSON.stringify(text))
    }
  }
  return { exact: `"{${exact.slice(1)}}"`, map: `{${map.slice(1)}}` }
}

/** Times as the warehouse reads them; of many events they are the same. */
const createTimes = () => ({
  /** @param ms milliseconds since 1970 */
  received: lastKept((ms) => microsToSql(ms * 1000, 6)),
  /** @param micros microseconds since 1970 */
  created: lastKept((micros) => microsToSql(Math.max(0, micros), 3)),
})

function lastKept(textOf: (value: number) => string): (value: number) => string {
  let last = Number.NaN
  let text = ''
  return (value) => {
    if (value !== last) {
      text = textOf(value)
      last = value
    }
    return text
  }
}

function eventLine(
  event: PipelineEvent,
  personTexts: WeakMap<Properties, PropertyTexts>,
  times: ReturnType<typeof createTimes>,
  insertedAt: string,
): string {
  const { person, properties } = event
  let personText = personTexts.get(person.properties)
  if (!personText) {
    personText = propertyTexts(person.properties)
    personTexts.set(person.properties, personText)
  }
  const own = propertyTexts(properties)
  return (
    `{"team_id":${event.projectId},"uuid":${quoted(event.uuid)},"event":${quoted(event.event)}` +
    `,"distinct_id":${quoted(event.distinctId)},"person_id":"${person.id()}","person_mode":"${person.mode}"` +
    `,"timestamp":"${microsToSql(event.timestamp, 6)}","created_at":"${times.received(event.receivedAt)}"` +
    `,"person_created_at":"${times.created(person.createdAt ?? 0)}"${groupColumns(event.groupKeys)}` +
    `,"elements_chain":${quoted(cleanText(event.elementsChain))}` +
    `,"$session_id":${quoted(idText(properties.$session_id))}` +
    `,"$window_id":${quoted(idText(properties.$window_id))},"inserted_at":"${insertedAt}"` +
    `,"properties":${own.exact},"properties_map":${own.map}` +
    `,"person_properties":${personText.exact},"person_properties_map":${personText.map}}`
  )
}

/** Absent columns are empty. */
function groupColumns(keys: string[]): string {
  let text = ''
  for (let index = 0; index < keys.length; index++) {
    if (keys[index]) text += `,"$group_${index}":${quoted(keys[index]!)}`
  }
  return text
}

const idText = (value: unknown) => (typeof value === 'string' ? cleanText(value) : '')

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

const heatmapRow = ({ event, url, type, ...point }: HeatmapPoint, insertedAt: string): Row =>
  plainRow(event.projectId, {
    team_id: event.projectId,
    event_uuid: event.uuid,
    session_id: idText(event.properties.$session_id),
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

const isUuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const noUuid = '00000000-0000-0000-0000-000000000000'

/** @param now milliseconds since 1970 */
export const deadLetterLine = (letter: DeadLetter, now: number) =>
  JSON.stringify({
    team_id: letter.projectId,
    // a letter that the warehouse refused for its uuid must not be refused again
    uuid: isUuid.test(letter.uuid) ? letter.uuid : noUuid,
    reason: letter.reason,
    step: letter.step,
    detail: cleanText(letter.detail),
    raw: cleanText(letter.raw),
    received_at: microsToSql(letter.receivedAt * 1000, 3),
    inserted_at: microsToSql(now * 1000, 3),
  })
