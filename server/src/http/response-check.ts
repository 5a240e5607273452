import type { FastifyInstance, FastifySerializerCompiler } from 'fastify'
import type { z } from 'zod'
import { ContractMismatch, eachOnce, mismatches, type TellMismatch } from '../kit/contract.ts'
import type { ReportError } from './errors.ts'

/** How a running server tells of mismatches: in its log, and where faults of ours go; of each once. */
export const tellMismatches = (
  log: { error(fields: object, message: string): void },
  report: ReportError | undefined,
): TellMismatch =>
  eachOnce((mismatch) => {
    log.error({ err: mismatch }, 'a contract was not kept')
    report?.(mismatch, { what: mismatch.what, problems: mismatch.problems })
  })

/** A check costs about what the serialising costs, so in production each operation is looked at this often. */
const checkEveryMs = 10_000

/**
 * The caller always gets the whole answer as the handler made it. One that does not match its contract is thrown in
 * tests, which see each answer checked (`onCheck`, with method, route and status), and otherwise told of once the
 * answer has gone out.
 */
export function createSerializerCompiler(
  onMismatch: 'throw' | TellMismatch,
  onCheck?: (operation: string) => void,
): FastifySerializerCompiler<z.ZodType> {
  return ({ schema, method, url, httpStatus }) => {
    const operation = `${method} ${url} (${httpStatus})`
    let checkedAt = -Infinity
    const check = (answer: unknown) => {
      const problems = mismatches(schema, answer)
      onCheck?.(operation)
      return problems.length ? new ContractMismatch(`The answer of ${operation}`, problems) : null
    }
    return (answer) => {
      if (onMismatch === 'throw') {
        const mismatch = check(answer)
        if (mismatch) throw mismatch
      } else if (performance.now() - checkedAt > checkEveryMs) {
        checkedAt = performance.now()
        setImmediate(() => {
          const mismatch = check(answer)
          if (mismatch) onMismatch(mismatch)
        })
      }
      return JSON.stringify(answer)
    }
  }
}

/**
 * Routes that write their answers themselves, as the public API's do, have them read again: in tests only, for they are
 * those that may cost nothing. An answer that is not what its route `describes` is thrown.
 */
export function checkDescribedAnswers(app: FastifyInstance, onCheck?: (operation: string) => void): void {
  app.addHook('onRoute', (route) => {
    const declared = route.config?.describes
    if (!declared || route.method === 'HEAD') return
    route.onSend = [
      ...[route.onSend ?? []].flat(),
      async (_request, reply, payload) => {
        const schema = reply.statusCode === (declared.status ?? 200) ? declared.answer : null
        const isJson = String(reply.getHeader('content-type')).startsWith('application/json')
        if (!schema || !isJson || typeof payload !== 'string') return payload
        const operation = `${declared.method} ${declared.path} (${reply.statusCode})`
        onCheck?.(operation)
        const problems = mismatches(schema, JSON.parse(payload))
        if (problems.length) throw new ContractMismatch(`The answer of ${operation}`, problems)
        return payload
      },
    ]
  })
}

/**
 * Refuses routes of the API that nothing describes, when they are registered: no documentation would have them, no test
 * walk over them.
 */
export function refuseUndeclaredRoutes(app: FastifyInstance): void {
  app.addHook('onRoute', ({ url, method, config }) => {
    if (!url.startsWith('/api/') || [method].flat().every((one) => one === 'HEAD' || one === 'OPTIONS'))
      return
    if (config?.operation || config?.describes || config?.undocumented) return
    throw new Error(
      `${[method].flat().join(', ')} ${url} is declared nowhere: serve it by route(), or say why not`,
    )
  })
}
