import { checksum } from '../../src/operations/checksum'
import type { Op } from '../../src/operations/op'
import { recordScript } from '../../src/operations/record'

type Script = (op: Op) => void | Promise<void>
const nothing: Script = () => {}
const sum = async (up: Script, down: Script = nothing) => checksum(await recordScript(up), await recordScript(down))

test('it is version 1 and a sha256', async () => {
  expect(await sum(nothing)).toMatch(/^1:[0-9a-f]{64}$/)
  // Pinned: people's databases hold it.
  expect(await sum((op) => op.addColumn('user', { name: 'a', type: 'int' }))).toMatchInlineSnapshot(
    `"1:b7c74e237a02d1c06b329720b828272188156c60c2c09912ca498051a9a20ff5"`,
  )
})

test.each<[string, Script, Script]>([
  [
    'the line and the order of keys',
    (op) => op.addColumn('user', { name: 'a', type: 'int' }),
    (op) =>
      op.addColumn('user', {
        type: 'int',
        name: 'a',
      }),
  ],
  ['keys that are undefined', (op) => op.dropPrimaryKey('user'), (op) => op.dropPrimaryKey('user', undefined)],
  [
    'whether the script is async',
    (op) => op.dropTable('user'),
    async (op) => {
      op.dropTable('user')
      await op.flush()
    },
  ],
])('it does not depend on %s', async (_, one, other) => {
  expect(await sum(one)).toBe(await sum(other))
})

test.each<[string, Script, Script]>([
  ['a name', (op) => op.dropTable('user'), (op) => op.dropTable('users')],
  [
    'the order of calls',
    (op) => {
      op.dropTable('a')
      op.dropTable('b')
    },
    (op) => {
      op.dropTable('b')
      op.dropTable('a')
    },
  ],
  ['SQL', async (op) => void (await op.query('SELECT 1')), async (op) => void (await op.query('SELECT 2'))],
  ['parameters', (op) => op.execute('SELECT $1', [new Date(0)]), (op) => op.execute('SELECT $1', [new Date(1)])],
  ['large numbers', (op) => op.execute('SELECT $1', [1n]), (op) => op.execute('SELECT $1', [2n])],
  [
    'a column of rows that is called at',
    (op) => op.bulkInsert('t', [{ at: 1 }]),
    (op) => op.bulkInsert('t', [{ at: 2 }]),
  ],
  [
    'what runs in autocommit',
    async (op) => op.autocommit((inside) => inside.dropTable('a')),
    async (op) => op.autocommit((inside) => inside.dropTable('b')),
  ],
])('it depends on %s', async (_, one, other) => {
  expect(await sum(one)).not.toBe(await sum(other))
  expect(await sum(nothing, one)).not.toBe(await sum(nothing, other))
})

test('the directions are not confused', async () => {
  const drop: Script = (op) => op.dropTable('user')
  expect(await sum(drop, nothing)).not.toBe(await sum(nothing, drop))
})

test('it is unknown where rows decide what happens', async () => {
  const reads: Script = async (op) => void (await op.query('SELECT 1')).length
  expect([await sum(reads), await sum(nothing, reads)]).toEqual(['unknown', 'unknown'])
})
