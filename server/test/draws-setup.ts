import fc from 'fast-check'
import { drawSeed } from './draws.ts'

fc.configureGlobal({ seed: drawSeed })
