// Whatever needs something else comes after it and goes before it: schemas that hold all the hard orders, made, unmade, made from each other.
import type { Scope } from '../../../src/dialects/dialect'
import { postgres } from '../../../src/dialects/postgres'
import { diff } from '../../../src/diff/diff'
import { emptySchema, type Column, type SchemaModel, type Table } from '../../../src/model/schema'
import { sameSchema } from '../../../src/model/same'
import type { Operation } from '../../../src/operations/operation'
import { reverseAll } from '../../../src/operations/reverse'
import { run, withPostgres, type TestConnection } from '../../support/postgres-connection'

const scope: Scope = { defaultSchema: 'public', schemas: ['audit', 'ext'], ignore: [] }

let db: TestConnection
let version: number
withPostgres((opened) => ({ db, version } = opened))

beforeEach(async () => {
  await db.query(`DROP EXTENSION IF EXISTS citext CASCADE; DROP SCHEMA IF EXISTS audit CASCADE;
    DROP SCHEMA IF EXISTS ext CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public`)
})

const column = (name: string, type: Column['type'], rest: Partial<Column> = {}): Column => ({
  name,
  type,
  nullable: true,
  ...rest,
})

/** A table with a key, and foreign keys: `parent` of its own columns, by `column: [schema.]table`. */
function table(name: string, references: Readonly<Record<string, string>> = {}, rest: Partial<Table> = {}): Table {
  const place = (text: string) => {
    const [first = '', second] = text.split('.')
    return second === undefined ? { name: first } : { schema: first, name: second }
  }
  return {
    ...place(name),
    columns: [
      column('id', 'integer', { nullable: false }),
      ...Object.keys(references).map((one) => column(one, 'integer')),
      ...(rest.columns ?? []),
    ],
    primaryKey: { name: `PK ${name}`, columns: ['id'] },
    uniques: [],
    indexes: [],
    foreignKeys: Object.entries(references).map(([from, to]) => ({
      name: `FK ${name} ${from}`,
      columns: [from],
      references: { table: place(to), columns: ['id'] },
    })),
    checks: [],
    exclusions: [],
    ...Object.fromEntries(Object.entries(rest).filter(([key]) => key !== 'columns')),
  }
}

const mood = { name: 'mood', values: ['a', 'b'] }
const view = (name: string, sql: string) => ({ name, definition: { sql } })

const schemas: readonly [about: string, schema: Partial<SchemaModel>][] = [
  ['a table that refers to itself', { tables: [table('tree', { parent: 'tree' })] }],
  ['two tables that refer to each other', { tables: [table('a', { b: 'b' }), table('b', { a: 'a' })] }],
  [
    'three in a circle, and one beside it',
    {
      tables: [
        table('x', { a: 'a' }),
        table('a', { b: 'b' }),
        table('b', { c: 'c', a: 'a' }),
        table('c', { a: 'a', c: 'c' }),
      ],
    },
  ],
  [
    'children before their parents in the list',
    { tables: [table('leaf', { twig: 'twig' }), table('twig', { root: 'root' }), table('root')] },
  ],
  [
    'a circle through another schema',
    { schemas: ['audit'], tables: [table('a', { b: 'audit.a' }), table('audit.a', { a: 'a' })] },
  ],
  [
    'a schema, its enum, a table of it, a view over both',
    {
      schemas: ['audit'],
      enums: [{ ...mood, schema: 'audit' }],
      tables: [
        table('audit.log', {}, { columns: [column('mood', { enum: 'mood', schema: 'audit' }, { default: 'b' })] }),
      ],
      views: [view('seen', `SELECT id, mood FROM audit.log WHERE mood <> 'a'`)],
    },
  ],
  [
    'an enum in a default, a check, a predicate and a computed column',
    {
      enums: [mood],
      tables: [
        table(
          't',
          {},
          {
            columns: [
              column('mood', { enum: 'mood' }, { default: 'a' }),
              column('low', 'boolean', { generated: { sql: `mood = 'a'::mood` } }),
            ],
            checks: [{ name: 'C', expression: { sql: `mood IS NOT NULL OR low` } }],
            indexes: [{ name: 'I', columns: ['low'], unique: false, where: { sql: `mood = 'b'` } }],
          },
        ),
      ],
    },
  ],
  [
    'an extension whose type a column and a key need',
    {
      extensions: [{ name: 'citext' }],
      tables: [
        table('t', {}, { columns: [column('email', 'citext')], uniques: [{ name: 'U', columns: ['email'] }] }),
        table('u'),
      ],
      views: [view('emails', 'SELECT email FROM t')],
    },
  ],
  [
    'a sequence that a default counts with',
    {
      sequences: [{ name: 'numbers', start: '7' }],
      tables: [
        table('t', {}, { columns: [column('n', 'bigint', { default: { sql: `nextval('numbers'::regclass)` } })] }),
      ],
    },
  ],
  [
    'views on views, in the wrong order',
    {
      tables: [table('t')],
      views: [
        view('third', 'SELECT id FROM second'),
        view('first', 'SELECT id FROM t'),
        view('second', 'SELECT id FROM first'),
      ],
    },
  ],
]

test.each(schemas)('%s: made at once, and taken back', async (_, parts) => {
  const to = { ...emptySchema, ...parts }
  const made = await reach(to)
  await go(reverseAll(made))
  expect(await towards(emptySchema)).toEqual([])
  await reach(to)
  await reach(emptySchema)
})

test('the schemas become each other, whatever the one leaves and the other needs', async () => {
  const models = schemas.map(([, parts]): SchemaModel => ({ ...emptySchema, ...parts }))
  for (const [at, model] of models.entries()) {
    await reach(models.at(at - 1)!)
    const made = await reach(model)
    await go(reverseAll(made))
    expect(await towards(models.at(at - 1)!)).toEqual([])
  }
})

/** Takes the database to a schema, and looks whether it is there. */
async function reach(to: SchemaModel): Promise<Operation[]> {
  const operations = await towards(to)
  await go(operations)
  const { live, wanted } = await judge(to)
  expect(diff(live, wanted)).toEqual([])
  expect(sameSchema(live, wanted)).toBe(true)
  return operations
}

async function judge(to: SchemaModel) {
  const live = await postgres.introspect(db, scope)
  return postgres.judge(db, live, postgres.normalize(to, scope), scope)
}

async function towards(to: SchemaModel): Promise<Operation[]> {
  const { live, wanted } = await judge(to)
  return diff(live, wanted)
}

async function go(operations: readonly Operation[]): Promise<void> {
  const before = await postgres.introspect(db, scope)
  await run(db, postgres.plan(operations, before, { scope, version, transaction: true }))
}
