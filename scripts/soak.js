// Takes random entities to others and back, on both majors of TypeORM at once: `node scripts/soak.js [how much] [through the bin]`.
// How much is a number of pairs, or minutes as in 10m; AUTOGEN_SOAK and AUTOGEN_SEED say the same from outside. Then it kills rebuilds
// of SQLite tables, AUTOGEN_KILLS of them on each major, and runs on PostgreSQL, AUTOGEN_POD_KILLS of them; cuts runs of AUTOGEN_CUTS
// random revisions off; eight processes upgrade one database at once, AUTOGEN_CROWDS times.
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
  [
    ...jest,
    ...['postgres', 'sqlite-kill', 'postgres-kill', 'cuts', 'crowd'].map((name) => `test/soak/${name}.test.ts`),
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      AUTOGEN_SOAK: counted ? share(asked) : asked,
      ...(bin === undefined ? {} : { AUTOGEN_SOAK_BIN: share(bin) }),
      AUTOGEN_KILLS: process.env.AUTOGEN_KILLS ?? '50',
      AUTOGEN_POD_KILLS: process.env.AUTOGEN_POD_KILLS ?? '100',
      AUTOGEN_CUTS: process.env.AUTOGEN_CUTS ?? '100',
      AUTOGEN_CROWDS: process.env.AUTOGEN_CROWDS ?? '20',
      // So many pairs are the same ones each time; a long look is a look at something else.
      AUTOGEN_SEED: process.env.AUTOGEN_SEED ?? (counted ? '20261120' : String(Date.now() % 1_000_000_000)),
    },
  },
)
process.exitCode = status ?? 1
