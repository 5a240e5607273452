import { config } from '../../server/src/config.ts'
export const copied = config
