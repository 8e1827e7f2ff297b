import { sameSchema } from '../../src/model/same'
import type { Table } from '../../src/model/schema'
import { columns, schema, table } from '../support/schema'

const both = columns('a int', 'b int')
const same = (actual: Partial<Table>, wanted: Partial<Table>) =>
  sameSchema(
    schema({ tables: [table('t', { columns: both, ...actual })] }),
    schema({ tables: [table('t', { columns: both, ...wanted })] }),
  )

test.each<[boolean, string, Partial<Table>, Partial<Table>]>([
  [true, 'columns in another order', { columns: columns('b int', 'a int') }, {}],
  [true, 'NULL for a default', { columns: [{ ...both[0]!, default: { sql: 'NULL' } }, both[1]!] }, {}],
  [
    true,
    'a value and the expression that spells it',
    { columns: [{ ...both[0]!, default: 0 }, both[1]!] },
    { columns: [{ ...both[0]!, default: { sql: "'0.00'", canonical: '0' } }, both[1]!] },
  ],
  [
    false,
    'a value and another expression',
    { columns: [{ ...both[0]!, default: 0 }, both[1]!] },
    { columns: [{ ...both[0]!, default: { sql: 'now()' } }, both[1]!] },
  ],
  [false, 'a column more', { columns: columns('a int', 'b int', 'c int') }, {}],
  [
    true,
    'constraints in another order',
    {
      uniques: [
        { name: 'X', columns: ['a'] },
        { name: 'Y', columns: ['b'] },
      ],
    },
    {
      uniques: [
        { name: 'Y', columns: ['b'] },
        { name: 'X', columns: ['a'] },
      ],
    },
  ],
  [false, 'another name', { uniques: [{ name: 'X', columns: ['a'] }] }, { uniques: [{ name: 'Y', columns: ['a'] }] }],
  [true, 'a name on one side', { uniques: [{ columns: ['a'] }] }, { uniques: [{ name: 'Y', columns: ['a'] }] }],
  [
    true,
    'a namesake that another could take',
    { uniques: [{ columns: ['a'] }, { name: 'X', columns: ['a'] }] },
    {
      uniques: [
        { name: 'X', columns: ['a'] },
        { name: 'Y', columns: ['a'] },
      ],
    },
  ],
  [
    false,
    'one equal for two',
    {
      uniques: [
        { name: 'X', columns: ['a'] },
        { name: 'Y', columns: ['b'] },
      ],
    },
    { uniques: [{ name: 'X', columns: ['a'] }, { columns: ['a'] }] },
  ],
  [
    true,
    'another text, the same expression',
    { checks: [{ name: 'C', expression: { sql: 'a>0', canonical: 'X' } }] },
    { checks: [{ name: 'C', expression: { sql: '(a > 0)', canonical: 'X' } }] },
  ],
  [
    false,
    'the same text, another expression',
    { checks: [{ name: 'C', expression: { sql: 'a > 0', canonical: 'X' } }] },
    { checks: [{ name: 'C', expression: { sql: 'a > 0', canonical: 'Y' } }] },
  ],
  [
    true,
    'included columns in another order',
    { indexes: [{ name: 'I', columns: ['a'], unique: false, include: ['a', 'b'] }] },
    { indexes: [{ name: 'I', columns: ['a'], unique: false, include: ['b', 'a'] }] },
  ],
  [
    true,
    'an element as text or as an object',
    { indexes: [{ name: 'I', columns: ['a'], unique: false }] },
    { indexes: [{ name: 'I', columns: [{ column: 'a' }], unique: false }] },
  ],
  [
    false,
    'another order of an element',
    { indexes: [{ name: 'I', columns: ['a'], unique: false }] },
    { indexes: [{ name: 'I', columns: [{ column: 'a', order: 'DESC' }], unique: false }] },
  ],
  [
    true,
    'what no entity can say of an index',
    {
      indexes: [
        {
          name: 'I',
          columns: [{ column: 'a', order: 'DESC', nulls: 'LAST', opclass: 'x', collation: 'C' }, 'b'],
          unique: true,
          include: ['c'],
          nullsNotDistinct: true,
        },
      ],
    },
    { indexes: [{ name: 'I', columns: ['a', 'b'], unique: true }] },
  ],
  [
    true,
    'what no entity can say of keys',
    {
      primaryKey: { name: 'P', columns: ['a'], deferrable: 'INITIALLY DEFERRED' },
      uniques: [{ name: 'U', columns: ['a'], include: ['b'], nullsNotDistinct: true }],
      foreignKeys: [{ name: 'F', columns: ['a'], references: { table: { name: 't' }, columns: ['a'] }, match: 'FULL' }],
    },
    {
      primaryKey: { name: 'P', columns: ['a'] },
      uniques: [{ name: 'U', columns: ['a'] }],
      foreignKeys: [{ name: 'F', columns: ['a'], references: { table: { name: 't' }, columns: ['a'] } }],
    },
  ],
  [
    true,
    'an index nobody synchronizes, there',
    { indexes: [{ name: 'I', columns: ['a'], unique: false }] },
    { indexes: [{ name: 'I', columns: ['b'], unique: true, unsynchronized: true }] },
  ],
  [
    true,
    'an index nobody synchronizes, not there',
    {},
    { indexes: [{ name: 'I', columns: ['b'], unique: true, unsynchronized: true }] },
  ],
  [
    false,
    'a constraint still to be validated',
    { checks: [{ name: 'C', expression: { sql: 'a' }, notValid: true }] },
    { checks: [{ name: 'C', expression: { sql: 'a' } }] },
  ],
  [false, 'another comment', { comment: 'x' }, {}],
])('%s: %s', (expected, _, actual, wanted) => {
  expect(same(actual, wanted)).toBe(expected)
})

test('a schema may hold more schemas than are wanted, but not fewer', () => {
  expect(sameSchema(schema({ schemas: ['a', 'b'] }), schema({ schemas: ['a'] }))).toBe(true)
  expect(sameSchema(schema({ schemas: ['a'] }), schema({ schemas: ['a', 'b'] }))).toBe(false)
})

test('where an extension is installed counts no more than the parts of a sequence that nobody declares', () => {
  expect(
    sameSchema(schema({ extensions: [{ name: 'citext', schema: 'x' }] }), schema({ extensions: [{ name: 'citext' }] })),
  ).toBe(true)
  expect(sameSchema(schema({ sequences: [{ name: 's', start: '1' }] }), schema({ sequences: [{ name: 's' }] }))).toBe(
    true,
  )
  expect(
    sameSchema(schema({ sequences: [{ name: 's', start: '1' }] }), schema({ sequences: [{ name: 's', start: '2' }] })),
  ).toBe(false)
})
