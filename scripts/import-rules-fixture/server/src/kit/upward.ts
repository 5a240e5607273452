import { tables } from '../hogql/tables.ts'
export const upward = tables
