// One set of options: the application takes them from here, and so does `autogen`.
import { join } from 'node:path'
import { DataSource, type DataSourceOptions } from 'typeorm'

export const options: DataSourceOptions = {
  type: 'sqljs',
  location: 'app.sqlite',
  autoSave: true,
  entities: [join(__dirname, '**/*.entity.{ts,js}')],
}

export default new DataSource(options)
