/** The pattern of SQL's `LIKE` and `ILIKE` for a text that holds this one, whatever characters it is made of. */
export const containing = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`
