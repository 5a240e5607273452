type SharedSearch = { whitelabel?: boolean; noHeader?: boolean; legend?: boolean }

/** How a shared page looks, as its address says: a bare name is a yes, `legend=0` a no. */
export function readSharedSearch(search: Record<string, unknown>): SharedSearch {
  const said = (name: string) => {
    const value = search[name]
    return value === undefined ? undefined : !['0', 'false'].includes(String(value))
  }
  const read = { whitelabel: said('whitelabel'), noHeader: said('noHeader'), legend: said('legend') }
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined))
}
