import type { Person } from './person.ts'

export type PersonCache = {
  /** The person in exactly that version. */
  get(id: number, version: number): Person | undefined
  /** @param size length of the properties' JSON */
  put(id: number, person: Person, size: number): void
}

/** Characters of JSON in each generation. In memory a person takes about three times its text. */
const mostKept = 6 * 1024 ** 2
/** What a person takes beside its properties. */
const overhead = 400

/**
 * Persons as they were read lately. Whoever writes a person raises its version, so one that has the version which the
 * database names now is as the database has it. Who comes again gives the same object, to which others may tie what
 * they made of it. Two generations: those that were not asked for during one are forgotten with it.
 */
export function createPersonCache(most = mostKept): PersonCache {
  type Kept = { person: Person; size: number }
  let young = new Map<number, Kept>()
  let old = new Map<number, Kept>()
  let size = 0

  function keep(id: number, kept: Kept) {
    if (size + kept.size > most) {
      old = young
      young = new Map()
      size = 0
    }
    young.set(id, kept)
    size += kept.size
  }

  return {
    get(id, version) {
      const recent = young.get(id)
      const kept = recent ?? old.get(id)
      if (kept?.person.version !== version) return undefined
      if (!recent) keep(id, kept)
      return kept.person
    },
    put(id, person, length) {
      keep(id, { person, size: length + overhead })
    },
  }
}
