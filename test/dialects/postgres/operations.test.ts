import type { Scope } from '../../../src/dialects/dialect'
import { postgres } from '../../../src/dialects/postgres'
import { emptySchema, type Column, type SchemaModel, type Table } from '../../../src/model/schema'
import { apply } from '../../../src/operations/apply'
import type { Operation } from '../../../src/operations/operation'
import { reverseAll } from '../../../src/operations/reverse'
import { plain, run, withPostgres, type TestConnection } from '../../support/postgres-connection'
import { table as tableOf } from '../../support/schema'

const scope: Scope = { defaultSchema: 'public', schemas: ['audit', 'a."b" c'], ignore: [] }

let db: TestConnection
let version: number
withPostgres((opened) => ({ db, version } = opened))

afterEach(async () => {
  await db.query('DROP SCHEMA public CASCADE')
  await db.query('DROP SCHEMA IF EXISTS audit CASCADE')
  await db.query('DROP SCHEMA IF EXISTS "a.""b"" c" CASCADE')
  await db.query('DROP EXTENSION IF EXISTS citext CASCADE')
  await db.query('CREATE SCHEMA public')
})

interface Names {
  readonly schema: string
  readonly user: string
  readonly post: string
  readonly id: string
  readonly name: string
  readonly age: string
  readonly other: string
  readonly role: string
  readonly some: string
}

const plainNames: Names = {
  schema: 'audit',
  user: 'user',
  post: 'post',
  id: 'id',
  name: 'name',
  age: 'age',
  other: 'other',
  role: 'role',
  some: 'some_thing',
}

const hostileNames: Names = {
  schema: 'a."b" c',
  user: 'Sel"ect. from',
  post: "po'st; --",
  id: 'ID',
  name: 'na me.x',
  age: 'größe"數',
  other: 'order',
  role: 'Ro"le.$$ x',
  some: `so"me 'thing' \\ 💥`,
}

const column = (name: string, type: Column['type'], rest: Partial<Column> = {}): Column => ({
  name,
  type,
  nullable: false,
  ...rest,
})

const table = (name: string, columns: readonly Column[], rest: Partial<Table> = {}) =>
  tableOf(name, { columns, ...rest })

const quote = postgres.quote

interface Story {
  readonly about: string
  readonly first?: readonly Operation[]
  readonly operations: readonly Operation[]
}

