import { parseArgs } from 'node:util'
import { readConfig } from '../config.ts'
import { sentenceFor } from './sentences.ts'

const help = `hedgerow: self-hosted product analytics that speaks PostHog's API

  hedgerow serve                                   start the server (until SIGTERM or Ctrl-C)
  hedgerow user create --email E [--password P] [--name N] [--level member|admin|owner]
  hedgerow user list
  hedgerow user set-password --email E [--password P]
  hedgerow user disable-2fa --email E              for who has lost their authenticator app
  hedgerow key create --email E --label L          make a personal API key; it is shown once
  hedgerow key list [--email E]
  hedgerow key delete --id I
  hedgerow demo [--people N] [--seed N] [--email E] [--name N] [--another]
                                                   make a project with three months of made-up data
  hedgerow doctor                                  check this machine and the configuration
  hedgerow help                                    this text

user, key and demo work whether the server runs or not. Without --password one is made and shown. --json prints JSON.
Settings come from the environment (PORT, DATA_DIR, DATABASE_URL, …): see README.md.`

const accountOptions = {
  email: { type: 'string' },
  password: { type: 'string' },
  name: { type: 'string' },
  level: { type: 'string' },
  label: { type: 'string' },
  id: { type: 'string' },
  json: { type: 'boolean' },
} as const

const accountVerbs = [
  'user create',
  'user list',
  'user set-password',
  'user disable-2fa',
  'key create',
  'key list',
  'key delete',
]

/** Reads the words, calls one function, sets the exit code: 0 done, 1 failed, 2 not understood. */
export async function main(words: string[]): Promise<void> {
  try {
    process.exitCode = await run(words)
  } catch (error) {
    const sentence = sentenceFor(error)
    if (sentence === null) console.error('This is a fault of Hedgerow itself:', error)
    else console.error(sentence)
    process.exitCode = notUnderstood(error) ? 2 : 1
  }
}

async function run(words: string[]): Promise<number> {
  const [first = 'help', second = ''] = words
  if (first === 'help' || first === '--help' || first === '-h') {
    console.log(help)
    return 0
  }
  if (first === 'serve' && words.length === 1) {
    const { serve } = await import('./serve.ts')
    return serve(readConfig())
  }
  if (first === 'doctor' && words.length === 1) {
    const { doctor } = await import('./doctor.ts')
    return doctor()
  }
  if (first === 'demo') return demo(words.slice(1))
  if (accountVerbs.includes(`${first} ${second}`)) return account(`${first}-${second}`, words.slice(2))
  console.error(`"hedgerow ${words.join(' ')}" is not a command. "hedgerow help" lists them.`)
  return 2
}

const demoOptions = {
  people: { type: 'string' },
  seed: { type: 'string' },
  email: { type: 'string' },
  name: { type: 'string' },
  another: { type: 'boolean' },
} as const

async function demo(words: string[]): Promise<number> {
  const { people, seed, ...others } = parseArgs({ args: words, options: demoOptions }).values
  const { startInput } = await import('./demo-verbs.ts')
  const given = {
    ...others,
    ...(people !== undefined && { people: Number(people) }),
    ...(seed !== undefined && { seed: Number(seed) }),
  }
  const parsed = startInput.safeParse(given)
  if (!parsed.success) return complain(parsed.error.issues, given)
  const { makeDemo } = await import('./demo.ts')
  return makeDemo(readConfig(), parsed.data)
}

/** Says what is wrong with each option; answers the exit code. */
function complain(issues: { path: PropertyKey[]; message: string }[], given: object): number {
  for (const { path, message } of issues) {
    const option = path.join('.')
    console.error(option in given ? `--${option}: ${message}` : `--${option} is missing.`)
  }
  return 2
}

async function account(verb: string, words: string[]): Promise<number> {
  const { inputs } = await import('./account-verbs.ts')
  const { json = false, ...given } = parseArgs({ args: words, options: accountOptions }).values
  const parsed = inputs[verb as keyof typeof inputs].safeParse(given)
  if (!parsed.success) return complain(parsed.error.issues, given)
  const { runAccountVerb } = await import('./with-accounts.ts')
  const answer = await runAccountVerb(readConfig(), verb, parsed.data)
  if (json) console.log(JSON.stringify(answer, null, 2))
  else if (Array.isArray(answer)) console.log(asTable(answer as Record<string, unknown>[]))
  else console.log(asLines(answer as Record<string, unknown>))
  return 0
}

const notUnderstood = (error: unknown) =>
  String((error as NodeJS.ErrnoException | null)?.code).startsWith('ERR_PARSE_ARGS')

const asText = (value: unknown) => (value === null || value === undefined ? '–' : String(value))

const asLines = (facts: Record<string, unknown>) =>
  Object.entries(facts)
    .map(([name, value]) => `${name}: ${asText(value)}`)
    .join('\n')

function asTable(rows: Record<string, unknown>[]): string {
  if (rows.length === 0) return 'none'
  const names = Object.keys(rows[0]!)
  const cells = [names, ...rows.map((row) => names.map((name) => asText(row[name])))]
  const widths = names.map((_, at) => Math.max(...cells.map((line) => line[at]!.length)))
  return cells
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
