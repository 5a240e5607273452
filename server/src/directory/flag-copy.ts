import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isObject } from '../kit/is-object.ts'
import { writeFileAtomically } from '../kit/write-file-atomically.ts'
import type { ProjectDefinitions, SurveyRecord } from '../model/flags.ts'

const json = z.record(z.string(), z.unknown())
const copy = z.object({
  version: z.literal(1),
  /** When the database said this, ISO 8601. */
  readAt: z.iso.datetime(),
  definitions: z.object({
    projectId: z.int(),
    flags: z.array(
      z.object({
        id: z.int(),
        key: z.string(),
        name: z.string(),
        filters: json,
        active: z.boolean(),
        version: z.int(),
        ensureExperienceContinuity: z.boolean(),
        bucketingIdentifier: z.string().nullable(),
        evaluationRuntime: z.string(),
        evaluationContexts: z.array(z.string()),
        isRemoteConfiguration: z.boolean(),
        // copies from before there were experiments have none
        hasExperiment: z.boolean().default(false),
      }),
    ),
    // copies from before there were any have none
    earlyAccessFeatures: z
      .array(
        z.object({
          id: z.string(),
          name: z.string(),
          description: z.string(),
          stage: z.string(),
          documentationUrl: z.string(),
          payload: json,
          flagKey: z.string(),
        }),
      )
      .default([]),
    surveys: z.array(z.custom<SurveyRecord>(isObject)).default([]),
    cohorts: z.array(
      z.object({
        id: z.int(),
        isStatic: z.boolean(),
        isCopied: z.boolean(),
        filters: json.nullable(),
        groups: z.array(z.unknown()),
      }),
    ),
    groupTypes: z.array(z.object({ groupType: z.string(), groupTypeIndex: z.int() })),
  }),
})

const nameOf = (projectId: number) => `${projectId}.json`

/**
 * Copies of projects' flag definitions, a file each: one flag's change writes one project, however many there are.
 * @param folder made when it is first needed
 */
export function createFlagCopies(folder: string) {
  return {
    /** Writes what is not there yet: after a start most is. */
    async write(definitions: ProjectDefinitions, readAt: Date): Promise<void> {
      const file = join(folder, nameOf(definitions.projectId))
      const content = `"definitions":${JSON.stringify(definitions)}}`
      if ((await readIfThere(file))?.endsWith(content)) return
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeFileAtomically(file, `{"version":1,"readAt":"${readAt.toISOString()}",${content}`)
    },

    remove: (projectId: number): Promise<void> => rm(join(folder, nameOf(projectId)), { force: true }),

    /** Removes the copies of all other projects. */
    async keepOnly(projectIds: Iterable<number>): Promise<void> {
      const kept = new Set([...projectIds].map(nameOf))
      for (const name of await namesIn(folder)) {
        if (!kept.has(name)) await rm(join(folder, name), { force: true })
      }
    },

    /** All copies that can be read, and when the oldest of them was; null where there are none. */
    async read(): Promise<{ all: ProjectDefinitions[]; readAt: Date } | null> {
      const all: ProjectDefinitions[] = []
      let readAt = Number.POSITIVE_INFINITY
      for (const name of await namesIn(folder)) {
        const found = copy.safeParse(parsed(await readFile(join(folder, name), 'utf8')))
        if (!found.success) continue
        all.push(found.data.definitions)
        readAt = Math.min(readAt, Date.parse(found.data.readAt))
      }
      return all.length ? { all, readAt: new Date(readAt) } : null
    },
  }
}

export type FlagCopies = ReturnType<typeof createFlagCopies>

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => /^\d+\.json$/.test(name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
