import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'

/** posthog-js as npm has it, an ES module without imports. */
const library = join(
  dirname(createRequire(import.meta.url).resolve('posthog-js/package.json')),
  'dist/module.mjs',
)

export type Site = { url: string; close(): Promise<void> }

/**
 * A customer's web site, on a port (so: an origin) of its own: each path is one of `pages`, and
 * `/posthog-js.mjs` is the library.
 */
export async function startSite(pages: Record<string, string>): Promise<Site> {
  const server: Server = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? '/'
    if (path === '/posthog-js.mjs') {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(readFileSync(library))
      return
    }
    if (path === '/favicon.ico') {
      response.writeHead(204).end()
      return
    }
    const page = pages[path]
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' })
    response.end(page ?? 'not here')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((closed, failed) => {
        server.closeAllConnections()
        server.close((error) => (error ? failed(error) : closed()))
      }),
  }
}
