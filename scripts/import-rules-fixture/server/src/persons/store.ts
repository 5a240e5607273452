import { consume } from '../pipeline/consumer.ts'
export const persons = consume
