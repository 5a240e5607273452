import { config } from '../../../server/src/config.ts'
export const client = config
