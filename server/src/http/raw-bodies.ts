import type { FastifyInstance } from 'fastify'

/** What a body is said to be, after `takeRawBodies`: a urlencoded form, or any bytes. */
export const formType = 'application/x-www-form-urlencoded'
const bytesType = 'application/octet-stream'

/**
 * Whatever it says it is, a body is bytes: SDKs lie about types, and inflating is `decode`'s business. A type that
 * Fastify could not even parse would be 415, so all it gets to see is whether it is a form.
 */
export function takeRawBodies(app: FastifyInstance): void {
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    const type = raw.headers['content-type']
    if (type !== undefined) {
      raw.headers['content-type'] = type.trim().toLowerCase().startsWith(formType) ? formType : bytesType
    }
    done()
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
}

/** Query parameters, the first where one is given twice unless all are asked for. */
export class Query {
  readonly #values: Record<string, unknown>
  constructor(values: unknown) {
    this.#values = values as Record<string, unknown>
  }
  /** Null where it is missing or empty. */
  get(name: string): string | null {
    const given = this.#values[name]
    const first: unknown = Array.isArray(given) ? given[0] : given
    return typeof first === 'string' && first !== '' ? first : null
  }
  all(name: string): string[] {
    return [this.#values[name]].flat().filter((one): one is string => typeof one === 'string' && one !== '')
  }
  has(name: string): boolean {
    return Object.hasOwn(this.#values, name)
  }
}

export const bearerOf = (header: string | undefined): string | null =>
  /^Bearer\s+(\S+)\s*$/i.exec(header ?? '')?.[1] ?? null
