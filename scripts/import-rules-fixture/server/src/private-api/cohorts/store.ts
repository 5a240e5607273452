export const cohorts = 1
