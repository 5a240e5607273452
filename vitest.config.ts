import { existsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

/** Tests that break stores at a moment, or drive a browser, which takes both cores: nothing else runs beside them. */
const alone = [
  'tests/faults/**/*.test.ts',
  'tests/scaled/**/*.test.ts',
  'tests/browser/**/*.test.ts',
  'tests/sdk/posthog-js.test.ts',
]

const blackBox = {
  globalSetup: ['tests/support/global-setup.ts'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
  // A browser at work can take longer than the second that polls have by default.
  expect: { poll: { timeout: 10_000 } },
  // A click may land where a page was before something moved it. Such a test has one more try, and the output
  // says so ("retry x1"). What a server answered, and every fault test, has none.
  retry: { count: 1, condition: /Timeout \d+ms exceeded/ },
}

// `server` and `web` (and the client that it uses) are beside the code they test; `black-box` and `alone` see only HTTP and
// real clients.
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'server',
          include: ['server/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          globalSetup: ['server/test/global-setup.ts', 'server/test/postgres-setup.ts'].filter((file) =>
            existsSync(file),
          ),
          setupFiles: ['server/test/draws-setup.ts', 'server/test/answers-checked-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      { test: { name: 'web', include: ['web/src/**/*.test.ts', 'client/src/**/*.test.ts'] } },
      { test: { name: 'black-box', include: ['tests/**/*.test.ts'], exclude: alone, ...blackBox } },
      { test: { name: 'alone', include: alone, fileParallelism: false, ...blackBox } },
    ],
  },
})
