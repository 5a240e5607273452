import { expect, test } from 'vitest'
import { platformProblem, thisMachine } from './platform.ts'

const good = { nodeVersion: 'v20.20.0', platform: 'linux', arch: 'x64', glibc: '2.36' }

test.each([
  [good, null],
  [{ ...good, nodeVersion: 'v24.1.0', platform: 'darwin', arch: 'arm64', glibc: undefined }, null],
  [{ ...good, nodeVersion: 'v20.19.9' }, /v20\.19\.9 is too old: Hedgerow needs 20\.20/],
  [{ ...good, nodeVersion: 'v16.0.0' }, /too old/],
  [{ ...good, platform: 'win32' }, /not on Windows. Use WSL 2/],
  [{ ...good, platform: 'freebsd' }, /not on freebsd/],
  [{ ...good, arch: 'ppc64' }, /not on ppc64/],
  [{ ...good, glibc: undefined }, /musl/],
])('%o', (machine, problem) => {
  if (problem === null) expect(platformProblem(machine)).toBeNull()
  else expect(platformProblem(machine)).toMatch(problem)
})

test('this machine can run what it is testing', () => {
  expect(platformProblem(thisMachine())).toBeNull()
})
