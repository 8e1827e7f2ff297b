// The built package, as its users have it.
import { join } from 'node:path'

/** The folder tsc writes to; AUTOGEN_DIST names another build. */
export const dist = process.env.AUTOGEN_DIST ?? join(__dirname, '../../dist')
