// SQL that was printed, run as a person runs it: by the shell of the database, or statement by statement where there is none.
import { spawnSync } from 'node:child_process'
import type { World } from './world'

const there = (shell: string, asked: string) => {
  const found = spawnSync(shell, [asked]).status === 0
  if (!found)
    process.stderr.write(`\nSKIPPED: there is no ${shell} here; printed SQL is sent statement by statement.\n`)
  return found
}
const shells = { psql: there('psql', '--version'), sqlite3: there('sqlite3', '-version') }

/** Runs a script; returns what the shell had to say where it failed. */
export async function runPrinted(here: World, script: string): Promise<string | undefined> {
  const { options } = here.database
  if (here.sqlite && shells.sqlite3) {
    return typed('sqlite3', ['-bail', String(options.database ?? options.location)], script)
  }
  if (!here.sqlite && shells.psql) {
    return typed('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', String(options.url), '-f', '-'], script)
  }
  return bySession(here, script)
}

function typed(shell: string, words: readonly string[], script: string): string | undefined {
  const { status, stderr } = spawnSync(shell, words, { input: script, encoding: 'utf8' })
  return status === 0 ? undefined : stderr
}

async function bySession(here: World, script: string): Promise<string | undefined> {
  const session = await here.session()
  const { connection, dialect } = session
  try {
    for (const sql of dialect.split(script)) {
      // As a shell would; TypeORM's runner must know of transactions.
      if (sql.endsWith('BEGIN')) await connection.startTransaction()
      else if (sql === 'COMMIT') await connection.commitTransaction()
      else await connection.query(sql)
    }
  } catch (error) {
    if (connection.isTransactionActive) await connection.rollbackTransaction()
    return String(error)
  } finally {
    await session.close()
  }
  return undefined
}
