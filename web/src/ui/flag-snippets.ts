/** What of a flag decides how code asks for it. */
export type AskedFlag = {
  key: string
  /** One of its variants, of a flag that has any. */
  variant?: string
  hasPayload?: boolean
  /** The type of groups that it is decided for, where it is not for people. */
  groupType?: string
}

/** How code asks for a flag, with the project's key and this server's address filled in. */
export function flagSnippets(flag: AskedFlag, token: string, host: string) {
  const { groupType, hasPayload = false } = flag
  const key = JSON.stringify(flag.key)
  const who = '"ana@example.com"'
  const variant = flag.variant === undefined ? null : JSON.stringify(flag.variant)
  const group = groupType === undefined ? null : `${JSON.stringify(groupType)}: "acme"`
  const single = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`
  const own = single(flag.key)
  const ownVariant = flag.variant === undefined ? null : single(flag.variant)
  const ownType = groupType === undefined ? null : single(groupType)
  const lines = (...all: (string | false | null)[]) =>
    all.filter((line) => typeof line === 'string').join('\n')
  return [
    {
      id: 'web',
      label: 'posthog-js',
      code: lines(
        group && `posthog.group(${group.replace(': ', ', ')})`,
        variant
          ? `if (posthog.getFeatureFlag(${key}) === ${variant}) {`
          : `if (posthog.isFeatureEnabled(${key})) {`,
        '  // what is new',
        '} else {',
        '  // what was there before',
        '}',
        hasPayload && `const payload = posthog.getFeatureFlagPayload(${key})`,
      ),
    },
    {
      id: 'react',
      label: 'React',
      code: lines(
        `import { ${variant ? 'useFeatureFlagVariantKey' : 'useFeatureFlagEnabled'}${hasPayload ? ', useFeatureFlagPayload' : ''} } from 'posthog-js/react'`,
        '',
        group && `// once it is known: posthog.group(${group.replace(': ', ', ')})`,
        'function Feature() {',
        variant
          ? `  const isNew = useFeatureFlagVariantKey(${key}) === ${variant}`
          : `  const isNew = useFeatureFlagEnabled(${key})`,
        hasPayload && `  const payload = useFeatureFlagPayload(${key})`,
        '  return isNew ? <New /> : <Old />',
        '}',
      ),
    },
    {
      id: 'node',
      label: 'Node.js',
      code: lines(
        "import { PostHog } from 'posthog-node'",
        '',
        `const posthog = new PostHog('${token}', { host: '${host}' })`,
        `const value = await posthog.getFeatureFlag(${key}, ${who}${group ? `, { groups: { ${group} } }` : ''})`,
        variant ? `if (value === ${variant}) {` : 'if (value) {',
        '  // what is new',
        '}',
        hasPayload && `const payload = await posthog.getFeatureFlagPayload(${key}, ${who}, value)`,
      ),
    },
    {
      id: 'python',
      label: 'Python',
      code: lines(
        'from posthog import Posthog',
        '',
        `posthog = Posthog('${token}', host='${host}')`,
        `value = posthog.get_feature_flag(${key}, ${who}${group ? `, groups={${group}}` : ''})`,
        variant ? `if value == ${variant}:` : 'if value:',
        '    ...  # what is new',
        hasPayload && `payload = posthog.get_feature_flag_payload(${key}, ${who})`,
      ),
    },
    {
      id: 'go',
      label: 'Go',
      code: lines(
        `client, _ := posthog.NewWithConfig("${token}", posthog.Config{Endpoint: "${host}"})`,
        'defer client.Close()',
        '',
        'value, err := client.GetFeatureFlag(posthog.FeatureFlagPayload{',
        `    Key:        ${key},`,
        `    DistinctId: ${who},`,
        group && `    Groups:     posthog.NewGroups().Set(${group.replace(': ', ', ')}),`,
        '})',
        variant ? `if err == nil && value == ${variant} {` : 'if err == nil && value == true {',
        '    // what is new',
        '}',
      ),
    },
    {
      id: 'ruby',
      label: 'Ruby',
      code: lines(
        "require 'posthog'",
        '',
        `posthog = PostHog::Client.new(api_key: '${token}', host: '${host}')`,
        `value = posthog.get_feature_flag(${own}, 'ana@example.com'${ownType ? `, groups: { ${ownType} => 'acme' }` : ''})`,
        ownVariant ? `if value == ${ownVariant}` : 'if value',
        '  # what is new',
        'end',
        hasPayload && `payload = posthog.get_feature_flag_payload(${own}, 'ana@example.com')`,
      ),
    },
    {
      id: 'php',
      label: 'PHP',
      code: lines(
        `PostHog\\PostHog::init('${token}', ['host' => '${host}']);`,
        `$value = PostHog\\PostHog::getFeatureFlag(${own}, 'ana@example.com'${ownType ? `, [${ownType} => 'acme']` : ''});`,
        ownVariant ? `if ($value === ${ownVariant}) {` : 'if ($value) {',
        '    // what is new',
        '}',
      ),
    },
    {
      id: 'curl',
      label: 'curl',
      code: lines(
        `curl "${host}/flags/?v=2" -H 'Content-Type: application/json' -d '{`,
        `  "token": "${token}",`,
        `  "distinct_id": ${who}${group ? ',' : ''}`,
        group && `  "groups": { ${group} }`,
        "}'",
      ),
    },
  ]
}
