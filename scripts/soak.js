// Takes random entities to others and back, on both majors of TypeORM at once: `node scripts/soak.js [how much] [through the bin]`.
// How much is a number of pairs, or minutes as in 10m; AUTOGEN_SOAK and AUTOGEN_SEED say the same from outside.
'use strict'

const { spawnSync } = require('node:child_process')

const lanes = 2
const [given, bin] = process.argv.slice(2)
const asked = process.env.AUTOGEN_SOAK ?? given ?? '10m'
const share = (count) => String(Math.ceil(Number(count) / lanes))

const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '-w', String(lanes), '--runTestsByPath']
const { status } = spawnSync(process.execPath, [...jest, 'test/soak/postgres.test.ts'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    AUTOGEN_SOAK: /^\d+$/.test(asked) ? share(asked) : asked,
    ...(bin === undefined ? {} : { AUTOGEN_SOAK_BIN: share(bin) }),
    // A longer look is a look at something else each time.
    AUTOGEN_SEED: process.env.AUTOGEN_SEED ?? (given === undefined ? String(Date.now() % 1_000_000_000) : '20261120'),
  },
})
process.exitCode = status ?? 1
