// A run that is cut off, and what is there in the end: the next run must leave what one alone would have left.
import { downgradePath, upgradePath } from '../../src/graph/path'
import { migrate } from '../../src/runtime/migrate'
import type { MigrateRequest } from '../../src/runtime/run'
import { mortal, type End } from '../support/mortal'
import type { History, World } from './world'

export const ends: readonly End[] = ['death', 'loss', 'refusal', 'obstacle', 'interruption']

/** Upgrades to the head or goes back to `a`, until the thing before which the run ends; returns how many things lasted. */
export async function cutRun(
  here: World,
  { graph, scripts }: History,
  kind: 'upgrade' | 'downgrade',
  cut: number,
  end: End = 'death',
  options: Partial<MigrateRequest> = {},
): Promise<number> {
  const session = await here.session()
  const one = mortal(session, cut, end)
  const steps = (heads: readonly string[]) =>
    kind === 'upgrade' ? upgradePath(graph, heads, graph.realHeads) : downgradePath(graph, heads, [{ id: 'a' }])
  try {
    const request = { kind, graph, scripts, steps, toolVersion: '0.0.1', retries: 1, signal: one.signal }
    await migrate(one.session, { ...request, ...options })
  } catch (error) {
    if (!one.ended()) throw error
  } finally {
    await session.close()
  }
  return one.lasting()
}

/** All that is there, and what further questions are answered. */
export async function leftOf(here: World, further: readonly string[] = []): Promise<object> {
  const session = await here.session()
  try {
    const { connection, dialect, scope } = session
    const column = async (sql: string) => (await connection.query(sql)).map((row) => Object.values(row).map(String))
    const { tables, enums } = await dialect.introspect(connection, scope)
    const answers: string[][][] = []
    for (const sql of further) answers.push(await column(sql))
    return {
      answers,
      tables,
      enums,
      tally: await column('SELECT revision FROM tally ORDER BY 1'),
      prices: await column('SELECT price, count(*) FROM item GROUP BY price ORDER BY 1'),
      heads: await column('SELECT version_num FROM autogen_version'),
      // An attempt that committed nothing has a row of its own where somebody lived to write it.
      log: await column(
        `SELECT revision, direction, kind, status, steps_done FROM autogen_log
         WHERE status <> 'failed' OR steps_done > 0 ORDER BY id`,
      ),
    }
  } finally {
    await session.close()
  }
}
