// `npm test`: installs what it can, names what it can't, builds, and runs every test.
// `npm test -- some/file.test.ts` runs a part. The last line is "N passed, M failed".
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, buildClient, checkMachine, installPackages, root, say, stop } from './setup.mjs'

checkMachine()
installPackages()
installPrograms()
build()
buildClient()

const folder = mkdtempSync(join(tmpdir(), 'hedgerow-test-'))
const report = join(folder, 'report.json')
const filters = process.argv.slice(2)
const vitest = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...filters,
  ],
  { cwd: root, stdio: 'inherit' },
)
if (!existsSync(report)) stop('the tests did not run to their end (see above).')
const result = JSON.parse(readFileSync(report, 'utf8'))
rmSync(folder, { recursive: true, force: true })
// a file that could not be loaded has no tests to count, but is a failure all the same
const brokenFiles = result.testResults.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
).length
const failed = result.numFailedTests + brokenFiles
console.log(`${result.numPassedTests} passed, ${failed} failed`)
process.exit(vitest.status === 0 && failed === 0 && result.numPassedTests > 0 ? 0 : 1)

/** PostgreSQL, NATS, strace and Chromium, from the system's packages where we may install them. */
function installPrograms() {
  const wanted = [
    { name: 'PostgreSQL 15 or newer', apt: 'postgresql', there: () => hasPostgres() },
    { name: 'nats-server', apt: 'nats-server', there: () => onPath('nats-server') },
    { name: 'strace', apt: 'strace', there: () => onPath('strace') },
    { name: 'Chromium', apt: 'chromium', there: () => onPath('chromium') || onPath('google-chrome') },
  ]
  const missing = wanted.filter((program) => !program.there())
  if (!missing.length) return
  const names = missing.map((program) => program.name).join(' and ')
  const line = `apt-get update && apt-get install -y --no-install-recommends ${missing.map((program) => program.apt).join(' ')}`
  if (process.getuid?.() !== 0 || !onPath('apt-get')) {
    stop(`the tests need ${names}. On Debian or Ubuntu, type:\n  sudo sh -c '${line}'`)
  }
  say(`installing ${names} (for the tests only; about 400 MB)`)
  const done = spawnSync('sh', ['-c', `(${line}) >&2`], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  const still = missing.filter((program) => !program.there())
  if (done.status !== 0 || still.length) {
    stop(`${still.map((program) => program.name).join(' and ')} could not be installed; try:\n  ${line}`)
  }
}

function onPath(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0
}

function hasPostgres() {
  return (
    onPath('initdb') ||
    (existsSync('/usr/lib/postgresql') &&
      spawnSync('sh', ['-c', 'ls /usr/lib/postgresql/*/bin/initdb'], { stdio: 'ignore' }).status === 0)
  )
}
