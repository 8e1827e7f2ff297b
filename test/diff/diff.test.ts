// Two schemas, and the difference in words. The laws say that it is right; these say that it is the one a person would choose.
import { diff } from '../../src/diff/diff'
import type { Column, ForeignKey, Index, SchemaModel, Table, View } from '../../src/model/schema'
import { describe as line } from '../../src/operations/describe'
import { columns, schema, table } from '../support/schema'

const lines = (from: SchemaModel, to: SchemaModel) => diff(from, to).map(line)
const tables = (...list: Table[]) => schema({ tables: list })
/** The difference between two states of one table. */
const change = (from: Partial<Table>, to: Partial<Table>) => lines(tables(table('t', from)), tables(table('t', to)))

const foreignKey = (name: string, column: string, target: string): ForeignKey => ({
  name,
  columns: [column],
  references: { table: { name: target }, columns: ['id'] },
})
const index = (name: string, ...on: string[]): Index => ({ name, columns: on, unique: false })

describe('columns', () => {
  const plain: Column = { name: 'c', type: 'int', nullable: false }
  test.each<[string, Column[], Column[], string[]]>([
    ['in another order are the same', columns('a int', 'b int'), columns('b int', 'a int'), []],
    ['come before others go', columns('a int'), columns('b int'), ['+ column t.b int', '- column t.a int']],
    [
      'change in one operation',
      [plain],
      [{ ...plain, type: 'bigint', nullable: true }],
      ['~ column t.c int → bigint, null'],
    ],
    [
      'with defaults of equal JSON are the same',
      [{ ...plain, default: { a: 1, b: [2] } }],
      [{ ...plain, default: { b: [2], a: 1 } }],
      [],
    ],
    [
      'with a text or the same as an expression for a default differ',
      [{ ...plain, default: 'now()' }],
      [{ ...plain, default: { sql: 'now()' } }],
      ['~ column t.c default now()'],
    ],
    [
      'with a number or the same as an expression for a default are the same',
      [{ ...plain, default: 1 }],
      [{ ...plain, default: { sql: '1' } }],
      [],
    ],
    [
      'with expressions the server finds equal are the same',
      [{ ...plain, default: { sql: 'now()', canonical: 'now()' } }],
      [{ ...plain, default: { sql: 'CURRENT_TIMESTAMP', canonical: 'now()' } }],
      [],
    ],
    [
      'that are computed otherwise are altered',
      [plain, { ...plain, name: 'd', generated: { sql: 'c + 1' } }],
      [plain, { ...plain, name: 'd', generated: { sql: 'c + 2' } }],
      ['~ column t.d generated as c + 2'],
    ],
    [
      'that end to be computed keep their values',
      [plain, { ...plain, name: 'd', generated: { sql: 'c + 1' } }],
      [plain, { ...plain, name: 'd' }],
      ['~ column t.d generated as dropped'],
    ],
    [
      'that begin to be computed are dropped and added',
      [plain, { ...plain, name: 'd' }],
      [plain, { ...plain, name: 'd', generated: { sql: 'c + 1' } }],
      ['- column t.d int', '+ column t.d int generated as c + 1'],
    ],
    [
      'that are computed otherwise from a column of another type are dropped and added',
      [
        { ...plain, type: 'text' },
        { ...plain, name: 'd', generated: { sql: 'length(c)' } },
      ],
      [plain, { ...plain, name: 'd', generated: { sql: 'c + 2' } }],
      ['- column t.d int generated as length(c)', '~ column t.c text → int', '+ column t.d int generated as c + 2'],
    ],
    [
      'that are no longer stored are dropped and added',
      [plain, { ...plain, name: 'd', generated: { sql: 'c' } }],
      [plain, { ...plain, name: 'd', generated: { sql: 'c', virtual: true } }],
      ['- column t.d int generated as c', '+ column t.d int generated as c'],
    ],
    [
      'that are no longer computed are so before what they stood on has another type',
      [
        plain,
        { ...plain, name: 'd', generated: { sql: 'c + 1' } },
        { ...plain, name: 'e', generated: { sql: 'c + 2' } },
      ],
      [
        { ...plain, type: 'text' },
        { ...plain, name: 'd' },
      ],
      ['- column t.e int generated as c + 2', '~ column t.d generated as dropped', '~ column t.c int → text'],
    ],
    [
      'that are computed come after, and go before, what they may stand on',
      [...columns('a int'), { ...plain, name: 'b', generated: { sql: 'a' } }, ...columns('id int')],
      [...columns('id int'), { ...plain, name: 'd', generated: { sql: 'c' } }, plain],
      ['+ column t.c int', '- column t.b int generated as a', '+ column t.d int generated as c', '- column t.a int'],
    ],
    [
      'that are renamed are never guessed',
      columns('id int', 'name text'),
      columns('id int', 'title text'),
      ['+ column t.title text', '- column t.name text'],
    ],
  ])('%s', (_, from, to, expected) => {
    expect(change({ columns: from }, { columns: to })).toEqual(expected)
  })

  test('keep the spelling of what does not change', () => {
    const live = { ...plain, default: { sql: 'now()', canonical: 'N' } }
    const wanted = { ...plain, nullable: true, default: { sql: 'CURRENT_TIMESTAMP', canonical: 'N' } }
    expect(diff(tables(table('t', { columns: [live] })), tables(table('t', { columns: [wanted] })))).toEqual([
      { kind: 'alterColumn', table: { name: 't' }, from: live, to: { ...live, nullable: true } },
    ])
  })
})

