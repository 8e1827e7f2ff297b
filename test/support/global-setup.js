// Before the first suite that needs a database: says which lanes this machine cannot run, and starts PostgreSQL.
'use strict'

const { existsSync } = require('node:fs')
const { join } = require('node:path')
const { Client } = require('pg')
const { startPostgres } = require('./postgres-server')

const nativeDrivers = {
  'better-sqlite3': 'better_sqlite3.node',
  sqlite3: 'node_sqlite3.node',
}

module.exports = async () => {
  for (const [name, binary] of Object.entries(nativeDrivers)) {
    const built = existsSync(join(__dirname, '../../node_modules', name, 'build/Release', binary))
    // Where nothing may be skipped, test/drivers fails for it.
    if (!built) skip(`${name} could not be built here`)
  }
  if (!process.env.PG_TEST_URL) {
    try {
      const server = await startPostgres()
      globalThis.postgresOfTheTests = server
      process.env.PG_TEST_URL = server.url
    } catch (error) {
      if (process.env.CI === 'true') throw error
      return skip(error.message)
    }
  }
  process.env.PG_TEST_EXTENSIONS = await optionalExtensions(process.env.PG_TEST_URL)
}

/** Of the extensions that few servers have, those that are there; the cases for the others are no part of the corpus. */
async function optionalExtensions(url) {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query('SELECT name FROM pg_available_extensions')
  await client.end()
  const there = ['postgis', 'vector'].filter((name) => rows.some((row) => row.name === name))
  for (const name of ['postgis', 'vector']) if (!there.includes(name)) skip(`PostgreSQL has no extension ${name} here`)
  return there.join(' ')
}

function skip(reason) {
  process.stderr.write(`\nSKIPPED: ${reason}; its tests do not run.\n`)
}
