import { expect, test } from 'vitest'
import { snippets } from './snippets.ts'

test('every SDK is told this server and the key of the project', () => {
  const all = snippets('phc_key', 'https://hedgerow.example')
  expect(all.map(({ label }) => label)).toEqual(
    expect.arrayContaining(['iOS (Swift)', 'Android (Kotlin)', 'Flutter', 'React Native']),
  )
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  for (const { id, parts } of all) {
    const code = parts.map((part) => part.code).join('\n')
    expect([code.includes('phc_key'), code.includes('https://hedgerow.example')], id).toEqual([true, true])
    expect(code, id).toContain('signed_up')
  }
})

test('who writes for phones is told that they send nothing unencrypted', () => {
  const withNote = (host: string) => snippets('phc_key', host).flatMap(({ id, note }) => (note ? [id] : []))
  expect(withNote('http://localhost:8000')).toEqual(['ios', 'android', 'flutter', 'react-native'])
  expect(withNote('https://hedgerow.example')).toEqual([])
})
