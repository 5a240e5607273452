import { Resolver } from 'node:dns/promises'

/** Texts of a name's TXT records: none where there is no such name or record; null where DNS does not say. */
export type LookUpTxt = (name: string) => Promise<string[] | null>

/** That there is nothing is an answer, too. */
const nothing = new Set(['ENOTFOUND', 'ENODATA'])

/**
 * Asks the name servers that the system has, and nobody else: a name in a request never becomes an address that is
 * connected to.
 * @param options.servers others, as `127.0.0.1:5353`
 * @param options.patienceMs after which DNS does not say; 5 s unless given
 */
export function createTxtLookUp(options: { servers?: string[]; patienceMs?: number } = {}): LookUpTxt {
  const { servers, patienceMs = 5_000 } = options
  return async (name) => {
    // One for each: what is cancelled is then this question alone.
    const resolver = new Resolver({ timeout: Math.ceil(patienceMs / 2), tries: 2 })
    if (servers) resolver.setServers(servers)
    const end = setTimeout(() => resolver.cancel(), patienceMs)
    try {
      // A long text comes in pieces.
      return (await resolver.resolveTxt(name)).map((pieces) => pieces.join(''))
    } catch (error) {
      return nothing.has((error as NodeJS.ErrnoException).code ?? '') ? [] : null
    } finally {
      clearTimeout(end)
    }
  }
}
