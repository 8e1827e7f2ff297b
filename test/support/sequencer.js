// The longest suites begin first: one that begins last would be waited for by a core that has nothing else to do.
'use strict'

const { default: Sequencer } = require('@jest/test-sequencer')

const longest = [
  'entities/oracle',
  'cli/walk',
  'where/bundle',
  'where/production',
  'where/runners',
  'soak/postgres-kill',
  'soak/crowd',
  'soak/sqlite-kill',
  'soak/postgres',
  'acceptance/postgres',
  'cli/bad-input',
  'cli/renames',
  'cli/commands',
  'cli/settings',
  'dialects/postgres/renames',
  'dialects/postgres/law',
  'loader/sources',
  'loader/tsconfig',
  'runtime/offline',
  'runtime/offline-rebuild',
  'runtime/migrate',
  'where/nest',
]

module.exports = class extends Sequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b))
  }
}

function rank({ path }) {
  const at = longest.findIndex((story) => path.endsWith(`/test/${story}.test.ts`))
  return at === -1 ? longest.length : at
}
