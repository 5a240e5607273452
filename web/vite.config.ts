import react from '@vitejs/plugin-react'
import { defaultClientConditions, defineConfig } from 'vite'

/** In development the pages come from Vite and everything else from the server that runs beside it. */
const server = 'http://127.0.0.1:8000'
const paths = [
  '/api',
  '/_preflight',
  '/logout',
  '/static',
  '/e',
  '/i',
  '/batch',
  '/capture',
  '/decide',
  '/flags',
]
/** What shared pages show; the pages themselves are ours. */
const sharedJson = '^/(?:shared|embedded)/[^/]+[.]json'

export default defineConfig({
  plugins: [react()],
  // Our own packages from their sources: nothing has to be built first.
  resolve: { conditions: ['hedgerow:source', ...defaultClientConditions] },
  server: {
    proxy: Object.fromEntries(
      [...paths.map((path) => `^${path}(/|$|\\?)`), sharedJson].map((path) => [path, server]),
    ),
  },
  build: {
    target: 'es2022',
    // Assets carry a hash in their name, so they may be cached for ever; index.html may not.
    assetsDir: 'assets',
    sourcemap: false,
    chunkSizeWarningLimit: 800,
  },
})
