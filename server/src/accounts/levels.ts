/** Membership levels, PostHog's numbers. An organization has exactly one owner. */
export const levels = { member: 1, admin: 8, owner: 15 } as const
export type Level = (typeof levels)[keyof typeof levels]
