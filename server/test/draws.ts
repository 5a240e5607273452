/**
 * Property-based tests draw the same cases in every run, so that a run that passed here passes there, and a failure is
 * a change's own. `DRAW_SEED=…` draws others: `npm run fuzz:properties` does so again and again.
 */
export const drawSeed = Number(process.env.DRAW_SEED ?? 20_230_201)

/** Of a property that has a seed of its own: that one, unless others are asked for. */
export const seedFor = (own: number): number => (process.env.DRAW_SEED === undefined ? own : drawSeed)
