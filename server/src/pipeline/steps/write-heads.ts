import { cleanText } from '../../kit/clean-text.ts'
import { microsToSql } from '../../kit/micros.ts'
import { type Batch, deadLetter } from '../batch.ts'
import { inBreaths } from '../breathe.ts'
import type { PipelineEvent } from '../pipeline-event.ts'
import { propertyTexts, quoted } from '../property-texts.ts'
import { mentionsGroups } from './resolve-groups.ts'

/**
 * Writes what rows say of the events themselves as soon as nothing can change it, and lets go of their properties:
 * a batch of parsed events that live until their persons are known costs V8 more than all steps together.
 */
export async function writeHeads(batch: Batch): Promise<Batch> {
  const kept: PipelineEvent[] = []
  for await (const part of inBreaths(batch.events)) {
    for (const event of part) {
      event.raw = nothing
      if (isSettled(event)) {
        try {
          batch.heads.add(headOf(event))
        } catch (error) {
          batch.deadLetters.push(deadLetter(event, 'step_failed', String(error)))
          continue
        }
        event.head = batch.heads.count() - 1
        event.properties = nothing
      }
      kept.push(event)
    }
  }
  batch.events = kept
  return batch
}

const nothing: Record<string, never> = Object.freeze({})

/** Neither its person nor a group will change its properties. */
export const isSettled = (event: PipelineEvent) => event.personProcessing && !mentionsGroups(event)

/** What a row says of its event, as the beginning of a JSON object. */
export function headOf(event: PipelineEvent): string {
  const { properties } = event
  const { exact, map } = propertyTexts(properties)
  return (
    `{"team_id":${event.projectId},"uuid":${quoted(event.uuid)},"event":${quoted(event.event)}` +
    `,"distinct_id":${quoted(event.distinctId)},"timestamp":"${microsToSql(event.timestamp, 6)}"` +
    `,"created_at":"${receivedText(event.receivedAt)}","properties":${exact},"properties_map":${map}` +
    `${groupColumns(event.groupKeys)},"elements_chain":${quoted(cleanText(event.elementsChain))}` +
    `,"$session_id":${quoted(idText(properties.$session_id))}` +
    `,"$window_id":${quoted(idText(properties.$window_id))}`
  )
}

let lastReceived = Number.NaN
let lastText = ''

/** The events of a request have it in common. @param ms milliseconds since 1970 */
function receivedText(ms: number): string {
  if (ms !== lastReceived) {
    lastText = microsToSql(ms * 1000, 6)
    lastReceived = ms
  }
  return lastText
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
