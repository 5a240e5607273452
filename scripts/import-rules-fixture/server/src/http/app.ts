import { routes } from '../private-api/actions/routes.ts'
export const app = routes