describe('keys, checks and indexes', () => {
  const both = { columns: columns('id int', 'a int', 'b int') }
  test.each<[string, Partial<Table>, Partial<Table>, string[]]>([
    [
      'of another name alone are renamed',
      { uniques: [{ name: 'X', columns: ['a'] }], indexes: [index('I', 'b')] },
      { uniques: [{ name: 'Y', columns: ['a'] }], indexes: [index('J', 'b')] },
      ['~ constraint t X → Y', '~ index t I → J'],
    ],
    [
      'without a name on one side are the same',
      { uniques: [{ columns: ['a'] }], primaryKey: { name: 'PK', columns: ['id'] } },
      { uniques: [{ name: 'Y', columns: ['a'] }], primaryKey: { columns: ['id'] } },
      [],
    ],
    [
      'of the same name and another content are replaced',
      { checks: [{ name: 'C', expression: { sql: 'a > 0' } }] },
      { checks: [{ name: 'C', expression: { sql: 'a > 1' } }] },
      ['- check t C a > 0', '+ check t C a > 1'],
    ],
    [
      'of equal content are counted',
      { indexes: [index('I', 'a'), index('J', 'a')] },
      { indexes: [index('J', 'a')] },
      ['- index t I (a)'],
    ],
    [
      'find their namesake before their equal',
      { indexes: [index('I', 'a'), index('J', 'b')] },
      { indexes: [index('J', 'a')] },
      ['- index t J (b)', '- index t I (a)', '+ index t J (a)'],
    ],
    [
      'count the order of their columns',
      { primaryKey: { columns: ['id', 'a'] } },
      { primaryKey: { columns: ['a', 'id'] } },
      ['- primary key t (id, a)', '+ primary key t (a, id)'],
    ],
    [
      'ignore an access method nobody declares',
      { indexes: [{ ...index('I', 'a'), using: 'gin' }] },
      { indexes: [index('I', 'a')] },
      [],
    ],
    [
      'know that btree is the method where none is said',
      { indexes: [index('I', 'a')] },
      { indexes: [{ ...index('I', 'a'), using: 'btree' }] },
      [],
    ],
    [
      'change where the method is declared',
      { indexes: [index('I', 'a')] },
      { indexes: [{ ...index('I', 'a'), using: 'hash' }] },
      ['- index t I (a)', '+ index t I (a)'],
    ],
    ['that nobody synchronizes are not created', {}, { indexes: [{ ...index('I', 'a'), unsynchronized: true }] }, []],
    [
      'that nobody synchronizes are neither changed nor dropped',
      { indexes: [index('I', 'a')] },
      { indexes: [{ ...index('I', 'b'), unsynchronized: true }] },
      [],
    ],
    [
      'that were not validated are',
      { checks: [{ name: 'C', expression: { sql: 'a > 0' }, notValid: true }] },
      { checks: [{ name: 'C', expression: { sql: 'a > 0' } }] },
      ['~ constraint t C validated'],
    ],
    [
      'that include a column which goes are made again without it',
      {
        columns: columns('id int', 'a int', 'b int', 'c int'),
        indexes: [{ ...index('I', 'a'), include: ['c'] }],
        uniques: [{ name: 'U', columns: ['b'], include: ['c'] }],
      },
      { indexes: [index('I', 'a')], uniques: [{ name: 'U', columns: ['b'] }] },
      ['- index t I (a)', '- unique t U (b)', '- column t.c int', '+ unique t U (b)', '+ index t I (a)'],
    ],
    [
      'need not be validated to be what is wanted',
      { checks: [{ name: 'C', expression: { sql: 'a > 0' } }] },
      { checks: [{ name: 'C', expression: { sql: 'a > 0' }, notValid: true }] },
      [],
    ],
  ])('%s', (_, from, to, expected) => {
    expect(change({ ...both, ...from }, { ...both, ...to })).toEqual(expected)
  })

  test('stay where the type of their column changes', () => {
    const parts = { primaryKey: { columns: ['id'] }, indexes: [index('I', 'id')] }
    expect(change({ ...parts, columns: columns('id int') }, { ...parts, columns: columns('id bigint') })).toEqual([
      '~ column t.id int → bigint',
    ])
  })

  test('that speak of a column are made again where its type changes, but not for a length', () => {
    const computed: Column = { name: 'c', type: 'int', nullable: true, generated: { sql: 'length(a)' } }
    const parts = {
      indexes: [{ ...index('I', 'id'), where: { sql: 'length(a) > 1' } }],
      checks: [{ name: 'C', expression: { sql: 'length(a) > 1' } }],
    }
    const to = (type: string) =>
      change(
        { ...parts, columns: [...columns('id int', 'a varchar(5)'), computed] },
        { ...parts, columns: [...columns('id int', `a ${type}`), computed] },
      )
    expect(to('char(5)')).toEqual([
      '- check t C length(a) > 1',
      '- index t I (id) where length(a) > 1',
      '- column t.c int null generated as length(a)',
      '~ column t.a varchar(5) → char(5)',
      '+ column t.c int null generated as length(a)',
      '+ index t I (id) where length(a) > 1',
      '+ check t C length(a) > 1',
    ])
    expect(to('varchar(9)')).toEqual(['~ column t.a varchar(5) → varchar(9)'])
  })

  test('come back with a computed column', () => {
    const computed = (virtual?: true): Column => ({
      name: 'c',
      type: 'int',
      nullable: true,
      generated: { sql: 'a', ...(virtual && { virtual }) },
    })
    const parts = {
      indexes: [index('I', 'c'), index('J', 'a')],
      checks: [
        { name: 'C', expression: { sql: '"c" > 0' } },
        { name: 'D', expression: { sql: 'abc > 0' } },
      ],
    }
    expect(
      change(
        { ...parts, columns: [...both.columns, computed()] },
        { ...parts, columns: [...both.columns, computed(true)] },
      ),
    ).toEqual([
      '- check t C "c" > 0',
      '- index t I (c)',
      '- column t.c int null generated as a',
      '+ column t.c int null generated as a',
      '+ index t I (c)',
      '+ check t C "c" > 0',
    ])
  })
})

