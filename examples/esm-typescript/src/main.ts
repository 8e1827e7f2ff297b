// An application that migrates its own database as it starts.
import { upgrade } from 'typeorm-autogen'
import dataSource from './data-source.js'
import { Post } from './entities/post.js'
import { User } from './entities/user.js'

await dataSource.initialize()
await upgrade({ dataSource, migrations: 'dist/migrations', logger: console })

const author = await dataSource.getRepository(User).save({ name: 'Ann' })
await dataSource.getRepository(Post).save({ title: 'Hello', author })
console.log(await dataSource.getRepository(User).find({ relations: { posts: true } }))
await dataSource.destroy()
