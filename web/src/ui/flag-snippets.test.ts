import { expect, test } from 'vitest'
import { flagSnippets } from './flag-snippets.ts'

const codeOf = (flag: Parameters<typeof flagSnippets>[0], id: string) =>
  flagSnippets(flag, 'phc_key', 'https://hedgerow.example').find((one) => one.id === id)?.code

test('every SDK asks for the flag by its key, for the groups and the variant that it has', () => {
  const flag = { key: 'new-nav', variant: 'test', hasPayload: true, groupType: 'company' }
  for (const { id, code } of flagSnippets(flag, 'phc_key', 'https://hedgerow.example')) {
    expect(code, id).toContain('company')
    // curl asks for all flags at once
    if (id !== 'curl') expect([code.includes('new-nav'), /['"]test['"]/.test(code)], id).toEqual([true, true])
  }
  expect(codeOf({ key: 'a', groupType: 'company' }, 'ruby')).toContain("groups: { 'company' => 'acme' }")
})

test('apps on phones are told the server and the key too', () => {
  for (const id of ['ios', 'android', 'flutter', 'react-native']) {
    const code = codeOf({ key: 'new-nav', hasPayload: true }, id)
    expect(code, id).toContain('phc_key')
    expect(code, id).toContain('https://hedgerow.example')
    expect(code, id).toMatch(/payload/i)
  }
})

test('what is in a name stays a name', () => {
  expect(codeOf({ key: "it's" }, 'php')).toContain("getFeatureFlag('it\\'s', ")
  expect(codeOf({ key: 'a"b' }, 'go')).toContain('Key:        "a\\"b"')
  expect(codeOf({ key: 'a', variant: '$5 off' }, 'android')).toContain('== "\\$5 off"')
  expect(codeOf({ key: 'a', variant: '$5 off' }, 'flutter')).toContain('== "\\$5 off"')
  expect(codeOf({ key: 'a', variant: '$5 off' }, 'ios')).toContain('== "$5 off"')
})
