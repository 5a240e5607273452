// What `npm start` and `npm test` share: is this machine fit, are the packages there, is the build fresh.
// Plain JavaScript without dependencies: it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

export function say(text) {
  console.log(`hedgerow: ${text}`)
}

/** Ends the process with a sentence that says what to do, and no stack. */
export function stop(text) {
  console.error(`hedgerow: ${text}`)
  process.exit(1)
}

/** Stops with a clear sentence where Hedgerow can't run. */
export function checkMachine() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 20)) {
    stop(`Node.js ${process.versions.node} is too old: Hedgerow needs 20.20 or newer (22 and 24 are fine).`)
  }
  const glibc = process.platform === 'linux' && process.report?.getReport?.().header?.glibcVersionRuntime
  if (process.platform !== 'darwin' && !glibc) {
    const name = process.platform === 'linux' ? 'Linux without glibc (such as Alpine)' : process.platform
    stop(`${name} is not supported: the embedded engine exists for Linux with glibc and for macOS.`)
  }
  if (!['x64', 'arm64'].includes(process.arch)) {
    stop(`the processor type ${process.arch} is not supported: the embedded engine exists for x64 and arm64.`)
  }
}

/** Runs a program with its output shown; stops with a sentence when it fails. */
export function run(command, args, { why, env } = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  if (result.error) stop(`${command} could not be run: ${result.error.message}`)
  if (result.status !== 0) stop(`${why ?? `${command} ${args.join(' ')}`} failed (see above).`)
}

/** Runs npm, the same one that started us where we can tell. */
export function npm(args, options) {
  const self = process.env.npm_execpath
  if (self && /\.c?js$/.test(self)) run(process.execPath, [self, ...args], options)
  else run('npm', args, options)
}

/** Installs the packages of package-lock.json, unless they are there already. */
export function installPackages() {
  const wanted =
    digest([
      'package.json',
      'package-lock.json',
      ...['client', 'server', 'web'].map((name) => `${name}/package.json`),
    ]) +
    process.versions.modules +
    process.arch
  const marker = join(root, 'node_modules', '.hedgerow-installed')
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return
  say('installing packages (about 1.1 GB on disk, half of it the embedded ClickHouse; only the first time)')
  // The lock file was made on linux-x64 and may lack the engine's package for another platform: there `ci` would refuse
  // it, and `install` adds what is missing.
  const locked = process.platform === 'linux' && process.arch === 'x64'
  npm([...(locked ? ['ci'] : ['install', '--no-save']), '--no-audit', '--no-fund', '--loglevel=error'], {
    why: 'installing the packages',
  })
  writeFileSync(marker, wanted)
}

/** Builds what is older than its sources: each part has a marker with the digest of what it was made from. */
export function build() {
  buildPart('server', [...shared, 'server/tsconfig.build.json', 'server/package.json', 'server/src'])
  // the pages take the client from its sources
  buildPart('web', [...shared, 'web', 'client'])
}

const shared = ['package-lock.json', 'tsconfig.base.json']

/** Builds the client by itself, which only programs of others need. */
export function buildClient() {
  buildPart('client', [...shared, 'client'])
}

function buildPart(name, sources) {
  const wanted = digest(sources)
  const marker = join(root, name, 'dist', '.hedgerow-built')
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return
  say(`building the ${name}`)
  rmSync(join(root, name, 'dist'), { recursive: true, force: true })
  // of the pages only what is wrong with them, not how large each of two hundred files became
  const quiet = name === 'web' ? ['--', '--logLevel', 'warn'] : []
  npm(['run', '--silent', 'build', '-w', name, ...quiet], { why: `building the ${name}` })
  mkdirSync(dirname(marker), { recursive: true })
  writeFileSync(marker, wanted)
}

/** A digest of the names and contents of files and folders, leaving out tests, builds and packages. */
function digest(paths) {
  const hash = createHash('sha256')
  const visit = (path) => {
    if (!existsSync(path)) return
    if (statSync(path).isDirectory()) {
      for (const entry of readdirSync(path).sort()) {
        if (entry !== 'node_modules' && entry !== 'dist') visit(join(path, entry))
      }
    } else if (!/\.(test|suite)\.tsx?$/.test(path)) {
      hash.update(relative(root, path)).update('\0').update(readFileSync(path)).update('\0')
    }
  }
  for (const path of paths) visit(join(root, path))
  return hash.digest('hex')
}
