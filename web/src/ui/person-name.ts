import type { Properties } from '../api/types.ts'

const naming = ['email', 'Email', 'name', 'Name', 'username', 'Username']
/** The shape of ids that SDKs make up for visitors they don't know. */
const made = /^[0-9a-f]{6,}(-[0-9a-z]+){3,4}$/i

/** How a person is called where no name of the API is at hand: their e-mail or name, else the most telling id. */
export function personName(properties: Properties | undefined, distinctIds: string[]): string {
  for (const key of naming) {
    const value = properties?.[key]
    if (typeof value === 'string' && value) return value
  }
  const own = distinctIds.find((id) => !made.test(id))
  if (own) return own
  const id = distinctIds[0] ?? ''
  return id.length > 13 ? `Anonymous ${id.slice(0, 4)}…${id.slice(-4)}` : `Anonymous ${id}`
}
