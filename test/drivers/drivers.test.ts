import * as typeorm from 'typeorm'
import { freshSqlite } from '../support/databases'
import { lane, sqliteDrivers } from '../support/lane'

const all = lane.major === '0.3' ? ['sqljs', 'better-sqlite3', 'sqlite'] : ['sqljs', 'better-sqlite3']

test('sqljs is there on every machine, every other driver of the lane where nothing may be skipped', () => {
  const required = process.env.CI === 'true' ? all : ['sqljs']
  expect(sqliteDrivers()).toEqual(expect.arrayContaining(required))
})

test.each(sqliteDrivers())('%s opens a database and answers', async (driver) => {
  const database = freshSqlite(driver)
  const dataSource = new typeorm.DataSource(database.options as never)
  await dataSource.initialize()
  try {
    expect(await dataSource.query('SELECT 1 + 1 AS two')).toEqual([{ two: 2 }])
  } finally {
    await dataSource.destroy()
    await database.drop()
  }
})
