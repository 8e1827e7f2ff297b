// fast-check with one seed: the same cases every time, so that a run says what changed in the code. AUTOGEN_SEED gives others.
import * as fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env.AUTOGEN_SEED ?? 20_261_120) })

export { fc }
