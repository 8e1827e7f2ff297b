// Names of every kind, and schemas given in every way: what is written runs, is found again, and goes.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import * as typeorm from 'typeorm'
import { check, downgrade, InvalidEntityError, revision, upgrade, type CommandEvent } from '../../src'
import { freshPostgres } from '../support/databases'
import { entity, view } from '../support/entities/make'
import { freshFolder } from '../support/projects'
import { type Entities } from '../support/story'

const { Check, Column, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, Unique, ViewColumn } = typeorm

jest.setTimeout(120_000)

let database: Awaited<ReturnType<typeof freshPostgres>>
let client: Client
const sql = async (text: string) => (await client.query<Record<string, unknown>>(text)).rows

beforeAll(async () => {
  database = await freshPostgres()
  client = new Client({ connectionString: database.url })
  await client.connect()
})

afterAll(async () => {
  await client?.end()
  await database?.drop()
})

beforeEach(() =>
  sql(`DO $$ DECLARE one text; BEGIN
    FOR one IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)' LOOP EXECUTE format('DROP SCHEMA %I CASCADE', one); END LOOP;
    CREATE SCHEMA public;
  END $$`),
)

/** A folder of revisions, and what can be done with it. */
function history() {
  const folder = freshFolder()
  const migrations = join(folder, 'migrations')
  mkdirSync(migrations)
  const events: CommandEvent[] = []
  const place = (entities: Entities, options: object = {}) => ({
    cwd: folder,
    migrations,
    onEvent: (event: CommandEvent) => void events.push(event),
    dataSource: new typeorm.DataSource({
      type: 'postgres',
      url: database.url,
      ...options,
      entities,
    } as unknown as typeorm.DataSourceOptions),
  })
  return {
    warnings: () => events.flatMap((event) => (event.type === 'warning' ? [event.message] : [])),
    async become(entities: Entities, options?: object) {
      const written = await revision({ ...place(entities, options), message: 'a step' })
      await upgrade({ ...place([], options), target: 'head' })
      return written
    },
    upgrade: (options?: object) => upgrade({ ...place([], options), target: 'head' }),
    downgrade: (target: string, options?: object) => downgrade({ ...place([], options), target }),
    async check(entities: Entities, options?: object) {
      const { operations, problems } = await check({ ...place(entities, options), names: true })
      return [...operations.map(({ text }) => text), ...problems.map(({ message }) => message)]
    },
  }
}

interface Names {
  readonly table: string
  readonly other: string
  readonly column: string
  readonly state: string
  readonly part: string
}

/** Two tables that hold everything that gets a name. */
function everything({ table, other, column, state, part }: Names, changed = false): Entities {
  const quoted = `"${column.replaceAll('"', '""')}"`
  const first = entity(
    table,
    {
      id: PrimaryGeneratedColumn(),
      one: Column('varchar', { name: column, length: changed ? 90 : 50, default: `it's`, comment: `a "${column}"` }),
      two: Column('enum', {
        name: state,
        enum: changed ? ['b', `it's "a"`] : [`it's "a"`, 'b', 'c'],
        default: 'b',
        enumName: `E ${part.replaceAll('.', '')}`,
      }),
      three: Column('int', { name: `3 ${column}`, nullable: !changed, default: 1 }),
    },
    Unique(`U ${part}`, ['one', 'two']) as ClassDecorator,
    Index(`I ${part}`, ['three', 'one'], { where: `${quoted} <> ''` }) as ClassDecorator,
    Check(`C ${part}`, `length(${quoted}) < 99`) as ClassDecorator,
    // Given, it is nobody's to spell otherwise.
    { name: table },
  )
  const second = entity(
    other,
    {
      id: PrimaryGeneratedColumn(),
      first: [
        ManyToOne(() => first as new () => object, { onDelete: 'CASCADE' }),
        JoinColumn({ name: `id ${column}`, foreignKeyConstraintName: `F ${part}` }),
      ],
    },
    { name: other },
  )
  return [first, second]
}

