import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { init, type RunningServer, startServer } from '../support/server.ts'

/** What `docs/api/first-steps.md` says is done as it is written, by a shell, on a server that nobody has used. */
const run = promisify(execFile)
const page = readFileSync(new URL('../../docs/api/first-steps.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, kind, text]) => ({
  kind: kind!,
  text: text!.trim(),
}))

let server: RunningServer
/** What the reader has exported, and would copy from answers. */
let shell: Record<string, string>
let answer = ''

beforeAll(async () => {
  server = await startServer({ env: { RATE_LIMITS: 'on' } })
  shell = {
    HEDGEROW: server.url,
    PERSONAL_API_KEY: init.personalApiKey,
    PROJECT_API_KEY: init.projectApiKey,
  }
})
afterAll(() => server?.stop())

/** Where a reader finds what is only known from the answer before. */
const copied: Record<string, () => string> = {
  NEXT: () => (JSON.parse(answer) as { next: string }).next,
  READING_KEY: () => (JSON.parse(answer) as { value: string }).value,
}

/** `…` is anything; objects may have more than is shown. */
function shown(value: unknown): unknown {
  if (value === '…') return expect.any(String)
  if (Array.isArray(value)) return value.map(shown)
  if (typeof value !== 'object' || value === null) return value
  return expect.objectContaining(
    Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shown(one)])),
  )
}

test.each(blocks.map((block, at) => ({ ...block, at, title: block.text.split('\n')[0]! })))(
  '$at. $title',
  async ({ kind, text }) => {
    if (kind === 'json') {
      expect(JSON.parse(answer)).toEqual(shown(JSON.parse(text)))
      return
    }
    if (kind === 'http') {
      for (const line of text.split('\n')) expect(answer).toContain(line.replace(/….*/, ''))
      return
    }
    const given = [...text.matchAll(/^export (\w+)=(.*)$/gm)]
    for (const [, name, value] of given) {
      shell[name!] ??= value!.includes('…') ? copied[name!]!() : value!
    }
    if (given.length) return
    const { stdout } = await run('bash', ['-c', text.replaceAll('curl ', 'curl --silent --show-error ')], {
      env: { PATH: process.env.PATH, ...shell },
    })
    answer = stdout
  },
)
