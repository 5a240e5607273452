import { persons } from '../persons/page.ts'
export const page = persons
