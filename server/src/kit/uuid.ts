const hyphened = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const loose = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i

/** `0190c2f0-5a44-7cc0-9d6e-0123456789ab`, of any version, in either case: what the database takes for one. */
export const isUuid = (text: string): boolean => hyphened.test(text)

/** The same, also without hyphens, as people and some clients write it. */
export const isLooseUuid = (text: string): boolean => loose.test(text)
