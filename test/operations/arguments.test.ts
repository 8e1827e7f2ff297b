// A script that no TypeScript checked: the error names the method, the key, and what was probably meant.
import type { Op } from '../../src/operations/op'
import { recordScript } from '../../src/operations/record'

// What JavaScript lets people write.
type Unchecked = { readonly [method in keyof Op]: (...args: unknown[]) => Promise<unknown> }
const run = (script: (op: Unchecked) => unknown) => recordScript((op) => void script(op as unknown as Unchecked))

test.each<[string, string, (op: Unchecked) => unknown]>([
  [
    'op.addColumn: `column` has no key `nulable`.',
    'Did you mean "nullable"?',
    (op) => op.addColumn('user', { name: 'a', type: 'int', nulable: true }),
  ],
  [
    'op.addColumn: `column` needs `type`.',
    'Correct `column.type` in the script.',
    (op) => op.addColumn('user', { name: 'a' }),
  ],
  [
    "op.addColumn: `column.type` must be an SQL type as text, or { enum: 'name' }, not 5.",
    'Correct `column.type` in the script.',
    (op) => op.addColumn('user', { name: 'a', type: 5 }),
  ],
  [
    "op.addColumn: `column.default` must be a value or { sql: '...' }; leave it out where there is none.",
    'Correct `column.default` in the script.',
    (op) => op.addColumn('user', { name: 'a', type: 'int', default: () => 'now()' }),
  ],
  [
    'op.addColumn: it takes (table, column, options), and `column` is missing.',
    'Correct `column` in the script.',
    (op) => op.addColumn('user'),
  ],
  [
    "op.dropTable: `table` must be text that is not empty, not ''.",
    'Correct `table` in the script.',
    (op) => op.dropTable(''),
  ],
  [
    'op.dropTable: it takes (table), but got 2 arguments.',
    'Correct `table` in the script.',
    (op) => op.dropTable('user', 'cascade'),
  ],
  [
    'op.createTable: `table.columns` must be an array, not an object.',
    'Correct `table.columns` in the script.',
    (op) => op.createTable({ name: 'user', columns: { id: 'int' } }),
  ],
  [
    'op.createTable: `table.columns[0]` has no key `primary`.',
    'Correct `table.columns[0].primary` in the script.',
    (op) => op.createTable({ name: 'user', columns: [{ name: 'id', type: 'int', primary: true }] }),
  ],
  [
    'op.createTable: `table` has no key `indices`.',
    'Did you mean "indexes"?',
    (op) => op.createTable({ name: 'user', columns: [], indices: [] }),
  ],
  [
    "op.createForeignKey: `foreignKey.onDelete` must be 'CASCADE' or 'SET NULL' or 'SET DEFAULT' or 'RESTRICT' or 'NO ACTION', not 'cascade'.",
    'Did you mean "CASCADE"?',
    (op) =>
      op.createForeignKey('a', { columns: ['b'], references: { table: 'b', columns: ['id'] }, onDelete: 'cascade' }),
  ],
  [
    'op.createIndex: `index.columns` must not be empty.',
    'Correct `index.columns` in the script.',
    (op) => op.createIndex('user', { name: 'i', columns: [] }),
  ],
  [
    'op.createUnique: `options.managed` must be false, not true.',
    'Correct `options.managed` in the script.',
    (op) => op.createUnique('user', { columns: ['a'] }, { managed: true }),
  ],
  [
    'op.bulkInsert: `rows[1].at` must be a value JSON can hold, not a Date.',
    'Correct `rows[1].at` in the script.',
    (op) => op.bulkInsert('user', [{ id: 1 }, { id: 2, at: new Date() }]),
  ],
  [
    'op.query: `sql` must be text that is not empty, not undefined.',
    'Correct `sql` in the script.',
    (op) => op.query(),
  ],
  ['op.batched: `batch` has no key `sets`.', 'Did you mean "set"?', (op) => op.batched({ table: 'user', sets: {} })],
])('%s', async (message, hint, script) => {
  const error: unknown = await run(script).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'bad-argument', hint })
  expect(String((error as Error).message).replace(/^.*arguments\.test\.ts:\d+: /, '')).toBe(message)
})

test('a key that is undefined is a key that is not there', async () => {
  const { intents } = await run((op) =>
    op.addColumn('user', { name: 'a', type: 'int', nullable: undefined }, undefined),
  )
  expect(intents).toMatchObject([{ kind: 'addColumn', table: 'user', column: { name: 'a', type: 'int' } }])
})
