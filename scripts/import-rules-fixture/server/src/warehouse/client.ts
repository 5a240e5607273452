import { persons } from '../persons/store.ts'
export const query = persons
