import { looksAnonymous, type StoredPerson } from '../../persons/read-persons.ts'

const usual = ['email', 'Email', 'name', 'Name', 'username', 'Username', 'UserName']

/**
 * What a person is called: the first property of the list that says something (the project's own list, or the usual
 * ones), else a distinct id that no SDK made up, else the integer id.
 */
export function displayName(
  person: Pick<StoredPerson, 'id' | 'properties' | 'distinctIds'>,
  preferred: unknown,
): string {
  const names = Array.isArray(preferred) && preferred.length > 0 ? preferred.map(String) : usual
  for (const name of names) {
    const value = Object.hasOwn(person.properties, name) ? person.properties[name] : undefined
    if (value !== null && value !== undefined && value !== '') {
      return typeof value === 'string' ? value : JSON.stringify(value)
    }
  }
  return person.distinctIds.find((id) => !looksAnonymous(id)) ?? String(person.id)
}
