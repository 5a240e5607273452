import type { components } from '@hedgerow/client'
import { type Change, type Names, changeWords as ofFlag } from '../flag/words.ts'
import { capital } from '../text.ts'
import { absoluteTime } from '../time.ts'

type ActivityEntry = components['schemas']['ActivityEntry']
/** What of an entry is told; the system has no address. */
export type Entry = Pick<ActivityEntry, 'id' | 'activity' | 'scope' | 'item_id' | 'created_at'> & {
  detail: Pick<ActivityEntry['detail'], 'changes' | 'name' | 'short_id'>
  user: { first_name: string; email?: string | null } | null
}

/** Where nothing is known of what cohorts, flags and types of groups are called. */
export const plainNames: Names = {
  cohort: String,
  flag: String,
  groups: (index) => `groups of type ${index}`,
}

/** What people call the kinds of things, where that is not their name in words. */
const kinds: Record<string, string> = {
  DeadLetter: 'event that could not be processed',
  EventDefinition: 'event',
  OrganizationInvite: 'invite',
  OrganizationMembership: 'member',
  PersonalAPIKey: 'personal API key',
  PropertyDefinition: 'property',
  SharingConfiguration: 'link for everybody',
  Team: 'project',
  UploadedMedia: 'picture',
}

/** "feature flag" for `FeatureFlag`. */
export const kindOf = (scope: string): string =>
  kinds[scope] ?? scope.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()

const verbs: Record<string, string> = {
  persons_added_by_csv: 'added people by CSV to',
  persons_added_manually: 'added people to',
  person_removed_manually: 'took somebody out of',
  split_person: 'split',
}

/** What was done: "created", "split". */
export const verbOf = (activity: string): string => verbs[activity] ?? activity.replaceAll('_', ' ')

/** Whether it is told what changed: of what was made, or is gone, that says nothing more. */
export const tellsChanges = (activity: string): boolean =>
  activity === 'updated' || activity === 'persons_added_by_csv'

/** Who did it. */
export function whoOf({ user }: Pick<Entry, 'user'>): string {
  if (!user) return 'Somebody who is gone'
  return user.first_name || user.email || 'Somebody'
}

/** What changed, a sentence for each thing; empty where nothing is said. */
export function changeWords(
  { scope, activity, detail }: Entry,
  timeZone: string,
  names = plainNames,
): string[] {
  const changes: Change[] = detail.changes ?? []
  if (scope === 'FeatureFlag') return activity === 'updated' ? ofFlag(changes, names) : []
  return changes.flatMap((change) => ownWords(scope, change) ?? plainWords(change, timeZone))
}

/** Where a field says more than its values do. */
function ownWords(scope: string, { field, before, after }: Change): string | null {
  if (field === 'deleted') return after ? 'Deleted' : 'Brought back'
  if (scope === 'Cohort' && field === 'count') return `People: ${before ?? 0} → ${after ?? 0}`
  if (field === 'archived') return after ? 'Archived' : 'Brought back from the archive'
  if (scope === 'Survey' || scope === 'Experiment') {
    const ends = scope === 'Survey' ? 'Stopped' : 'Ended'
    if (field === 'start_date') return after ? 'Launched' : 'Is a draft again'
    if (field === 'end_date') return after ? ends : 'Resumed'
  }
  return null
}

const MOST_TEXT = 120

function plainWords({ field, before, after }: Change, timeZone: string): string {
  const name = capital((field ?? 'something').replaceAll('_', ' '))
  const [old, now] = [shown(before, timeZone), shown(after, timeZone)]
  if (old === null || now === null) return `${name} changed`
  if (isNothing(before)) return `${name}: ${now}`
  return `${name}: ${old} → ${now}`
}

const isNothing = (value: unknown) => value === null || value === undefined || value === ''

/** A value in short; null where it is too much to say. */
function shown(value: unknown, timeZone: string): string | null {
  if (isNothing(value)) return 'nothing'
  if (value === true) return 'yes'
  if (value === false) return 'no'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') {
    if (/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) && !Number.isNaN(Date.parse(value))) {
      return absoluteTime(value, timeZone)
    }
    return value === 'masked' ? value : `“${cut(value)}”`
  }
  if (Array.isArray(value) && value.every((one) => ['string', 'number'].includes(typeof one))) {
    return value.length ? cut(value.join(', ')) : 'nothing'
  }
  return null
}

const cut = (text: string) => (text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text)