describe('foreign keys', () => {
  const user = table('user', { primaryKey: { columns: ['id'] } })
  const post = (keys: ForeignKey[]) =>
    table('post', { columns: columns('id int', 'a int', 'b int'), foreignKeys: keys })

  test('are the same whatever the order of their pairs', () => {
    const pairs = (columns: string[], references: string[]) => ({
      name: 'FK',
      columns,
      references: { table: { name: 'user' }, columns: references },
    })
    expect(
      lines(tables(user, post([pairs(['a', 'b'], ['x', 'y'])])), tables(user, post([pairs(['b', 'a'], ['y', 'x'])]))),
    ).toEqual([])
    expect(
      lines(tables(user, post([pairs(['a', 'b'], ['x', 'y'])])), tables(user, post([pairs(['a', 'b'], ['y', 'x'])]))),
    ).toHaveLength(2)
  })

  test('are replaced where what they do changes', () => {
    expect(
      lines(
        tables(user, post([foreignKey('FK', 'a', 'user')])),
        tables(user, post([{ ...foreignKey('FK', 'a', 'user'), onDelete: 'CASCADE' }])),
      ),
    ).toEqual(['- foreign key post FK (a) → user (id)', '+ foreign key post FK (a) → user (id) on delete cascade'])
  })

  test('step aside while the key they point at is replaced', () => {
    const keys = [foreignKey('FK', 'a', 'user')]
    expect(
      lines(
        tables(user, post(keys)),
        tables(table('user', { uniques: [{ name: 'UQ', columns: ['id'] }] }), post(keys)),
      ),
    ).toEqual([
      '- foreign key post FK (a) → user (id)',
      '- primary key user (id)',
      '+ unique user UQ (id)',
      '+ foreign key post FK (a) → user (id)',
    ])
  })
})