function stories(n: Names): readonly Story[] {
  const user = { name: n.user }
  const users = table(
    n.user,
    [
      column(n.id, 'integer', { identity: 'SERIAL' }),
      column(n.name, 'varchar(50)', { default: `it's \\ "x"` }),
      column(n.age, 'integer', { nullable: true }),
    ],
    { primaryKey: { name: `PK ${n.some}`, columns: [n.id] } },
  )
  const posts = table(n.post, [column(n.id, 'integer'), column(n.other, 'integer', { nullable: true })])
  const role = { name: n.role, values: ['admin', `it's`, 'some "one"'] }
  const roles = { enum: n.role }
  const createUsers: Operation = { kind: 'createTable', table: users }
  const createPosts: Operation = { kind: 'createTable', table: posts }
  const createRole: Operation = { kind: 'createEnum', enum: role }
  const withRole = table(n.user, [
    column(n.role, roles, { default: 'admin' }),
    column(n.other, { enum: n.role, array: true }, { default: ['admin', `it's`] }),
  ])
  const first = [createUsers, createPosts]
  const index = (rest: object = {}) => ({ name: n.some, columns: [n.name], unique: false, ...rest })
  const alter = (from: Column, to: Column, using?: string): Operation => ({
    kind: 'alterColumn',
    table: user,
    from,
    to,
    ...(using === undefined ? {} : { using }),
  })
  const altering = (from: Column, to: Column, rest: Partial<Table> = {}): Pick<Story, 'first' | 'operations'> => ({
    first: [{ kind: 'createTable', table: table(n.user, [from], rest) }],
    operations: [alter(from, to)],
  })
  return [
    { about: 'createTable', operations: [createUsers] },
    {
      about: 'createTable with everything in it',
      operations: [
        createRole,
        {
          kind: 'createTable',
          table: table(
            n.user,
            [
              column(n.id, 'bigint', { identity: 'BY DEFAULT' }),
              column(n.name, 'text', { comment: `it's \\ a "comment"`, collation: 'C' }),
              column(n.age, 'numeric(10,2)', { default: 1.5 }),
              column(n.other, 'timestamptz(3)', { default: { sql: 'now()' } }),
              column(n.role, roles, { default: 'admin' }),
              column('json', 'jsonb', { default: { b: [1, 'x'], a: null } }),
              column('list', 'text[]', { default: ['a b', 'c"d', ''] }),
              column('twice', 'numeric', { nullable: true, generated: { sql: `${quote(n.age)} * 2` } }),
            ],
            {
              primaryKey: { name: `pk ${n.some}`, columns: [n.id, n.name] },
              uniques: [
                { name: n.some, columns: [n.age, n.other], include: [n.role], deferrable: 'INITIALLY DEFERRED' },
              ],
              checks: [{ name: `ck ${n.some}`, expression: { sql: `${quote(n.age)} > 0 AND ${quote(n.name)} <> ''` } }],
              exclusions: [{ name: `x ${n.some}`, expression: { sql: `USING btree (${quote(n.other)} WITH =)` } }],
              comment: `the "table's" \\ comment`,
            },
          ),
        },
      ],
    },
    { about: 'createTable without columns', operations: [{ kind: 'createTable', table: table(n.user, []) }] },
    {
      about: 'createTable in another schema',
      operations: [
        { kind: 'createSchema', schema: n.schema },
        { kind: 'createEnum', enum: { ...role, schema: n.schema } },
        { kind: 'createTable', table: { ...users, schema: n.schema } },
        { kind: 'createTable', table: users },
        {
          kind: 'addColumn',
          table: { schema: n.schema, name: n.user },
          column: column(n.role, { enum: n.role, schema: n.schema }, { nullable: true }),
        },
        { kind: 'createIndex', table: { schema: n.schema, name: n.user }, index: index() },
        { kind: 'renameIndex', table: { schema: n.schema, name: n.user }, from: n.some, to: `${n.some}2` },
      ],
    },
    {
      about: 'createTable, partitioned',
      operations: [
        {
          kind: 'createTable',
          table: table('parts', [column('at', 'date')], { options: { partitionBy: 'RANGE (at)' } }),
        },
      ],
    },
    { about: 'dropTable', first, operations: [{ kind: 'dropTable', table: posts }] },
    { about: 'renameTable', first, operations: [{ kind: 'renameTable', from: user, to: { name: n.some } }] },
    {
      about: 'renameTable into another schema',
      first: [createUsers, { kind: 'createSchema', schema: n.schema }],
      operations: [{ kind: 'renameTable', from: user, to: { schema: n.schema, name: n.some } }],
    },
    { about: 'commentTable', first, operations: [{ kind: 'commentTable', table: user, to: n.some }] },
    {
      about: 'addColumn',
      first,
      operations: [
        { kind: 'addColumn', table: user, column: column(n.other, 'varchar(3)[]', { default: [], comment: n.some }) },
        {
          kind: 'addColumn',
          table: user,
          column: column('serial', 'smallint', { identity: 'SERIAL', nullable: true }),
        },
      ],
    },
    { about: 'dropColumn', first, operations: [{ kind: 'dropColumn', table: user, column: users.columns[1]! }] },
    { about: 'renameColumn', first, operations: [{ kind: 'renameColumn', table: user, from: n.name, to: n.some }] },
    { about: 'alterColumn: length', ...altering(column(n.name, 'varchar(50)'), column(n.name, 'varchar(100)')) },
    {
      about: 'alterColumn: type, nullability, default, comment at once',
      ...altering(
        column(n.name, 'varchar(50)', { default: '1', comment: 'x' }),
        column(n.name, 'integer', { default: 2, nullable: true }),
      ),
    },
    {
      about: 'alterColumn: with using',
      first,
      operations: [alter(users.columns[1]!, column(n.name, 'text[]'), `string_to_array(${quote(n.name)}, ',')`)],
    },
    {
      about: 'alterColumn: collation',
      ...altering(column(n.name, 'text', { collation: 'C' }), column(n.name, 'varchar(3)')),
    },
    { about: 'alterColumn: text to uuid', ...altering(column(n.name, 'text'), column(n.name, 'uuid')) },
    {
      about: 'alterColumn: json',
      ...altering(column(n.name, 'json', { default: {} }), column(n.name, 'jsonb', { default: {} })),
    },
    {
      about: 'alterColumn: to an enum',
      first: [
        createRole,
        { kind: 'createTable', table: table(n.user, [column(n.name, 'varchar(9)', { default: 'admin' })]) },
      ],
      operations: [
        alter(column(n.name, 'varchar(9)', { default: 'admin' }), column(n.name, roles, { default: 'admin' })),
      ],
    },
    ...(['SERIAL', 'ALWAYS', 'BY DEFAULT'] as const).flatMap((identity) => [
      {
        about: `alterColumn: nothing to ${identity}`,
        ...altering(column(n.id, 'bigint', { default: 7 }), column(n.id, 'bigint', { identity })),
      },
      ...(['SERIAL', 'ALWAYS', 'BY DEFAULT'] as const)
        .filter((other) => other !== identity)
        .map((other) => ({
          about: `alterColumn: ${identity} to ${other}`,
          ...altering(column(n.id, 'integer', { identity }), column(n.id, 'integer', { identity: other })),
        })),
      {
        about: `alterColumn: ${identity} integer to bigint`,
        ...altering(column(n.id, 'integer', { identity }), column(n.id, 'bigint', { identity })),
      },
    ]),
    ...[
      { about: 'another expression', from: { sql: `${quote(n.age)} + 1` }, to: { sql: `${quote(n.age)} + 2` } },
      { about: 'no longer computed', from: { sql: `${quote(n.age)} + 1` }, to: undefined },
    ].map(({ about, from, to }) => ({
      about: `alterColumn: generated, ${about}`,
      first: [
        {
          kind: 'createTable' as const,
          table: table(
            n.user,
            [column(n.age, 'integer'), column(n.name, 'integer', { nullable: true, generated: from })],
            {
              uniques: [{ name: `u ${n.some}`, columns: [n.name] }],
              checks: [{ name: `c ${n.some}`, expression: { sql: `${quote(n.name)} > 0` } }],
            },
          ),
        },
        { kind: 'createIndex' as const, table: user, index: index({ where: { sql: `${quote(n.name)} > 1` } }) },
      ],
      operations: [
        alter(
          column(n.name, 'integer', { nullable: true, generated: from }),
          column(n.name, 'integer', { nullable: true, ...(to && { generated: to }) }),
        ),
      ],
    })),
    {
      about: 'createPrimaryKey',
      first,
      operations: [
        { kind: 'createPrimaryKey', table: { name: n.post }, primaryKey: { name: n.some, columns: [n.id] } },
      ],
    },
    {
      about: 'dropPrimaryKey',
      first,
      operations: [{ kind: 'dropPrimaryKey', table: user, primaryKey: users.primaryKey! }],
    },
    {
      about: 'createUnique',
      first,
      operations: [
        { kind: 'createUnique', table: user, unique: { name: n.some, columns: [n.name, n.age], include: [n.id] } },
        {
          kind: 'createUnique',
          table: user,
          unique: { name: 'u', columns: [n.age], deferrable: 'INITIALLY IMMEDIATE' },
        },
      ],
    },
    {
      about: 'createForeignKey',
      first,
      operations: [
        {
          kind: 'createForeignKey',
          table: { name: n.post },
          foreignKey: {
            name: n.some,
            columns: [n.other],
            references: { table: user, columns: [n.id] },
            onDelete: 'SET NULL',
            onUpdate: 'CASCADE',
            match: 'FULL',
            deferrable: 'INITIALLY DEFERRED',
          },
        },
      ],
    },
    {
      about: 'createCheck',
      first,
      operations: [
        { kind: 'createCheck', table: user, check: { name: n.some, expression: { sql: `${quote(n.age)} in (1, 2)` } } },
      ],
    },
    {
      about: 'createExclusion',
      first,
      operations: [
        {
          kind: 'createExclusion',
          table: user,
          exclusion: {
            name: n.some,
            expression: {
              sql: `USING gist (int4range(${quote(n.id)}, ${quote(n.age)}) WITH &&) WHERE (${quote(n.age)} > 0)`,
            },
            deferrable: 'INITIALLY DEFERRED',
          },
        },
      ],
    },
    {
      about: 'renameConstraint',
      first,
      operations: [{ kind: 'renameConstraint', table: user, from: users.primaryKey!.name!, to: n.some }],
    },
    ...[
      { about: 'plain', index: {} },
      { about: 'unique, partial', index: { unique: true, where: { sql: `${quote(n.age)} > 0` } } },
      {
        about: 'order and nulls',
        index: {
          columns: [
            { column: n.name, order: 'DESC' as const },
            { column: n.age, nulls: 'FIRST' as const },
          ],
        },
      },
      {
        about: 'expression with collation',
        index: { columns: [{ sql: `lower(${quote(n.name)})`, collation: 'C' }, { sql: `(${quote(n.age)} + 1)` }] },
      },
      { about: 'opclass', index: { columns: [{ column: n.name, opclass: 'varchar_pattern_ops' }] } },
      { about: 'hash', index: { using: 'hash' } },
      { about: 'include', index: { include: [n.age] } },
      { about: 'brin', index: { using: 'brin', columns: [n.age] } },
    ].map((one): Story => ({
      about: `createIndex: ${one.about}`,
      first,
      operations: [{ kind: 'createIndex', table: user, index: index(one.index) }],
    })),
    {
      about: 'dropIndex',
      first: [...first, { kind: 'createIndex', table: user, index: index() }],
      operations: [{ kind: 'dropIndex', table: user, index: index() }],
    },
    {
      about: 'renameIndex',
      first: [...first, { kind: 'createIndex', table: user, index: index() }],
      operations: [{ kind: 'renameIndex', table: user, from: n.some, to: `${n.some} too` }],
    },
    { about: 'createEnum', operations: [createRole] },
    { about: 'dropEnum', first: [createRole], operations: [{ kind: 'dropEnum', enum: role }] },
    {
      about: 'addEnumValue, used at once',
      first: [createRole, { kind: 'createTable', table: withRole }],
      operations: [
        { kind: 'addEnumValue', enum: role, value: n.some, before: `it's` },
        alter(withRole.columns[0]!, column(n.role, roles, { default: n.some })),
      ],
    },
    {
      about: 'addEnumValue to a type of the same migration',
      operations: [
        createRole,
        { kind: 'addEnumValue', enum: role, value: n.some, after: `it's` },
        { kind: 'createTable', table: withRole },
      ],
    },
    {
      about: 'renameEnum',
      first: [
        createRole,
        {
          kind: 'createTable',
          table: { ...withRole, checks: [{ name: n.some, expression: { sql: `${quote(n.role)} <> 'it''s'` } }] },
        },
      ],
      operations: [
        { kind: 'renameEnum', from: { name: n.role }, to: { name: n.some } },
        { kind: 'renameEnumValue', enum: { name: n.some }, from: `it's`, to: n.some },
      ],
    },
    {
      about: 'renameEnumValue',
      first: [createRole, { kind: 'createTable', table: withRole }],
      operations: [{ kind: 'renameEnumValue', enum: role, from: 'admin', to: n.some }],
    },
    {
      about: 'replaceEnum',
      first: [
        createRole,
        {
          kind: 'createTable',
          table: { ...withRole, checks: [{ name: n.some, expression: { sql: `${quote(n.role)} <> 'it''s'` } }] },
        },
        { kind: 'createIndex', table: user, index: { name: 'i', columns: [n.role], unique: false } },
        {
          kind: 'createIndex',
          table: user,
          index: { name: 'j', columns: [n.other], unique: false, where: { sql: `${quote(n.role)} = 'admin'` } },
        },
        { kind: 'createView', view: { name: 'v', definition: { sql: `SELECT * FROM ${quote(n.user)}` } } },
        { kind: 'createView', view: { name: 'a', definition: { sql: `SELECT ${quote(n.role)} FROM v` } } },
      ],
      operations: [
        {
          kind: 'replaceEnum',
          from: role,
          to: { ...role, values: [n.some, `it's`, 'admin'] },
          map: { 'some "one"': n.some },
        },
      ],
    },
    {
      about: 'createView',
      first,
      operations: [
        {
          kind: 'createView',
          view: { name: n.some, definition: { sql: `SELECT ${quote(n.id)} FROM ${quote(n.user)};` } },
        },
        {
          kind: 'createView',
          view: {
            name: `m${n.some}`,
            materialized: true,
            definition: {
              sql: `SELECT ${quote(n.id)}, 1 AS one FROM ${quote(n.user)} WHERE ${quote(n.age)} in (1, 2)`,
            },
            indexes: [{ name: 'on_view', columns: ['one', n.id], unique: true }],
          },
        },
      ],
    },
    { about: 'createSchema', operations: [{ kind: 'createSchema', schema: n.schema }] },
    {
      about: 'createSequence',
      operations: [{ kind: 'createSequence', sequence: { name: n.some, type: 'integer', start: '5', increment: '2' } }],
    },
    {
      about: 'dropSequence',
      first: [{ kind: 'createSequence', sequence: { name: n.some } }],
      operations: [{ kind: 'dropSequence', sequence: { name: n.some } }],
    },
  ]
}

