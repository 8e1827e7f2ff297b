// What another connection sees of a statement that runs: who is in its way, and how far an index has come.
import { defined } from '../../model/defined'
import type { Blocker, Queryable, Row, Sight, WatchTraits } from '../dialect'

/** Watching on PostgreSQL. */
export const watch: WatchTraits = { pid, look, users }

async function pid(connection: Queryable): Promise<number> {
  const [row] = await connection.query('SELECT pg_backend_pid() AS pid')
  return Number(row?.pid)
}

const session = `a.pid, coalesce(a.usename::text, a.backend_type) AS "user", a.application_name AS application, a.state,
  extract(epoch FROM clock_timestamp() - a.xact_start)::int AS seconds, a.query`

// A transaction that was prepared for two phases belongs to no process; the server's functions say 0 for it.
const prepared = `0 AS pid, p.owner::text AS "user", NULL AS application, format('prepared as %L', p.gid) AS state,
  extract(epoch FROM clock_timestamp() - p.prepared)::int AS seconds, NULL AS query`

const longestFirst = 'ORDER BY seconds DESC NULLS LAST'

async function look(other: Queryable, pid: number): Promise<Sight> {
  const blockers = await other.query(
    `WITH blocking AS (SELECT unnest(pg_blocking_pids($1)) AS pid)
SELECT ${session} FROM pg_stat_activity a WHERE a.pid IN (SELECT pid FROM blocking)
UNION ALL
SELECT ${prepared} FROM pg_prepared_xacts p WHERE p.database = current_database() AND 0 IN (SELECT pid FROM blocking)
${longestFirst}`,
    [pid],
  )
  const [build] = await other.query(
    `SELECT phase, greatest(blocks_done, tuples_done) AS done, greatest(blocks_total, tuples_total) AS total
FROM pg_stat_progress_create_index WHERE pid = $1`,
    [pid],
  )
  return defined({ blockers: blockers.map(blocker), progress: build && progress(build) })
}

/** Whoever holds a lock on a table that the statement names, the oldest transaction first. */
async function users(connection: Queryable, sql: string): Promise<readonly Blocker[]> {
  const names = [...sql.matchAll(/"((?:[^"]|"")+)"|[\w$]+/g)].map(([word, quoted]) =>
    quoted === undefined ? word.toLowerCase() : quoted.replaceAll('""', '"'),
  )
  const rows = await connection.query(
    `WITH held AS (
  SELECT l.pid, l.virtualtransaction FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
  WHERE l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'i') AND c.relname = ANY ($1)
    AND c.relnamespace <> 'pg_catalog'::regnamespace)
SELECT ${session} FROM pg_stat_activity a WHERE a.pid <> pg_backend_pid() AND a.pid IN (SELECT pid FROM held)
UNION ALL
SELECT ${prepared} FROM pg_prepared_xacts p WHERE p.transaction IN (
  SELECT transactionid FROM pg_locks WHERE pid IS NULL
    AND virtualtransaction IN (SELECT virtualtransaction FROM held WHERE pid IS NULL))
${longestFirst} LIMIT 5`,
    [names],
  )
  return rows.map(blocker)
}

function blocker(row: Row): Blocker {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
  return defined({
    pid: Number(row.pid),
    user: String(row.user),
    application: text(row.application),
    state: text(row.state),
    seconds: row.seconds === null ? undefined : Math.max(0, Number(row.seconds)),
    query: text(row.query),
  })
}

function progress({ phase, done, total }: Row): NonNullable<Sight['progress']> {
  return { phase: String(phase), done: Number(done), total: Number(total) }
}