describe('tables', () => {
  const user = table('user', { primaryKey: { columns: ['id'] }, indexes: [index('IDX_b', 'id'), index('IDX_a', 'id')] })
  const post = table('post', {
    columns: columns('id int', 'userId int'),
    foreignKeys: [foreignKey('FK_user', 'userId', 'user')],
  })
  const tree = table('tree', {
    columns: columns('id int', 'parentId int'),
    foreignKeys: [foreignKey('FK_parent', 'parentId', 'tree')],
  })

  test('come after those they refer to, with their indexes and foreign keys', () => {
    expect(lines(schema({}), tables(post, tree, user))).toEqual([
      '+ table user (1 column)',
      '+ index user IDX_a (id)',
      '+ index user IDX_b (id)',
      '+ table post (2 columns)',
      '+ foreign key post FK_user (userId) → user (id)',
      '+ table tree (2 columns)',
      '+ foreign key tree FK_parent (parentId) → tree (id)',
    ])
  })

  test('go before those they refer to', () => {
    expect(lines(tables(user, post), schema({}))).toEqual([
      '- foreign key post FK_user (userId) → user (id)',
      '- table post (2 columns)',
      '- index user IDX_b (id)',
      '- index user IDX_a (id)',
      '- table user (1 column)',
    ])
  })

  test('in a circle get the last foreign key at the end', () => {
    const chicken = table('chicken', {
      columns: columns('id int', 'eggId int'),
      foreignKeys: [foreignKey('FK_egg', 'eggId', 'egg')],
    })
    const egg = table('egg', {
      columns: columns('id int', 'chickenId int'),
      foreignKeys: [foreignKey('FK_chicken', 'chickenId', 'chicken')],
    })
    expect(lines(schema({}), tables(chicken, egg))).toEqual([
      '+ table egg (2 columns)',
      '+ table chicken (2 columns)',
      '+ foreign key chicken FK_egg (eggId) → egg (id)',
      '+ foreign key egg FK_chicken (chickenId) → chicken (id)',
    ])
  })

  test('of the same name in two schemas are two', () => {
    expect(lines(tables(user), schema({ tables: [{ ...user, schema: 'audit' }], schemas: ['audit'] }))).toEqual([
      '- index user IDX_b (id)',
      '- index user IDX_a (id)',
      '- table user (1 column)',
      '+ schema audit',
      '+ table audit.user (1 column)',
      '+ index audit.user IDX_a (id)',
      '+ index audit.user IDX_b (id)',
    ])
  })

  test('change their comment, and keep options nobody declares', () => {
    expect(change({ comment: 'old', options: { strict: true } }, { comment: 'new' })).toEqual([
      "~ table t comment 'new'",
    ])
  })
})

