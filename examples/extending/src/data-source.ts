import 'reflect-metadata'
import { DataSource } from 'typeorm'
import { Document } from './entities/document'

export default new DataSource({
  type: 'sqljs',
  location: 'app.sqlite',
  autoSave: true,
  entities: [Document],
})
