import 'reflect-metadata'
import initSqlJs from 'sql.js'
import { DataSource } from 'typeorm'
import { Note } from './note'

export default new DataSource({
  type: 'sqljs',
  // TypeORM looks for a driver by its name, which a bundler cannot follow.
  driver: initSqlJs,
  location: 'notes.sqlite',
  autoSave: true,
  entities: [Note],
})