test('an index whose name another one takes goes first, and names in a circle step aside', () => {
  const t = (name: string, ...indexes: Index[]) => table(name, { columns: columns('a int', 'b int'), indexes })
  expect(lines(tables(t('t', index('I', 'a')), t('u')), tables(t('t'), t('u', index('I', 'a'))))).toEqual([
    '- index t I (a)',
    '+ index u I (a)',
  ])
  expect(
    lines(
      tables(t('t', index('I', 'a')), t('u', index('J', 'a'))),
      tables(t('t', index('J', 'a')), t('u', index('I', 'a'))),
    ),
  ).toEqual(['~ index t I → autogen_renaming_1', '~ index u J → I', '~ index t autogen_renaming_1 → J'])
})

describe('enums', () => {
  const change = (from: string[], to: string[]) =>
    lines(schema({ enums: [{ name: 'e', values: from }] }), schema({ enums: [{ name: 'e', values: to }] }))
  test.each<[string, string[], string[], string[]]>([
    ['that grow at the end', ['a'], ['a', 'b', 'c'], ["+ enum value e 'b'", "+ enum value e 'c'"]],
    [
      'that grow in the middle',
      ['a', 'd'],
      ['a', 'b', 'c', 'd'],
      ["+ enum value e 'b' after 'a'", "+ enum value e 'c' after 'b'"],
    ],
    [
      'that grow at the beginning',
      ['c'],
      ['a', 'b', 'c'],
      ["+ enum value e 'a' before 'c'", "+ enum value e 'b' after 'a'"],
    ],
    ['that lose a value', ['a', 'b'], ['b', 'c'], ['~ enum e (a, b) → (b, c)']],
    ['that are put in another order', ['a', 'b'], ['b', 'a'], ['~ enum e (a, b) → (b, a)']],
  ])('%s', (_, from, to, expected) => {
    expect(change(from, to)).toEqual(expected)
  })

  test('come before the columns that use them, and go after', () => {
    const from = schema({
      enums: [{ name: 'old', values: ['a'] }],
      tables: [table('t', { columns: [{ name: 'c', type: { enum: 'old' }, nullable: false }] })],
    })
    const to = schema({
      enums: [{ name: 'new', values: ['a'] }],
      tables: [table('t', { columns: [{ name: 'c', type: { enum: 'new' }, nullable: false }] })],
    })
    expect(lines(from, to)).toEqual(['+ enum new (a)', '~ column t.c old → new', '- enum old (a)'])
  })
})

