// The compiler emits only what it compiles; migrations are SQL and must lie beside the code that runs them.
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const server = fileURLToPath(new URL('../server/', import.meta.url))
const sqlIn = (folder) =>
  readdirSync(join(server, folder), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.sql'),
  )
const files = sqlIn('src')
// One that was renamed would be a migration of its own.
for (const file of sqlIn('dist')) if (!files.includes(file)) rmSync(join(server, 'dist', file))
for (const file of files) {
  const target = join(server, 'dist', file)
  mkdirSync(dirname(target), { recursive: true })
  copyFileSync(join(server, 'src', file), target)
}
