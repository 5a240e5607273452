import type { Operation } from '../../src/http/operation.ts'
import { draw, type Hostile, plain, textOf } from './draw.ts'
import { prepare, type Stage } from './ground.ts'
import { judge, slowMs } from './judge.ts'
import { publicOperations } from './public.ts'
import { randomOf, shuffled } from './random.ts'

export type Finding = {
  operation: string
  kind: string
  what: string
  /** The smallest request that still shows it. */
  request: string
  /** Where in the run it was. */
  index: number
  stack: string | null
}

export type Figures = {
  requests: number
  /** Answers by status. */
  statuses: Record<string, number>
  slowestMs: number
  findings: Finding[]
  /** Operations that took away what all need, by how often: a new stage was made. */
  lost: Record<string, number>
  /** What was written to the console besides: background jobs that failed. */
  noise: string[]
}

export type Options = {
  seed: number
  requests: number
  /** The number of the first request; those before it are not sent. */
  from?: number
  /** Only operations whose id fits. */
  only?: RegExp
  /** No new request is sent after so long. */
  maxMs?: number
  /** Told of each finding at once. */
  say?: (line: string) => void
}

/** What requests leave behind makes the next ones slower, and what they delete is gone: a fresh API after so many. */
const perStage = 4000
/** Of one kind and one operation, so that one fault does not hide the others. */
const mostAlike = 1

/** Asks what nobody should ask, and gives what should not have been answered. The same seed asks the same. */
export async function askHostilely(options: Options): Promise<Figures> {
  const { seed, requests, from = 0, only = /^/, maxMs = Number.POSITIVE_INFINITY, say = () => {} } = options
  const figures: Figures = { requests: 0, statuses: {}, slowestMs: 0, findings: [], lost: {}, noise: [] }
  const seen = new Map<string, number>()
  const began = performance.now()
  let index = from
  while (index < from + requests && performance.now() - began < maxMs) {
    const closing: (() => Promise<void>)[] = []
    const silence = listen(figures.noise)
    try {
      const stage = await prepare((close) => closing.push(close))
      const operations: Operation[] = [...stage.on.api.app.operations, ...publicOperations].filter(({ id }) =>
        only.test(id),
      )
      if (!operations.length) throw new Error(`no operation fits ${only}`)
      const end = Math.min(from + requests, (Math.floor(index / perStage) + 1) * perStage)
      for (let isWhole = true; isWhole && index < end && performance.now() - began < maxMs; index++) {
        const pass = Math.floor(index / operations.length)
        const order = shuffled(randomOf(seed, pass, 1), operations)
        const operation: Operation = order[index % operations.length]!
        const request = draw(operation, stage, randomOf(seed, index, 2))
        const problem = await ask(stage, request, figures)
        if (operation.method !== 'GET' && !(await stage.isWhole())) {
          isWhole = false
          figures.lost[operation.id] = (figures.lost[operation.id] ?? 0) + 1
        }
        if (!problem) continue
        const like = `${operation.id} ${problem.kind}`
        seen.set(like, (seen.get(like) ?? 0) + 1)
        if (seen.get(like)! > mostAlike) continue
        const { smallest, stack } = await shrunk(stage, request, problem)
        const finding = { operation: operation.id, ...problem, request: shown(smallest), index, stack }
        figures.findings.push(finding)
        say(tellFinding(finding, seed))
      }
    } finally {
      for (const close of closing.reverse()) await close()
      silence()
    }
  }
  return figures
}

export const tellFinding = (one: Finding, seed: number): string =>
  `${one.kind}: ${one.operation} (request ${one.index}; again: npm run fuzz -- --seed ${seed} --from ${one.index} --requests 1)\n` +
  `  ${one.what.slice(0, 700)}\n  ${one.request.slice(0, 1500)}\n${one.stack ? `  ${one.stack.split('\n').slice(0, 12).join('\n  ')}\n` : ''}`

type Problem = { kind: string; what: string }

async function ask(stage: Stage, request: Hostile, figures?: Figures): Promise<Problem | null> {
  let { sent, ...answer } = await stage.ask(request)
  // A machine that does much else is slow at times; what is slow by itself is slow each time, and beside what is asked
  // of the same operation otherwise.
  for (let times = 0; times < 2 && answer.ms > slowMs && answer.status < 500; times++) {
    const { ms: usual } = await stage.ask(plain(request.operation, stage))
    ;({ sent, ...answer } = await stage.ask(request))
    if (answer.ms < 4 * usual) answer.ms = Math.min(answer.ms, slowMs)
  }
  if (figures) {
    figures.requests++
    figures.statuses[answer.status] = (figures.statuses[answer.status] ?? 0) + 1
    figures.slowestMs = Math.max(figures.slowestMs, answer.ms)
  }
  if (Object.keys(Object.prototype).length || 'polluted' in {}) {
    Reflect.deleteProperty(Object.prototype, 'polluted')
    return { kind: 'pollution', what: 'the prototype of all objects was changed' }
  }
  if (stage.trapped()) return { kind: 'ssrf', what: 'an address inside was asked' }
  return judge(request.operation, sent, answer)
}

