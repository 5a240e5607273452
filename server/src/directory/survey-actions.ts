import { sql } from 'drizzle-orm'
import { actions } from '../database/schema.ts'
import type { SurveyAction } from '../model/flags.ts'

/**
 * Of a survey: the actions that show it, as they are now. Deleted ones too: without any the survey would be shown at
 * once, to everybody.
 */
export const actionsOfSurvey = sql<SurveyAction[]>`(
  select coalesce(json_agg(json_build_object('id', a.id, 'name', a.name, 'steps', a.steps) order by a.id), '[]')
  from ${actions} a where a.project_id = surveys.project_id
    and a.id::text in (select json_array_elements_text(surveys.action_ids)))`

/** A survey's conditions with its actions in them. */
export const withActions = (conditions: Record<string, unknown> | null, found: SurveyAction[]) =>
  found.length ? { ...conditions, actions: { values: found } } : conditions
