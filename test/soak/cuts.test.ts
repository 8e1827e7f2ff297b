// Random revisions, cut off at random moments: whatever the next run finds, it leaves what one alone would have left, and so do two
// runs at once, a run in one transaction and SQL that was printed. AUTOGEN_CUTS says how many revisions; with 100 it is part of the
// soak. AUTOGEN_SEED repeats them.
import * as typeorm from 'typeorm'
import { AutogenError, OvertakenError } from '../../src/errors'
import { downgradePath, upgradePath } from '../../src/graph/path'
import type { Op } from '../../src/operations/op'
import { offlineSql } from '../../src/runtime/offline'
import { offlineTarget } from '../../src/runtime/offline-target'
import { cutRun, ends, leftOf } from '../runtime/cut'
import { runPrinted } from '../runtime/printed'
import { databases, history, world, type History, type World } from '../runtime/world'
import { randomFrom, type Random } from '../support/random-entities/random'

const count = Number(process.env.AUTOGEN_CUTS ?? 2)
const seed = Number(process.env.AUTOGEN_SEED ?? Date.now() % 1_000_000)
jest.setTimeout(60_000 + count * 20_000)

// What sql.js has not stored nobody has seen.
const onDisk = databases.filter(([driver]) => driver !== 'sqljs')

test.each(onDisk)(`on %s ${count} revisions are ended by the next run (seed ${seed})`, async (driver, create) => {
  for (let at = 0; at < count; at++) {
    const random = randomFrom(seed + at)
    const made = revision(random, driver === 'postgres')
    for (const kind of ['upgrade', 'downgrade'] as const) {
      const failure = (await failureOf(create, made, kind, random)) ?? (await otherWays(driver, create, made, kind))
      if (failure !== undefined) throw await smallest(driver, create, made, kind, seed + at, failure)
    }
  }
})

type Create = (typeof databases)[number][1]
const further = ['SELECT item FROM child ORDER BY 1', 'SELECT id FROM item ORDER BY 1']
type Kind = 'upgrade' | 'downgrade'

/** Step is one thing a revision does, and how it is undone; `needs` the steps of that number. */
interface Step {
  readonly text: string
  readonly up: (op: Op) => Promise<void> | void
  readonly down?: (op: Op) => void
}

interface Made {
  readonly steps: readonly Step[]
  readonly transaction: boolean
}

const base = {
  upgrade(op: Op) {
    op.createTable({ name: 'tally', columns: [{ name: 'revision', type: 'text' }] })
    const columns = ['id', 'price', 'c1', 'c2'].map((name) => ({ name, type: 'integer', nullable: name !== 'id' }))
    const indexes = [{ name: 'IDX_1', columns: ['c1'] }]
    op.createTable({ name: 'item', columns, primaryKey: ['id'], indexes })
    // What refers to a table makes its rebuild on SQLite one with foreign keys off.
    const references = { table: 'item', columns: ['id'] }
    op.createTable({
      name: 'child',
      columns: [{ name: 'item', type: 'integer' }],
      foreignKeys: [{ columns: ['item'], references, onDelete: 'CASCADE' }],
    })
    op.bulkInsert(
      'item',
      Array.from({ length: 7 }, (_, id) => ({ id, price: 1, c1: id, c2: id })),
    )
    op.bulkInsert('child', [{ item: 3 }, { item: 5 }])
  },
}

function historyOf({ steps, transaction }: Made): History {
  const changed = {
    transaction,
    async upgrade(op: Op) {
      for (const { up } of steps) await up(op)
    },
    downgrade(op: Op) {
      for (const { down } of steps.toReversed()) down?.(op)
    },
  }
  return history({ a: base, b: changed, c: { upgrade: () => {}, downgrade: () => {} } })
}

