import { existsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

// Two projects: `server` is everything beside the code it tests, `black-box` sees only HTTP and real clients.
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
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'black-box',
          include: ['tests/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