const told = (names: Names, mark: string) =>
  stories(names).map((story): [string, Story] => [`${story.about}${mark}`, story])

test.each([...told(plainNames, ''), ...told(hostileNames, ', hostile names')])(
  '%s leads where apply says, and back',
  async (_, { first = [], operations }) => {
    await go(first, emptySchema)
    const before = await postgres.introspect(db, scope)
    await go(operations, before)
    const after = await postgres.introspect(db, scope)
    await expectSame(after, apply(before, operations))
    await go(reverseAll(operations), after)
    expect(plain(await postgres.introspect(db, scope))).toEqual(plain(before))
  },
)

test('constraints without a name get the one the server would give, cut where it would cut', async () => {
  const long = 'ä'.repeat(40)
  const unnamed = table(
    long,
    [
      column('id', 'integer'),
      column(`${long}x`, 'integer', { nullable: true }),
      column('b', 'integer', { nullable: true }),
    ],
    {
      primaryKey: { columns: ['id'] },
      uniques: [{ columns: [`${long}x`, 'b'] }],
      checks: [{ expression: { sql: 'b > id' } }],
      exclusions: [{ expression: { sql: 'USING btree (b WITH =)' } }],
      foreignKeys: [{ columns: ['b'], references: { table: { name: long }, columns: ['id'] } }],
    },
  )
  const columns = unnamed.columns.map(({ name, type }) => `"${name}" ${String(type)}`)
  await db.query(`CREATE TABLE "${long}" (${columns.join(', ')}, PRIMARY KEY (id), UNIQUE ("${long}x", b), CHECK (b > id),
    EXCLUDE USING btree (b WITH =), FOREIGN KEY (b) REFERENCES "${long}" (id))`)
  const live = await postgres.introspect(db, scope)
  const names = ({ tables: [first] }: SchemaModel) =>
    [first!.primaryKey!, ...first!.uniques, ...first!.foreignKeys].map(({ name }) => name)
  expect(names(postgres.normalize({ ...emptySchema, tables: [unnamed] }, scope))).toEqual(names(live))
})