/** A revision of three to eight steps, each of which fits what the ones before it have left. */
function revision(random: Random, postgres: boolean): Made {
  const columns = new Set(['c1', 'c2'])
  const indexes = new Map([['IDX_1', 'c1']])
  const tables = new Set<string>()
  const enums = new Map<string, number>()
  const steps: Step[] = []
  const column = (name: string) => ({ name, type: 'integer', nullable: true })
  const free = (names: readonly string[], used: { has(name: string): boolean }) => names.filter((one) => !used.has(one))
  const indexNames = ['IDX_1', 'IDX_2', 'IDX_3']
  const columnNames = ['c1', 'c2', 'c3', 'c4']

  const add = (text: string, up: Step['up'], down?: Step['down']) =>
    void steps.push({ text, up, ...(down && { down }) })
  const concurrently = () => (postgres && !transaction && random.chance(0.7) ? { concurrently: true } : {})
  const transaction = !postgres || random.chance(0.4)

  const kinds: (() => void)[] = [
    () => {
      const [name] = random.some(free(indexNames, indexes), 1, 1)
      if (name === undefined || columns.size === 0) return
      const [on, how] = [random.pick([...columns]), concurrently()]
      indexes.set(name, on)
      add(
        `createIndex ${name} on ${on} ${JSON.stringify(how)}`,
        (op) => op.createIndex('item', { name, columns: [on], ...how }),
        (op) => op.dropIndex('item', name, how),
      )
    },
    () => {
      if (indexes.size === 0) return
      const [name, on] = random.pick([...indexes])
      const how = concurrently()
      indexes.delete(name)
      add(
        `dropIndex ${name} ${JSON.stringify(how)}`,
        (op) => op.dropIndex('item', name, how),
        (op) => op.createIndex('item', { name, columns: [on], ...how }),
      )
    },
    () => {
      const [to] = random.some(free(indexNames, indexes), 1, 1)
      if (to === undefined || indexes.size === 0) return
      const [from, on] = random.pick([...indexes])
      indexes.delete(from)
      indexes.set(to, on)
      add(
        `renameIndex ${from} ${to}`,
        (op) => op.renameIndex('item', from, to),
        (op) => op.renameIndex('item', to, from),
      )
    },
    () => {
      const [name] = random.some(free(columnNames, columns), 1, 1)
      if (name === undefined) return
      columns.add(name)
      add(
        `addColumn ${name}`,
        (op) => op.addColumn('item', column(name)),
        (op) => op.dropColumn('item', name),
      )
    },
    () => {
      const [name] = random.some(
        [...columns].filter((one) => ![...indexes.values()].includes(one)),
        1,
        1,
      )
      if (name === undefined) return
      columns.delete(name)
      add(
        `dropColumn ${name}`,
        (op) => op.dropColumn('item', name),
        (op) => op.addColumn('item', column(name)),
      )
    },
    () => {
      const [to] = random.some(free(columnNames, columns), 1, 1)
      if (to === undefined || columns.size === 0) return
      const from = random.pick([...columns])
      columns.delete(from)
      columns.add(to)
      for (const [name, on] of indexes) if (on === from) indexes.set(name, to)
      add(
        `renameColumn ${from} ${to}`,
        (op) => op.renameColumn('item', from, to),
        (op) => op.renameColumn('item', to, from),
      )
    },
    () => {
      if (columns.size === 0) return
      const name = random.pick([...columns])
      add(
        `alterColumn ${name}`,
        (op) => op.alterColumn('item', name, { default: 5 }),
        (op) => op.alterColumn('item', name, { default: null }),
      )
    },
    () => {
      if (columns.size === 0) return
      const name = random.pick([...columns])
      add(
        `alterColumn type of ${name}`,
        (op) => op.alterColumn('item', name, { type: 'bigint' }),
        (op) => op.alterColumn('item', name, { type: 'integer' }),
      )
    },
    () => {
      const check = { name: `CHK_${steps.length}`, expression: 'price < 1000' }
      add(
        `createCheck ${check.name}`,
        (op) => op.createCheck('item', check),
        (op) => op.dropCheck('item', check.name),
      )
    },
    () => {
      const [name] = random.some(free(['t1', 't2'], tables), 1, 1)
      if (name === undefined) return
      tables.add(name)
      add(
        `createTable ${name}`,
        (op) => op.createTable({ name, columns: [column('c')] }),
        (op) => op.dropTable(name),
      )
    },
    () => {
      if (tables.size === 0) return
      const name = random.pick([...tables])
      tables.delete(name)
      add(
        `dropTable ${name}`,
        (op) => op.dropTable(name),
        (op) => op.createTable({ name, columns: [column('c')] }),
      )
    },
    () => {
      const revision = `step ${steps.length}`
      add(`bulkInsert ${revision}`, (op) => op.bulkInsert('tally', [{ revision }]))
    },
    () => {
      const revision = `step ${steps.length}`
      add(`execute ${revision}`, (op) => op.execute(`INSERT INTO tally VALUES ('${revision}')`))
    },
    () => add('batched', (op) => op.batched({ table: 'item', set: { price: 'price + 1' }, size: 2 + random.below(3) })),
    () => {
      const price = random.below(90)
      add(`autocommit ${price}`, (op) =>
        op.autocommit((inside) => inside.execute(`UPDATE item SET price = ${price}`), { idempotent: true }),
      )
    },
    () => {
      if (!postgres) return
      const made = enums.get('mood')
      enums.set('mood', (made ?? 0) + 1)
      if (made === undefined)
        add(
          'createEnum',
          (op) => op.createEnum({ name: 'mood', values: ['m'] }),
          (op) => op.dropEnum('mood'),
        )
      else add(`addEnumValue ${made}`, (op) => op.addEnumValue('mood', `m${made}`))
    },
  ]
  for (let left = 3 + random.below(6); left > 0; left--) random.pick(kinds)()
  return { steps, transaction }
}

