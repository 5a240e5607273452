export const trends = 1
