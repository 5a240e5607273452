import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import type { Config } from '../config.ts'
import { holderOf } from '../kit/data-dir-lock.ts'
import { askLocalControl, localControlPath } from '../local-control.ts'
import { demoAnswer, startAnswer, type startInput } from './demo-verbs.ts'
import { createProgressBar } from './progress-bar.ts'

const pollMs = 300

/**
 * Makes a demo project by way of the running server, or of one that is started for it, and shows how far it is. Ctrl-C
 * stops that, and what there is of it is deleted. Answers the exit code.
 */
export async function makeDemo(config: Config, asked: z.input<typeof startInput>): Promise<number> {
  const isRunning = (await holderOf(config.dataDir)) !== null
  const server = isRunning ? null : await startOwn(config)
  try {
    return await follow(localControlPath(config.dataDir), asked, isRunning)
  } finally {
    await server?.close()
  }
}

/** A server that nobody need find: it ends with the command. */
async function startOwn(config: Config) {
  console.log('No server runs here: starting one for as long as this takes …')
  const { startServer } = await import('../compose.ts')
  return startServer({ ...config, port: 0, host: '127.0.0.1', logLevel: 'error' })
}

async function follow(path: string, asked: z.input<typeof startInput>, isRunning: boolean): Promise<number> {
  const started = startAnswer.parse(await askLocalControl(path, 'demo-start', asked))
  const { organization, url, isOld, account } = started
  let { demo: now } = started
  const one = { organization, id: now.id }
  const where = () =>
    isRunning
      ? `${url}/project/${now.project}/dashboard`
      : `/project/${now.project}/dashboard, once "npm start" runs`
  if (account) console.log(`Made an account: ${account.email}, password ${account.password}`)
  if (isOld && now.state === 'done') {
    console.log(`There is a demo project already: ${where()}. "--another" makes one more.`)
    return 0
  }
  console.log(
    isOld
      ? 'A demo project is being made already. Ctrl-C stops that.'
      : `Making “${now.name}”: ${now.people.toLocaleString('en')} people, some ${(now.people * 50).toLocaleString('en')} events. Ctrl-C stops that, and leaves nothing behind.`,
  )
  const bar = createProgressBar(process.stderr)
  const stop = () => {
    bar.say('stopping')
    // what can't be stopped any more is told by its state
    askLocalControl(path, 'demo-stop', one).catch(() => undefined)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  const begun = Date.now()
  try {
    while (now.state === 'waiting' || now.state === 'running' || now.state === 'stopping') {
      bar.show(now.progress, `${now.events.toLocaleString('en')} events`)
      await sleep(pollMs)
      now = demoAnswer.parse(await askLocalControl(path, 'demo-state', one)).demo
    }
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
    bar.end()
  }
  const seconds = Math.round((Date.now() - begun) / 1000)
  if (now.state === 'done') {
    console.log(`Done: ${now.events.toLocaleString('en')} events in ${seconds} s. ${where()}`)
    return 0
  }
  if (now.state === 'stopped') {
    console.log('Stopped. Nothing is left of it.')
    return 130
  }
  console.error(`It failed: ${now.error}`)
  return 1
}
