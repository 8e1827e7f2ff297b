// One run at a time: an advisory lock, held by the connection that migrates or, behind a pooler, by each of its transactions.
import { createHash } from 'node:crypto'
import { firstBytes } from '../../model/bytes'
import { BusyError } from '../busy'
import type { ConnectionLike, Lock, Queryable } from '../dialect'
import { textLiteral } from './literals'
import { maxNameBytes } from './names'

/** Tries once to take the lock; whoever has it says since when, and on which machine, in its application's name. */
export async function lock(connection: ConnectionLike, key: string, host: string): Promise<Lock | undefined> {
  const number = lockNumber(key)
  const [row] = await connection.query(`SELECT pg_try_advisory_lock(${number}) AS taken`)
  if (row?.taken !== true) return undefined
  const restore = await announce(connection, host)
  return {
    isHeld: async () => {
      const [found] = await connection.query(`SELECT EXISTS (${holders(key)} AND l.pid = pg_backend_pid()) AS held`)
      return found?.held === true
    },
    release: async () => {
      await connection.query(`SELECT pg_advisory_unlock(${number})`)
      await restore()
    },
  }
}

/** Takes the lock for the time of the transaction, or throws BusyError. */
export async function lockTransaction(connection: Queryable, key: string, host: string): Promise<void> {
  const [row] = await connection.query(`SELECT pg_try_advisory_xact_lock(${lockNumber(key)}) AS taken`)
  if (row?.taken !== true) throw new BusyError()
  await connection.query(
    `SELECT set_config('application_name', ${textLiteral(await announcement(connection, host))}, true)`,
  )
}

/** Who holds the lock, since when and where. */
export async function holder(connection: Queryable, key: string): Promise<string | undefined> {
  const [row] = await connection.query(`
SELECT a.usename::text AS "user", a.application_name AS application, a.pid::text AS pid,
  to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"') AS since
FROM pg_stat_activity a WHERE a.pid IN (${holders(key)})`)
  if (row === undefined) return undefined
  const application = String(row.application)
  const [, name = application, at, host] = announced.exec(application) ?? []
  const where = `${name === '' ? '' : ` in ${name}`}${host === undefined ? '' : ` on ${host}`}`
  const since =
    at === undefined
      ? `connected since ${String(row.since)}`
      : `migrating since ${at.replace('T', ' ').replace('Z', ' UTC')}`
  return `${String(row.user)}${where}, pid ${String(row.pid)}, ${since}`
}

/**
 * A pooler between us and the server makes up the number of the process; a session's lock would outlive us there:
 * pgbouncer.org/features.html
 */
export async function isPooled(connection: ConnectionLike): Promise<boolean> {
  const said = await connection.announcedPid?.()
  if (said === undefined) return false
  const [row] = await connection.query('SELECT pg_backend_pid() AS pid')
  return Number(row?.pid) !== said
}

/** Lock keys are 64-bit numbers, so a name becomes one by its hash. */
function lockNumber(key: string): bigint {
  return createHash('sha256').update(key).digest().readBigInt64BE()
}

function holders(key: string): string {
  const number = BigInt.asUintN(64, lockNumber(key))
  return `SELECT l.pid FROM pg_locks l
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.classid = ${number >> 32n} AND l.objid = ${number & 0xffffffffn}`
}

const announced = /^(.*?) ?since (\S+Z) on (.*)$/

async function announcement(connection: Queryable, host: string): Promise<string> {
  const [row] = await connection.query(`SELECT current_setting('application_name') AS name`)
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  return firstBytes(`${firstBytes(String(row?.name), 24)} since ${now} on ${host}`.trimStart(), maxNameBytes)
}

// A server that looks whether we are still there lets the lock go when we are not, whatever statement it is in.
const checkSeconds = 2

/** Says in the connection's name that it migrates; returns what puts the connection back as it was. */
async function announce(connection: Queryable, host: string): Promise<() => Promise<void>> {
  const name = await announcement(connection, host)
  const [before] = await connection.query(
    `SELECT current_setting('application_name') AS name, current_setting('client_connection_check_interval', true) AS interval`,
  )
  const set = (setting: string, value: unknown) =>
    connection.query(`SELECT set_config('${setting}', ${textLiteral(String(value))}, false)`)
  await set('application_name', name)
  // Some systems cannot look.
  const looks = await (before?.interval == null
    ? Promise.resolve(false)
    : set('client_connection_check_interval', `${checkSeconds}s`).then(
        () => true,
        () => false,
      ))
  return async () => {
    await set('application_name', before?.name)
    if (looks) await set('client_connection_check_interval', before?.interval)
  }
}
