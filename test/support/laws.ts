// fast-check with one seed: the same cases every time, so that a run says what changed in the code. AUTOGEN_SEED gives others.
import * as fc from 'fast-check'

export const seed = Number(process.env.AUTOGEN_SEED ?? 20_261_120)

fc.configureGlobal({ seed })

export { fc }

/** How often a law is tried on a real database: AUTOGEN_SOAK raises the number, AUTOGEN_SHRINK looks for the smallest case. */
export function tries(runs: number): fc.Parameters<unknown> {
  const numRuns = Number(process.env.AUTOGEN_SOAK ?? runs)
  return { numRuns, endOnFailure: process.env.AUTOGEN_SHRINK === undefined }
}
