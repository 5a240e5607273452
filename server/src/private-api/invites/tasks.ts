import { z } from 'zod'
import { expiryOf, type InviteStore, isExpired } from '../../accounts/invites.ts'
import type { Task } from '../../jobs/jobs.ts'
import type { Mailer } from '../../mail/mailer.ts'

/** An invite's link goes to the address that it is for. */
export const sendInvite = { name: 'send-invite', data: z.object({ inviteId: z.uuid() }) }

/** @param deps.siteUrl the public address, without a trailing slash */
export function sendInviteTask(deps: {
  invites: Pick<InviteStore, 'find'>
  mailer: Mailer
  siteUrl: string
}): Task<z.output<typeof sendInvite.data>> {
  const { invites, mailer, siteUrl } = deps
  return {
    ...sendInvite,
    retries: 5,
    async run({ inviteId }) {
      const found = await invites.find(inviteId)
      // It was withdrawn, or has waited for too long.
      if (!found || isExpired(found.invite, new Date())) return
      const { invite, creator, organization } = found
      const who = creator ? `${creator.firstName || creator.email} (${creator.email})` : 'A member'
      const until = expiryOf(invite).toISOString().slice(0, 16).replace('T', ' ')
      await mailer.send({
        to: invite.targetEmail,
        subject: `${creator?.firstName || 'A member'} invited you to ${organization.name} on Hedgerow`,
        text: [
          `Hello${invite.firstName && ` ${invite.firstName}`},`,
          `${who} invited you to join ${organization.name} on the Hedgerow server at ${siteUrl}.`,
          ...(invite.message ? [`They say:\n\n${invite.message.replace(/^/gm, '> ')}`] : []),
          `Join here:\n${siteUrl}/signup/${invite.id}`,
          `The link works until ${until} UTC, for ${invite.targetEmail} only. If you know nothing of this, you need not do anything.`,
        ].join('\n\n'),
      })
    },
  }
}