test.each<[string, Names]>([
  ['mixed case', { table: 'User', other: 'userPost', column: 'fullName', state: 'State', part: 'Part' }],
  ['reserved words', { table: 'select', other: 'user', column: 'order', state: 'group', part: 'table' }],
  ['quotes', { table: `it's`, other: 'a "b"', column: 'c"d', state: `e'f`, part: `g"h'i` }],
  // In the name of a table one ends its schema.
  ['dots', { table: 'ab', other: 'cde', column: 'f.g', state: 'h.i', part: 'j.k' }],
  ['spaces', { table: ' user ', other: 'user post', column: 'full name', state: ' s', part: 'p  q' }],
  ['other scripts', { table: 'größe', other: '用户', column: 'имя', state: 'ñ💥', part: 'žluť' }],
  ['what SQL means otherwise', { table: '--', other: '/* */;', column: '$1', state: '$$', part: '%s\\n' }],
])('names with %s', async (_, names) => {
  const at = history()
  await at.become(everything(names))
  expect(await at.check(everything(names))).toEqual([])
  const place = (name: string) => `"${name.replaceAll('"', '""')}"`
  await sql(`INSERT INTO ${place(names.table)} (${place(names.column)}) VALUES ('x')`)
  await at.become(everything(names, true))
  expect(await at.check(everything(names, true))).toEqual([])
  expect(await sql(`SELECT ${place(names.column)} AS kept FROM ${place(names.table)}`)).toEqual([{ kept: 'x' }])
  await at.downgrade('-1')
  await at.upgrade()
  await at.downgrade('base')
  expect(
    await sql(`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S')
    UNION SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e' ORDER BY 1`),
  ).toEqual([{ relname: 'autogen_log' }, { relname: 'autogen_log_id_seq' }, { relname: 'autogen_version' }])
})

const long = (start: string) => `${start}_`.padEnd(61, 'x') + 'ü and what no server keeps'

test('F16 names beyond 63 bytes are cut as the server cuts them, which is told when they are written', async () => {
  const at = history()
  const names = { table: long('t'), other: long('o'), column: long('c'), state: long('s'), part: 'p' }
  const entities = everything({ ...names, part: long('p') })
  await at.become(entities)
  expect(at.warnings()).toContain(
    `The table "${names.table}" has 88 bytes; the database cuts its name to "${names.table.slice(0, 62)}".`,
  )
  expect(at.warnings()).toHaveLength(new Set(at.warnings()).size)
  expect(at.warnings().map((text) => /^The (\w+)/.exec(text)?.[1])).toEqual(
    expect.arrayContaining(['table', 'column', 'enum', 'index', 'constraint']),
  )
  expect(await at.check(entities)).toEqual([])
  const told = at.warnings().length
  await at.become([...entities, entity('short', { id: PrimaryGeneratedColumn() })])
  expect(at.warnings()).toHaveLength(told)
  await at.downgrade('base')
})

test.each<[string, Entities, string]>([
  [
    'two columns that the server would take for one',
    [
      entity('user', {
        id: PrimaryGeneratedColumn(),
        a: Column('int', { name: `${long('c')} 1` }),
        b: Column('int', { name: `${long('c')} 2` }),
      }),
    ],
    'the database keeps 63 bytes of a name, so column of user',
  ],
  [
    'a value of an enum that no row could hold',
    [entity('user', { id: PrimaryGeneratedColumn(), a: Column('enum', { enum: ['v'.repeat(64)] }) })],
    'a value has at most 63 bytes',
  ],
])('an entity is not valid: %s', async (_, entities, reason) => {
  const refused: unknown = await history()
    .become(entities)
    .catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(InvalidEntityError)
  expect(String(refused)).toContain(reason)
})

// Schemas

const shop = (schema?: string): Entities => {
  const place = schema === undefined ? {} : { schema }
  const user = entity(
    'user',
    {
      id: PrimaryGeneratedColumn(),
      name: Column('varchar', { default: 'x' }),
      mood: Column('enum', { enum: ['a', 'b'] }),
    },
    Index('by name', ['name']) as ClassDecorator,
    Check('named', `"name" <> ''`) as ClassDecorator,
    place,
  )
  const post = entity('post', { id: PrimaryGeneratedColumn(), user: ManyToOne(() => user as new () => object) }, place)
  const seen = view(
    'seen',
    { id: ViewColumn() },
    { expression: `SELECT "id" FROM ${schema ? `"${schema}".` : ''}"user"`, ...place },
  )
  return [user, post, seen]
}

