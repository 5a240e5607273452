import { cohorts } from '../cohorts/store.ts'
import { config } from '../../config.ts'
import { help } from './rules.suite.ts'
export const routes = [cohorts, config, help]
