import { app } from '../http/app.ts'
import { trends } from '../insights/trends.ts'
export const consume = [app, trends]
