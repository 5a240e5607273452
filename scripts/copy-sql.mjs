// The compiler emits only what it compiles; migrations are SQL and must lie beside the code that runs them.
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const server = fileURLToPath(new URL('../server/', import.meta.url))
const files = readdirSync(join(server, 'src'), { recursive: true, encoding: 'utf8' })
for (const file of files.filter((name) => name.endsWith('.sql'))) {
  const target = join(server, 'dist', file)
  mkdirSync(dirname(target), { recursive: true })
  copyFileSync(join(server, 'src', file), target)
}
