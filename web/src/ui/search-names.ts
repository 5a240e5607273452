/**
 * Names that contain the text, best first: exact, then those that start with it, then those with a word that
 * starts with it, then the rest; among equals the given order stays.
 */
export function searchNames(names: string[], text: string): string[] {
  const wanted = text.toLowerCase()
  if (!wanted) return names
  const rank = (name: string): number => {
    const own = name.toLowerCase()
    if (own === wanted) return 0
    if (own.startsWith(wanted) || own.startsWith(`$${wanted}`)) return 1
    const at = own.indexOf(wanted)
    if (at < 0) return -1
    return /[^a-z0-9]/.test(own[at - 1] ?? '') ? 2 : 3
  }
  return names
    .map((name, order) => ({ name, order, rank: rank(name) }))
    .filter((each) => each.rank >= 0)
    .sort((a, b) => a.rank - b.rank || a.order - b.order)
    .map((each) => each.name)
}
