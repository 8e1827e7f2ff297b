import type { Dialect } from './dialect'
import { postgres } from './postgres'
import { sqlite } from './sqlite'

/** The dialects there are; a new one is its folder and a line here. */
export const dialects: readonly Dialect[] = [postgres, sqlite]
