import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Scripts come from here only; Mantine and the charts set styles while they run. */
const pageHeaders = (framedBy: "'none'" | '*') => ({
  'content-security-policy': [
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob: https:",
    "font-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors ${framedBy}`,
  ].join('; '),
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
})

/** A page that anybody may see who has its address: what stands behind the path is all that lets one in. */
export type PublicPage = {
  /** Such as `/shared/:token`. */
  path: string
  /** Whether other sites may show it in a frame. */
  mayBeFramed: boolean
  /** Whether this one exists; else the page is answered with 404. */
  exists(token: string): Promise<boolean>
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
}

/** First parts of paths that belong to the APIs and the SDKs: there, what is missing is missing, never a page. */
const notPages =
  /^\/(?!api\/docs(?:\/|$))(?:api|static|array|_[a-z]+|e|i|s|batch|capture|track|engage|decide|flags|logout|uploaded_media)(?:\/|$)/

/**
 * Serves the built web app from memory: its files, and its `index.html` for every other page that a browser opens.
 * @param folder the build, `web/dist`; where it is missing, pages say so and the APIs work
 */
export const webApp =
  (folder: string, publicPages: PublicPage[] = []) =>
  async (app: FastifyInstance) => {
    const files = await readFiles(folder)
    const index = files.get('/index.html')
    if (!index) app.log.warn({ folder }, 'the web app is not built: only the API is served')

    app.get('/*', async (request, reply) => {
      const path = decoded(request.url)
      const file = files.get(path)
      if (file && path !== '/index.html') return send(request, reply, file)
      const page = !notPages.test(path) && (path === '/' || request.headers.accept?.includes('text/html'))
      if (!page) return reply.callNotFound()
      return sendPage(request, reply, pageHeaders("'none'"))
    })

    for (const { path, mayBeFramed, exists } of publicPages) {
      app.get<{ Params: { token: string } }>(path, async (request, reply) => {
        const found = await exists(request.params.token)
        // the address is a secret of those who have it
        const headers = {
          ...pageHeaders(mayBeFramed ? '*' : "'none'"),
          'referrer-policy': 'no-referrer',
          'x-robots-tag': 'noindex',
        }
        return sendPage(request, reply.code(found ? 200 : 404), headers)
      })
    }

    async function sendPage(request: FastifyRequest, reply: FastifyReply, headers: Record<string, string>) {
      reply.headers(headers)
      if (index) return send(request, reply, index)
      return reply
        .code(503)
        .type('text/plain; charset=utf-8')
        .send(
          'The web app is not built. Run: npm run build\nThe API works all the same: /api/schema/swagger-ui/\n',
        )
    }
  }

function decoded(url: string): string {
  const path = url.split('?', 1)[0]!
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

type File = {
  type: string
  etag: string
  cacheControl: string
  /** By content coding; compressed when first asked for. */
  body: (coding: Coding) => Promise<Buffer>
}
type Coding = 'identity' | 'gzip' | 'br'

const compress = {
  gzip: promisify(gzip),
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }),
}

async function readFiles(folder: string): Promise<Map<string, File>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    },
  )
  const found = entries
    .filter((entry) => entry.isFile())
    .map(async (entry): Promise<[string, File]> => {
      const place = join(entry.parentPath, entry.name)
      const path = `/${relative(folder, place).split(sep).join('/')}`
      return [path, fileOf(path, await readFile(place))]
    })
  return new Map(await Promise.all(found))
}

function fileOf(path: string, bytes: Buffer): File {
  const codings = new Map<Coding, Promise<Buffer>>([['identity', Promise.resolve(bytes)]])
  return {
    type: types[extname(path)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    // The build puts a hash of the content into the names below assets/, so they never change.
    cacheControl: path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    body: (coding) => {
      const known = codings.get(coding)
      if (known || coding === 'identity') return known!
      const made = compress[coding](bytes)
      codings.set(coding, made)
      return made
    },
  }
}

async function send(request: FastifyRequest, reply: FastifyReply, file: File) {
  reply.headers({
    'cache-control': file.cacheControl,
    etag: file.etag,
    vary: 'Accept-Encoding',
  })
  // a page that is not there (any more) must not be the one that a browser has kept
  const isThere = reply.statusCode === 200
  if (isThere && request.headers['if-none-match']?.includes(file.etag)) return reply.code(304).send()
  const coding = /^(?:text|image\/svg|application\/(?:json|manifest))/.test(file.type)
    ? codingFor(request.headers['accept-encoding'])
    : 'identity'
  if (coding !== 'identity') reply.header('content-encoding', coding)
  return reply.type(file.type).send(await file.body(coding))
}

function codingFor(accepted: string | string[] | undefined): Coding {
  const offered = String(accepted ?? '')
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .filter((one) => !/;\s*q=0(?:\.0*)?$/.test(one))
    .map((one) => one.split(';', 1)[0])
  return offered.includes('br') ? 'br' : offered.includes('gzip') ? 'gzip' : 'identity'
}
