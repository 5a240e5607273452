import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Directory } from '../../directory/directory.ts'
import { addPublicCors } from '../../http/public-cors.ts'
import { invalid, notFound } from '../../model/errors.ts'
import { type ProjectHas, type RemoteConfig, remoteConfig, remoteConfigScript } from './remote-config.ts'
import { createSdkFiles, javascript, type SdkFile, servable } from './sdk-files.ts'

const forFiveMinutes = 'public, max-age=300'
const forEver = 'public, max-age=31536000, immutable'

type Named = { Params: { name: string } }
type Versioned = { Params: { version: string; name: string } }
type OfProject = { Params: { token: string } }

type Deps = {
  directory: Pick<Directory, 'projectByToken'>
  /** Whether a project has flags that are on, and surveys that run. */
  projectHas(projectId: number): ProjectHas
}

/** What a page needs to run posthog-js from this server: the SDK's files, and the project's remote configuration. */
export const snippetRoutes =
  ({ directory, projectHas }: Deps): FastifyPluginAsync =>
  async (app) => {
    const files = createSdkFiles()
    const bundles = keepLatest(32, async (script: string) => {
      const bundle = (await files.get('array.js'))!
      // The bundle looks for its configuration as soon as it runs.
      return servable(Buffer.concat([Buffer.from(script), bundle.bytes]), javascript)
    })
    addPublicCors(app, 'GET, OPTIONS')

    app.get<Named>('/static/:name', async (request, reply) => {
      return sendFile(request, reply, await files.get(request.params.name), forFiveMinutes)
    })

    // Without a page's own version here the SDK falls back to the path above.
    app.get<Versioned>('/static/:version/:name', async (request, reply) => {
      const { version, name } = request.params
      const file = version === files.version ? await files.get(name) : null
      return sendFile(request, reply, file, forEver)
    })

    app.get<OfProject>('/array/:token/config', async (request, reply) => {
      const text = JSON.stringify(configOf(request.params.token))
      return sendOfProject(request, reply, await servable(Buffer.from(text), 'application/json'))
    })

    app.get<OfProject>('/array/:token/config.js', async (request, reply) => {
      const script = remoteConfigScript(configOf(request.params.token))
      return sendOfProject(request, reply, await servable(Buffer.from(script), javascript))
    })

    app.get<OfProject>('/array/:token/array.js', async (request, reply) => {
      const script = remoteConfigScript(configOf(request.params.token))
      return sendOfProject(request, reply, await bundles.get(script))
    })

    for (const below of ['/static/*', '/array/*']) {
      app.options(below, (_request, reply) => reply.send())
      app.get(below, async () => {
        throw notFound('Endpoint not found.')
      })
    }

    function configOf(token: string): RemoteConfig {
      if (!/^[A-Za-z0-9_-]{1,200}$/.test(token)) throw invalid('The project API key is malformed.')
      const project = directory.projectByToken(token)
      if (!project) throw notFound('No project has this API key.')
      return remoteConfig(project, projectHas(project.id))
    }
  }

/** What `make` gave, for the `count` keys asked for most recently: packing a bundle takes some 20 ms. */
function keepLatest<T>(count: number, make: (key: string) => Promise<T>) {
  const kept = new Map<string, Promise<T>>()
  return {
    get(key: string): Promise<T> {
      const value = kept.get(key) ?? make(key)
      kept.delete(key)
      kept.set(key, value)
      value.catch(() => kept.delete(key))
      if (kept.size > count) kept.delete(kept.keys().next().value!)
      return value
    },
  }
}

/** A page may be told something else than another: caches must know. */
function sendOfProject(request: FastifyRequest, reply: FastifyReply, file: SdkFile): FastifyReply {
  reply.header('vary', 'Origin, Referer')
  return sendFile(request, reply, file, forFiveMinutes)
}

function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: SdkFile | null,
  caching: string,
): FastifyReply {
  if (!file) throw notFound('No such file.')
  const packed = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  reply.header('vary', `${reply.getHeader('vary')}, Accept-Encoding`)
  reply.header('cache-control', caching).header('etag', file.etag)
  if (matches(request.headers['if-none-match'], file.etag)) return reply.code(304).send()
  if (packed) reply.header('content-encoding', 'gzip')
  return reply.type(file.type).send(packed ? file.gzipped : file.bytes)
}

const matches = (header: string | undefined, etag: string) =>
  header?.split(',').some((one) => one.trim().replace(/^W\//, '') === etag) ?? false
