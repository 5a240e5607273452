import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import { z } from 'zod'
import type { Scope } from '../accounts/scopes.ts'
import type { Caller } from './authenticate.ts'
import type { AddressedProject } from './project.ts'
import type { RateLimitClass } from './rate-limiting.ts'
import { afterParameter, readAfter } from './read-after.ts'

/**
 * Who may call. `anyone`: credentials are not looked at. `visitor`: anyone, and who has a session is known; keys are
 * not looked at. `user`: a personal API key or a session. `project`: a user, and a project of theirs that the request
 * addresses.
 */
export type Access = 'anyone' | 'visitor' | 'user' | 'project'

/** Whether it is refused to who sends neither key nor session. */
export const needsCredentials = (access: Access): boolean => access === 'user' || access === 'project'

/**
 * One operation of the API, declared once: routing, checking and documentation all read it. A slice's `contract.ts`
 * is a list of these.
 */
export type Operation = {
  /** The OpenAPI operation id; PostHog's where it has one (`events_list`). */
  id: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /**
   * With the trailing slash that PostHog documents; both forms are answered. What belongs to a project starts with
   * `/api/projects/:project_id/` and has `access: 'project'`.
   */
  path: string
  /** Further paths of the same operation, left out of the documentation (`/api/event/`). */
  aliases?: readonly string[]
  access: Access
  /** What a key with scopes must hold; `any` scope will do. A scoped key can't call an operation without one. */
  scope?: Scope | 'any'
  /**
   * Of what belongs to no project: its handler sees to it that keys which are limited to some projects or
   * organizations get no further. Without it such a key can't call the operation.
   */
  limitsKeys?: true
  /** Which rate limits it counts against, where the scope does not tell. */
  rateLimit?: RateLimitClass
  summary: string
  description?: string
  tags: readonly string[]
  /** Path parameters besides `project_id`. What does not parse was not found: 404. */
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  /** Its answer is made of events, so that a caller may ask for those just sent to be in it: `?after=`. */
  readsEvents?: boolean
  /** Status of the answer; 200 unless said. */
  status?: number
  /** The answer's body; null for none. */
  answer: z.ZodType | null
  /** Statuses of failures that a caller should expect, besides those that `access` brings. */
  errors?: readonly number[]
}

/** Declares an operation. Only types happen here. */
export const operation = <const O extends Operation>(declared: O): O => declared

/**
 * An operation of the public API whose route reads bodies and checks keys in a way of its own: declared for the
 * documentation alone, as `config: { describes }` of the route.
 */
export type PublicOperation = Pick<
  Operation,
  'id' | 'method' | 'summary' | 'description' | 'params' | 'query' | 'body' | 'status' | 'answer' | 'errors'
> & {
  /** As it is documented, with the trailing slash. */
  path: string
  /** Its section in the documentation, with prose for all of the section. */
  tag: { name: string; description: string }
  /** A body that is taken. What is answered is an example of the answer's schema (`examples` of its `meta`). */
  example?: unknown
  /** Whether only a personal API key will do. */
  needsPersonalKey?: true
  /** The body of its failures, where they have a shape of their own. */
  failure?: z.ZodType
}

/** What of a request decides how long an answer is worked on, and how old it may be. */
export type Asker = {
  /** Aborts when the caller goes away before it is answered. */
  signal: AbortSignal
  /** It has waited for its events with `after`: an answer from before does not hold them. */
  mustBeNew: boolean
}

type Parsed<T> = T extends z.ZodType ? z.output<T> : undefined

/** What a handler gets: everything parsed, checked and permitted to the degree that its operation declares. */
export type Context<O extends Operation> = {
  params: Parsed<O['params']>
  query: Parsed<O['query']>
  body: Parsed<O['body']>
  /** The address that the caller asked for, absolute, on the public host: links to further pages are made from it. */
  url: URL
  request: FastifyRequest
  reply: FastifyReply
  asker: Asker
} & (O['access'] extends 'anyone' | 'visitor'
  ? { caller: Caller | null }
  : { caller: Caller; user: Caller['user'] }) &
  (O['access'] extends 'project' ? { project: AddressedProject } : unknown)

/** Answers the body that the operation declares (nothing where it declares none), or sends a reply of its own. */
export type Handler<O extends Operation> = (
  context: Context<O>,
) => Promise<O['answer'] extends z.ZodType ? z.input<O['answer']> | FastifyReply : unknown>

const projectId = z
  .string()
  .describe(
    "Project ID of the project you're trying to access. To find the ID of the project, make a call to /api/projects/. `@current` is the project you last visited.",
  )

/** An operation as Fastify and its documentation want it. */
export function described(
  declared: Omit<PublicOperation, 'tag' | 'path' | 'example'> & Pick<Operation, 'tags'>,
): FastifySchema {
  return {
    operationId: declared.id,
    summary: declared.summary,
    description: declared.description,
    tags: declared.tags,
    ...(declared.params && { params: declared.params }),
    ...(declared.query && { querystring: declared.query }),
    ...(declared.body && { body: declared.body }),
    ...(declared.answer && { response: { [declared.status ?? 200]: declared.answer } }),
  }
}

/** Waits for what the address says in `after`, where the operation reads events. */
async function afterWhat(declared: Operation, request: FastifyRequest, reply: FastifyReply) {
  const { after } = request.query as { after?: unknown }
  const { whenVisible } = request.server
  if (!declared.readsEvents || typeof after !== 'string' || !after || !whenVisible) return undefined
  return readAfter(whenVisible, request.project!.id, after, request, reply)
}

/** Aborts when the connection closes before the answer is written. */
function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController()
  if (raw.closed && !raw.writableFinished) gone.abort()
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort()
  })
  return gone.signal
}

const isPlain = (answer: unknown): answer is object =>
  typeof answer === 'object' && answer !== null && Object.getPrototypeOf(answer) === Object.prototype

/** Serves one operation on its path and its aliases. */
export function route<O extends Operation>(app: FastifyInstance, declared: O, handler: Handler<O>): void {
  const status = declared.status ?? 200
  const tellsAfter = declared.answer instanceof z.ZodObject && 'after' in declared.answer.shape
  for (const path of [declared.path, ...(declared.aliases ?? [])]) {
    const nested = path.includes(':project_id')
    // what is not declared reaches no handler
    const asked = declared.query ?? z.object({})
    const query = declared.readsEvents ? asked.extend(afterParameter) : asked
    const params = nested ? z.object({ project_id: projectId, ...declared.params?.shape }) : declared.params
    app.route({
      method: declared.method,
      url: path,
      config: { operation: declared },
      schema: {
        ...described({ ...declared, query, params }),
        hide: path !== declared.path,
      },
      handler: async (request, reply) => {
        reply.code(status)
        const after = await afterWhat(declared, request, reply)
        const answer = await handler({
          params: request.params,
          query: request.query,
          body: declared.body && request.body,
          // what few handlers ask for is made when they do
          get url() {
            return new URL(request.originalUrl, request.server.publicOrigin(request))
          },
          request,
          reply,
          get asker() {
            return { signal: goneSignal(reply), mustBeNew: after !== undefined }
          },
          caller: request.caller,
          user: request.caller?.user,
          project: request.project,
        } as unknown as Context<O>)
        if (after && tellsAfter && isPlain(answer)) return { ...answer, after }
        return reply.sent || answer !== undefined ? answer : reply.send()
      },
    })
  }
}
