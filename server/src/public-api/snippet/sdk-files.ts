import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

export type SdkFile = {
  type: string
  bytes: Buffer
  gzipped: Buffer
  /** Quoted, as the header `ETag` has it. */
  etag: string
}

export type SdkFiles = {
  /** The version of posthog-js that is served. */
  version: string
  /** A bundle or a source map of the package by its file name; null where it has none of that name. */
  get(name: string): Promise<SdkFile | null>
}

const compress = promisify(gzip)

/**
 * The browser SDK, from the npm package that Hedgerow depends on: its main bundle, the modules that it loads when it
 * needs them (recorder, surveys, …), and their source maps. A file is read when it is first asked for, and kept.
 */
export function createSdkFiles(): SdkFiles {
  const manifest = createRequire(import.meta.url).resolve('posthog-js/package.json')
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  const folder = join(dirname(manifest), 'dist')
  // Only names that the folder really lists are ever opened: no name can lead out of it.
  const names = new Set(readdirSync(folder).filter((name) => /^[\w.-]+\.js(?:\.map)?$/.test(name)))
  const files = new Map<string, Promise<SdkFile>>()

  function get(name: string): Promise<SdkFile | null> {
    if (!names.has(name)) return Promise.resolve(null)
    let file = files.get(name)
    if (!file) {
      file = readFile(join(folder, name)).then((bytes) => servable(bytes, typeOf(name)))
      files.set(name, file)
      file.catch(() => files.delete(name))
    }
    return file
  }

  return { version, get }
}

/** Text ready to be sent, packed or not. */
export async function servable(bytes: Buffer, type: string): Promise<SdkFile> {
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
  return { type, bytes, gzipped: await compress(bytes), etag }
}

export const javascript = 'application/javascript; charset=utf-8'

const typeOf = (name: string) => (name.endsWith('.map') ? 'application/json; charset=utf-8' : javascript)
