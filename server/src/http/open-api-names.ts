import type { OpenAPIV3_1 } from 'openapi-types'

type Document = OpenAPIV3_1.Document

const reference = /"#\/components\/schemas\/([^"]+)"/g
const referencesIn = (value: unknown) =>
  [...JSON.stringify(value).matchAll(reference)].map((match) => match[1]!)

/**
 * zod describes what goes in and what comes out apart, as `Thing` and `ThingInput`, and everything that was ever
 * named. Here only what is used stays, and it is called `Thing` unless in and out are both used and differ.
 */
export function withPlainNames(document: Document): Document {
  const schemas = document.components?.schemas ?? {}
  const used = reachable(document.paths, schemas)
  const outputOf = (name: string) =>
    name.endsWith('Input') && name.slice(0, -5) in schemas ? name.slice(0, -5) : null

  const differing = new Set<string>()
  const plain = (name: string) => {
    const output = outputOf(name)
    return output !== null && !differing.has(name) ? output : name
  }
  const text = (value: unknown) =>
    JSON.stringify(value).replace(reference, (_, name: string) => `"#/components/schemas/${plain(name)}"`)
  // One that holds a differing one differs too, so this goes on until nothing is found.
  for (let before = -1; before !== differing.size; ) {
    before = differing.size
    for (const name of used) {
      const output = outputOf(name)
      if (output && used.has(output) && text(schemas[name]) !== text(schemas[output])) differing.add(name)
    }
  }

  const kept = [...used].map((name) => [plain(name), JSON.parse(text(schemas[name]))] as const)
  return {
    ...document,
    paths: JSON.parse(text(document.paths ?? {})),
    components: { ...document.components, schemas: Object.fromEntries(kept) },
  }
}

function reachable(from: unknown, schemas: Record<string, unknown>): Set<string> {
  const found = new Set<string>()
  const waiting = referencesIn(from ?? {})
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name) || !(name in schemas)) continue
    found.add(name)
    waiting.push(...referencesIn(schemas[name]))
  }
  return found
}
