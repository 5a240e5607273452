import type { Asked } from '../../ui/request-snippets.ts'
import type { Entry } from './description.ts'

/** What is sent if nothing is filled in: the example, about the reader's own project where that is known. */
export function exampleRequest({ method, path, operation }: Entry, projectId: number | null): Asked {
  const ofPath = Object.fromEntries(
    (operation.parameters ?? [])
      .filter((one) => one.in === 'path')
      .map((one) => [
        one.name,
        one.name === 'project_id' ? String(projectId ?? '@current') : String(one.example ?? ''),
      ]),
  )
  const query = (operation.parameters ?? []).flatMap((one) =>
    one.in === 'query' && one.example !== undefined ? [[one.name, String(one.example)]] : [],
  )
  return {
    method,
    url: addressOf(path, ofPath, Object.fromEntries(query)),
    ...(bodyOf(operation) && { body: bodyOf(operation)!.example ?? {} }),
  }
}

export function addressOf(
  path: string,
  ofPath: Record<string, string>,
  query: Record<string, string>,
): string {
  const filled = path.replace(/\{(\w+)\}/g, (whole, name) =>
    ofPath[name] ? encodeURIComponent(ofPath[name]).replaceAll('%40', '@') : whole,
  )
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString()
  return `${window.location.origin}${filled}${search && `?${search}`}`
}

export const bodyOf = (operation: Entry['operation']) =>
  operation.requestBody?.content['application/json'] ?? Object.values(operation.requestBody?.content ?? {})[0]
