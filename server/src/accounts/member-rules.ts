import { forbidden, invalid } from '../model/errors.ts'
import { levels } from './levels.ts'

/** Who acts, or is acted upon. */
type Who = { userId: number; level: number }

/**
 * Whether somebody may give a member another level. An owner who makes somebody else owner is an admin afterwards:
 * there is exactly one.
 * @throws HedgerowError 403 with PostHog's text for each reason.
 */
export function checkLevelChange(by: Who, member: Who, level: number): void {
  if (by.userId === member.userId) throw forbidden("You can't change your own access level.")
  checkMayEdit(by, member)
  if (level === levels.owner && by.level < levels.owner)
    throw forbidden("You can only pass on organization ownership if you're its owner.")
  if (level > by.level)
    throw forbidden('You can only change access level of others to lower or equal to your current one.')
}

/**
 * Whether somebody may take a member out of the organization, or leave it.
 * @throws HedgerowError 403; 400 for its owner, without whom nobody could pass it on.
 */
export function checkRemoval(by: Who, member: Who): void {
  if (by.userId !== member.userId) checkMayEdit(by, member)
  else if (member.level === levels.owner) throw invalid('Cannot leave the organization as its owner!')
}

function checkMayEdit(by: Who, member: Who): void {
  if (by.level < levels.admin) throw forbidden('You can only edit others if you are an admin.')
  if (member.level > by.level) throw forbidden('You can only edit others with level lower or equal to you.')
}
