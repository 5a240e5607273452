import { writeFileSync } from 'node:fs'
import { type Example, examplesFile } from '../src/http/documentation.ts'
import type { Operation } from '../src/http/operation.ts'
import { canary } from './every-request.ts'

/** What reads better in the documentation than what tests look for; keys are never shown. */
const readable = (text: string) =>
  text
    .replaceAll(canary, 'acme')
    .replace(/\b(ph[cx])_\w{20,}/g, '$1_xxxxxxxxxxxxxxxx')
    .replace(/http:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?/g, 'https://hedgerow.example.com')

/** Two of a list say as much as all. */
const short = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.slice(0, 2).map(short)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, short(one)]))
      : value

/** Keeps a request and its answer as the example of an operation. */
export function noteExample(
  examples: Record<string, Example>,
  one: Operation,
  { url, body }: { url: string; body: unknown },
  answer: { status: number; body: unknown },
): void {
  const [path, query] = url.split('?') as [string, string | undefined]
  const segments = path.split('/')
  const params = one.path
    .split('/')
    .flatMap((part, at) => (part.startsWith(':') ? [[part.slice(1), segments[at]]] : []))
  const example = {
    status: answer.status,
    ...(params.length > 0 && { params: Object.fromEntries(params) }),
    ...(query !== undefined && { query: Object.fromEntries(new URLSearchParams(query)) }),
    ...(one.body && { body }),
    ...(answer.body !== null && answer.body !== undefined && { answer: short(answer.body) }),
  }
  examples[one.id] = JSON.parse(readable(JSON.stringify(example))) as Example
}

export function writeExamples(examples: Record<string, Example>): void {
  const sorted = Object.fromEntries(Object.entries(examples).sort(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(examplesFile, `${JSON.stringify(sorted, null, 1)}\n`)
}