/** Cuts the run three times; undefined where all went well. */
async function failureOf(create: Create, made: Made, kind: Kind, random: Random, cuts = 3): Promise<Error | undefined> {
  const all = historyOf(made)
  const attempt = async (given: readonly (readonly [cut: number, end: (typeof ends)[number]])[]) => {
    const here = await world(create)
    try {
      if (kind === 'downgrade') await cutRun(here, all, 'upgrade', Infinity)
      let total = 0
      for (const [cut, end] of given) total = await cutRun(here, all, kind, cut, end)
      return {
        total,
        left: await leftOf(here, further),
      }
    } finally {
      await here.end()
    }
  }
  const { total, left } = await attempt([[Infinity, 'death']])
  for (let cut = 0; cut < cuts; cut++) {
    const given = [0, 1].map(() => [1 + random.below(total), random.pick(ends)] as const)
    try {
      const found = await attempt([...given, [Infinity, 'death']])
      expect({ given, ...found.left }).toEqual({ given, ...left })
    } catch (cause) {
      return new Error(`Cut ${given.map(([cut, end]) => `at ${cut} by ${end}`).join(', then ')}`, { cause })
    }
  }
  return undefined
}

/** A dry run leaves nothing; one transaction, printed SQL and two runs at once what a run leaves. */
async function otherWays(driver: string, create: Create, made: Made, kind: Kind): Promise<Error | undefined> {
  const all = historyOf(made)
  const attempt = async (work: (here: World) => Promise<unknown>) => {
    const here = await world(create)
    try {
      await here.upgrade(all, kind === 'upgrade' ? 'a' : 'c')
      await work(here)
      return await leftOf(here, further)
    } finally {
      await here.end()
    }
  }
  const move = (here: World, options = {}) => cutRun(here, all, kind, Infinity, 'death', options)
  const ways = {
    dry: [(here: World) => move(here, { dryRun: true }), async () => {}],
    whole: [(here: World) => move(here, { singleTransaction: true }), move],
    printed: [(here: World) => print(here, all, kind), move],
    // Where no lock is held from one part to the next, one of them may stop.
    twice: [(here: World) => twice(() => move(here)).then(() => move(here)), move],
  } as const
  for (const [way, [mine, plain]] of Object.entries(ways)) {
    // Waiting for the file, better-sqlite3 stops the whole process, and with it whoever has the file.
    if (way === 'twice' && driver === 'better-sqlite3') continue
    try {
      const found = await attempt(mine)
      expect({ way, ...found }).toEqual({ way, ...(await attempt(plain)) })
    } catch (cause) {
      // What cannot be done so says so before anything is done.
      if (cause instanceof AutogenError && cause.exitCode === 6) continue
      return new Error(`Done as ${way}`, { cause })
    }
  }
  return undefined
}

async function twice(run: () => Promise<unknown>): Promise<void> {
  for (const ran of await Promise.allSettled([run(), run()])) {
    if (ran.status === 'rejected' && !(ran.reason instanceof OvertakenError)) throw ran.reason
  }
}

async function print(here: World, { graph, scripts }: History, kind: Kind): Promise<void> {
  const options = here.database.options as unknown as typeorm.DataSourceOptions
  const heads = [kind === 'upgrade' ? 'a' : 'c']
  const steps = kind === 'upgrade' ? upgradePath(graph, heads, ['c']) : downgradePath(graph, heads, [{ id: 'a' }])
  const target = offlineTarget(new typeorm.DataSource(options), {})
  const sql = await offlineSql({ ...target, graph, scripts, heads, kind, steps, toolVersion: '0.0.1' })
  const said = await runPrinted(here, sql)
  if (said !== undefined) throw new Error(`${said}\n${sql}`)
}

/** Leaves out steps for as long as it still fails, and says what is left. */
async function smallest(
  driver: string,
  create: Create,
  made: Made,
  kind: Kind,
  from: number,
  first: Error,
): Promise<Error> {
  let [now, failure] = [made, first]
  for (let at = 0; at < now.steps.length;) {
    const fewer = { ...now, steps: now.steps.toSpliced(at, 1) }
    // Steps that do not fit each other any more fail without a cut.
    const found = await failureOf(create, fewer, kind, randomFrom(from), 20)
      .then((one) => one ?? otherWays(driver, create, fewer, kind))
      .catch(() => undefined)
    if (found === undefined) at++
    else [now, failure] = [fewer, found]
  }
  const steps = now.steps.map(({ text }) => `  ${text}`).join('\n')
  return new Error(`Seed ${from}, ${kind}, transaction = ${now.transaction}:\n${steps}`, { cause: failure })
}
