import { readFileSync } from 'node:fs'

const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  scripts: { start: string }
}

/** The variables that `npm start` sets before Node, for servers that are started without npm. */
export const startEnvironment: Record<string, string> = Object.fromEntries(
  [...scripts.start.matchAll(/(?<=^|\s)([A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name!, value!]),
)
