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

test('what is in a name stays a name', () => {
  expect(codeOf({ key: "it's" }, 'php')).toContain("getFeatureFlag('it\\'s', ")
  expect(codeOf({ key: 'a"b' }, 'go')).toContain('Key:        "a\\"b"')
})
