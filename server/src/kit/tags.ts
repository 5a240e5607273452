/** Tags as they are kept: trimmed, in lower case, none empty, each once, sorted. */
export const tidyTags = (tags: string[]): string[] =>
  [...new Set(tags.map((tag) => tag.trim().toLowerCase()).filter(Boolean))].sort()
