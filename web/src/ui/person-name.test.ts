import { expect, test } from 'vitest'
import { personName } from './person-name.ts'

const made = '018f3a2b-9c7d-7e11-a1b2-c3d4e5f60718'

test.each([
  [{ email: 'ana@acme.dev', name: 'Ana' }, [made], 'ana@acme.dev'],
  [{ name: 'Ana' }, [made], 'Ana'],
  [{}, [made, 'ana'], 'ana'],
  [{}, [made], 'Anonymous 018f…0718'],
  [undefined, ['42'], '42'],
  [{ email: 7 }, [made, 'x'], 'x'],
])('%o with ids %o is called %s', (properties, ids, name) => {
  expect(personName(properties, ids)).toBe(name)
})
