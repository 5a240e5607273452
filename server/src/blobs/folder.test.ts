import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { blobsSuite } from './blobs.suite.ts'
import { createFolderBlobs } from './folder.ts'

const temporaryFolder = () => mkdtemp(join(tmpdir(), 'hedgerow-blobs-'))

blobsSuite(async () => {
  const folder = await temporaryFolder()
  return {
    blobs: await createFolderBlobs({ folder }),
    cleanUp: () => rm(folder, { recursive: true, force: true }),
  }
})

it('keeps its blobs for the next start and throws half-written files away', async () => {
  const folder = await temporaryFolder()
  const first = await createFolderBlobs({ folder })
  await first.put('exports/1/report.csv', Buffer.from('a,b'))
  await writeFile(join(folder, '.tmp', 'half'), 'ha')
  const second = await createFolderBlobs({ folder })
  expect(Buffer.from((await second.get('exports/1/report.csv'))!).toString()).toBe('a,b')
  expect(await second.list('')).toEqual(['exports/1/report.csv'])
  expect(await readdir(join(folder, '.tmp'))).toEqual([])
  await rm(folder, { recursive: true, force: true })
})
