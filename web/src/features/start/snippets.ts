/** How to send a first event, with the project's own key and this server's own address filled in. */
export type Snippet = {
  id: string
  label: string
  parts: { title: string; code: string }[]
  /** What else must hold for it to arrive. */
  note?: string
}

export function snippets(key: string, host: string): Snippet[] {
  // phones and their emulators are other machines, and their systems refuse what is not encrypted
  const note = host.startsWith('http:')
    ? `Phones send nothing to ${host}: give this server an https:// address that they can reach, and open this page there.`
    : undefined
  return [
    {
      id: 'web',
      label: 'Web page',
      parts: [
        {
          title: 'Paste before </head> on every page',
          code: `<script
  async
  src="${host}/static/array.js"
  onload="
    posthog.init('${key}', {
      api_host: '${host}'
    })
  "
></script>`,
        },
        {
          title: 'Then, anywhere on the page',
          code: `<button onclick="posthog.capture('signed_up', { plan: 'free' })">Sign up</button>`,
        },
      ],
    },
    {
      id: 'npm',
      label: 'JavaScript (npm)',
      parts: [
        { title: 'Install', code: 'npm install posthog-js' },
        {
          title: 'Start it once, where your app starts',
          code: `import posthog from 'posthog-js'

posthog.init('${key}', { api_host: '${host}' })
posthog.capture('signed_up', { plan: 'free' })`,
        },
      ],
    },
    {
      id: 'react',
      label: 'React',
      parts: [
        { title: 'Install', code: 'npm install posthog-js' },
        {
          title: 'Around your app',
          code: `import posthog from 'posthog-js'
import { PostHogProvider } from 'posthog-js/react'

posthog.init('${key}', { api_host: '${host}' })

createRoot(document.getElementById('root')).render(
  <PostHogProvider client={posthog}>
    <App />
  </PostHogProvider>,
)`,
        },
        {
          title: 'In a component',
          code: `import { usePostHog } from 'posthog-js/react'

function SignUp() {
  const posthog = usePostHog()
  return <button onClick={() => posthog.capture('signed_up', { plan: 'free' })}>Sign up</button>
}`,
        },
      ],
    },
    {
      id: 'node',
      label: 'Node.js',
      parts: [
        { title: 'Install', code: 'npm install posthog-node' },
        {
          title: 'Send an event',
          code: `import { PostHog } from 'posthog-node'

const posthog = new PostHog('${key}', { host: '${host}' })
posthog.capture({ distinctId: 'ana@example.com', event: 'signed_up', properties: { plan: 'free' } })
await posthog.shutdown() // before the process ends: sends what is waiting`,
        },
      ],
    },
    {
      id: 'python',
      label: 'Python',
      parts: [
        { title: 'Install', code: 'pip install posthog' },
        {
          title: 'Send an event',
          code: `from posthog import Posthog

posthog = Posthog('${key}', host='${host}')
posthog.capture('signed_up', distinct_id='ana@example.com', properties={'plan': 'free'})
posthog.shutdown()  # before the process ends: sends what is waiting`,
        },
      ],
    },
    {
      id: 'go',
      label: 'Go',
      parts: [
        { title: 'Install', code: 'go get github.com/posthog/posthog-go' },
        {
          title: 'Send an event',
          code: `client, _ := posthog.NewWithConfig("${key}", posthog.Config{Endpoint: "${host}"})
defer client.Close() // sends what is waiting

client.Enqueue(posthog.Capture{
    DistinctId: "ana@example.com",
    Event:      "signed_up",
    Properties: posthog.NewProperties().Set("plan", "free"),
})`,
        },
      ],
    },
    {
      id: 'ruby',
      label: 'Ruby',
      parts: [
        { title: 'Install', code: 'gem install posthog-ruby' },
        {
          title: 'Send an event',
          code: `require 'posthog'

posthog = PostHog::Client.new(api_key: '${key}', host: '${host}')
posthog.capture(distinct_id: 'ana@example.com', event: 'signed_up', properties: { plan: 'free' })
posthog.shutdown # before the process ends: sends what is waiting`,
        },
      ],
    },
    {
      id: 'php',
      label: 'PHP',
      parts: [
        { title: 'Install', code: 'composer require posthog/posthog-php' },
        {
          title: 'Send an event',
          code: `PostHog\\PostHog::init('${key}', ['host' => '${host}']);
PostHog\\PostHog::capture([
    'distinctId' => 'ana@example.com',
    'event' => 'signed_up',
    'properties' => ['plan' => 'free'],
]);`,
        },
      ],
    },
    {
      id: 'ios',
      label: 'iOS (Swift)',
      note,
      parts: [
        {
          title: 'Add the package: in Xcode, or to Package.swift',
          code: `.package(url: "https://github.com/PostHog/posthog-ios.git", from: "4.0.0")`,
        },
        {
          title: 'Start it once, when your app starts',
          code: `import PostHog
import SwiftUI

@main
struct MyApp: App {
    init() {
        PostHogSDK.shared.setup(PostHogConfig(projectToken: "${key}", host: "${host}"))
    }

    var body: some Scene {
        WindowGroup { ContentView() }
    }
}`,
        },
        {
          title: 'Then, anywhere',
          code: `PostHogSDK.shared.capture("signed_up", properties: ["plan": "free"])`,
        },
      ],
    },
    {
      id: 'android',
      label: 'Android (Kotlin)',
      note,
      parts: [
        {
          title: 'Add it to build.gradle.kts of the app',
          code: `dependencies {
    implementation("com.posthog:posthog-android:3.+")
}`,
        },
        {
          title: 'Start it once, in your Application',
          code: `import android.app.Application
import com.posthog.android.PostHogAndroid
import com.posthog.android.PostHogAndroidConfig

class MyApp : Application() {
    override fun onCreate() {
        super.onCreate()
        PostHogAndroid.setup(this, PostHogAndroidConfig("${key}", "${host}"))
    }
}`,
        },
        {
          title: 'Name that class in AndroidManifest.xml',
          code: `<application android:name=".MyApp">`,
        },
        {
          title: 'Then, anywhere',
          code: `import com.posthog.PostHog

PostHog.capture("signed_up", properties = mapOf("plan" to "free"))`,
        },
      ],
    },
    {
      id: 'flutter',
      label: 'Flutter',
      note,
      parts: [
        { title: 'Install', code: 'flutter pub add posthog_flutter' },
        {
          title: 'Inside <application> of android/app/src/main/AndroidManifest.xml',
          code: `<meta-data android:name="com.posthog.posthog.AUTO_INIT" android:value="false" />`,
        },
        {
          title: 'Inside <dict> of ios/Runner/Info.plist',
          code: `<key>com.posthog.posthog.AUTO_INIT</key>
<false/>`,
        },
        {
          title: 'Start it once, in main.dart',
          code: `import 'package:flutter/material.dart';
import 'package:posthog_flutter/posthog_flutter.dart';

Future<void> main() async {
  WidgetsFlutterBinding.ensureInitialized();
  final config = PostHogConfig('${key}');
  config.host = '${host}';
  await Posthog().setup(config);
  runApp(const MyApp());
}`,
        },
        {
          title: 'Then, anywhere',
          code: `await Posthog().capture(eventName: 'signed_up', properties: {'plan': 'free'});`,
        },
      ],
    },
    {
      id: 'react-native',
      label: 'React Native',
      note,
      parts: [
        {
          title: 'Install, with Expo',
          code: 'npx expo install posthog-react-native expo-file-system expo-application expo-device expo-localization',
        },
        {
          title: 'Or without',
          code: `npm install posthog-react-native @react-native-async-storage/async-storage react-native-device-info react-native-localize
cd ios && pod install`,
        },
        {
          title: 'Around your app',
          code: `import { PostHogProvider } from 'posthog-react-native'

export default function App() {
  return (
    <PostHogProvider projectToken="${key}" options={{ host: '${host}' }}>
      <Main />
    </PostHogProvider>
  )
}`,
        },
        {
          title: 'In a component',
          code: `import { usePostHog } from 'posthog-react-native'

function SignUp() {
  const posthog = usePostHog()
  return <Button title="Sign up" onPress={() => posthog.capture('signed_up', { plan: 'free' })} />
}`,
        },
      ],
    },
    {
      id: 'curl',
      label: 'HTTP (curl)',
      parts: [
        {
          title: 'Send an event',
          code: `curl ${host}/i/v0/e/ -H 'Content-Type: application/json' -d '{
  "api_key": "${key}",
  "event": "signed_up",
  "distinct_id": "ana@example.com",
  "properties": { "plan": "free" }
}'`,
        },
      ],
    },
  ]
}
