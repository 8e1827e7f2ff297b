// What goes wrong with a file is told in the words of files: there is no server to start and no user to give rights.
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as typeorm from 'typeorm'
import { AutogenError } from '../../src/errors'
import type { Op } from '../../src/operations/op'
import { refusalOr } from '../../src/refused'
import { openConnection } from '../../src/runtime/connection'
import { freshSqlite } from '../support/databases'
import { sqliteDrivers } from '../support/lane'
import { history, world, type World } from './world'

const server = /server|postgres|password|role|schema|this user|pg_/i

describe.each(sqliteDrivers())('%s', (driver) => {
  let here: World
  let file: string
  beforeEach(async () => {
    const database = freshSqlite(driver)
    file = database.file
    here = await world(async () => database)
  })
  afterEach(() => here.end())

  const opening = async (path: string) => {
    const place = driver === 'sqljs' ? { location: path } : { database: path }
    const opened = await openConnection(new typeorm.DataSource({ type: driver, ...place } as typeorm.DataSourceOptions))
    await opened.close()
  }

  const told = async (work: Promise<unknown>): Promise<string> => {
    const error = refusalOr(await work.then(() => undefined).catch((thrown: unknown) => thrown))
    if (!(error instanceof AutogenError)) throw error ?? new Error('It went well.')
    return `${error.message} ${error.hint}`
  }

  const failures: [string, () => Promise<unknown>, RegExp][] = [
    [
      'a statement that fails',
      () => here.upgrade(history({ a: { upgrade: (op: Op) => op.execute('INSERT INTO nowhere VALUES (1)') } })),
      /no such table: nowhere.*mend the migration/s,
    ],
    [
      'rows that break a new constraint',
      async () => {
        await here.ask('CREATE TABLE thing (size int)')
        await here.ask('INSERT INTO thing VALUES (1), (1)')
        const unique = (op: Op) => op.createUnique('thing', { name: 'uq', columns: ['size'] })
        return here.upgrade(history({ a: { upgrade: unique } }))
      },
      /UNIQUE constraint failed.*mend the migration/s,
    ],
    [
      'rows without their parents',
      async () => {
        await here.ask('CREATE TABLE parent (id integer PRIMARY KEY)')
        await here.ask('CREATE TABLE child (parent int REFERENCES parent, size int)')
        const orphaning = (op: Op) => {
          op.execute('INSERT INTO child VALUES (7, 1)')
          op.createUnique('child', { name: 'uq', columns: ['size'] })
        }
        return here.upgrade(history({ a: { upgrade: orphaning } }))
      },
      /FOREIGN KEY|refer to missing rows/,
    ],
    [
      'a file that is no database',
      () => {
        const path = join(dirname(file), 'notes.txt')
        writeFileSync(path, 'Dear diary, today nothing happened. '.repeat(50))
        return opening(path)
      },
      /the file is not a SQLite database.*Mend the path/s,
    ],
    ['a folder that is not there', () => opening(join(dirname(file), 'missing', 'app.db')), /mkdir -p/],
    ['a folder in the place of the file', () => opening(dirname(file)), /Mend the path|permissions/],
  ]

  test.each(failures)('%s', async (_case, fail, words) => {
    const text = await told(fail())
    expect(text).toMatch(words)
    expect(text).not.toMatch(server)
  })
})
