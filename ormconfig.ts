// The data source of this repository's own demo (`npm run demo`): an embedded SQLite file, or the database in DATABASE_URL.
import 'reflect-metadata'
import { join } from 'node:path'
import { DataSource, type DataSourceOptions } from 'typeorm'

const url = process.env.DATABASE_URL

const database: DataSourceOptions = url
  ? { type: 'postgres', url }
  : { type: 'sqljs', location: process.env.DATABASE_FILE ?? 'demo.sqlite', autoSave: true }

export default new DataSource({ ...database, entities: [join(__dirname, 'examples/demo/entities/*.ts')] })
