import { query } from '../warehouse/client.ts'
export const tables = query
