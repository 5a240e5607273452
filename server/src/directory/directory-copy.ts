import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { writeFileAtomically } from '../kit/write-file-atomically.ts'
import { botFilters } from '../model/project.ts'
import type { DirectoryContent } from './directory-source.ts'

const copy = z.object({
  version: z.literal(2),
  /** When the database said this, ISO 8601. */
  readAt: z.iso.datetime(),
  projects: z.array(
    z.object({
      id: z.int(),
      organizationId: z.string(),
      apiToken: z.string(),
      name: z.string(),
      timezone: z.string(),
      weekStartDay: z.int().default(0),
      anonymizeIps: z.boolean(),
      ingestedEvent: z.boolean(),
      testAccountFilters: z.array(z.looseObject({ key: z.string() })),
      botFilter: z.enum(botFilters).default('off'),
      dropEventsOlderThan: z.number().nullable().default(null),
      webCapture: z.object({
        autocapture: z.boolean(),
        heatmaps: z.boolean(),
        deadClicks: z.boolean(),
        exceptions: z.boolean(),
        networkTiming: z.boolean(),
        webVitals: z.boolean(),
        webVitalsMetrics: z.array(z.string()).nullable(),
      }),
    }),
  ),
  keys: z.array(
    z.object({
      hash: z.string(),
      projectIds: z.array(z.int()).min(1),
      scopes: z.array(z.string()).nullable(),
    }),
  ),
})

/** Only the owner may read it: project keys are public, but a list of them is nobody's business. */
export const writeCopy = (file: string, content: DirectoryContent, readAt: Date): Promise<void> =>
  writeFileAtomically(file, JSON.stringify({ version: 2, readAt: readAt.toISOString(), ...content }))

/** The copy and its age, or null where there is none that can be read. */
export async function readCopy(file: string): Promise<{ content: DirectoryContent; readAt: Date } | null> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const parsed = copy.safeParse(value)
  if (!parsed.success) return null
  const { readAt, projects, keys } = parsed.data
  return { content: { projects, keys }, readAt: new Date(readAt) }
}
