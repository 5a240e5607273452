/** Which SDK the snippets are for. */
export const readStartSearch = (search: Record<string, unknown>): { sdk?: string } =>
  typeof search.sdk === 'string' && search.sdk ? { sdk: search.sdk } : {}
