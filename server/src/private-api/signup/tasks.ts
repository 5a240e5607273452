import { z } from 'zod'
import type { MembershipStore } from '../../accounts/memberships.ts'
import type { AnyTask, Jobs } from '../../jobs/jobs.ts'
import type { Mailer } from '../../mail/mailer.ts'

/** Somebody has joined: the others are told. */
export const memberJoined = { name: 'member-joined', data: z.object({ membershipId: z.uuid() }) }

const tellMember = {
  name: 'tell-of-new-member',
  data: z.object({ membershipId: z.uuid(), userId: z.int() }),
}

/**
 * An e-mail to each of the others, a job each: what one address refuses keeps it from nobody else.
 * @param deps.siteUrl the public address, without a trailing slash
 */
export function memberJoinedTasks(deps: {
  members: Pick<MembershipStore, 'joined' | 'others'>
  jobs: Pick<Jobs, 'send'>
  mailer: Mailer
  siteUrl: string
}): AnyTask[] {
  const { members, jobs, mailer, siteUrl } = deps

  /** Null where they have left meanwhile, or nobody is to be told any more. */
  async function worthTelling(membershipId: string) {
    const found = await members.joined(membershipId)
    return found?.organization.isMemberJoinEmailEnabled ? found : null
  }
  return [
    {
      ...memberJoined,
      retries: 5,
      async run({ membershipId }: z.output<typeof memberJoined.data>) {
        if (!(await worthTelling(membershipId))) return
        for (const { user } of await members.others(membershipId)) {
          await jobs.send(tellMember, { membershipId, userId: user.id })
        }
      },
    },
    {
      ...tellMember,
      retries: 5,
      async run({ membershipId, userId }: z.output<typeof tellMember.data>) {
        const found = await worthTelling(membershipId)
        const [reader] = await members.others(membershipId, userId)
        if (!found || !reader) return
        const { user, organization } = found
        const name = user.firstName || user.email
        await mailer.send({
          to: reader.user.email,
          subject: `${name} joined ${organization.name} on Hedgerow`,
          text: [
            `Hello${reader.user.firstName && ` ${reader.user.firstName}`},`,
            `${user.firstName ? `${user.firstName} (${user.email})` : user.email} has joined ${organization.name} on the Hedgerow server at ${siteUrl}.`,
            `Who is a member:\n${siteUrl}/organization/settings#members`,
            `Admins turn these e-mails off there, under "E-mails".`,
          ].join('\n\n'),
        })
      },
    },
  ]
}
