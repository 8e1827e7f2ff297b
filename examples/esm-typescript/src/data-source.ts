import 'reflect-metadata'
import { DataSource } from 'typeorm'
import { Post } from './entities/post.js'
import { User } from './entities/user.js'

export default new DataSource({
  type: 'sqljs',
  location: 'app.sqlite',
  autoSave: true,
  entities: [User, Post],
})
