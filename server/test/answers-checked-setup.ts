import { afterAll } from 'vitest'
import { tellChecked } from './answers-checked.ts'

afterAll(tellChecked)
