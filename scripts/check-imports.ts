/**
 * Checks the import rules of .dependency-cruiser.mjs, and the check itself: that it saw every source file (a parser
 * that doesn't understand the code reports nothing and calls it clean), and that each rule still bites, on a
 * fixture with one violation of each.
 */
import { readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config'

type Rules = { forbidden: { name: string }[]; options: Record<string, unknown> }

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const rules = (await import(join(root, '.dependency-cruiser.mjs'))) as { default: Rules }
const tsConfig = extractTSConfig(join(root, 'tsconfig.json'))

async function check(baseDir: string, folders: string[]): Promise<ICruiseResult> {
  const { output } = await cruise(
    folders,
    {
      ruleSet: { forbidden: rules.default.forbidden as never },
      validate: true,
      baseDir,
      tsPreCompilationDeps: true,
      doNotFollow: { path: ['node_modules'] },
      exclude: { path: ['^(?:client|server|web)/dist/'] },
    },
    { extensions: ['.ts', '.tsx', '.js', '.mjs'], bustTheCache: true },
    { tsConfig },
  )
  return output as ICruiseResult
}

const fail = (message: string) => {
  console.error(message)
  process.exitCode = 1
}

process.chdir(root)
const real = await check(root, ['client/src', 'server/src', 'web/src', 'tests'])
for (const violation of real.summary.violations) {
  const via = violation.cycle?.map((step) => step.name).join(' → ')
  fail(`${violation.rule.name}: ${violation.from} → ${via ?? violation.to}`)
}
const onDisk = countSources(join(root, 'server/src'))
const seen = real.modules.filter((module) => /^server\/src\/.*\.ts$/.test(module.source)).length
if (seen < onDisk) fail(`only ${seen} of the ${onDisk} files of server/src were checked: the check is blind`)
else if (!process.exitCode) console.log(`imports: ${real.summary.totalCruised} files, no violation`)

const fixture = join(root, 'scripts/import-rules-fixture')
process.chdir(fixture)
const broken = await check(fixture, ['client/src', 'server/src', 'web/src', 'tests'])
const reported = new Set(broken.summary.violations.map((violation) => violation.rule.name))
for (const rule of rules.default.forbidden) {
  if (!reported.has(rule.name)) fail(`the rule ${rule.name} no longer reports its violation in the fixture`)
}

function countSources(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith('.ts'),
  ).length
}