test.each([
  ['boolean', 'NOT true'],
  ['boolean', '1 IN (1, 2) AND true'],
  ['timestamp', `now() AT TIME ZONE 'utc'`],
  ['text', `'it''s NOT ' COLLATE "C"`],
])('the default of a column may be any expression: %s %s', async (type, sql) => {
  const made = table('made', [column('id', 'integer'), column('given', type, { nullable: true, default: { sql } })])
  await go([{ kind: 'createTable', table: made }], emptySchema)
  await db.query('INSERT INTO made (id) VALUES (1)')
  expect(await db.query('SELECT given IS NOT NULL AS said FROM made')).toEqual([{ said: true }])
})

test('an extension is created and dropped', async () => {
  const operations: Operation[] = [{ kind: 'createExtension', extension: { name: 'citext' } }]
  await go(operations, emptySchema)
  await go([{ kind: 'createTable', table: table('t', [column('c', 'citext', { default: 'x' })]) }], emptySchema)
  const live = await postgres.introspect(db, scope)
  expect(live.extensions).toEqual([{ name: 'citext' }])
  expect(live.tables[0]!.columns).toEqual([{ name: 'c', type: 'citext', nullable: false, default: 'x' }])
  await go([{ kind: 'dropTable', table: live.tables[0]! }, ...reverseAll(operations)], live)
  expect(await postgres.introspect(db, scope)).toEqual(emptySchema)
})

