// `npm start`: installs and builds what is missing, then serves. A second start does neither.

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, checkMachine, installPackages, root } from './setup.mjs'

checkMachine()
installPackages()
build()

// In this very process: a launcher that only waits would cost 40 MB and a hop for every signal.
process.argv = [
  process.argv[0],
  join(root, 'server/dist/cli.js'),
  ...(process.argv.length > 2 ? process.argv.slice(2) : ['serve']),
]
await import(pathToFileURL(process.argv[1]).href)
