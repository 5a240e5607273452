import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import type { Database, Queries } from '../database/database.ts'
import { organizationInvites, organizationMemberships, organizations, users } from '../database/schema.ts'
import { invalid, notFound } from '../model/errors.ts'
import { levels } from './levels.ts'
import { insertMember, type Member } from './memberships.ts'
import { checkPassword, hashPassword } from './passwords.ts'
import { insertUser, type PublicUser, publicUser, type User, withEmail } from './users.ts'

export const inviteDays = 3
const day = 86_400_000

export type Invite = typeof organizationInvites.$inferSelect
export type InviteRow = { invite: Invite; creator: PublicUser | null }
/** An invite with what its link shows. */
export type OpenInvite = InviteRow & { organization: typeof organizations.$inferSelect }

export type NewInvite = { targetEmail: string; firstName?: string; message?: string | null }

/** Until when an invite's link may be used. */
export const expiryOf = ({ createdAt }: Pick<Invite, 'createdAt'>): Date =>
  new Date(Date.parse(createdAt) + inviteDays * day)

export const isExpired = (invite: Pick<Invite, 'createdAt'>, now: Date): boolean => now >= expiryOf(invite)

const lower = (text: string) => text.toLowerCase()

/** Invitations to organizations. Who has an invite's id may use it, so it is shown to the organization's members only. */
export function createInviteStore(database: Database) {
  const { db } = database

  /** The invite that a link leads to. */
  const open = async (tx: Queries, id: string): Promise<OpenInvite | undefined> => {
    const [found] = await tx
      .select({ invite: organizationInvites, creator: publicUser(users), organization: organizations })
      .from(organizationInvites)
      .innerJoin(organizations, eq(organizations.id, organizationInvites.organizationId))
      .leftJoin(users, eq(users.id, organizationInvites.createdBy))
      .where(eq(organizationInvites.id, id))
    return found
  }

  /** @throws HedgerowError `invalid` when there is none, it is over, or (with a user) it is not for them. */
  const usable = async (tx: Queries, id: string, now: Date, user?: User): Promise<OpenInvite> => {
    const found = await open(tx, id)
    if (!found) throw invalid('The provided invite ID is not valid.')
    if (user && lower(user.email) !== lower(found.invite.targetEmail)) {
      throw invalid('This invite is intended for another email address.', { code: 'invalid_recipient' })
    }
    if (isExpired(found.invite, now)) {
      throw invalid('This invite has expired. Ask for a new one.', { code: 'expired' })
    }
    if (user && (await areMembers(tx, found.invite.organizationId, [user.email]))) {
      throw invalid('You already are a member of this organization.', { code: 'user_already_member' })
    }
    return found
  }

  /** Makes the user a member; the link, and others to the same address, are used up. */
  const join = async (tx: Queries, { invite }: OpenInvite, user: User): Promise<Member> => {
    const gone = await tx
      .delete(organizationInvites)
      .where(
        and(
          eq(organizationInvites.organizationId, invite.organizationId),
          eq(sql`lower(${organizationInvites.targetEmail})`, lower(invite.targetEmail)),
        ),
      )
      .returning({ id: organizationInvites.id })
    // Somebody else has used it just now.
    if (!gone.some(({ id }) => id === invite.id)) throw invalid('The provided invite ID is not valid.')
    return insertMember(tx, invite.organizationId, user.id, levels.member)
  }

  return {
    /** Of an organization, newest first, those that have expired too. */
    async list(organizationId: string, page: { limit: number; offset: number }) {
      const where = eq(organizationInvites.organizationId, organizationId)
      const results: InviteRow[] = await db
        .select({ invite: organizationInvites, creator: publicUser(users) })
        .from(organizationInvites)
        .leftJoin(users, eq(users.id, organizationInvites.createdBy))
        .where(where)
        .orderBy(desc(organizationInvites.createdAt), organizationInvites.id)
        .limit(page.limit)
        .offset(page.offset)
      return { count: await db.$count(organizationInvites, where), results }
    },

    /**
     * All of them or none, in their order.
     * @param isMailed whether an e-mail goes out with each
     * @throws HedgerowError `invalid` when one is for a member.
     */
    create: (organizationId: string, by: User, given: NewInvite[], isMailed: boolean): Promise<InviteRow[]> =>
      database.transaction(async (tx) => {
        const addresses = given.map(({ targetEmail }) => targetEmail)
        if (await areMembers(tx, organizationId, addresses)) {
          throw invalid('A user with this email address already belongs to the organization.')
        }
        const made = await tx
          .insert(organizationInvites)
          .values(
            given.map((one) => ({
              ...one,
              organizationId,
              createdBy: by.id,
              emailingAttemptMade: isMailed,
            })),
          )
          .returning()
        return made.map((invite) => ({ invite, creator: by }))
      }),

    /** @throws HedgerowError not found. */
    async remove(organizationId: string, id: string): Promise<Invite> {
      const [gone] = await db
        .delete(organizationInvites)
        .where(and(eq(organizationInvites.organizationId, organizationId), eq(organizationInvites.id, id)))
        .returning()
      if (!gone) throw notFound()
      return gone
    },

    /** Undefined when it was used or withdrawn. */
    find: (id: string): Promise<OpenInvite | undefined> => open(db, id),

    /** @throws HedgerowError `invalid`, with a code for each reason, when it can't be used (by this user). */
    usable: (id: string, now: Date, user?: User): Promise<OpenInvite> => usable(db, id, now, user),

    /** Somebody who has an account joins. @throws HedgerowError as `usable`. */
    accept: (id: string, user: User, now: Date): Promise<Member> =>
      database.transaction(async (tx) => join(tx, await usable(tx, id, now, user), user)),

    /**
     * Somebody new makes an account with the address that was invited, and joins.
     * @throws HedgerowError as `usable`; for a weak password; `existing_email_address` who has an account.
     */
    async signUp(
      id: string,
      person: { firstName: string; password: string; settings?: Record<string, unknown> },
      now: Date,
    ): Promise<Member> {
      const { invite } = await usable(db, id, now)
      const email = invite.targetEmail
      const [account] = await db.select({ id: users.id }).from(users).where(withEmail(email))
      if (account) {
        throw invalid('There is already an account with this email address. Sign in to join.', {
          code: 'existing_email_address',
        })
      }
      checkPassword(person.password, { email, firstName: person.firstName })
      const passwordHash = await hashPassword(person.password)
      return database.transaction(async (tx) => {
        const opened = await usable(tx, id, now)
        const { firstName, settings } = person
        return join(tx, opened, await insertUser(tx, { email, firstName, passwordHash, settings }))
      })
    },
  }
}

export type InviteStore = ReturnType<typeof createInviteStore>

/** Whether anybody with one of these addresses is a member. */
async function areMembers(tx: Queries, organizationId: string, addresses: string[]): Promise<boolean> {
  const found = await tx
    .select({ id: users.id })
    .from(users)
    .innerJoin(organizationMemberships, eq(organizationMemberships.userId, users.id))
    .where(
      and(
        eq(organizationMemberships.organizationId, organizationId),
        inArray(sql`lower(${users.email})`, addresses.map(lower)),
      ),
    )
    .limit(1)
  return found.length > 0
}
