export {
  type Answer,
  createHedgerowClient,
  type HedgerowClient,
  type HedgerowClientOptions,
  type ItemOf,
  type ListPath,
  type PageOf,
} from './client.ts'
export { HedgerowApiError } from './errors.ts'
export type { components, operations, paths } from './schema.ts'
export { type Scope, scopes } from './scopes.ts'