test('tables of one name in several schemas are several, with all that is in them', async () => {
  await sql('CREATE SCHEMA other')
  const at = history()
  const entities = [...shop(), ...shop('audit'), ...shop('other')]
  await at.become(entities)
  expect(await at.check(entities)).toEqual([])
  await sql(`INSERT INTO audit."user" (mood) VALUES ('a')`)
  expect(
    await sql('SELECT (SELECT count(*)::int FROM audit.seen) AS one, (SELECT count(*)::int FROM seen) AS none'),
  ).toEqual([{ one: 1, none: 0 }])
  await at.become([...shop(), ...shop('audit')])
  expect(await sql(`SELECT count(*)::int FROM pg_class WHERE relnamespace = 'other'::regnamespace`)).toEqual([
    { count: 0 },
  ])
  expect(await sql(`SELECT count(*)::int FROM audit."user"`)).toEqual([{ count: 1 }])
  await at.downgrade('base')
})

const onPath = (path: string) => ({ extra: { options: `-c search_path=${path}` } })

test.each<[string, Entities, object]>([
  ['the entities name it', shop('app'), onPath('app')],
  ['the data source names it', shop(), { schema: 'app' }],
  ['the search path begins with it', shop(), onPath('app,public')],
])('the default schema is the same however it is given: %s', async (_, entities, options) => {
  await sql('CREATE SCHEMA app')
  const at = history()
  await at.become(entities, options)
  // The others find nothing to do, and every revision serves them.
  for (const [others, how] of [
    [shop('app'), onPath('app')],
    [shop(), { schema: 'app' }],
    [shop(), onPath('app,public')],
    [shop('app'), { schema: 'app' }],
  ] as const) {
    expect(await at.check(others, how)).toEqual([])
  }
  expect(
    await sql(`SELECT to_regclass('app.user') IS NOT NULL AS here, to_regclass('public.user') IS NULL AS alone`),
  ).toEqual([{ here: true, alone: true }])
  await at.downgrade('base', { schema: 'app' })
})

test('an extension is where every schema of the database finds it, and stays for as long as one needs it', async () => {
  await sql('CREATE SCHEMA tenant_a; CREATE SCHEMA "Tenant B"')
  const [a, b] = [{ schema: 'tenant_a' }, { schema: 'Tenant B' }]
  const at = history()
  const entities = [entity('ticket', { id: typeorm.PrimaryGeneratedColumn('uuid') })]
  await at.become(entities, a)
  await at.upgrade(b)
  for (const tenant of [a, b]) expect(await at.check(entities, tenant)).toEqual([])
  expect(
    await sql(`SELECT extname, extnamespace::regnamespace::text AS place FROM pg_extension WHERE extname <> 'plpgsql'`),
  ).toEqual([{ extname: 'uuid-ossp', place: 'public' }])

  for (const [tenant, left] of [
    [a, 1],
    [b, 0],
  ] as const) {
    await at.downgrade('base', tenant)
    expect(await sql(`SELECT count(*)::int AS left FROM pg_extension WHERE extname = 'uuid-ossp'`)).toEqual([{ left }])
  }
})

test('one history runs against two schemas, each with its own rows of ours', async () => {
  await sql('CREATE SCHEMA tenant_a; CREATE SCHEMA "Tenant B"')
  const [a, b] = [{ schema: 'tenant_a' }, { schema: 'Tenant B' }]
  const at = history()
  await at.become(shop(), a)
  await at.upgrade(b)
  for (const tenant of [a, b]) expect(await at.check(shop(), tenant)).toEqual([])
  await sql(`INSERT INTO tenant_a."user" (mood) VALUES ('a')`)

  const grown = shop()
  Column('varchar', { length: 9, nullable: true })((grown[0] as new () => object).prototype as object, 'nick')
  await at.become(grown, b)
  expect(await at.check(grown, b)).toEqual([])
  expect(await at.check(grown, a)).toEqual([
    '+ column user.nick varchar(9) null',
    expect.any(String),
    expect.any(String),
  ])
  await at.upgrade(a)
  expect(await at.check(grown, a)).toEqual([])

  await at.downgrade('base', b)
  const left = await sql(
    `SELECT relname FROM pg_class WHERE relnamespace = '"Tenant B"'::regnamespace AND relkind IN ('r', 'v') ORDER BY 1`,
  )
  expect(left.map(({ relname }) => relname)).toEqual(['autogen_log', 'autogen_version', 'typeorm_metadata'])
  expect(await sql(`SELECT name FROM tenant_a.user`)).toEqual([{ name: 'x' }])
})
