import * as z from 'zod/mini'

/** In the order in which they are offered. */
export const templateNames = ['nps', 'satisfaction', 'fit', 'interview', 'open'] as const
export type TemplateName = (typeof templateNames)[number]

const text = z.catch(z.optional(z.coerce.string()), undefined)
const page = z.catch(z.optional(z.int().check(z.gt(1))), undefined)

const search = z.object({
  search: text,
  state: z.catch(z.optional(z.enum(['draft', 'running', 'stopped', 'archived'])), undefined),
  page,
})

export type SurveysSearch = z.output<typeof search>

const said = <T extends object>(given: T): T =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== '')) as T

/** What the address of the list says. */
export const readSurveysSearch = (given: Record<string, unknown>): SurveysSearch => said(search.parse(given))

const ofOne = z.object({ page, question: text })

/** Which page of the responses is shown, and of which question only. */
export const readSurveySearch = (given: Record<string, unknown>): z.output<typeof ofOne> =>
  said(ofOne.parse(given))

const ofNew = z.object({
  template: z.catch(z.optional(z.enum(templateNames)), undefined),
  from: text,
})

/** What a new survey begins as: a template, or a copy of the one of this id. */
export const readNewSurveySearch = (given: Record<string, unknown>): z.output<typeof ofNew> =>
  said(ofNew.parse(given))
