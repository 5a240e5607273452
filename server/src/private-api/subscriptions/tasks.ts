import { z } from 'zod'
import { type Deliveries, type Delivery, Hopeless, sendDue } from '../../deliveries/deliveries.ts'
import type { ActingFor } from '../../http/acting-for.ts'
import type { AskAs } from '../../http/ask-as.ts'
import type { Task } from '../../jobs/jobs.ts'
import { isObject } from '../../kit/is-object.ts'
import type { Mailer } from '../../mail/mailer.ts'
import { HedgerowError } from '../../model/errors.ts'
import type { Outgoing } from '../../outgoing/outgoing.ts'
import { signedHeaders } from '../../outgoing/signature.ts'
import { figuresOf, htmlOf, textOf } from './message.ts'
import { summaryOf } from './schedule.ts'
import { type Message, type SubscriptionStore, scheduleOf, unsubscribeToken } from './store.ts'

type Deps = {
  subscriptions: SubscriptionStore
  deliveries: Deliveries
  actingFor: ActingFor
  askAs: AskAs
  outgoing: Pick<Outgoing, 'post'>
  /** Null where the server sends no e-mails. */
  mailer: Mailer | null
  /** Where links lead; null where that is not known. */
  siteUrl: string | null
}

/** What is due is sent, within a minute. */
export const sendSubscriptions = { name: 'send-subscriptions', data: z.object({}) }

/** What is done with subscriptions in the background. */
export function subscriptionTask(deps: Deps): Task {
  const { subscriptions, deliveries, actingFor, askAs, outgoing, mailer } = deps

  async function send(delivery: Delivery): Promise<void> {
    const id = Number(delivery.ownerId)
    try {
      await sendOne(id, delivery)
      await subscriptions.noteFailure(id, null)
    } catch (error) {
      const told = error instanceof HedgerowError || error instanceof Hopeless
      await subscriptions.noteFailure(
        id,
        told ? error.message : `It could not be sent: ${(error as Error).message}`,
      )
      // What is wrong with it stays wrong; a store or a target that is away comes back.
      if (error instanceof HedgerowError && error.kind !== 'unavailable') throw new Hopeless(error.message)
      throw error
    }
  }

  async function sendOne(id: number, delivery: Delivery): Promise<void> {
    const found = await subscriptions.toSend(id)
    if (!found) throw new Hopeless('What it is of is gone.')
    const { subscription, project, insight, dashboard } = found
    const { recipient, invite } = delivery.payload as Message
    if (subscription.createdBy === null) throw new Hopeless('Who made it is gone: make it anew.')
    const acting = { caller: await actingFor(subscription.createdBy, null), projectId: project.id }
    const path = insight ? `insights/${insight.id}/` : `dashboards/${dashboard!.id}/`
    const asked = `/api/projects/${project.id}/${path}?refresh=blocking`
    const { status, body } = await askAs(acting, { method: 'GET', path: asked })
    if (status !== 200) {
      const detail = isObject(body) ? String(body.detail) : `The figures were answered with ${status}.`
      throw status < 500 && status !== 429 ? new Hopeless(detail) : new Error(detail)
    }
    const site = deps.siteUrl ?? ''
    const name = insight ? insight.name || insight.derivedName : dashboard!.name
    const title = subscription.title || name || 'Untitled'
    const summary = summaryOf(scheduleOf(subscription))
    const link = `${site}/project/${project.id}/${insight ? `insights/${insight.shortId}` : `dashboard/${dashboard!.id}`}`
    const figures = figuresOf(body)
    if (subscription.targetType === 'email') {
      if (!mailer) throw new Hopeless('This server sends no e-mails (SMTP_URL).')
      const unsubscribe = `${site}/api/unsubscribe/?token=${unsubscribeToken(subscription, recipient)}`
      const shown = { title, summary, invite, figures, link, unsubscribe }
      return mailer.send({
        to: recipient,
        subject: title,
        text: textOf(shown),
        html: htmlOf(shown),
        unsubscribe,
        id: delivery.id,
      })
    }
    const message = {
      subscription: { id, title, summary, team: project.id },
      resource: { type: insight ? 'insight' : 'dashboard', id: (insight ?? dashboard)!.id, name, link },
      tables: figures.map(({ isCut: cut, ...table }) => ({ ...table, cut })),
    }
    const text = JSON.stringify(message)
    const answer = await outgoing.post(recipient, {
      body: text,
      headers: signedHeaders(subscription.secret, text, delivery.id),
    })
    if (answer.status < 200 || answer.status > 299) throw new Error(`It answered ${answer.status}.`)
  }

  return {
    ...sendSubscriptions,
    everyMs: 60_000,
    async run(_, signal) {
      await subscriptions.writeDue()
      await sendDue({ deliveries, kind: 'subscription', send, signal })
    },
  }
}
