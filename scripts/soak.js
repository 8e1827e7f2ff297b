// Takes random entities to others and back, on both majors of TypeORM at once: `node scripts/soak.js [how much] [through the bin]`.
// How much is a number of pairs, or minutes as in 10m; AUTOGEN_SOAK and AUTOGEN_SEED say the same from outside. Then it kills rebuilds
// of SQLite tables, AUTOGEN_KILLS of them on each major.
'use strict'

const { spawnSync } = require('node:child_process')

const lanes = 2
const [given, bin] = process.argv.slice(2)
const asked = process.env.AUTOGEN_SOAK ?? given ?? '10m'
const counted = /^\d+$/.test(asked)
const share = (count) => String(Math.ceil(Number(count) / lanes))

const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '-w', String(lanes), '--runTestsByPath']
const { status } = spawnSync(
  process.execPath,
  [...jest, 'test/soak/postgres.test.ts', 'test/soak/sqlite-kill.test.ts'],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      AUTOGEN_SOAK: counted ? share(asked) : asked,
      ...(bin === undefined ? {} : { AUTOGEN_SOAK_BIN: share(bin) }),
      AUTOGEN_KILLS: process.env.AUTOGEN_KILLS ?? '50',
      // So many pairs are the same ones each time; a long look is a look at something else.
      AUTOGEN_SEED: process.env.AUTOGEN_SEED ?? (counted ? '20261120' : String(Date.now() % 1_000_000_000)),
    },
  },
)
process.exitCode = status ?? 1