test('a constraint that was left unchecked is checked by validateConstraint', async () => {
  const check = { name: 'c', expression: { sql: 'a > 0' }, notValid: true } as const
  const key = {
    name: 'f',
    columns: ['b'],
    references: { table: { name: 't' }, columns: ['a'] },
    notValid: true,
  } as const
  await db.query('CREATE TABLE t (a int UNIQUE, b int); INSERT INTO t VALUES (-1, 5)')
  const before = await postgres.introspect(db, scope)
  await go(
    [
      { kind: 'createCheck', table: { name: 't' }, check },
      { kind: 'createForeignKey', table: { name: 't' }, foreignKey: key },
    ],
    before,
  )
  const live = await postgres.introspect(db, scope)
  expect(live.tables[0]).toMatchObject({ checks: [check], foreignKeys: [key] })
  await db.query('UPDATE t SET a = 5')
  const validate = ['c', 'f'].map((name): Operation => ({ kind: 'validateConstraint', table: { name: 't' }, name }))
  await go(validate, live)
  await expectSame(await postgres.introspect(db, scope), apply(live, validate))
})

test('execute is split into statements, with parameters it is one; bulkInsert writes values as their columns want them', async () => {
  const t = table('t', [
    column('id', 'integer', { identity: 'SERIAL' }),
    column('text', 'text', { default: 'none' }),
    column('json', 'jsonb', { nullable: true }),
    column('list', 'text[]', { nullable: true }),
    column('big', 'bigint', { nullable: true }),
    column('constructor', 'text', { default: 'built' }),
  ])
  await go(
    [
      { kind: 'createTable', table: t },
      {
        kind: 'bulkInsert',
        table: { name: 't' },
        rows: [
          { text: `it's \\ "x"`, json: ['a', { b: "'" }], list: ['a b', 'NULL', '{"'], big: '9007199254740993' },
          { json: 'text', list: [], constructor: 'by hand' },
        ],
      },
      { kind: 'execute', sql: `UPDATE t SET big = 1 WHERE text = 'none;'; UPDATE t SET big = 2 WHERE text = 'none'; ` },
      { kind: 'execute', sql: 'UPDATE t SET text = $1 WHERE big = $2', parameters: ['some', 2] },
    ],
    emptySchema,
  )
  const rows = await db.query('SELECT text, json, list, big, constructor FROM t ORDER BY id')
  expect(rows).toEqual([
    {
      text: `it's \\ "x"`,
      json: ['a', { b: "'" }],
      list: ['a b', 'NULL', '{"'],
      big: '9007199254740993',
      constructor: 'built',
    },
    { text: 'some', json: 'text', list: [], big: '2', constructor: 'by hand' },
  ])
})