/** Tries what is smaller for as long as it shows the same. */
async function shrunk(
  stage: Stage,
  request: Hostile,
  problem: Problem,
): Promise<{ smallest: Hostile; stack: string | null }> {
  let smallest = request
  let stack = stage.lastFault()
  let tries = problem.kind === 'slow' ? 12 : 150
  for (let smaller = true; smaller; ) {
    smaller = false
    for (const candidate of smallerRequests(smallest, stage)) {
      if (tries-- <= 0) return { smallest, stack }
      const found = await ask(stage, candidate)
      const fault = stage.lastFault()
      if (found?.kind !== problem.kind) continue
      smallest = candidate
      stack = fault ?? stack
      smaller = true
      break
    }
  }
  return { smallest, stack }
}

function* smallerRequests(request: Hostile, stage: Stage): Generator<Hostile> {
  for (const at of request.query.keys()) yield { ...request, query: request.query.toSpliced(at, 1) }
  if (request.damage) yield { ...request, damage: null }
  if (request.wrapping) yield { ...request, wrapping: null }
  const { headers } = plain(request.operation, stage)
  for (const name of Object.keys(request.headers)) {
    if (request.headers[name] === headers[name]) continue
    const { [name]: _, ...others } = request.headers
    yield { ...request, headers: { ...others, ...(headers[name] && { [name]: headers[name] }) } }
  }
  for (const [at, [name, value]] of request.query.entries()) {
    for (const text of smallerTexts(value)) yield { ...request, query: request.query.with(at, [name, text]) }
  }
  if (request.body !== undefined) for (const body of smallerValues(request.body)) yield { ...request, body }
}

function* smallerTexts(text: string): Generator<string> {
  if (text.length > 1) {
    yield text.slice(0, text.length >> 1)
    yield text.slice(text.length >> 1)
  }
}

function* smallerValues(value: unknown, depth = 0): Generator<unknown> {
  if (typeof value === 'string') yield* smallerTexts(value)
  if (typeof value !== 'object' || value === null || depth > 12) return
  if (Array.isArray(value)) {
    if (value.length > 3) {
      yield value.slice(0, value.length >> 1)
      yield value.slice(value.length >> 1)
    }
    for (const at of value.slice(0, 40).keys()) {
      yield value.toSpliced(at, 1)
      for (const item of smallerValues(value[at], depth + 1)) yield value.with(at, item)
    }
    return
  }
  const entries = Object.entries(value)
  for (const at of entries.slice(0, 60).keys()) yield Object.fromEntries(entries.toSpliced(at, 1))
  for (const [at, [name, child]] of entries.slice(0, 60).entries()) {
    for (const item of smallerValues(child, depth + 1))
      yield Object.fromEntries(entries.with(at, [name, item]))
  }
}

function shown(request: Hostile): string {
  const search = new URLSearchParams(request.query).toString()
  const body = textOf(request)
  const type = request.contentType === 'application/json' ? '' : ` (${request.contentType})`
  const packed = request.wrapping ? ` (${request.wrapping})` : ''
  const headers = Object.keys(request.headers).length ? ` ${JSON.stringify(request.headers)}` : ''
  const sent = body === undefined ? '' : `${type}${packed} ${body}`
  return `${request.operation.method} ${request.path}${search && `?${search}`} as ${request.who}${headers}${sent}`
}

/** Keeps what background work complains of; gives how to stop. */
function listen(lines: string[]): () => void {
  const { error } = console
  console.error = (...said: unknown[]) => {
    const line = said
      .map((one) =>
        one instanceof Error ? one.stack : typeof one === 'string' ? one : JSON.stringify(one, textOfErrors),
      )
      .join(' ')
    if (lines.length < 1000) lines.push(line.slice(0, 2000))
  }
  return () => {
    console.error = error
  }
}

const textOfErrors = (_name: string, value: unknown) =>
  value instanceof Error
    ? `${value.stack}${value.cause instanceof Error ? `\ncaused by ${value.cause.stack}` : ''}`
    : value
