#!/usr/bin/env node
import { platformProblem, thisMachine } from './kit/platform.ts'

// Everything else is loaded after this: on a machine that can't run it, the sentence must come before the failure.
const problem = platformProblem(thisMachine())
if (problem === null) {
  const { main } = await import('./command-line/main.ts')
  await main(process.argv.slice(2))
} else {
  console.error(problem)
  process.exitCode = 1
}