test('values of an enum are mapped, in arrays too, and one that becomes another is not mapped twice', async () => {
  const from = { name: 'e', values: ['a', 'b', 'c'] }
  const to = { name: 'e', values: ['b', 'a', 'd'] }
  await db.query(`CREATE TYPE e AS ENUM ('a', 'b', 'c');
    CREATE TABLE t (one e DEFAULT 'a', many e[]); INSERT INTO t VALUES ('a', '{a,b,c}'), ('c', '{}'), (NULL, NULL)`)
  const before = await postgres.introspect(db, scope)
  await go([{ kind: 'replaceEnum', from, to, map: { a: 'b', b: 'a', c: 'd' } }], before)
  expect(await db.query('SELECT one::text, many::text FROM t')).toEqual([
    { one: 'b', many: '{b,a,d}' },
    { one: 'd', many: '{}' },
    { one: null, many: null },
  ])
  expect((await postgres.introspect(db, scope)).tables[0]!.columns[0]!.default).toBe('b')
})

test('a column that ends to be computed keeps its values, one that becomes an identity goes on behind the highest', async () => {
  await db.query(`CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED, id int NOT NULL);
    INSERT INTO t (a, id) VALUES (1, 7), (2, 41)`)
  const before = await postgres.introspect(db, scope)
  const b = before.tables[0]!.columns[1]!
  const id = before.tables[0]!.columns[2]!
  await go(
    [
      { kind: 'alterColumn', table: { name: 't' }, from: b, to: { name: 'b', type: 'integer', nullable: true } },
      { kind: 'alterColumn', table: { name: 't' }, from: id, to: { ...id, identity: 'SERIAL' } },
    ],
    before,
  )
  await db.query('INSERT INTO t (a) VALUES (3)')
  expect(await db.query('SELECT b, id FROM t ORDER BY id')).toEqual([
    { b: 2, id: 7 },
    { b: 4, id: 41 },
    { b: null, id: 42 },
  ])
})

