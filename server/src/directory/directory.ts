import type { ProjectFacts } from '../model/project.ts'

/** What a personal key may do: in which projects, that which it sends to first; and what it is held to, if anything. */
export type KeyFacts = { projects: ProjectFacts[]; scopes: string[] | null }

/**
 * Who may send, and to which project, held in memory: capture asks it on every request and never waits for the
 * database. Refreshed by database notifications; a copy in `DATA_DIR` serves a start without the database.
 */
export type Directory = {
  /** The project of a `phc_…` token; undefined when no project has it now. */
  projectByToken(token: string): ProjectFacts | undefined
  projectById(id: number): ProjectFacts | undefined
  /**
   * The project that a personal key (`phx_…`, plain text) sends to: the last one its user visited, else the first
   * the user can see. Undefined for an unknown key or a deactivated user.
   */
  projectByPersonalKey(key: string): ProjectFacts | undefined
  /** What a personal key (`phx_…`, plain text) may do; undefined for an unknown key or a deactivated user. */
  personalKey(key: string): KeyFacts | undefined
  /** Reads everything again and tells the other processes. Call after a change to projects, keys or users. */
  changed(): Promise<void>
  /** Grows with every change that was told, at once: what was read before may be old. */
  version(): number
  /** How long the copy in memory has been out of touch with the database, milliseconds; 0 while in touch. */
  ageMs(): number
  close(): Promise<void>
}