describe('views', () => {
  const view = (name: string, sql: string): View => ({ name, definition: { sql } })
  const person = table('person', { columns: columns('id int', 'name text', 'age int') })
  const names = view('names', 'SELECT name FROM person')
  const ages = view('ages', 'SELECT age FROM person')
  const loud = view('loud', 'SELECT upper(name) FROM names')

  test('come after what they stand on, and go before it', () => {
    expect(lines(schema({}), schema({ tables: [person], views: [loud, names] }))).toEqual([
      '+ table person (3 columns)',
      '+ view names',
      '+ view loud',
    ])
    expect(lines(schema({ tables: [person], views: [names, loud] }), schema({}))).toEqual([
      '- view loud',
      '- view names',
      '- table person (3 columns)',
    ])
  })

  test.each([
    [
      'SELECT * FROM person',
      'SELECT id, name, age FROM person',
      ['- view all', '+ column person.more integer null', '+ view all'],
    ],
    [
      'SELECT 2 AS two, p.* FROM person p',
      'SELECT 2 AS two, id FROM person',
      ['- view all', '+ column person.more integer null', '+ view all'],
    ],
    ['SELECT count(*) FROM person', 'SELECT count(*) AS count FROM person', ['+ column person.more integer null']],
    ['SELECT * FROM person', 'SELECT * FROM person', ['+ column person.more integer null']],
    ['SELECT * FROM other', 'SELECT id FROM other', ['+ column person.more integer null']],
  ])(
    'that say all columns are made anew where one comes, if the server wrote down which: %s, %s',
    (sql, live, expected) => {
      const more = { ...person, columns: [...person.columns, { name: 'more', type: 'integer', nullable: true }] }
      expect(
        lines(
          schema({ tables: [person], views: [{ name: 'all', definition: { sql: live, canonical: 'X' } }] }),
          schema({ tables: [more], views: [{ name: 'all', definition: { sql, canonical: 'X' } }] }),
        ),
      ).toEqual(expected)
    },
  )

  test('are replaced together with the views that stand on them', () => {
    const other = view('names', 'SELECT name, id FROM person')
    expect(
      lines(
        schema({ tables: [person], views: [names, ages, loud] }),
        schema({ tables: [person], views: [other, ages, loud] }),
      ),
    ).toEqual(['- view loud', '- view names', '+ view names', '+ view loud'])
  })

  test('step aside while a column they use is made anew; where only its type changes, the database sees to it', () => {
    const views = [names, ages, loud]
    const older = (age: Partial<Column>) =>
      table('person', {
        columns: person.columns.map((column) => (column.name === 'age' ? { ...column, ...age } : column)),
      })
    const steps = (age: Partial<Column>) =>
      lines(schema({ tables: [person], views }), schema({ tables: [older(age)], views }))
    expect(steps({ type: 'bigint' })).toEqual(['~ column person.age int → bigint'])
    expect(steps({ generated: { sql: 'id' } })).toEqual([
      '- view ages',
      '- column person.age int',
      '+ column person.age int generated as id',
      '+ view ages',
    ])
  })
})

test('sequences, extensions and schemas', () => {
  const from = schema({
    sequences: [{ name: 's', start: '1', increment: '1' }, { name: 'gone' }],
    extensions: [{ name: 'old' }],
    schemas: ['left'],
  })
  const to = schema({
    sequences: [{ name: 's', increment: '2' }, { name: 'new' }],
    extensions: [{ name: 'citext' }],
    schemas: ['audit'],
  })
  expect(lines(from, to)).toEqual([
    '+ schema audit',
    '+ extension citext',
    '- sequence s',
    '+ sequence new',
    '+ sequence s',
    '- sequence gone',
    '- extension old',
  ])
  expect(lines(schema({ sequences: [{ name: 's', start: '5' }] }), schema({ sequences: [{ name: 's' }] }))).toEqual([])
})

test('the work grows with the schema and not with its square: twice the tables are read twice as often', () => {
  let reads = 0
  const counted = <T extends object>(object: T): T =>
    new Proxy(object, {
      get: (target, key, receiver): unknown => {
        reads++
        const value: unknown = Reflect.get(target, key, receiver)
        return typeof value === 'object' && value !== null && !Array.isArray(value) ? counted(value) : value
      },
    })
  const many = (size: number, type: string) =>
    tables(
      ...Array.from({ length: size }, (_, i) =>
        counted(
          table(`table_${i}`, {
            columns: columns('id int', ...Array.from({ length: 20 }, (_, c) => `c${c} ${type}`)).map(counted),
            indexes: [counted(index(`IDX_${i}`, 'c1'))],
            foreignKeys: i === 0 ? [] : [counted(foreignKey(`FK_${i}`, 'c2', `table_${i - 1}`))],
          }),
        ),
      ),
    )
  const readsFor = (size: number) => {
    reads = 0
    expect(diff(many(size, 'int'), many(size, 'bigint'))).toHaveLength(size * 20)
    return reads
  }
  const once = readsFor(100)
  expect(once).toBeGreaterThan(100 * 20)
  expect(readsFor(200) / once).toBeLessThan(2.1)
})
