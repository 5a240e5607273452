// `npm start`: installs and builds what is missing, then serves. A second start does neither.
// The allocator's variables in package.json are glibc's, read before any code of ours runs: with them, buffers of
// requests and batches go back to the system when they are freed. Under load that is 100 MB of 520.

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