test('an index is built concurrently outside of a transaction, and its probe sees it', async () => {
  await db.query('CREATE TABLE t (a int)')
  const before = await postgres.introspect(db, scope)
  const index = { name: 'I x', columns: ['a'], unique: false }
  const create: Operation = { kind: 'createIndex', table: { name: 't' }, index, concurrently: true }
  for (const operations of [[create], reverseAll([create])]) {
    const now = await postgres.introspect(db, scope)
    const plan = postgres.plan(operations, now, { scope, version, transaction: false })
    const [segment] = plan.segments
    if (segment === undefined || segment.transactional || segment.probe === undefined) throw new Error('no probe')
    const probe = async () => (await db.query(segment.probe!.sql, segment.probe!.parameters))[0]
    expect(await probe()).toEqual({ done: false })
    await run(db, plan)
    expect(await probe()).toEqual({ done: true })
  }
  expect(await postgres.introspect(db, scope)).toEqual(before)
})

async function go(operations: readonly Operation[], before: SchemaModel): Promise<void> {
  await run(db, postgres.plan(operations, before, { scope, version, transaction: true }))
}

async function expectSame(live: SchemaModel, wanted: SchemaModel): Promise<void> {
  const judged = await postgres.judge(db, live, postgres.normalize(wanted, scope), scope)
  expect(plain(judged.live)).toEqual(plain(judged.wanted))
  expect(judged.uncertain).toEqual([])
}
