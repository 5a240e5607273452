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
  // in these languages a dollar begins what is put in
  const plain = (text: string) => JSON.stringify(text).replaceAll('$', '\\$')
  const plainOf = (text: string | undefined) => (text === undefined ? null : plain(text))
  const [plainKey, plainVariant, plainType] = [plain(flag.key), plainOf(flag.variant), plainOf(groupType)]
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
      id: 'ios',
      label: 'iOS (Swift)',
      code: lines(
        'import PostHog',
        '',
        '// once, when the app starts',
        `PostHogSDK.shared.setup(PostHogConfig(projectToken: "${token}", host: "${host}"))`,
        '',
        groupType !== undefined && `PostHogSDK.shared.group(type: ${JSON.stringify(groupType)}, key: "acme")`,
        variant
          ? `if PostHogSDK.shared.getFeatureFlag(${key}) as? String == ${variant} {`
          : `if PostHogSDK.shared.isFeatureEnabled(${key}) {`,
        '    // what is new',
        '} else {',
        '    // what was there before',
        '}',
        hasPayload && `let payload = PostHogSDK.shared.getFeatureFlagResult(${key})?.payload`,
      ),
    },
    {
      id: 'android',
      label: 'Android (Kotlin)',
      code: lines(
        'import com.posthog.PostHog',
        'import com.posthog.android.PostHogAndroid',
        'import com.posthog.android.PostHogAndroidConfig',
        '',
        '// once, in onCreate of your Application',
        `PostHogAndroid.setup(this, PostHogAndroidConfig("${token}", "${host}"))`,
        '',
        plainType && `PostHog.group(type = ${plainType}, key = "acme")`,
        plainVariant
          ? `if (PostHog.getFeatureFlag(${plainKey}) == ${plainVariant}) {`
          : `if (PostHog.isFeatureEnabled(${plainKey})) {`,
        '    // what is new',
        '} else {',
        '    // what was there before',
        '}',
        hasPayload && `val payload = PostHog.getFeatureFlagResult(${plainKey})?.payload`,
      ),
    },
    {
      id: 'flutter',
      label: 'Flutter',
      code: lines(
        "import 'package:posthog_flutter/posthog_flutter.dart';",
        '',
        '// once, before runApp',
        `await Posthog().setup(PostHogConfig('${token}')..host = '${host}');`,
        '',
        plainType && `await Posthog().group(groupType: ${plainType}, groupKey: "acme");`,
        plainVariant
          ? `if (await Posthog().getFeatureFlag(${plainKey}) == ${plainVariant}) {`
          : `if (await Posthog().isFeatureEnabled(${plainKey})) {`,
        '  // what is new',
        '} else {',
        '  // what was there before',
        '}',
        hasPayload && `final payload = (await Posthog().getFeatureFlagResult(${plainKey}))?.payload;`,
      ),
    },
    {
      id: 'react-native',
      label: 'React Native',
      code: lines(
        `import { PostHogProvider, ${hasPayload ? 'useFeatureFlagWithPayload' : 'useFeatureFlag'} } from 'posthog-react-native'`,
        '',
        '// around the app:',
        `// <PostHogProvider projectToken="${token}" options={{ host: '${host}' }}>`,
        '',
        group && `// once it is known: posthog.group(${group.replace(': ', ', ')})`,
        'function Feature() {',
        hasPayload
          ? `  const [value, payload] = useFeatureFlagWithPayload(${key})`
          : `  const value = useFeatureFlag(${key})`,
        variant ? `  return value === ${variant} ? <New /> : <Old />` : '  return value ? <New /> : <Old />',
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
