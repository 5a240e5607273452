import { type Pin, readPin } from '../../api/pin.ts'
import type { FilterTree } from '../../api/questions.ts'
import { readFilters } from '../../api/questions.ts'

export type DashboardsSearch = { search?: string; tag?: string; page?: number }

/** What the address of the list says. */
export function readDashboardsSearch(search: Record<string, unknown>): DashboardsSearch {
  const page = Number(search.page)
  return {
    ...(search.search !== undefined && search.search !== '' ? { search: String(search.search) } : {}),
    ...(search.tag !== undefined && search.tag !== '' ? { tag: String(search.tag) } : {}),
    ...(Number.isSafeInteger(page) && page > 1 ? { page } : {}),
  }
}

/** How somebody looks at a dashboard without changing it for others. */
export type Look = {
  /** `each`: those of each insight, whatever the dashboard says. */
  date_from?: string
  date_to?: string
  properties?: FilterTree
}
/** Whose people are shown beside it: of which tile, and which of its numbers. */
export type ShownPeople = { panel?: 'people'; tile?: number; at?: Pin }
export type DashboardSearch = Look & ShownPeople & { refresh?: number; fullscreen?: true }

/** The seconds after which a dashboard may ask for everything again. */
export const refreshes = [60, 300, 900, 1800, 3600]

/**
 * How a dashboard is looked at, as its address says: on a screen on the wall, asked again every so many seconds, and with
 * dates and filters that are nobody else's.
 */
export function readDashboardSearch(search: Record<string, unknown>): DashboardSearch {
  const refresh = Number(search.refresh)
  const fullscreen = search.fullscreen !== undefined && !['0', 'false'].includes(String(search.fullscreen))
  const [from, to] = [textOf(search.date_from), textOf(search.date_to)]
  const properties = readFilters(search.properties)
  const tile = Number(search.tile)
  const at = readPin(search.at)
  const hasPeople = search.panel === 'people' && Number.isSafeInteger(tile) && at !== undefined
  return {
    ...(refreshes.includes(refresh) && { refresh }),
    ...(fullscreen && { fullscreen }),
    ...(from && { date_from: from, ...(to && { date_to: to }) }),
    ...(properties && { properties }),
    ...(hasPeople && { panel: 'people' as const, tile, at }),
  }
}

/** A year alone is a number in an address. */
const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : ''

type Filters = Record<string, unknown>

/**
 * What stands in for the dashboard's own filters, as `filters_override` says it; null where nothing does. Null in it is
 * what each insight says.
 */
export function overrideOf({ date_from: from, date_to: to, properties }: Look): Filters | null {
  if (from === undefined && properties === undefined) return null
  const dates = from !== undefined && {
    date_from: from === 'each' ? null : from,
    date_to: from === 'each' ? null : (to ?? null),
  }
  return { ...dates, ...(properties && { properties }) }
}

/** What of a look differs from what the dashboard says: only that is in the address. */
export function lookAt(look: Look, own: Filters): Look {
  const { date_from: from, date_to: to, properties } = look
  const isOwn =
    from === 'each'
      ? !own.date_from
      : from === own.date_from && (to ?? null) === ((own.date_to as string | null | undefined) ?? null)
  const isSame = JSON.stringify(properties ?? []) === JSON.stringify(readFilters(own.properties) ?? [])
  return {
    date_from: isOwn ? undefined : from,
    date_to: isOwn ? undefined : to,
    properties: properties === undefined || isSame ? undefined : properties,
  }
}
