import { app } from '../http/app.ts'
export const fill = app
